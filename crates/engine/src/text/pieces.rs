//! Word pieces: words cut into the longest parts that a vocabulary has, from the left
//! (Schuster and Nakajima, "Japanese and Korean Voice Search", ICASSP 2012; Devlin et al., "BERT", NAACL 2019).
//!
//! A word here is what BERT's uncased tokenizer takes for one: letters and digits between spaces and symbols, without accents and
//! other marks; each Han character and each symbol is a word by itself.

#![allow(clippy::indexing_slicing)] // Only into the arrays of the word at hand, by places below their length.

use super::normalize::{Character, Class, characters, plain_letters};
use crate::format::MAX_PIECE;
use crate::kernel::{mix, spread};

/// Words of more characters than this have no pieces.
const MAX_WORD: usize = 100;
/// Where the hash of a piece that begins a word starts.
const BEGINS: u32 = 0x7a3c_91e5;
/// Where the hash of a piece that continues one does.
const CONTINUES: u32 = 0x4be9_8d27;

/// A piece of a text that a vocabulary has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What the vocabulary calls it.
    pub row: u32,
    /// Byte offset in the text where its first character begins.
    pub start: u32,
    /// Whether it is a whole word of at least two letters.
    pub word: bool,
    /// Whether its word is made of letters alone.
    pub letters: bool,
}

/// The word at hand.
struct Word {
    characters: [u32; MAX_WORD],
    starts: [u32; MAX_WORD],
    /// How many characters it has; one more than there is room for if it is too long.
    length: usize,
    letters: bool,
    /// Pieces of the word, each with the place of its first character, until it is known that all of it has pieces.
    rows: [(u32, u32); MAX_WORD],
}

impl Word {
    const fn new() -> Self {
        Self {
            characters: [0; MAX_WORD],
            starts: [0; MAX_WORD],
            length: 0,
            letters: true,
            rows: [(0, 0); MAX_WORD],
        }
    }

    fn push(&mut self, character: &Character) {
        if character.value.is_ascii() {
            self.put(u32::from(character.value), character.start);
        } else {
            plain_letters(character.value, |letter| self.put(u32::from(letter), character.start));
        }
        self.letters &= character.class == Class::Letter;
    }

    #[inline]
    fn put(&mut self, character: u32, start: u32) {
        if let (Some(place), Some(at)) =
            (self.characters.get_mut(self.length), self.starts.get_mut(self.length))
        {
            *place = character;
            *at = start;
            self.length += 1;
        } else {
            self.length = MAX_WORD + 1;
        }
    }

    /// Cuts the word into pieces, and begins another. A word that has a part without a piece has none at all.
    #[inline]
    fn cut(
        &mut self,
        longest: usize,
        find: &mut impl FnMut(u32) -> Option<u32>,
        sink: &mut impl FnMut(Piece),
    ) {
        let length = core::mem::take(&mut self.length);
        let letters = core::mem::replace(&mut self.letters, true);
        if length == 0 || length > MAX_WORD {
            return;
        }
        // Most words are a piece.
        if length <= longest {
            let state =
                self.characters[..length].iter().fold(BEGINS, |state, &character| mix(state, character));
            if let Some(row) = find(spread(state)) {
                sink(Piece { row, start: self.starts[0], word: letters && length > 1, letters });
                return;
            }
        }
        let count = self.cut_apart(length, longest, find);
        let word = count == 1 && letters && length > 1;
        for &(row, start) in &self.rows[..count] {
            sink(Piece { row, start, word, letters });
        }
    }

    /// Cuts the word, whose whole is no piece, and returns how many pieces it has.
    #[inline(never)]
    fn cut_apart(
        &mut self,
        length: usize,
        longest: usize,
        find: &mut impl FnMut(u32) -> Option<u32>,
    ) -> usize {
        let mut states = [0; MAX_PIECE as usize];
        let (mut count, mut from) = (0, 0);
        while from < length {
            // The whole word was looked for.
            let most = longest.min(length - from).min(length - usize::from(from == 0));
            let mut state = if from == 0 { BEGINS } else { CONTINUES };
            for (place, &character) in states.iter_mut().zip(&self.characters[from..from + most]) {
                state = mix(state, character);
                *place = state;
            }
            let found =
                (1..=most).rev().find_map(|size| find(spread(states[size - 1])).map(|row| (size, row)));
            let Some((size, row)) = found else { return 0 };
            self.rows[count] = (row, self.starts[from]);
            count += 1;
            from += size;
        }
        count
    }
}

/// Hands every piece of the text to `sink`, in the order of the text. `find` names the piece with a hash (see [`piece_hash`]),
/// if the vocabulary has it; `longest` is the length of its longest piece in characters, at most [`MAX_PIECE`]. Of the characters
/// that are no spaces the first `limit` after normalisation are read. Allocates nothing; for a character there are at most `longest` look-ups.
#[inline]
pub fn pieces(
    text: &str,
    limit: u32,
    longest: u32,
    mut find: impl FnMut(u32) -> Option<u32>,
    mut sink: impl FnMut(Piece),
) {
    let longest = longest.min(MAX_PIECE) as usize;
    if text.is_ascii() {
        of_ascii(text.as_bytes(), limit, longest, &mut find, &mut sink);
    } else {
        of_any(text, limit, longest, &mut find, &mut sink);
    }
}

