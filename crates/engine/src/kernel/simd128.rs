//! The kernel for WebAssembly with 128-bit vectors. A module holds them or it does not: there is nothing to find out while running.
//!
//! Products are `i32x4.dot_i16x8_s`: exact for what comes here, and the same on every machine, unlike the relaxed ones.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::{reference, tiles};
use crate::format::LANES;
use core::arch::wasm32::{
    i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane,
    i32x4_splat, v128, v128_load, v128_store,
};

pub(super) fn dot(weights: &[u8], inputs: &[i16]) -> i32 {
    let length = weights.len().min(inputs.len());
    let (weights, inputs) =
        (weights.get(..length).unwrap_or_default(), inputs.get(..length).unwrap_or_default());
    let (blocks, rest) = weights.as_chunks::<16>();
    let (input_blocks, input_rest) = inputs.as_chunks::<16>();
    let mut sums = [i32x4_splat(0); 2];
    for (weights, inputs) in blocks.iter().zip(input_blocks) {
        let weights = widen(weights);
        for ((sum, weights), inputs) in sums.iter_mut().zip(weights).zip(inputs.as_chunks::<8>().0) {
            // SAFETY: the array has eight numbers of 16 bits, and the load asks for no alignment.
            let inputs = unsafe { v128_load(inputs.as_ptr().cast()) };
            *sum = i32x4_add(*sum, i32x4_dot_i16x8(weights, inputs));
        }
    }
    let sum = i32x4_add(sums[0], sums[1]);
    let halves = i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum);
    halves + i32x4_extract_lane::<2>(sum) + i32x4_extract_lane::<3>(sum) + reference::dot(rest, input_rest)
}

pub(super) fn dense(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    tiles::dense::<Block, 2, 2>(weights, width, inputs, outputs);
}

/// The sums of 16 outputs, four a vector.
#[derive(Clone, Copy)]
struct Block([v128; 4]);

impl tiles::Sums for Block {
    type Weights = [v128; 4];

    #[inline]
    fn zero() -> Self {
        Self([i32x4_splat(0); 4])
    }

    #[inline]
    fn weights(bytes: &[u8; 2 * LANES]) -> Self::Weights {
        let mut wide = [i32x4_splat(0); 4];
        for (wide, half) in wide.as_chunks_mut::<2>().0.iter_mut().zip(bytes.as_chunks::<16>().0) {
            *wide = widen(half);
        }
        wide
    }

    #[inline]
    fn add(self, weights: Self::Weights, inputs: [i16; 2]) -> Self {
        // Two inputs, side by side in each lane.
        let inputs = i32x4_splat(i32::from(inputs[0]) & 0xffff | i32::from(inputs[1]) << 16);
        let mut sums = self.0;
        for (sum, weights) in sums.iter_mut().zip(weights) {
            *sum = i32x4_add(*sum, i32x4_dot_i16x8(weights, inputs));
        }
        Self(sums)
    }

    #[inline]
    fn store(self, outputs: &mut [i32; LANES]) {
        for (place, sum) in outputs.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            let at = place.as_mut_ptr().cast::<v128>();
            // SAFETY: the place has four numbers of 32 bits, and neither access asks for alignment.
            unsafe { v128_store(at, i32x4_add(v128_load(at), sum)) };
        }
    }
}

/// 16 numbers of 8 bits, as 16 bits.
#[inline]
fn widen(bytes: &[u8; 16]) -> [v128; 2] {
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    let bytes = unsafe { v128_load(bytes.as_ptr().cast()) };
    [i16x8_extend_low_i8x16(bytes), i16x8_extend_high_i8x16(bytes)]
}
