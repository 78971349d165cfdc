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
mod decimal;
mod failure;
mod kernel;
mod listed;
mod model_file;
mod progress;
mod slot;
mod slot_facts;
mod tally;
mod teacher;
mod template;
mod typed;

pub use cli::{command, run};
