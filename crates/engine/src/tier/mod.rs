//! One file a tier: features to scores.

mod bag;
mod piece_rows;
mod tagger;

pub(crate) use bag::{Bag, BagScratch};
pub(crate) use tagger::{Membership, Tagger, TaggerScratch};
