//! The section of a look-up: the texts that it was shown, by their hashes.

use super::bytes::{Cursor, Words};
#[cfg(feature = "alloc")]
use super::bytes::{pad, put};
use super::error::FormatError;
use super::names::SectionKind;
use crate::prediction::Confidence;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The texts of the examples, each as a hash of 64 bits, and the label of each.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// The label of a text that is not among them, as a best guess.
    pub guess: u32,
    /// The confidence of the label of a text that is.
    pub confidence: Confidence,
    /// The hash's highest bits, so many of them, choose a group.
    bits: u32,
    /// Where each group begins, and where the last one ends.
    groups: Words<'a>,
    /// The hashes, rising, eight bytes each.
    hashes: &'a [u8],
    labels: Words<'a>,
    /// Texts of the largest group.
    longest: u32,
}

impl<'a> Texts<'a> {
    /// The most texts that a model may know.
    pub const MOST: u32 = 1 << 24;

    pub(crate) fn read(bytes: &'a [u8], labels_there_are: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Texts, bytes);
        let (count, bits) = (cursor.u32()?, cursor.u32()?);
        if count > Self::MOST || bits != Self::bits_of(count) {
            return Err(cursor.broken("the number of texts or groups is out of its range"));
        }
        let (guess, confidence) = (cursor.u32()?, cursor.u32()?);
        if guess >= labels_there_are || confidence > Confidence::ONE.raw() {
            return Err(cursor.broken("the guess or the confidence is out of its range"));
        }
        let groups = cursor.words((1 << bits) + 1)?;
        if !groups.iter().is_sorted() || groups.get(0) != 0 || groups.get(1 << bits) != count {
            return Err(cursor.broken("the groups do not follow one another"));
        }
        cursor.pad(8)?;
        let hashes = cursor.bytes(count as usize * 8)?;
        let labels = cursor.words(count)?;
        if labels.iter().any(|label| label >= labels_there_are) {
            return Err(cursor.broken("a label does not exist"));
        }
        let unsorted = cursor.broken("the texts do not rise, or one is not in its group");
        cursor.finish()?;
        let confidence = Confidence::from_raw(confidence);
        let mut texts = Self { guess, confidence, bits, groups, hashes, labels, longest: 0 };
        let mut before = None;
        for group in 0..1usize << bits {
            let (first, end) = (groups.get(group), groups.get(group + 1));
            texts.longest = texts.longest.max(end - first);
            for place in first as usize..end as usize {
                let hash = texts.hash(place);
                if texts.group(hash) != group || before.is_some_and(|before| before >= hash) {
                    return Err(unsorted);
                }
                before = Some(hash);
            }
        }
        Ok(texts)
    }

    /// How many of the highest bits choose a group, when there are so many texts: about four share one.
    fn bits_of(count: u32) -> u32 {
        (count / 4).max(2).ilog2().clamp(1, 20)
    }

    const fn group(&self, hash: u64) -> usize {
        (hash >> (64 - self.bits)) as usize
    }

    fn hash(&self, place: usize) -> u64 {
        self.hashes
            .get(place.saturating_mul(8)..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |&bytes| u64::from_le_bytes(bytes))
    }

    /// The section for texts, as pairs of a hash and a label, the hashes rising strictly; [`Texts::MOST`] at the most.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(texts: &[(u64, u32)], guess: u32, confidence: Confidence) -> Vec<u8> {
        let bits = Self::bits_of(texts.len() as u32);
        let mut out = Vec::new();
        put(&mut out, &[texts.len() as u32, bits, guess, confidence.raw()]);
        for group in 0..=1u128 << bits {
            let start = texts.partition_point(|&(hash, _)| u128::from(hash) < group << (64 - bits));
            put(&mut out, &[start as u32]);
        }
        pad(&mut out, 8);
        for (hash, _) in texts {
            out.extend_from_slice(&hash.to_le_bytes());
        }
        for &(_, label) in texts {
            put(&mut out, &[label]);
        }
        out
    }

    /// How many texts there are: 0 to [`Texts::MOST`].
    #[must_use]
    pub const fn len(&self) -> usize {
        self.hashes.len() / 8
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The most numbers of the section that are read to find a text.
    #[must_use]
    pub const fn most_reads(&self) -> u32 {
        // Two ends of the group, its halvings, the hash that is left and its label.
        2 + (u32::BITS - self.longest.leading_zeros()) + 2
    }

    /// The label of the text with this hash, if it is one of these.
    #[inline]
    #[must_use]
    pub fn label(&self, hash: u64) -> Option<u32> {
        let group = self.group(hash);
        let (mut first, end) = (self.groups.get(group) as usize, self.groups.get(group + 1) as usize);
        // Halved again and again: a group of a hostile file may be long.
        let mut behind = end;
        while first < behind {
            let middle = first + (behind - first) / 2;
            if self.hash(middle) < hash {
                first = middle + 1;
            } else {
                behind = middle;
            }
        }
        (first < end && self.hash(first) == hash).then(|| self.labels.get(first))
    }
}
