//! A pretrained encoder of the BERT family, from the folder of files that it is published as.

mod batches;
mod config;
mod encoder;
mod error;
mod folder;
mod kernel;
mod tokens;
mod weights;

pub(crate) use config::Config;
pub(crate) use encoder::Encoder;
pub use error::TeacherError;
pub(crate) use folder::Folder;
pub(crate) use tokens::Tokens;
