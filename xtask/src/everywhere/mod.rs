//! `cargo xtask everywhere`: the same answers on every target. `docs/targets.md` tells what is held and how.
//!
//! - What is asked for (`options.rs`).
//! - Models and texts (`suite.rs`), and what the golden tables say to them (`golden.rs`).
//! - The targets (`target.rs`): what each needs (`need.rs`), how it is built and run (`build.rs`).
//! - What was answered, read and compared (`replayed.rs`).
//! - How large programs are and how much memory they take (`size.rs`).
//! - The record (`record.rs`), all of it in order (`run.rs`).

mod build;
mod golden;
mod need;
mod options;
mod record;
mod replayed;
mod run;
mod size;
mod suite;
mod target;

pub(crate) use options::{Options, USAGE};
pub(crate) use run::run;
