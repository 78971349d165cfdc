//! Bytes to numbers and back: the model file, as `docs/model-format.md` defines it.
//!
//! Reading and writing stand side by side, one type a section.

mod bytes;
mod error;
mod header;
mod index;
mod lookup;
mod names;
mod pieces;
mod sections;
mod settings;
mod slots;
mod tagger;

pub use error::FormatError;
pub(crate) use header::Container;
pub use header::{Sections, pack, unpack};
pub use lookup::Texts;
pub use names::{ALIGNMENT, MAGIC, SectionKind, Tier, VERSION};
pub use pieces::{MAX_PIECE, Pieces};
#[cfg(target_arch = "x86_64")]
pub(crate) use sections::Scales;
pub use sections::{
    Answer, DecisionRule, Dense, Features, Filter, Labels, Recorded, RecordedExample, RecordedSlot, Rows,
    score_hash,
};
pub use settings::{FeatureSettings, MAX_ACTIVATION, MAX_CHARACTERS, MAX_NGRAM, MAX_SHIFT, Requantizer};
pub use slots::{SlotEntry, SlotRule, Slots};
pub use tagger::{
    Direction, DirectionWeights, LANES, MAX_PHRASE, MAX_SLOTS, MAX_TOKENS, Phrases, Recurrent, Transitions,
};
