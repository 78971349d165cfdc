//! The tagger in floating point: a recurrent layer over the tokens, and a conditional random field over their tags.

mod crf;
mod decode;
mod learn;
mod matrix;
mod network;

pub(crate) use decode::tag;
pub(crate) use learn::{Fit, epochs, fit, least_steps};
pub(crate) use matrix::{View, multiply};
#[cfg(test)]
pub(crate) use network::Layers;
pub(crate) use network::{Dropout, Network, Shape, TextRow, TokenRow, best};
