//! Answers a suite of models and texts and writes down what it answered, so that the answers of any two machines can be compared.
//!
//! It needs no allocator and no operating system: a suite lies in memory ([`Suite`]), the engine computes in memory that the caller
//! lends, and what is written goes to a [`core::fmt::Write`] ([`replay()`]).

#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "write"))]
extern crate alloc;

mod answer;
mod digest;
mod replay;
mod suite;

#[cfg(feature = "agreement")]
pub use replay::agreement;
pub use replay::{Failed, memory, replay};
pub use suite::{Broken, Detail, Part, Suite};
#[cfg(feature = "write")]
pub use suite::{Written, write};
