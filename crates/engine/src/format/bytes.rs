//! Checked little-endian access to a section's bytes.

use super::error::FormatError;
use super::names::SectionKind;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// Writes numbers of 32 bits.
#[cfg(feature = "alloc")]
pub(super) fn put(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend_from_slice(&word.to_le_bytes());
    }
}

/// Writes zero bytes up to the next multiple of `alignment`.
#[cfg(feature = "alloc")]
pub(super) fn pad(out: &mut Vec<u8>, alignment: usize) {
    out.resize(out.len().next_multiple_of(alignment), 0);
}

/// Reads a section from its first byte to its last.
pub(super) struct Cursor<'a> {
    kind: SectionKind,
    whole: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(kind: SectionKind, whole: &'a [u8]) -> Self {
        Self { kind, whole, at: 0 }
    }

    /// The error that this rule is broken at the place reached.
    pub(super) const fn broken(&self, rule: &'static str) -> FormatError {
        FormatError::Section { kind: self.kind, offset: self.at as u64, rule }
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let end = self.at.checked_add(length).ok_or_else(|| self.broken("the section ends too early"))?;
        let bytes = self.whole.get(self.at..end).ok_or_else(|| self.broken("the section ends too early"))?;
        self.at = end;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let broken = self.broken("the section ends too early");
        self.bytes(N)?.first_chunk().copied().ok_or(broken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, FormatError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, FormatError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, FormatError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn text(&mut self, length: usize) -> Result<&'a str, FormatError> {
        let broken = self.broken("text is not UTF-8");
        core::str::from_utf8(self.bytes(length)?).map_err(|_| broken)
    }

    /// `count` numbers of 32 bits.
    pub(super) fn words(&mut self, count: u32) -> Result<Words<'a>, FormatError> {
        let length =
            (count as usize).checked_mul(4).ok_or_else(|| self.broken("the section ends too early"))?;
        self.bytes(length).map(Words)
    }

    /// Zero bytes up to the next multiple of `alignment`.
    pub(super) fn pad(&mut self, alignment: usize) -> Result<(), FormatError> {
        let broken = self.broken("padding is not zero");
        let length = self.at.next_multiple_of(alignment) - self.at;
        if self.bytes(length)?.iter().any(|&byte| byte != 0) { Err(broken) } else { Ok(()) }
    }

    /// Whether all of it is read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.at == self.whole.len()
    }

    pub(super) fn finish(self) -> Result<(), FormatError> {
        if self.is_at_end() { Ok(()) } else { Err(self.broken("the section is longer than its content")) }
    }
}

/// Numbers of 32 bits, little-endian, at any alignment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    pub(super) const EMPTY: Self = Self(&[]);

    /// The number at `index`; 0 beyond the end.
    #[inline]
    pub(crate) fn get(self, index: usize) -> u32 {
        self.0.as_chunks().0.get(index).map_or(0, |&bytes| u32::from_le_bytes(bytes))
    }

    /// The bytes of the `N` numbers from `first` on; none if there are not so many.
    #[inline]
    pub(crate) fn chunk<const N: usize>(self, first: usize) -> Option<&'a [[u8; 4]; N]> {
        self.0.as_chunks::<4>().0.get(first..)?.first_chunk()
    }

    /// All of them, in order.
    #[inline]
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = u32> + 'a {
        self.0.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes))
    }
}
