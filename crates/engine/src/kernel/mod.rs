//! The arithmetic of the engine. [`reference`](self) is the meaning; other kernels are copies that must agree bit for bit.

#[cfg(any(test, feature = "agreement"))]
pub mod agreement;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod avx512_text;
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
// For kernels that have no such functions of their own.
mod blocks;
#[cfg(target_arch = "x86_64")]
mod detect;
mod hash;
mod memory;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
mod neon;
mod reference;
mod requantize;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
#[cfg(test)]
mod speed;
mod table;
#[cfg(all(test, feature = "alloc"))]
mod tests;
#[cfg(any(
    all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    all(target_arch = "wasm32", target_feature = "simd128")
))]
mod tiles;

pub(crate) use memory::{Buffer, Count, Frozen, Source};

pub use crate::format::{MAX_ACTIVATION, MAX_SHIFT, Requantizer};
pub(crate) use hash::{BLOCK, Block, END, HISTORY, MOST_NGRAMS, NGRAM, START, mix, spread};
pub use requantize::{inverse_sqrt, requantize};
pub use table::Kernel;
