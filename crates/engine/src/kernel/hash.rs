//! The hash of texts: steps of 32 bits that each kernel computes alike.

use crate::format::MAX_NGRAM;

/// One step of the hash: `state` with `value` taken in.
#[inline]
pub(crate) const fn mix(state: u32, value: u32) -> u32 {
    let x = (state.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b1);
    x ^ (x >> 15)
}

/// The last step, which spreads every bit over all 32 (the finaliser of MurmurHash3, Austin Appleby, public domain).
#[inline]
pub(crate) const fn spread(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x85eb_ca6b);
    x ^= x >> 13;
    x = x.wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

/// Where the hash of an n-gram of characters starts.
pub(crate) const NGRAM: u32 = 0x297a_2d39;
/// What stands for the start of a word among its characters.
pub(crate) const START: u32 = 2;
/// What stands for its end.
pub(crate) const END: u32 = 3;

/// Characters of a block.
pub(crate) const BLOCK: usize = 32;
/// Characters before a block that its n-grams reach back to.
pub(crate) const HISTORY: usize = MAX_NGRAM as usize - 1;
/// The most n-grams that end in a block: one of each length for a character, and one for the start of each word.
pub(crate) const MOST_NGRAMS: usize = BLOCK * (MAX_NGRAM as usize + 1);

/// A stretch of a text whose words are to be hashed: their characters, with at least one separator between two words.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The characters, behind those of the block before; [`START`] for a separator.
    pub(crate) characters: [u32; HISTORY + BLOCK],
    /// Which of them are characters of words, lowest bit first.
    pub(crate) words: u64,
    /// How many there are, without the history.
    pub(crate) used: usize,
}

impl Block {
    /// Nothing but separators before it.
    pub(crate) const EMPTY: Self = Self { characters: [START; HISTORY + BLOCK], words: 0, used: 0 };

    /// The next block, of which nothing is known but what stands before it.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.characters.copy_within(self.used..self.used + HISTORY, 0);
        self.words = self.words >> self.used & ((1 << HISTORY) - 1);
        self.used = 0;
    }

    /// Characters, or ends of words, with which an n-gram of this length ends, the block's first in the lowest bit.
    #[inline]
    pub(crate) const fn ends(&self, length: u8) -> u64 {
        // All but the first and the last must be characters of one word. Of the shortest the last is, or the one before.
        let mut ends = self.words << 1;
        if length < 3 {
            ends |= self.words;
        }
        let mut inside = 2;
        while inside + 2 <= length {
            ends &= self.words << inside;
            inside += 1;
        }
        ends >> HISTORY & ((1 << self.used) - 1)
    }

    /// How many words begin in the block.
    #[inline]
    pub(crate) const fn begins(&self) -> usize {
        ((self.words & !(self.words << 1)) >> HISTORY & ((1 << self.used) - 1)).count_ones() as usize
    }
}
