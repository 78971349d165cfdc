//! The features of each token: what a tagger knows of a word, by its letters, its spelling and its neighbours.
//!
//! Beside the n-grams that classify a whole text (see [`features`](super::features())) a token has its shape, which keeps what
//! normalisation takes away: `McDonald's` is `XxXx'x`. A token without white space on both sides, as those of `System.out`, also
//! has where in its chunk it stands, and the shape of the whole. The pairs of a token with its neighbours stand for it and them
//! together; what lies further away is for the tagger to remember.

use super::features::{Feature, Group, WORD, Window, is_pictograph};
use super::normalize::characters;
use super::phrase::TokenHash;
use super::words::{Step, TokenKind, steps};
use crate::format::FeatureSettings;
use crate::kernel::{END, NGRAM, START, mix, spread};
use crate::prediction::Read;

const SHAPE: u32 = 0x7f4a_7c15;
const LONG_SHAPE: u32 = 0x3c6e_f372;
const WITH_PREVIOUS: u32 = 0x1b87_3593;
const WITH_NEXT: u32 = 0x4cf5_ad43;
const AROUND: u32 = 0x38b3_4ae5;
const EDGE: u32 = 0x0a5e_11de;
const CHUNK: u32 = 0x6c07_8965;
const RUN: u32 = 0x52dc_e729;
/// Pairs are features of their own.
const SHORTEST_RUN: usize = 3;
/// A longer run of one kind of character looks no different in the long shape.
const LONGEST_RUN: u32 = 4;
/// Runs beyond this many leave a shape as it is: long tokens have no telling shape.
const MOST_RUNS: u32 = 16;

/// How a token is spelt, taken in character by character.
#[derive(Clone, Copy)]
struct Shape {
    short: u32,
    long: u32,
    last: u32,
    run: u32,
    runs: u32,
}

impl Shape {
    const fn new() -> Self {
        Self { short: SHAPE, long: LONG_SHAPE, last: u32::MAX, run: 0, runs: 0 }
    }

    /// Takes in a normalised character and the character of the text that it came from.
    fn push(&mut self, normalised: char, source: char) {
        // A mark that composed with the character changes it too, but does not make a capital of it.
        let alone = || characters(source.encode_utf8(&mut [0; 4])).next().map(|character| character.value);
        let kind = if normalised.is_ascii_digit() {
            'd' as u32
        } else if normalised != source && alone() != Some(source) {
            // Lower case, or another form: the same for most scripts that have capitals.
            'X' as u32
        } else if normalised.is_ascii_lowercase() || normalised as u32 >= 0x80 {
            'x' as u32
        } else {
            normalised as u32
        };
        if kind == self.last {
            self.run += 1;
        } else {
            self.last = kind;
            self.run = 1;
            self.runs += 1;
            if self.runs <= MOST_RUNS {
                self.short = mix(self.short, kind);
            }
        }
        if self.runs <= MOST_RUNS && self.run <= LONGEST_RUN {
            self.long = mix(self.long, kind);
        }
    }
}

/// Fills `tokens` with the first tokens of the text and hands every feature of each to `sink`, with the token's index. Returns
/// how many tokens there are, and what was read. Allocates nothing; the work is linear in what is read: at most
/// `settings.max_characters` characters, and as many tokens as there is room for.
///
/// Tokens are those of [`token_hashes`](super::token_hashes): they follow one another in the text and never overlap.
///
/// Features of the group [`Group::Words`] are the token itself, its shapes, its chunk and its pairs; the first of them is the token
/// itself, the second and third are the shapes, and the others come behind those of all tokens. Those of [`Group::Characters`] of
/// one token come without others between them.
pub fn token_features(
    text: &str,
    settings: &FeatureSettings,
    tokens: &mut [TokenHash],
    mut sink: impl FnMut(usize, Feature),
) -> (usize, Read) {
    let mut read = Read::default();
    let mut text = text;
    if text.len() > settings.max_characters as usize
        && let Some((end, _)) = text.char_indices().nth(settings.max_characters as usize)
    {
        text = text.get(..end).unwrap_or_default();
        read.truncated = true;
    }
    let mut count = 0;
    let mut here: Option<Open> = None;
    for (normalised, step) in steps(text).enumerate() {
        let Step { character, kind, first } = step;
        // The one character of the text that became several is not torn apart.
        let torn = here.as_ref().is_some_and(|open| character.start < open.token.end);
        let begins = (first || kind == TokenKind::Unspaced) && !torn;
        if normalised == settings.max_characters as usize
            || (begins && here.is_some() && count + 1 == tokens.len())
        {
            text = text.get(..character.start as usize).unwrap_or_default();
            read.truncated = true;
            break;
        }
        if begins {
            if let Some(open) = here.take() {
                open.close(settings, tokens, &mut count, &mut read, &mut sink);
            }
            here = Some(Open::new(&step));
        }
        if let Some(open) = here.as_mut() {
            let source = text.get(character.start as usize..).and_then(|rest| rest.chars().next());
            open.take(&step, source.unwrap_or_default(), settings, |feature| sink(count, feature));
        }
    }
    if let Some(open) = here
        && count < tokens.len()
    {
        open.close(settings, tokens, &mut count, &mut read, &mut sink);
    }
    read.characters = text.chars().count() as u32;
    neighbours(tokens.get(..count).unwrap_or_default(), settings, sink);
    (count, read)
}

