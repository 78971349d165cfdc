//! Scores to a declared outcome, or an abstention.

mod confidence;
mod labels;
mod scope;
mod slots;

pub(crate) use confidence::{logistic, softmax};
pub(crate) use labels::{Evidence, decide, rank};
pub(crate) use scope::outsideness;
pub(crate) use slots::{Found, Search, SlotScratch};
