//! Bytes to numbers and back: the model file, as `docs/model-format.md` defines it.
//!
//! Reading and writing stand side by side, one type a section.

mod bytes;
mod error;
mod header;
mod sections;

pub use error::FormatError;
pub use header::{ALIGNMENT, MAGIC, Tier, VERSION, pack};
pub use sections::{
    Dense, DecisionRule, Features, Filter, Labels, Recorded, RecordedExample, Rows, SectionKind, score_hash,
};
pub(crate) use header::Container;
