//! The task: what a model must understand, where its examples are, and what it must achieve.

mod definition;
mod fields;
mod file;
mod goal;
mod kind;
mod shares;

pub use definition::Task;
pub use goal::{Goal, parse_latency_us, parse_size};
pub use kind::Kind;
pub use shares::SplitShares;
