//! The embedding bag in floating point: what `stonechat_engine`'s tier of the same name runs in integers.

mod learn;
mod lessons;
mod pieces;
mod steps;
mod weights;

pub(crate) use learn::{Fit, epochs, fit};
pub(crate) use lessons::{Lessons, soften, toward};
pub(crate) use weights::{Bag, Shape, piece_scale};
