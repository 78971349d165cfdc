//! The arithmetic of the engine. [`reference`](self) is the meaning; other kernels are copies that must agree bit for bit.

mod reference;
mod requantize;
mod table;

pub use crate::format::{MAX_ACTIVATION, MAX_SHIFT, Requantizer};
pub use requantize::{inverse_sqrt, requantize};
pub use table::Kernel;
