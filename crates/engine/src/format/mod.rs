//! Bytes to numbers and back: the model file, as `docs/model-format.md` defines it.
//!
//! Reading and writing stand side by side, one type a section.

mod bytes;
mod error;
mod header;
mod sections;

pub use error::FormatError;
pub(crate) use header::Container;
pub use header::{ALIGNMENT, MAGIC, Tier, VERSION, pack};
pub use sections::{
    Answer, DecisionRule, Dense, Features, Filter, Labels, Recorded, RecordedExample, Rows, SectionKind,
    score_hash,
};
