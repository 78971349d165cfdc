//! One file a tier: features to scores.

mod bag;
mod lookup;
mod piece_rows;
mod tagger;

pub(crate) use bag::{Bag, BagScratch};
pub(crate) use lookup::Lookup;
pub(crate) use tagger::{Membership, Tagger, TaggerScratch, Tags};
