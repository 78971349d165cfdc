//! Scores to a declared outcome, or an abstention.

mod confidence;
mod labels;
mod slots;

pub(crate) use confidence::{logistic, softmax};
pub(crate) use labels::{decide, rank};
pub(crate) use slots::{Found, Search, SlotScratch};
