//! `cargo xtask bindings`: the engine in other languages, built and tested.
//!
//! - C: installed as a user would, with `pkg-config` and CMake; the golden tables and every misuse, under AddressSanitizer and
//!   Valgrind (`c.rs`).
//! - Browsers and Node: two modules of WebAssembly, their size, the golden tables in Node (`web.rs`).
//! - The page of `examples/browser`, typed into in Chromium (`browser.rs`).
//! - The first examples of `docs/bindings.md`, run as they stand there (`examples.rs`).

mod browser;
mod c;
mod examples;
mod install;
mod patch;
mod program;
mod run;
mod tools;
mod web;

pub(crate) use install::run as install;
pub(crate) use run::{USAGE, run};
pub(crate) use web::build as web;
