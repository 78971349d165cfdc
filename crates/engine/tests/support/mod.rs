//! What the attacks on the engine share: chance, models, and the frame of a file.

#![allow(dead_code)] // Each test uses its own part.

// The trainer's own: what it builds is what the engine must read.
#[path = "../../../train/src/filter.rs"]
pub(crate) mod filter;
pub(crate) mod frame;
pub(crate) mod lookups;
pub(crate) mod models;
pub(crate) mod random;
pub(crate) mod rules;
pub(crate) mod taggers;
