//! Hashes that rise, found by their highest bits in two reads and a short search.

#[cfg(feature = "alloc")]
use super::bytes::put;
use super::bytes::{Cursor, Words};
use super::error::FormatError;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The most hashes of an index.
const MOST: u32 = 1 << 24;

/// Hashes of 32 bits in rising order; equal ones may follow one another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index<'a> {
    /// The hash's highest bits, so many of them, choose a group.
    bits: u32,
    /// Where each group begins, and where the last one ends.
    groups: Words<'a>,
    hashes: Words<'a>,
}

impl<'a> Index<'a> {
    /// Reads the number of hashes, the bits of a group, the groups and the hashes.
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self, FormatError> {
        let (count, bits) = (cursor.u32()?, cursor.u32()?);
        if count > MOST || bits != Self::bits_of(count) {
            return Err(cursor.broken("the number of hashes or groups is out of its range"));
        }
        let groups = cursor.words((1 << bits) + 1)?;
        if !groups.iter().is_sorted() || groups.get(0) != 0 || groups.get(1 << bits) != count {
            return Err(cursor.broken("the groups do not follow one another"));
        }
        let hashes = cursor.words(count)?;
        let unsorted = cursor.broken("the hashes do not rise, or one is not in its group");
        let mut before = 0;
        for group in 0..1usize << bits {
            for place in groups.get(group) as usize..groups.get(group + 1) as usize {
                let hash = hashes.get(place);
                if (hash >> (32 - bits)) as usize != group || before > hash {
                    return Err(unsorted);
                }
                before = hash;
            }
        }
        Ok(Self { bits, groups, hashes })
    }

    /// Writes what [`read`](Self::read) reads, for hashes that rise.
    #[cfg(feature = "alloc")]
    pub(super) fn write(out: &mut Vec<u8>, hashes: &[u32]) {
        let bits = Self::bits_of(hashes.len() as u32);
        put(out, &[hashes.len() as u32, bits]);
        for group in 0..=1u64 << bits {
            put(out, &[hashes.partition_point(|&hash| u64::from(hash) < group << (32 - bits)) as u32]);
        }
        put(out, hashes);
    }

    /// How many of the highest bits choose a group, when there are so many hashes: about four share one.
    fn bits_of(count: u32) -> u32 {
        (count / 4).max(2).ilog2().clamp(1, 20)
    }

    /// How many hashes there are.
    pub(super) fn len(&self) -> usize {
        self.hashes.iter().len()
    }

    /// The hash at a place; 0 beyond the last.
    #[inline]
    pub(super) fn hash(&self, place: usize) -> u32 {
        self.hashes.get(place)
    }

    /// A place at which this hash stands.
    #[inline]
    pub(super) fn find_exact(&self, hash: u32) -> Option<usize> {
        /// Hashes compared side by side.
        const WIDE: usize = 8;
        let group = (hash >> (32 - self.bits)) as usize;
        let first = self.groups.get(group) as usize;
        if let Some(hashes) = self.hashes.chunk::<WIDE>(first) {
            // Most groups are shorter. What stands behind one differs from all that it may have.
            let wanted = hash.to_le_bytes();
            let same = hashes.iter().rev().fold(0u32, |bits, found| bits << 1 | u32::from(*found == wanted));
            if same != 0 {
                return Some(first + same.trailing_zeros() as usize);
            }
            if self.groups.get(group + 1) as usize <= first + WIDE {
                return None;
            }
        }
        let (place, end) = self.find(hash);
        (place < end && self.hash(place) == hash).then_some(place)
    }

    /// The first place at which this hash stands, if it does, or would stand in its group; and where its group ends.
    #[inline]
    pub(super) fn find(&self, hash: u32) -> (usize, usize) {
        let group = (hash >> (32 - self.bits)) as usize;
        let (mut first, end) = (self.groups.get(group) as usize, self.groups.get(group + 1) as usize);
        // Halved again and again: a group of a hostile file may be long.
        let mut behind = end;
        while first < behind {
            let middle = first + (behind - first) / 2;
            if self.hashes.get(middle) < hash {
                first = middle + 1;
            } else {
                behind = middle;
            }
        }
        (first, end)
    }
}
