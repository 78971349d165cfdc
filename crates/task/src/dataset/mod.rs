//! Labelled rows: read from files, divided into splits, named and digested.

mod digest;
mod label_names;
mod rows;
mod splits;

pub use digest::digest;
pub use label_names::label_names;
pub use rows::Dataset;
pub use splits::{Origin, Splits};
