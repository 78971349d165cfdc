//! The word pieces that a model knows, each with a table row of its own.

use super::bytes::Cursor;
#[cfg(feature = "alloc")]
use super::bytes::put;
use super::error::FormatError;
use super::index::Index;
use super::names::SectionKind;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The longest piece, in characters, that a file may have.
pub const MAX_PIECE: u32 = 32;

/// Word pieces, by the hashes of their characters. The row of a piece is its place among the hashes.
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a> {
    longest: u32,
    index: Index<'a>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Pieces, bytes);
        let longest = cursor.u32()?;
        if longest == 0 || longest > MAX_PIECE {
            return Err(cursor.broken("the length of the longest piece is not 1 to 32"));
        }
        let index = Index::read(&mut cursor)?;
        if index.len() == 0 {
            return Err(cursor.broken("there are no pieces"));
        }
        if (1..index.len()).any(|place| index.hash(place - 1) == index.hash(place)) {
            return Err(cursor.broken("a piece stands twice"));
        }
        cursor.finish()?;
        Ok(Self { longest, index })
    }

    /// The section for pieces with these hashes, strictly rising, at least one; `longest` is the length of the longest
    /// piece in characters, 1 to [`MAX_PIECE`].
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(longest: u32, hashes: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[longest]);
        Index::write(&mut out, hashes);
        out
    }

    /// How many there are: 1 to 2²⁴.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none, which no file has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Characters of the longest piece: 1 to [`MAX_PIECE`].
    #[inline]
    #[must_use]
    pub const fn longest(&self) -> u32 {
        self.longest
    }

    /// The table row of the piece with this hash (see [`piece_hash`](crate::text::piece_hash)).
    #[inline]
    #[must_use]
    pub fn row(&self, hash: u32) -> Option<u32> {
        self.index.find_exact(hash).map(|place| place as u32)
    }
}
