//! The features of a text many at a time, as [`features`](super::features()) has them one by one.
//!
//! Characters of words go into blocks, whose n-grams a kernel hashes side by side. A text of ASCII alone, which most are, is read by a
//! loop of its own without branches that depend on the text.

#![allow(clippy::indexing_slicing)] // Only of this file's own small arrays, by numbers below their lengths.

use super::ascii::{self, IN_WORD};
use super::features::{Group, PAIR, UNSPACED, WORD, Window, is_pictograph};
use super::words::{TokenKind, steps};
use crate::format::FeatureSettings;
use crate::kernel::{BLOCK, Block, END, HISTORY, Kernel, MOST_NGRAMS, START, mix, spread};
use crate::prediction::Read;

/// Hashes of n-grams that are handed out together, at the most.
const NGRAMS: usize = MOST_NGRAMS + 160;
/// Hashes of tokens that wait, at the most: two and two for each character of a block, and those of the end.
const TOKENS: usize = 2 * BLOCK + 4;

/// Hands the hashes of all features of the text to `sink`, many at a time and in any order: of one group, and all of them whole
/// words or none. They are those of [`features`](super::features()), and so is what is returned. Allocates nothing.
#[inline]
pub(crate) fn feature_batches(
    text: &str,
    settings: &FeatureSettings,
    kernel: &Kernel,
    sink: impl FnMut(Group, bool, &[u32]),
) -> Read {
    let mut batches = Batches {
        kernel,
        settings,
        sink,
        block: Block::EMPTY,
        ngrams: [0; NGRAMS],
        filled: 0,
        words: [0; TOKENS],
        word_count: 0,
        others: [0; TOKENS],
        other_count: 0,
        before: START,
    };
    // Of a text that is too long, only what is read is looked at.
    let seen = text.as_bytes().get(..settings.max_characters as usize).unwrap_or(text.as_bytes());
    let read = if seen.is_ascii() { batches.read_ascii(text.as_bytes()) } else { batches.read_any(text) };
    batches.finish();
    read
}

/// Hashes that wait to be handed out.
struct Batches<'k, S: FnMut(Group, bool, &[u32])> {
    kernel: &'k Kernel,
    settings: &'k FeatureSettings,
    sink: S,
    block: Block,
    /// Hashes of n-grams of characters.
    ngrams: [u32; NGRAMS],
    filled: usize,
    /// Hashes of whole words.
    words: [u32; TOKENS],
    word_count: usize,
    /// Hashes of symbols and of pairs.
    others: [u32; TOKENS],
    other_count: usize,
    /// The hash of the token before.
    before: u32,
}

