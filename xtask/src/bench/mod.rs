//! `cargo xtask bench`: trains and measures models on the data sets, holds them against the project's targets and the peers,
//! and keeps the numbers with their circumstances. `bench/README.md` tells how to read them.
//!
//! - What is asked for (`options.rs`), the data sets (`sets.rs`) and their way into the command line (`prepare.rs`).
//! - One model, trained and measured (`measure.rs`); what the peers reach (`peers.rs`); fastText beside it (`side.rs`), and a
//!   sentence encoder (`encoder.rs`).
//! - Parts of the engine by themselves (`figures.rs`).
//! - The targets (`goals.rs`), the record (`record.rs`) and its table (`table.rs`), all of it in order (`run.rs`).

pub(crate) mod abstain;
mod circumstances;
mod encoder;
mod figures;
mod goals;
mod measure;
mod options;
mod peers;
mod prepare;
#[cfg(test)]
mod quality;
mod record;
mod run;
mod sets;
mod side;
mod table;
pub(crate) mod taught;

pub(crate) use circumstances::{Circumstances, commit_date};
pub(crate) use options::{Options, USAGE};
pub(crate) use run::run;
