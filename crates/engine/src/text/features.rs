//! Features: a text as numbers, each a hash of a few neighbouring words or characters.
//!
//! Word n-grams carry the meaning, character n-grams carry it over to inflected, joined and mistyped words
//! (Bojanowski et al., "Enriching Word Vectors with Subword Information", TACL 2017). The hash replaces a dictionary
//! (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009).

use super::words::{TokenKind, steps};
use crate::format::{FeatureSettings, MAX_NGRAM};
use crate::kernel::{END, NGRAM, START, mix, spread};
use crate::prediction::Read;

/// What a feature is made of. Each kind is averaged by itself, so that the many n-grams of characters do not drown the
/// few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Group {
    /// Words and pairs of words; for scripts without spaces, n-grams of one and two characters.
    Words,
    /// n-grams of characters.
    Characters,
}

/// One feature of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature {
    /// The hash of what it is made of, spread evenly over 32 bits.
    pub hash: u32,
    /// What it is made of.
    pub group: Group,
    /// Whether it is one whole word, alone (for scripts without spaces: the shortest n-gram; of symbols: a pictograph).
    pub word: bool,
}

/// Where the hash of a word starts.
pub(super) const WORD: u32 = 0x5157_0b91;
pub(super) const PAIR: u32 = 0x2c1b_3c6d;
pub(super) const UNSPACED: u32 = 0x61c8_8647;

/// Whether a symbol says something by itself, as an emoji does, and is not punctuation: it counts as a word.
pub(super) const fn is_pictograph(character: u32) -> bool {
    character >= 0x2190 && (character < 0x3000 || character > 0x303f)
}

/// The characters seen last in the token at hand, newest first.
pub(super) struct Window {
    last: [u32; MAX_NGRAM as usize],
    filled: u8,
}

impl Window {
    pub(super) const fn new() -> Self {
        Self { last: [0; MAX_NGRAM as usize], filled: 0 }
    }

    /// Takes in a character and hands out each n-gram that ends with it, with its length.
    #[inline]
    pub(super) fn push(
        &mut self,
        character: u32,
        ngrams: (u8, u8),
        seed: u32,
        mut sink: impl FnMut(u32, u8),
    ) {
        self.last.copy_within(0..MAX_NGRAM as usize - 1, 1);
        self.last[0] = character;
        self.filled = if self.filled < MAX_NGRAM { self.filled + 1 } else { MAX_NGRAM };
        let mut state = seed;
        let longest = if ngrams.1 < self.filled { ngrams.1 } else { self.filled };
        let mut length = 0;
        for &value in self.last.iter().take(usize::from(longest)) {
            state = mix(state, value);
            length += 1;
            if length >= ngrams.0 {
                sink(spread(state), length);
            }
        }
    }
}

/// The state between two characters of a text.
struct Reader<S: FnMut(Feature)> {
    settings: FeatureSettings,
    sink: S,
    window: Window,
    /// The hash of the word at hand.
    word: u32,
    /// The hash of the word before it.
    before: u32,
    /// Whether the symbol at hand stands for a word.
    pictograph: bool,
    words: u32,
}

impl<S: FnMut(Feature)> Reader<S> {
    fn begin(&mut self, kind: TokenKind) {
        self.window = Window::new();
        self.word = WORD;
        self.pictograph = false;
        if kind == TokenKind::Word {
            self.ngrams(START);
        }
    }

    fn ngrams(&mut self, character: u32) {
        let sink = &mut self.sink;
        self.window.push(character, self.settings.character_ngrams, NGRAM, |hash, _| {
            sink(Feature { hash, group: Group::Characters, word: false });
        });
    }

    fn take(&mut self, kind: TokenKind, character: u32) {
        match kind {
            TokenKind::Word => {
                self.word = mix(self.word, character);
                self.ngrams(character);
            }
            TokenKind::Symbol => {
                self.word = mix(self.word, character);
                self.pictograph = is_pictograph(character);
            }
            TokenKind::Unspaced => {
                self.words += 1;
                let sink = &mut self.sink;
                let shortest = self.settings.unspaced_ngrams.0;
                self.window.push(character, self.settings.unspaced_ngrams, UNSPACED, |hash, length| {
                    let group = if length <= 2 { Group::Words } else { Group::Characters };
                    sink(Feature { hash, group, word: length == shortest });
                });
            }
        }
    }

    fn end(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Word => self.ngrams(END),
            TokenKind::Symbol => {}
            // What stands beside such a run still learns that something stood there.
            TokenKind::Unspaced => {
                self.before = UNSPACED;
                return;
            }
        }
        let word = kind == TokenKind::Word || self.pictograph;
        self.words += u32::from(word);
        (self.sink)(Feature { hash: spread(self.word), group: Group::Words, word });
        self.pair(self.word);
        self.before = self.word;
    }

    fn pair(&mut self, next: u32) {
        if self.settings.word_ngrams >= 2 {
            let hash = spread(mix(mix(PAIR, self.before), next));
            (self.sink)(Feature { hash, group: Group::Words, word: false });
        }
    }
}

/// Hands every feature of the text to `sink`, in the order of the text. Allocates nothing; the work is linear in what is
/// read: at most `settings.max_characters` characters of the text, and at most as many after normalisation.
///
/// Of the [`Read`] that it returns, `characters`, `truncated` and `words` are filled in; the other fields are zero.
#[inline]
pub fn features(text: &str, settings: &FeatureSettings, sink: impl FnMut(Feature)) -> Read {
    let mut reader = Reader {
        settings: *settings,
        sink,
        window: Window::new(),
        word: WORD,
        before: START,
        pictograph: false,
        words: 0,
    };
    let mut read = Read::default();
    let mut token = None;
    let mut text = text;
    // A character is a byte at least: most texts are short enough without counting.
    if text.len() > settings.max_characters as usize
        && let Some((end, _)) = text.char_indices().nth(settings.max_characters as usize)
    {
        text = text.get(..end).unwrap_or_default();
        read.truncated = true;
    }
    for (normalised, step) in steps(text).enumerate() {
        if normalised == settings.max_characters as usize {
            text = text.get(..step.character.start as usize).unwrap_or_default();
            read.truncated = true;
            break;
        }
        if step.first {
            if let Some(kind) = token.replace(step.kind) {
                reader.end(kind);
            }
            reader.begin(step.kind);
        }
        reader.take(step.kind, u32::from(step.character.value));
    }
    if let Some(kind) = token {
        reader.end(kind);
        reader.pair(END);
    }
    read.words = reader.words;
    read.characters = text.chars().count() as u32;
    read
}
