//! The trainer from rows to a file, as a user of the crate meets it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accept;
mod cache;
mod calibration;
mod determinism;
mod edges;
mod few;
mod ladder;
mod learning;
mod lookup;
mod order;
mod pieces;
mod quantization;
mod rows;
mod size;
mod strange;
mod support;
#[cfg(feature = "teacher")]
mod teacher;
mod tuning;
#[cfg(feature = "teacher")]
mod word_pieces;
mod words;
