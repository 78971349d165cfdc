//! One file a tier: features to scores.

mod bag;

pub(crate) use bag::{Bag, BagScratch};
