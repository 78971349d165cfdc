//! Labelled rows: read from files, divided into splits, named and digested.

mod digest;
mod label_names;
mod rows;
mod schema_violations;
mod slot_names;
mod splits;

pub use digest::digest;
pub use label_names::label_names;
pub use rows::Dataset;
pub use schema_violations::schema_violations;
pub(crate) use schema_violations::{Allowed, Violation};
pub use slot_names::slot_names;
pub use splits::{Origin, Splits};
