//! Scores to a declared outcome, or an abstention.

mod confidence;
mod labels;

pub(crate) use confidence::{logistic, softmax};
pub(crate) use labels::{decide, rank};
