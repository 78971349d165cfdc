//! Runs one Stonechat model file over text.
//!
//! Integers only, so that every machine, kernel and thread gives the same bits; no standard library, so that it runs on a
//! microcontroller; no allocation after the constructor, and with [`Engine::in_memory`] none at all.
//!
//! ```
//! use stonechat_engine::{Decision, Engine, Model, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = include_bytes!("../../../golden/models/v1/smart-home.stone");
//! let model = Model::open(bytes)?; // every check happens here
//! verify(&model)?; // the recorded examples, bit for bit
//! let mut engine = Engine::new(&model); // takes all its memory; nothing is allocated later
//! let answer = engine.predict("turn the kitchen lights off");
//! assert_eq!(answer.decision(), Decision::Accept);
//! assert_eq!(answer.label().name, "lights.off");
//! # Ok(())
//! # }
//! ```
//!
//! The feature `alloc`, on unless it is switched off, has what needs an allocator: [`Engine::new`], [`Engine::set_values`],
//! [`verify()`] and the writing of sections.
#![no_std]
#![deny(clippy::float_arithmetic)] // Floating point differs between machines; the answers must not.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![deny(clippy::indexing_slicing)] // Whatever a file or a text says, running it cannot panic.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(feature = "alloc")]
extern crate alloc;

// The rooms from the ground up: prediction, format, kernel, text, value, tier, decode, model, lists, engine, verify. Each imports only
// rooms before it; `cargo xtask layout` holds that.
mod decode;
mod engine;
pub mod format;
pub mod kernel;
mod lists;
mod model;
pub mod prediction;
pub mod text;
mod tier;
pub mod value;
mod verify;

pub use engine::{Engine, Prediction, RANKING, TooLittleMemory, ValuesError};
pub use format::FormatError;
pub use kernel::Kernel;
pub use model::{Model, WorstCase};
pub use prediction::{Confidence, Decision, Label, Read, Reason, Score, Slot};
pub use verify::{Mismatch, verify_engine};
#[cfg(feature = "alloc")]
pub use verify::{verify, verify_with};
