//! A pretrained encoder of the BERT family, from the folder of files that it is published as.

#[cfg(feature = "fine-tune")]
mod back;
mod batches;
mod config;
#[cfg(feature = "fine-tune")]
mod contrast;
mod encoder;
mod error;
mod folder;
mod kernel;
#[cfg(feature = "fine-tune")]
mod kernel_back;
mod pooling;
mod prompt;
mod sentence;
mod tokens;
#[cfg(feature = "fine-tune")]
mod tune;
mod weights;

pub(crate) use config::Config;
pub(crate) use encoder::{Batch, Encoder};
pub use error::TeacherError;
pub(crate) use folder::Folder;
pub(crate) use pooling::Pooling;
pub use sentence::Teacher;
pub(crate) use tokens::{Piece, Tokens, Vocabulary, plain};
