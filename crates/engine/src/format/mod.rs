//! Bytes to numbers and back: the model file, as `docs/model-format.md` defines it.
//!
//! Reading and writing stand side by side, one type a section.

mod bytes;
mod checksum;
mod error;
mod header;
mod index;
mod layers;
mod lookup;
mod names;
mod pieces;
mod scope;
mod sections;
mod settings;
mod slots;
mod tagger;

pub use error::FormatError;
pub(crate) use header::Container;
#[cfg(feature = "alloc")]
pub use header::{Sections, pack, unpack};
pub(crate) use layers::Scales;
#[cfg(target_arch = "x86_64")]
pub(crate) use layers::ScalesOf;
pub use layers::{Dense, Emissions, GROUP, LANES};
pub use lookup::Texts;
pub use names::{ALIGNMENT, MAGIC, SectionKind, Tier, VERSION};
pub use pieces::{MAX_PIECE, Pieces};
pub use scope::{LabelLimits, ScopeRule};
#[cfg(feature = "alloc")]
pub use sections::Answer;
pub use sections::{
    DecisionRule, Features, Filter, Labels, Recorded, RecordedExample, RecordedSlot, Rows, score_hash,
};
pub use settings::{FeatureSettings, MAX_ACTIVATION, MAX_CHARACTERS, MAX_NGRAM, MAX_SHIFT, Requantizer};
pub use slots::{SlotEntry, SlotRule, Slots};
pub(crate) use tagger::{Direction, Layer};
#[cfg(feature = "alloc")]
pub use tagger::{DirectionWeights, LayerWeights};
pub use tagger::{MAX_LIFTED, MAX_PHRASE, MAX_SLOTS, MAX_TOKENS, Phrases, Recurrent, Transitions};
