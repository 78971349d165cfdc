//! Phrases: a few neighbouring tokens as one number, so that every span of a text can be looked up in a list of values.
//!
//! The tokens are those of [`tokens`](super::tokens), except that each character of a script without spaces is a token by
//! itself, and that characters which came from one character of the text are in one token. White space takes no part: `30 %` and `30%` are one phrase.

#[cfg(feature = "alloc")]
use super::ascii::{self, IN_WORD};
use super::features::WORD;
use super::words::{Step, Steps, TokenKind, steps};
use crate::kernel::{mix, spread};
use core::iter::FusedIterator;

/// A token as one number, and its place in the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHash {
    /// The hash of its normalised characters, as the features of a text hash a whole word before the last step.
    pub hash: u32,
    /// What it is made of. [`TokenKind::Unspaced`] is one character here, not a run.
    pub kind: TokenKind,
    /// Byte offset where it begins.
    pub start: u32,
    /// Byte offset where it ends.
    pub end: u32,
    /// The hash of its short shape, in [`token_features`](super::token_features()); 0 elsewhere.
    pub shape: u32,
}

/// The tokens of a text as numbers, in order. Allocates nothing.
#[inline]
pub fn token_hashes(text: &str) -> TokenHashes<'_> {
    let mut steps = steps(text);
    let next = steps.next();
    TokenHashes { steps, next }
}

/// Iterator over the tokens of a text as numbers; made by [`token_hashes`].
#[derive(Clone, Debug)]
pub struct TokenHashes<'a> {
    steps: Steps<'a>,
    /// The first character of the next token.
    next: Option<Step>,
}

impl Iterator for TokenHashes<'_> {
    type Item = TokenHash;

    #[inline]
    fn next(&mut self) -> Option<TokenHash> {
        let Step { character, kind, .. } = self.next?;
        let mut token = TokenHash {
            hash: mix(WORD, character.value.into()),
            kind,
            start: character.start,
            end: character.end,
            shape: 0,
        };
        self.next = loop {
            match self.steps.next() {
                // The one character of the text that became several is not torn apart.
                Some(step) if !begins(&step) || step.character.start < token.end => {
                    token.hash = mix(token.hash, step.character.value.into());
                    token.end = step.character.end;
                }
                next => break next,
            }
        };
        Some(token)
    }
}

impl FusedIterator for TokenHashes<'_> {}

/// Whether this character is the first of a token of a phrase.
#[inline]
fn begins(step: &Step) -> bool {
    step.first || step.kind == TokenKind::Unspaced
}

/// The characters of a text's tokens, with one space between two words and none elsewhere: two texts have the same
/// characters exactly if they have the same tokens.
#[inline]
pub(crate) fn phrase_characters(text: &str) -> PhraseCharacters<'_> {
    PhraseCharacters { steps: steps(text), before: None, held: None }
}

/// Iterator over the characters of a phrase; made by [`phrase_characters`].
#[derive(Clone, Debug)]
pub(crate) struct PhraseCharacters<'a> {
    steps: Steps<'a>,
    /// The kind of token before.
    before: Option<TokenKind>,
    /// What comes behind a space.
    held: Option<(char, TokenKind)>,
}

impl Iterator for PhraseCharacters<'_> {
    /// The character, and the kind of its token; a space has that of a word.
    type Item = (char, TokenKind);

    #[inline]
    fn next(&mut self) -> Option<(char, TokenKind)> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let Step { character, kind, first } = self.steps.next()?;
        let before = self.before.replace(kind);
        if first && kind == TokenKind::Word && before == Some(TokenKind::Word) {
            self.held = Some((character.value, kind));
            return Some((' ', kind));
        }
        Some((character.value, kind))
    }
}

impl FusedIterator for PhraseCharacters<'_> {}

/// Hands the characters of a phrase to `sink`, those of [`phrase_characters`], and returns its hash, that of [`phrase_hash`]: of
/// ASCII in one pass.
#[cfg(feature = "alloc")]
pub(crate) fn normalised_phrase(text: &str, mut sink: impl FnMut(char)) -> u32 {
    if !text.is_ascii() {
        phrase_characters(text).for_each(|(character, _)| sink(character));
        return phrase_hash(text);
    }
    let mut phrase = PhraseHash::new();
    // The token at hand, and whether it is a word.
    let mut token: Option<(u32, bool)> = None;
    let mut previous = 0;
    let text = text.as_bytes();
    for (at, &byte) in text.iter().enumerate() {
        let (value, bits) = ascii::read(byte, previous, text.get(at + 1));
        let word = bits & IN_WORD != 0;
        let state = match token {
            Some((state, _)) if word && previous & IN_WORD != 0 => state,
            _ if bits == 0 => {
                previous = 0;
                continue;
            }
            before => {
                if let Some((state, after_word)) = before {
                    phrase = phrase.push(state);
                    if word && after_word {
                        sink(' ');
                    }
                }
                WORD
            }
        };
        sink(value.into());
        token = Some((mix(state, value.into()), word));
        previous = bits;
    }
    token.map_or(phrase, |(state, _)| phrase.push(state)).finish()
}

/// The hash of a phrase, taken in token by token.
///
/// ```
/// use stonechat_engine::text::{PhraseHash, phrase_hash, token_hashes};
///
/// let mut phrase = PhraseHash::new();
/// for token in token_hashes("in the Living  room").skip(2) {
///     phrase = phrase.push(token.hash);
/// }
/// assert_eq!(phrase.finish(), phrase_hash("living room"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhraseHash(u32);

impl PhraseHash {
    /// No token yet.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self(PHRASE)
    }

    /// The phrase with one more token behind it.
    #[inline]
    #[must_use]
    pub const fn push(self, token_hash: u32) -> Self {
        Self(mix(self.0, token_hash))
    }

    /// The hash of the phrase, spread evenly over 32 bits.
    #[inline]
    #[must_use]
    pub const fn finish(self) -> u32 {
        spread(self.0)
    }
}

impl Default for PhraseHash {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the hash of a phrase starts.
const PHRASE: u32 = 0x1656_67b1;

/// The hash of all tokens of a text. Texts that differ only in case, width or white space between tokens have the same.
#[must_use]
pub fn phrase_hash(text: &str) -> u32 {
    token_hashes(text).fold(PhraseHash::new(), |phrase, token| phrase.push(token.hash)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn one_pass_is_as_two(text in "[a-cA-C1 .'\\x00-\\x7f]{0,60}|(?s).{0,60}|[a-c' é灯]{0,30}") {
            let mut found = String::new();
            let hash = normalised_phrase(&text, |character| found.push(character));
            let plain: String = phrase_characters(&text).map(|(character, _)| character).collect();
            prop_assert_eq!((found, hash), (plain, phrase_hash(&text)));
        }
    }
}
