//! The arithmetic of the engine. [`reference`](self) is the meaning; other kernels are copies that must agree bit for bit.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod detect;
mod hash;
mod reference;
mod requantize;
mod table;
#[cfg(test)]
mod tests;

pub use crate::format::{MAX_ACTIVATION, MAX_SHIFT, Requantizer};
pub(crate) use hash::{mix, spread};
pub use requantize::{inverse_sqrt, requantize};
pub use table::Kernel;
