//! The table of kernels: one set of functions for each instruction set.

use super::hash::Block;
#[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
use super::neon;
use super::reference;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::simd128;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};
use crate::format::{Dense, Filter, Requantizer, Scales};

/// One step of a recurrent layer: sums and their multipliers, by how many bits the sums are shifted, cell and state.
pub(crate) type Gates = fn(&[i32], &[u8], u32, &mut [i32], &mut [i16]);

/// Sums of groups to activations: sums and their factors, by how many bits the result is shifted, and where it goes.
pub(crate) type Pool = fn([&[i32]; 3], [i32; 3], u32, &mut [i16]);

/// A set of functions that do the heavy arithmetic. All kernels give the same bits.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    name: &'static str,
    pub(crate) ngrams: fn(block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize,
    pub(crate) known: fn(filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize,
    pub(crate) sum_rows_8: fn(rows: &[u8], ids: &[u32], sum: &mut [i32]),
    pub(crate) sum_rows_4: fn(rows: &[u8], ids: &[u32], sum: &mut [i32]),
    pub(crate) dot: fn(weights: &[u8], inputs: &[i16]) -> i32,
    pub(crate) dense: fn(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]),
    pub(crate) scale_sums: fn(scales: &Scales<'_>, sums: &mut [i32]),
    pub(crate) pool: Pool,
    pub(crate) rectify: fn(values: &[i32], out: &mut [i16]),
    pub(crate) join: fn(words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]),
    pub(crate) gates: Gates,
}

impl Kernel {
    /// Every kernel that this machine can run, the fastest first.
    #[must_use]
    pub fn available() -> &'static [Self] {
        #[cfg(target_arch = "x86_64")]
        {
            let features = super::detect::features();
            if features.avx512 {
                return &[Self::AVX512, Self::AVX2, Self::REFERENCE];
            }
            if features.avx2 {
                return &[Self::AVX2, Self::REFERENCE];
            }
        }
        // What these need was switched on when this was compiled, so it is there.
        #[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
        return &[Self::NEON, Self::REFERENCE];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return &[Self::SIMD128, Self::REFERENCE];
        #[allow(unreachable_code)] // The targets above have returned.
        &[Self::REFERENCE]
    }

    /// What is not here is plain code, which the compiler makes vectors of.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
    const NEON: Self = Self {
        name: "neon",
        sum_rows_8: neon::sum_rows_8,
        sum_rows_4: neon::sum_rows_4,
        dot: neon::dot,
        dense: neon::dense,
        ..Self::REFERENCE
    };

    /// What is not here is plain code, which the compiler makes vectors of.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    const SIMD128: Self = Self {
        name: "simd128",
        sum_rows_8: simd128::sum_rows_8,
        sum_rows_4: simd128::sum_rows_4,
        dot: simd128::dot,
        dense: simd128::dense,
        ..Self::REFERENCE
    };

    #[cfg(target_arch = "x86_64")]
    const AVX2: Self = Self {
        name: "avx2",
        ngrams: avx2::ngrams,
        known: avx2::known,
        sum_rows_8: avx2::sum_rows_8,
        sum_rows_4: avx2::sum_rows_4,
        dot: avx2::dot,
        dense: avx2::dense,
        scale_sums: avx2::scale_sums,
        pool: avx2::pool,
        rectify: avx2::rectify,
        join: avx2::join,
        gates: avx2::gates,
    };

    #[cfg(target_arch = "x86_64")]
    const AVX512: Self = Self {
        name: "avx512",
        ngrams: avx512::ngrams,
        known: avx512::known,
        sum_rows_8: avx512::sum_rows_8,
        sum_rows_4: avx512::sum_rows_4,
        dot: avx512::dot,
        dense: avx512::dense,
        scale_sums: avx512::scale_sums,
        pool: avx512::pool,
        rectify: avx512::rectify,
        join: avx512::join,
        gates: avx512::gates,
    };

    /// The plain kernel that defines what all others compute. It runs everywhere.
    pub const REFERENCE: Self = Self {
        name: "reference",
        ngrams: reference::ngrams,
        known: reference::known,
        sum_rows_8: reference::sum_rows_8,
        sum_rows_4: reference::sum_rows_4,
        dot: reference::dot,
        dense: reference::dense,
        scale_sums: reference::scale_sums,
        pool: reference::pool,
        rectify: reference::rectify,
        join: reference::join,
        gates: reference::gates,
    };

    /// The outputs of a layer, within 32 bits, in the place of its sums: there must be room for [`Dense::sums`], and as many inputs
    /// as [`Dense::width`].
    pub(crate) fn layer<'s>(&self, layer: &Dense<'_>, inputs: &[i16], sums: &'s mut [i32]) -> &'s [i32] {
        let Some(sums) = sums.get_mut(..layer.sums()) else { return &[] };
        sums.fill(0);
        (self.dense)(layer.weights(), layer.width(), inputs, sums);
        let outputs = sums.get_mut(..layer.outputs as usize).unwrap_or_default();
        (self.scale_sums)(&layer.scales, outputs);
        outputs
    }

    /// The fastest kernel that this machine can run.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().first().copied().unwrap_or(Self::REFERENCE)
    }

    /// The kernel of this name, if this machine can run it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::available().iter().find(|kernel| kernel.name == name).copied()
    }

    /// Its name, such as `reference`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}
