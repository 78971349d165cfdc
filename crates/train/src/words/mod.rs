//! The words asset: static rows for word pieces, made once from a pretrained encoder.

mod asset;
#[cfg(feature = "teacher")]
mod build;
mod built_in;
mod error;
mod file;
#[cfg(feature = "teacher")]
mod frequency;
#[cfg(feature = "teacher")]
mod pieces;
#[cfg(feature = "teacher")]
mod principal;
#[cfg(feature = "teacher")]
mod quantize;
#[cfg(feature = "teacher")]
mod write;

pub use asset::Words;
#[cfg(feature = "teacher")]
pub use build::{WordsBuilt, WordsRows, WordsSettings, build_words};
pub use error::WordsError;
