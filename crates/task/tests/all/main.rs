//! Tests of the public interface, one file a theme.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checks;
mod data_sets;
mod formats;
mod round_trip;
mod schema;
mod slot_checks;
mod slot_formats;
mod splits;
mod support;
mod task_file;
mod writing;
