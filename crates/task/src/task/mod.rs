//! The task: what a model must understand, where its examples are, and what it must achieve.

mod definition;
mod fields;
mod file;
mod goal;
mod infer;
mod kind;
mod pattern;
mod schema;
mod schema_file;
mod schema_toml;
mod shares;
mod values;

pub use definition::Task;
pub use goal::{Goal, parse_latency_us, parse_size};
pub use kind::Kind;
pub(crate) use pattern::compile;
pub use schema::{ChoiceValue, Intent, Schema, SlotKind, SlotSchema};
pub use shares::SplitShares;
pub use values::read_values;
