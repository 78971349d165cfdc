//! Numbers that steer the text and the arithmetic, as a file holds them.

/// The longest n-gram of characters that can be asked for.
pub const MAX_NGRAM: u8 = 6;
/// The longest text that can be asked for, in characters. It keeps every sum of table rows within 32 bits.
pub const MAX_CHARACTERS: u32 = 1 << 16;

/// Which features are taken from a text. Stored in the model file, so that training and use agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureSettings {
    /// Characters that are read of a text, and characters that are read after normalisation: 1 to [`MAX_CHARACTERS`].
    pub max_characters: u32,
    /// The longest n-gram of words: 1 or 2.
    pub word_ngrams: u8,
    /// Shortest and longest n-gram of characters inside a word, its two ends counted as characters:
    /// 1 to [`MAX_NGRAM`].
    pub character_ngrams: (u8, u8),
    /// The same for scripts written without spaces, whose n-grams run across the whole text.
    pub unspaced_ngrams: (u8, u8),
}

impl FeatureSettings {
    /// Whether every setting is in its range.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        const fn range(ngrams: (u8, u8)) -> bool {
            1 <= ngrams.0 && ngrams.0 <= ngrams.1 && ngrams.1 <= MAX_NGRAM
        }
        1 <= self.max_characters
            && self.max_characters <= MAX_CHARACTERS
            && 1 <= self.word_ngrams
            && self.word_ngrams <= 2
            && range(self.character_ngrams)
            && range(self.unspaced_ngrams)
    }

    /// The most features that a text can have: a bound on the work of one answer.
    #[must_use]
    pub const fn max_features(&self) -> u32 {
        // A character ends at most one n-gram of each length. A word's end counts as one more character, and so does its
        // start; a word has at least one character, so no more than three are counted for each that is read. Each
        // character ends at most one word, which is one feature alone and one with the word before; the end of the text
        // adds one.
        let longest = if self.character_ngrams.1 > self.unspaced_ngrams.1 {
            self.character_ngrams.1
        } else {
            self.unspaced_ngrams.1
        };
        self.max_characters * (3 * longest as u32 + 2) + 1
    }
}

/// The largest absolute value of an activation: 12 bits with the sign. With weights of 8 bits, layers of up to 4,096 inputs
/// and biases up to 2³⁰, every sum stays within 32 bits; with 8 bits, close scores would too often change places.
pub const MAX_ACTIVATION: i16 = 2047;

/// The largest shift: the rounding term stays within 63 bits.
pub const MAX_SHIFT: u32 = 62;

/// A factor, as `multiplier / 2^shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requantizer {
    /// 0 to 2³¹ − 1.
    pub multiplier: i32,
    /// 1 to [`MAX_SHIFT`].
    pub shift: u32,
}
