//! The arithmetic of the engine. [`reference`](self) is the meaning; other kernels are copies that must agree bit for bit.

#[cfg(any(test, feature = "agreement"))]
pub mod agreement;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod detect;
mod memory;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
mod neon;
mod reference;
mod requantize;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;
mod table;
#[cfg(any(
    all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    all(target_arch = "wasm32", target_feature = "simd128")
))]
mod tiles;

pub(crate) use memory::{Buffer, Count, Frozen, Source};

pub use crate::format::{MAX_ACTIVATION, MAX_SHIFT, Requantizer};
pub use requantize::{inverse_sqrt, requantize};
pub use table::Kernel;