/// The pieces of a text of ASCII alone, whose characters need no normalisation but lower case.
#[inline]
fn of_ascii(
    text: &[u8],
    limit: u32,
    longest: usize,
    find: &mut impl FnMut(u32) -> Option<u32>,
    sink: &mut impl FnMut(Piece),
) {
    let mut word = Word::new();
    let mut left = limit;
    for (start, &byte) in text.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            let Some(rest) = left.checked_sub(1) else { break };
            left = rest;
            word.put(byte.to_ascii_lowercase().into(), start as u32);
            word.letters &= byte.is_ascii_alphabetic();
            continue;
        }
        word.cut(longest, find, sink);
        if byte.is_ascii_graphic() {
            let Some(rest) = left.checked_sub(1) else { break };
            left = rest;
            word.put(byte.into(), start as u32);
            word.letters = false;
            word.cut(longest, find, sink);
        }
    }
    word.cut(longest, find, sink);
}

/// The pieces of any text.
fn of_any(
    text: &str,
    limit: u32,
    longest: usize,
    find: &mut impl FnMut(u32) -> Option<u32>,
    sink: &mut impl FnMut(Piece),
) {
    let mut word = Word::new();
    let mut left = limit;
    for character in characters(text) {
        if character.class == Class::Space {
            word.cut(longest, find, sink);
            continue;
        }
        let Some(rest) = left.checked_sub(1) else { break };
        left = rest;
        let alone = match character.class {
            Class::Symbol => true,
            Class::Unspaced => is_han(character.value),
            _ => false,
        };
        if alone {
            word.cut(longest, find, sink);
        }
        word.push(&character);
        if alone {
            word.cut(longest, find, sink);
        }
    }
    word.cut(longest, find, sink);
}

/// Whether the character is one of those that BERT's tokenizers take for Chinese.
const fn is_han(character: char) -> bool {
    matches!(character as u32,
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x2_0000..=0x2_A6DF | 0x2_A700..=0x2_CEAF | 0xF900..=0xFAFF | 0x2_F800..=0x2_FA1F)
}

/// The hash of a piece and its length in characters; `continues` tells whether it continues a word (`##` in BERT's vocabularies,
/// which `text` is without). None if no text has such a piece: nothing is left of it, it is more than one word, or longer than
/// [`MAX_PIECE`].
#[must_use]
pub fn piece_hash(text: &str, continues: bool) -> Option<(u32, u32)> {
    let mut state = if continues { CONTINUES } else { BEGINS };
    let mut length = 0;
    let mut alone = false;
    for character in characters(text) {
        let single = match character.class {
            Class::Space => return None,
            Class::Symbol => true,
            Class::Unspaced => is_han(character.value),
            _ => false,
        };
        if (alone || single) && length > 0 {
            return None;
        }
        alone = single;
        plain_letters(character.value, |letter| {
            state = mix(state, u32::from(letter));
            length += 1;
        });
    }
    (0 < length && length <= MAX_PIECE).then_some((spread(state), length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// The pieces of a word by their definition: the longest part that there is, from the left.
    fn greedy(word: &[u8], longest: usize, known: impl Fn(u32) -> bool) -> Vec<usize> {
        let (mut from, mut cuts) = (0, Vec::new());
        while from < word.len() {
            let start = if from == 0 { BEGINS } else { CONTINUES };
            let hash = |size: usize| {
                spread(word[from..from + size].iter().fold(start, |state, &byte| mix(state, byte.into())))
            };
            let most = longest.min(word.len() - from);
            let Some(size) = (1..=most).rev().find(|&size| known(hash(size))) else { return Vec::new() };
            cuts.push(from);
            from += size;
        }
        cuts
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        /// A vocabulary that has one hash in `rare`.
        #[test]
        fn ascii_is_as_any_text(
            text in "[a-cA-C1 .'\\x00-\\x7f]{0,300}", limit in 0_u32..320, longest in 1_u32..40, rare in 1_u32..5,
        ) {
            let find = |hash: u32| hash.is_multiple_of(rare).then_some(hash);
            let (mut plain, mut found) = (Vec::new(), Vec::new());
            let longest = longest.min(MAX_PIECE) as usize;
            of_any(&text, limit, longest, &mut { find }, &mut |piece| plain.push(piece));
            of_ascii(text.as_bytes(), limit, longest, &mut { find }, &mut |piece| found.push(piece));
            prop_assert_eq!(found, plain);
        }

        #[test]
        fn words_are_cut_by_the_definition(word in "[ab]{1,120}", longest in 1_u32..33, rare in 1_u32..5) {
            let find = |hash: u32| hash.is_multiple_of(rare).then_some(hash);
            let mut found = Vec::new();
            pieces(&word, 1000, longest, find, |piece| found.push(piece.start as usize));
            let known = |hash: u32| find(hash).is_some();
            let expected =
                if word.len() > MAX_WORD { Vec::new() } else { greedy(word.as_bytes(), longest as usize, known) };
            prop_assert_eq!(found, expected);
        }
    }
}
