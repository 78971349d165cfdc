//! One file a tier, named as in the engine: examples to float weights.

pub(crate) mod bag;
pub(crate) mod lookup;
pub(crate) mod tagger;

pub(crate) use bag::{Bag, Fit, Lessons, Shape, epochs, fit, piece_scale};
