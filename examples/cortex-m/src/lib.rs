//! What both programs share: text for the emulator, counting of instructions, and what flash and memory are used.

#![no_std]

mod console;
mod counter;
mod usage;

pub use console::{Console, finish};
pub use counter::Counter;
pub use usage::Usage;
