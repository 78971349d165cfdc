//! From the paths that a task names to rows.

mod data_source;
mod files;

pub use data_source::DataSource;
pub(crate) use files::{Loaded, load, load_text};