/// The token that is being read.
struct Open {
    token: TokenHash,
    window: Window,
    shape: Shape,
    pictograph: bool,
}

impl Open {
    fn new(step: &Step) -> Self {
        let Step { character, kind, .. } = *step;
        Self {
            token: TokenHash { hash: WORD, kind, start: character.start, end: character.start, shape: 0 },
            window: Window::new(),
            shape: Shape::new(),
            pictograph: false,
        }
    }

    fn take(&mut self, step: &Step, source: char, settings: &FeatureSettings, mut sink: impl FnMut(Feature)) {
        let value = u32::from(step.character.value);
        let mut ngrams = |window: &mut Window, character| {
            window.push(character, settings.character_ngrams, NGRAM, |hash, _| {
                sink(Feature { hash, group: Group::Characters, word: false });
            });
        };
        if self.token.kind == TokenKind::Word {
            if self.token.end == self.token.start {
                ngrams(&mut self.window, START);
            }
            ngrams(&mut self.window, value);
        }
        self.token.hash = mix(self.token.hash, value);
        self.token.end = step.character.end;
        self.shape.push(step.character.value, source);
        self.pictograph = step.kind == TokenKind::Symbol && is_pictograph(value);
    }

    fn close(
        mut self,
        settings: &FeatureSettings,
        tokens: &mut [TokenHash],
        count: &mut usize,
        read: &mut Read,
        sink: &mut impl FnMut(usize, Feature),
    ) {
        if self.token.kind == TokenKind::Word {
            self.window.push(END, settings.character_ngrams, NGRAM, |hash, _| {
                sink(*count, Feature { hash, group: Group::Characters, word: false });
            });
        }
        let word = self.token.kind != TokenKind::Symbol || self.pictograph;
        read.words += u32::from(word);
        sink(*count, Feature { hash: spread(self.token.hash), group: Group::Words, word });
        for shape in [self.shape.short, self.shape.long] {
            sink(*count, Feature { hash: spread(shape), group: Group::Words, word: false });
        }
        self.token.shape = self.shape.short;
        if let Some(place) = tokens.get_mut(*count) {
            *place = self.token;
            *count += 1;
        }
    }
}

/// Where the chunk ends that begins with the first of these tokens, and its shape. A chunk is tokens without anything between them, none
/// of a script without spaces, or one token.
#[inline(never)] // A small module is worth more than the call.
fn chunk(tokens: &[TokenHash]) -> (usize, u32) {
    let mut shape = CHUNK;
    let mut end = None;
    for (length, token) in tokens.iter().enumerate() {
        let spaced = token.kind != TokenKind::Unspaced;
        if length > 0 && (end != Some(token.start) || !spaced) {
            return (length, shape);
        }
        end = Some(token.end).filter(|_| spaced);
        shape = mix(shape, token.shape);
    }
    (tokens.len(), shape)
}

/// Of each token its chunk, and its pairs with the one before it and the one behind it, and of these two. A token of a chunk of
/// several has where it stands there, and the shape of the whole with that. In scripts without spaces, where a token is a
/// character, it has the longer n-grams that it is part of, each by its place in them.
fn neighbours(tokens: &[TokenHash], settings: &FeatureSettings, mut sink: impl FnMut(usize, Feature)) {
    let hash_at =
        |index: Option<usize>| index.and_then(|index| tokens.get(index)).map_or(EDGE, |token| token.hash);
    let (mut first, mut end, mut shape) = (0, 0, 0);
    for (index, token) in tokens.iter().enumerate() {
        if index == end {
            let (length, of_chunk) = chunk(tokens.get(index..).unwrap_or_default());
            (first, end, shape) = (index, index + length, of_chunk);
        }
        let place = u32::from(index > first) + 2 * u32::from(index + 1 < end);
        let (before, after) = (hash_at(index.checked_sub(1)), hash_at(index.checked_add(1)));
        let states = [
            mix(CHUNK, place),
            mix(shape, place),
            mix(mix(WITH_PREVIOUS, before), token.hash),
            mix(mix(WITH_NEXT, token.hash), after),
            mix(mix(AROUND, before), after),
        ];
        let chunks = if place == 0 { 2 } else { 0 };
        let pairs = if settings.word_ngrams >= 2 { 5 } else { 2 };
        for &state in states.get(chunks..pairs).unwrap_or_default() {
            sink(index, Feature { hash: spread(state), group: Group::Words, word: false });
        }
        if token.kind != TokenKind::Unspaced {
            continue;
        }
        for length in SHORTEST_RUN..=usize::from(settings.unspaced_ngrams.1) {
            for place in 0..length {
                let run = index.checked_sub(place).and_then(|start| tokens.get(start..start + length));
                let Some(run) = run.filter(|run| run.iter().all(|token| token.kind == TokenKind::Unspaced))
                else {
                    continue;
                };
                let state = run.iter().fold(mix(RUN, place as u32), |state, token| mix(state, token.hash));
                sink(index, Feature { hash: spread(state), group: Group::Characters, word: false });
            }
        }
    }
}
