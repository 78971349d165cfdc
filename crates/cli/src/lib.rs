//! The words that a person types: `stonechat COMMAND`.
//!
//! A command reads its files, calls the crates that know, and prints. [`command`] describes all of them, for
//! the documents that are generated from it; [`run`] is the program.

#![forbid(unsafe_code)]

mod answer;
mod cli;
mod command;
mod common;
mod console;
mod data;
mod failure;
mod kernel;
mod model_file;
mod progress;
mod tally;
mod template;

pub use cli::{command, run};
