//! `cargo ship`: the command line as one static file (`build.rs`), in which the functions that an answer runs through
//! (`functions.rs`) lie side by side.
//!
//! A system brings code into memory in pieces of 64 KB. Left where a linker puts them, the 300 KB that run lie in 2.3 MB of such
//! pieces; side by side they lie in half of that (Pettis and Hansen, "Profile Guided Code Positioning", PLDI 1990).

mod build;
mod functions;

pub(crate) use build::{build, run};
pub(crate) use functions::run as list_functions;