impl<S: FnMut(Group, bool, &[u32])> Batches<'_, S> {
    /// A text of ASCII alone: a character is a byte, and normalisation keeps their number.
    #[inline]
    fn read_ascii(&mut self, text: &[u8]) -> Read {
        let most = self.settings.max_characters as usize;
        let read_text = text.get(..most).unwrap_or(text);
        let mut read = Read {
            characters: read_text.len() as u32,
            truncated: read_text.len() < text.len(),
            ..Read::default()
        };
        let mut state = WORD;
        // Bits of the character before.
        let mut previous = 0;
        let mut rest = read_text;
        let mut any = false;
        while !rest.is_empty() {
            let (here, behind) = rest.split_at(rest.len().min(BLOCK));
            // Each character ends a word or is a symbol, or both.
            let mut tokens = [0; 2 * BLOCK];
            let mut are_words = 0_u64;
            let mut count = 0;
            let mut in_words = 0;
            for (at, &byte) in here.iter().enumerate() {
                let (value, bits) = ascii::read(byte, previous, here.get(at + 1).or(behind.first()));
                let inside = bits & IN_WORD;
                let ended = previous & !bits & IN_WORD;
                tokens[count % (2 * BLOCK)] = state;
                are_words |= u64::from(ended) << (count % (2 * BLOCK));
                count += usize::from(ended);
                state = mix(if previous & inside == 0 { WORD } else { state }, value.into());
                tokens[count % (2 * BLOCK)] = state;
                count += usize::from(bits >> 1 & 1);
                self.block.characters[HISTORY + at] = if inside == 0 { START } else { value.into() };
                in_words |= u64::from(inside) << (HISTORY + at);
                previous = bits;
            }
            self.block.words |= in_words;
            self.block.used = here.len();
            self.hash_block();
            any |= count > 0;
            for (at, &hash) in tokens.iter().take(count).enumerate() {
                let word = are_words >> at & 1 == 1;
                read.words += u32::from(word);
                self.token(hash, word);
            }
            rest = behind;
        }
        if previous & IN_WORD != 0 {
            any = true;
            read.words += 1;
            self.token(state, true);
        }
        if any {
            self.pair(END);
        }
        read
    }

    /// Any text.
    #[inline(never)]
    fn read_any(&mut self, text: &str) -> Read {
        let mut read = Read::default();
        let most = self.settings.max_characters as usize;
        let mut text = text;
        if text.len() > most
            && let Some((end, _)) = text.char_indices().nth(most)
        {
            text = text.get(..end).unwrap_or_default();
            read.truncated = true;
        }
        let mut window = Window::new();
        let (mut state, mut pictograph) = (WORD, false);
        let mut token = None;
        for (normalised, step) in steps(text).enumerate() {
            if normalised == most {
                text = text.get(..step.character.start as usize).unwrap_or_default();
                read.truncated = true;
                break;
            }
            if step.first {
                if let Some(kind) = token.replace(step.kind) {
                    self.end(kind, state, pictograph, &mut read);
                }
                window = Window::new();
                (state, pictograph) = (WORD, false);
                if step.kind == TokenKind::Word {
                    self.separate();
                }
            }
            let character = u32::from(step.character.value);
            match step.kind {
                TokenKind::Word => {
                    state = mix(state, character);
                    self.character(character, true);
                }
                TokenKind::Symbol => {
                    state = mix(state, character);
                    pictograph = is_pictograph(character);
                }
                TokenKind::Unspaced => {
                    read.words += 1;
                    let lengths = self.settings.unspaced_ngrams;
                    window.push(character, lengths, UNSPACED, |hash, length| {
                        if length <= 2 {
                            self.single(hash, length == lengths.0);
                        } else if length == lengths.0 {
                            // A word in the group of characters goes out alone.
                            (self.sink)(Group::Characters, true, &[hash]);
                        } else {
                            self.ngram(hash);
                        }
                    });
                }
            }
        }
        if let Some(kind) = token {
            self.end(kind, state, pictograph, &mut read);
            self.pair(END);
        }
        read.characters = text.chars().count() as u32;
        read
    }

    /// A token ends.
    fn end(&mut self, kind: TokenKind, state: u32, pictograph: bool, read: &mut Read) {
        match kind {
            TokenKind::Word => self.separate(),
            TokenKind::Symbol => {}
            TokenKind::Unspaced => {
                self.before = UNSPACED;
                return;
            }
        }
        let word = kind == TokenKind::Word || pictograph;
        read.words += u32::from(word);
        self.token(state, word);
    }

    /// Puts a separator behind a character of a word.
    fn separate(&mut self) {
        if self.block.words >> (HISTORY + self.block.used - 1) & 1 == 1 {
            self.character(START, false);
        }
    }

    /// The next character of a word, or a separator.
    #[inline]
    fn character(&mut self, character: u32, inside: bool) {
        let at = HISTORY + self.block.used;
        self.block.characters[at] = character;
        self.block.words |= u64::from(inside) << at;
        self.block.used += 1;
        if self.block.used == BLOCK {
            self.hash_block();
        }
    }

    /// A token that is one feature alone and another with the one before it.
    #[inline]
    fn token(&mut self, hash: u32, word: bool) {
        self.single(spread(hash), word);
        self.pair(hash);
        self.before = hash;
    }

    #[inline]
    fn pair(&mut self, next: u32) {
        if self.settings.word_ngrams >= 2 {
            self.single(spread(mix(mix(PAIR, self.before), next)), false);
        }
    }

    /// A feature of the group of words.
    #[inline]
    fn single(&mut self, hash: u32, word: bool) {
        // Both are written and one is counted: whether it is a word is hard to foresee.
        self.words[self.word_count] = hash;
        self.others[self.other_count] = hash;
        self.word_count += usize::from(word);
        self.other_count += usize::from(!word);
        if self.word_count == TOKENS || self.other_count == TOKENS {
            self.hand_out_tokens();
        }
    }

    #[cold]
    fn hand_out_tokens(&mut self) {
        (self.sink)(Group::Words, true, &self.words[..self.word_count]);
        (self.sink)(Group::Words, false, &self.others[..self.other_count]);
        (self.word_count, self.other_count) = (0, 0);
    }

    /// An n-gram of characters.
    fn ngram(&mut self, hash: u32) {
        self.ngrams[self.filled] = hash;
        self.filled += 1;
        self.make_room();
    }

    /// Hashes the n-grams of the block at hand, and begins the next.
    #[inline]
    fn hash_block(&mut self) {
        let free = &mut self.ngrams[self.filled..];
        self.filled += (self.kernel.ngrams)(&self.block, self.settings.character_ngrams, free);
        self.block.advance();
        self.make_room();
    }

    /// Hands out n-grams if there is no room for those of one more block.
    #[inline]
    fn make_room(&mut self) {
        if self.filled > NGRAMS - MOST_NGRAMS {
            (self.sink)(Group::Characters, false, &self.ngrams[..self.filled]);
            self.filled = 0;
        }
    }

    /// Hands out all that waits.
    #[inline]
    fn finish(&mut self) {
        self.separate();
        self.hash_block();
        (self.sink)(Group::Characters, false, &self.ngrams[..self.filled]);
        (self.sink)(Group::Words, true, &self.words[..self.word_count]);
        (self.sink)(Group::Words, false, &self.others[..self.other_count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::features;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    type Hashes = Vec<(Group, bool, u32)>;

    fn plain(text: &str, settings: &FeatureSettings) -> (Hashes, Read) {
        let mut all = Vec::new();
        let read = features(text, settings, |feature| all.push((feature.group, feature.word, feature.hash)));
        all.sort_unstable();
        (all, read)
    }

    fn batched(text: &str, settings: &FeatureSettings, kernel: &Kernel) -> (Hashes, Read) {
        let mut all = Vec::new();
        let read = feature_batches(text, settings, kernel, |group, word, hashes| {
            all.extend(hashes.iter().map(|&hash| (group, word, hash)));
        });
        all.sort_unstable();
        (all, read)
    }

    fn ngrams() -> impl Strategy<Value = (u8, u8)> {
        (1_u8..=6, 0_u8..6).prop_map(|(least, more)| (least, (least + more).min(6)))
    }

    fn settings() -> impl Strategy<Value = FeatureSettings> {
        (prop_oneof![1_u32..80, Just(4096)], 1_u8..3, ngrams(), ngrams()).prop_map(
            |(max_characters, word_ngrams, character_ngrams, unspaced_ngrams)| FeatureSettings {
                max_characters,
                word_ngrams,
                character_ngrams,
                unspaced_ngrams,
            },
        )
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9 .,?!'\\x00-\\x7f]{0,200}",
            "[a-c']{0,100}",
            "(([a-z]{1,12}|[0-9]{1,4}|don't|'|!) ?){0,60}",
            "\\PC{0,120}",
            "(?s).{0,120}",
            "[a-dA-D' 灯关ปิà\u{301}\u{323}\u{fdfa}½🙂\u{200b}ßİ☂]{0,120}",
            "[a-z]{0,30}[é灯🙂][a-z' ]{0,60}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn batches_are_the_features(text in texts(), settings in settings()) {
            let expected = plain(&text, &settings);
            for kernel in Kernel::available() {
                prop_assert_eq!(&batched(&text, &settings, kernel), &expected, "{}", kernel.name());
            }
        }
    }

    /// Words and symbols of every length around the ends of blocks.
    #[test]
    fn ends_of_blocks() {
        let settings = FeatureSettings {
            max_characters: 4096,
            word_ngrams: 2,
            character_ngrams: (1, 6),
            unspaced_ngrams: (1, 4),
        };
        for length in 0..3 * BLOCK {
            for tail in ["", " ", "a", "ab", "'t", ".", "..", " . a", "!a!b!c!d!e!f!g!h!i!j!k!l!m!n!o!p!q"] {
                for part in ["a", "a ", "a.", "it's "] {
                    let text: String = part.chars().cycle().take(length).chain(tail.chars()).collect();
                    for text in [text.clone(), text + "é"] {
                        let expected = plain(&text, &settings);
                        for kernel in Kernel::available() {
                            assert_eq!(
                                batched(&text, &settings, kernel),
                                expected,
                                "{text:?} {}",
                                kernel.name()
                            );
                        }
                    }
                }
            }
        }
    }
}
