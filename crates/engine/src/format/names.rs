//! What a model file is made of, by name and number.

use core::fmt;

/// The first eight bytes of every model file. The first is not ASCII and the last two are a line end, so that a file
/// which was sent as text is recognised as broken.
pub const MAGIC: [u8; 8] = *b"\x89STONE\r\n";
/// The version of the format that this engine writes, and the newest that it reads.
pub const VERSION: u32 = 1;
/// Every section begins at a multiple of this many bytes: a cache line, and the widest vector register.
pub const ALIGNMENT: usize = 64;

/// What kind of model a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// Hashed n-grams, summed embedding rows, one hidden layer.
    Bag,
    /// Hashed n-grams of each token, a recurrent layer, tags that follow one another.
    Tagger,
    /// The texts of the examples, each with its label.
    Lookup,
}

impl Tier {
    /// Its number in the file.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Bag => 1,
            Self::Tagger => 2,
            Self::Lookup => 3,
        }
    }

    /// Its name, as the command line and the reports use it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Tagger => "tagger",
            Self::Lookup => "lookup",
        }
    }

    pub(super) const fn from_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::Bag),
            2 => Some(Self::Tagger),
            3 => Some(Self::Lookup),
            _ => None,
        }
    }
}

/// A kind of section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Task, recipe, data digest and metrics, as JSON. The engine hands it on and does not read it.
    Meta,
    /// The names of the labels.
    Labels,
    /// Which features are taken from a text.
    Features,
    /// Which features were seen in training.
    Filter,
    /// The embedding rows.
    Rows,
    /// The hidden layer.
    Hidden,
    /// The output layer.
    Output,
    /// How scores become a decision.
    Decision,
    /// Texts with the exact answers that this file gives.
    Recorded,
    /// Names, types and rules of the slots.
    Slots,
    /// The recurrent layer.
    Tagger,
    /// The layer that makes scores of tags.
    Emissions,
    /// How well tags follow one another.
    Transitions,
    /// Phrases that stood in slots.
    Phrases,
    /// The word pieces that are known.
    Pieces,
    /// Their embedding rows.
    PieceRows,
    /// The texts that a look-up knows.
    Texts,
    /// When a text counts as outside the task.
    Scope,
    /// The least confidence of an accepted answer, for each label.
    Limits,
    /// A model that computes first: a cheaper one that answers for a bag where it is sure, or a bag whose scores are added to a tagger's.
    First,
}

impl SectionKind {
    const ALL: [Self; 20] = [
        Self::Meta,
        Self::Labels,
        Self::Features,
        Self::Filter,
        Self::Rows,
        Self::Hidden,
        Self::Output,
        Self::Decision,
        Self::Recorded,
        Self::Slots,
        Self::Tagger,
        Self::Emissions,
        Self::Transitions,
        Self::Phrases,
        Self::Pieces,
        Self::PieceRows,
        Self::Texts,
        Self::Scope,
        Self::Limits,
        Self::First,
    ];

    /// The four bytes that name it in the file.
    #[must_use]
    pub const fn name(self) -> [u8; 4] {
        *match self {
            Self::Meta => b"META",
            Self::Labels => b"LABL",
            Self::Features => b"FEAT",
            Self::Filter => b"FILT",
            Self::Rows => b"ROWS",
            Self::Hidden => b"HIDN",
            Self::Output => b"OUTP",
            Self::Decision => b"DECI",
            Self::Recorded => b"RECO",
            Self::Slots => b"SLOT",
            Self::Tagger => b"TAGR",
            Self::Emissions => b"EMIT",
            Self::Transitions => b"TRAN",
            Self::Phrases => b"PHRA",
            Self::Pieces => b"PIEC",
            Self::PieceRows => b"PROW",
            Self::Texts => b"LOOK",
            Self::Scope => b"SCOP",
            Self::Limits => b"LIMT",
            Self::First => b"FRST",
        }
    }

    pub(super) fn from_name(name: [u8; 4]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for SectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name().escape_ascii())
    }
}
