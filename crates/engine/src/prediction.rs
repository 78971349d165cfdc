//! What comes out of the engine.

use core::fmt;

/// A logit: the evidence for one label, in 65,536ths. Equal on every machine, bit for bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(pub i32);

/// A calibrated probability, in 65,536ths: 0 is never, 65,536 is certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u32);

impl Confidence {
    /// Certain.
    pub const ONE: Self = Self(1 << 16);

    /// The confidence of so many 65,536ths; more than 65,536 counts as 65,536.
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        Self(if raw > Self::ONE.0 { Self::ONE.0 } else { raw })
    }

    /// In 65,536ths, 0 to 65,536.
    #[must_use]
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// In 10,000ths, rounded to the nearest: 0 to 10,000. For printing without floating point.
    #[must_use]
    pub const fn per_ten_thousand(self) -> u32 {
        (self.0 * 10_000 + (1 << 15)) >> 16
    }
}

impl fmt::Display for Confidence {
    /// As a decimal fraction with four digits, such as `0.9870`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.per_ten_thousand();
        write!(f, "{}.{:04}", value / 10_000, value % 10_000)
    }
}

/// Whether the answer may be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The engine stands by the label.
    Accept,
    /// The engine does not know; [`Reason`] says why. The label is still its best guess.
    Abstain,
}

impl Decision {
    /// The word for it in JSON: `accept` or `abstain`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Abstain => "abstain",
        }
    }
}

/// Why the engine abstained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No word of the text is known to the model.
    NoKnownWords,
    /// The best label is less certain than the model file asks for.
    LowConfidence,
    /// The text is unlike those that the model learned from, or the best label is the one that stands for everything outside
    /// the task.
    OutOfScope,
    /// The text lacks a slot that its label requires.
    MissingSlot,
    /// The text is longer than the model reads: what was not read might change the answer.
    TooLong,
    /// A slot that the label requires is less certain than the model file asks for.
    UnsureSlot,
}

impl Reason {
    /// The word for it in JSON, such as `low_confidence`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoKnownWords => "no_known_words",
            Self::LowConfidence => "low_confidence",
            Self::OutOfScope => "out_of_scope",
            Self::MissingSlot => "missing_slot",
            Self::TooLong => "too_long",
            Self::UnsureSlot => "unsure_slot",
        }
    }
}

/// One label of the task, as an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// Its place in the model's list of labels.
    pub index: u32,
    /// Its name, as the task declares it.
    pub name: &'a str,
    /// Its logit.
    pub score: Score,
    /// How probable it is.
    pub confidence: Confidence,
}

/// A slot that was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot<'a> {
    /// Its place in the model's list of slots.
    pub index: u32,
    /// Its name, as the task declares it.
    pub name: &'a str,
    /// The part of the text that it is, as it stands there.
    pub text: &'a str,
    /// Byte offset in the text where it begins; never inside a character.
    pub start: u32,
    /// Byte offset where it ends.
    pub end: u32,
    /// How probable it is that this slot has exactly these limits.
    pub confidence: Confidence,
    /// Whether that is as much as the model file asks of a slot. Where it is not, the slot may be asked for again.
    pub decision: Decision,
}

/// How much of the text was read, and how much of it was known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Characters (Unicode scalar values) of the text that were read.
    pub characters: u32,
    /// Whether the text was longer than the model reads, in characters or tokens; the rest did not count.
    pub truncated: bool,
    /// Words that the model knows (for scripts without spaces: the shortest n-grams of characters). It knows what stood in
    /// its examples and was kept: words of a single example may have been left out.
    pub known_words: u32,
    /// Words in the text, pictographs among them (for scripts without spaces: characters).
    pub words: u32,
    /// Features that the model knows and that made the answer.
    pub features: u32,
    /// The features of the text by group, as [`Group`](crate::text::Group) tells them: of words, and of characters. Word pieces
    /// and phrases do not count.
    pub seen: [Seen; 2],
}

/// How many features of a group the model knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Those that it knows.
    pub known: u32,
    /// Those that it does not know.
    pub unknown: u32,
}

impl Seen {
    /// The share that is not known, in 65,536ths, rounded down; 0 where there are none.
    #[must_use]
    pub const fn unknown_share(self) -> u32 {
        let all = self.known as u64 + self.unknown as u64;
        match ((self.unknown as u64) << 16).checked_div(all) {
            Some(share) => share as u32,
            None => 0,
        }
    }
}

impl Read {
    /// The share of all features that are not known, in 65,536ths, rounded down; 0 where there are none.
    #[must_use]
    pub const fn unknown_share(&self) -> u32 {
        let [words, characters] = self.seen;
        Seen { known: words.known + characters.known, unknown: words.unknown + characters.unknown }
            .unknown_share()
    }
}
