//! The engine for C: what stands in `stonechat.h`, which `cargo xtask header` makes from these files.
//!
//! Every function is total: null pointers, short buffers, damaged files and texts that are not UTF-8 become a status. No
//! behaviour is added to the engine's.
//!
//! A handle is one block of memory, from the heap or the caller's: the value that Rust knows, and for an engine its scratch
//! memory behind it. `'static` in a handle stands for "as long as the header asks for": the bytes of a model outlive the model,
//! which outlives its engines.
#![cfg_attr(not(feature = "std"), no_std)]
#![allow(unsafe_code)] // Pointers come from C: this crate is where they become references.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod answer;
mod engine;
#[cfg(feature = "wasm")]
mod heap;
mod model;
#[cfg(all(not(feature = "std"), not(test)))]
mod panic;
mod place;
mod status;
mod text;
mod value;

pub use answer::*;
pub use engine::*;
#[cfg(feature = "wasm")]
pub use heap::*;
pub use model::*;
pub use status::*;
pub use text::*;
pub use value::*;
