//! The kernel for WebAssembly with 128-bit vectors. A module holds them or it does not: there is nothing to find out while running.
//!
//! Products are `i32x4.dot_i16x8_s`: exact for what comes here, and the same on every machine, unlike the relaxed ones.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::reference;
use super::tiles::{self, STEP};
use crate::format::{GROUP, LANES};
use core::arch::wasm32::{
    i8x16_shuffle, i8x16_splat, i8x16_sub, i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_add,
    i32x4_dot_i16x8, i32x4_extend_high_i16x8, i32x4_extend_low_i16x8, i32x4_extract_lane, i32x4_splat,
    u8x16_shr, u8x16_splat, v128, v128_and, v128_load, v128_load64_zero, v128_store,
};

pub(super) fn dot(weights: &[u8], inputs: &[i16]) -> i32 {
    let length = weights.len().min(inputs.len());
    let (weights, inputs) =
        (weights.get(..length).unwrap_or_default(), inputs.get(..length).unwrap_or_default());
    let (blocks, rest) = weights.as_chunks::<16>();
    let (input_blocks, input_rest) = inputs.as_chunks::<16>();
    let (mut a, mut b) = (i32x4_splat(0), i32x4_splat(0));
    for (weights, inputs) in blocks.iter().zip(input_blocks) {
        let [low, high] = widen(weights);
        let (halves, _) = inputs.as_chunks();
        let (Some(first), Some(second)) = (halves.first(), halves.get(1)) else { continue };
        a = i32x4_add(a, i32x4_dot_i16x8(low, load_16(first)));
        b = i32x4_add(b, i32x4_dot_i16x8(high, load_16(second)));
    }
    let sum = i32x4_add(a, b);
    let halves = i32x4_extract_lane::<0>(sum) + i32x4_extract_lane::<1>(sum);
    halves + i32x4_extract_lane::<2>(sum) + i32x4_extract_lane::<3>(sum) + reference::dot(rest, input_rest)
}

pub(super) fn sum_rows_8(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    tiles::sum_rows_8::<Block>(rows, ids, sum);
}

pub(super) fn sum_rows_4(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    tiles::sum_rows_4::<Block>(rows, ids, sum);
}

pub(super) fn dense(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    tiles::dense::<Block>(weights, width, inputs, outputs);
}

/// The sums of 16 outputs, four a vector.
#[derive(Clone, Copy)]
struct Block([v128; 4]);

impl tiles::Sums for Block {
    /// Of four outputs each, the weights of the first two inputs, then those of the others.
    type Weights = [[v128; 2]; 4];

    #[inline(always)]
    fn zero() -> Self {
        Self([i32x4_splat(0); 4])
    }

    #[inline(always)]
    fn weights(bytes: &[u8; STEP]) -> Self::Weights {
        let quarters = bytes.as_chunks::<16>().0;
        let quarter = |at: usize| quarters.get(at).map_or([i32x4_splat(0); 2], pairs);
        [quarter(0), quarter(1), quarter(2), quarter(3)]
    }

    #[inline(always)]
    fn add(self, weights: Self::Weights, inputs: [i16; GROUP]) -> Self {
        // Two inputs, side by side in each lane.
        let pair = |first: i16, second: i16| i32x4_splat(i32::from(first) & 0xffff | i32::from(second) << 16);
        let (first, second) = (pair(inputs[0], inputs[1]), pair(inputs[2], inputs[3]));
        let add = |sum: v128, [a, b]: [v128; 2]| {
            i32x4_add(i32x4_add(sum, i32x4_dot_i16x8(a, first)), i32x4_dot_i16x8(b, second))
        };
        let ([a, b, c, d], [e, f, g, h]) = (self.0, weights);
        Self([add(a, e), add(b, f), add(c, g), add(d, h)])
    }

    #[inline(always)]
    fn add_8(self, numbers: &[u8; LANES]) -> Self {
        let [low, high] = widen(numbers);
        self.add_16(low, high)
    }

    #[inline(always)]
    fn add_4(self, numbers: &[u8; LANES / 2]) -> Self {
        // SAFETY: the array has eight bytes, and the load asks for no alignment.
        let pairs = unsafe { v128_load64_zero(numbers.as_ptr().cast()) };
        let (lower, higher) = (v128_and(pairs, u8x16_splat(15)), u8x16_shr(pairs, 4));
        let numbers = i8x16_sub(
            i8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(lower, higher),
            i8x16_splat(8),
        );
        self.add_16(i16x8_extend_low_i8x16(numbers), i16x8_extend_high_i8x16(numbers))
    }

    #[inline(always)]
    fn store(self, outputs: &mut [i32; LANES]) {
        for (place, sum) in outputs.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            let at = place.as_mut_ptr().cast::<v128>();
            // SAFETY: the place has four numbers of 32 bits, and neither access asks for alignment.
            unsafe { v128_store(at, i32x4_add(v128_load(at), sum)) };
        }
    }
}

impl Block {
    /// With a number of 16 bits added to each.
    #[inline(always)]
    fn add_16(self, low: v128, high: v128) -> Self {
        let [a, b, c, d] = self.0;
        Self([
            i32x4_add(a, i32x4_extend_low_i16x8(low)),
            i32x4_add(b, i32x4_extend_high_i16x8(low)),
            i32x4_add(c, i32x4_extend_low_i16x8(high)),
            i32x4_add(d, i32x4_extend_high_i16x8(high)),
        ])
    }
}

#[inline(always)]
fn load_16(numbers: &[i16; 8]) -> v128 {
    // SAFETY: the array has eight numbers of 16 bits, and the load asks for no alignment.
    unsafe { v128_load(numbers.as_ptr().cast()) }
}

/// The weights of four outputs and four inputs, as 16 bits: those of the first two inputs, then those of the others.
#[inline(always)]
fn pairs(bytes: &[u8; 16]) -> [v128; 2] {
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    let bytes = unsafe { v128_load(bytes.as_ptr().cast()) };
    let sorted = i8x16_shuffle::<0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15>(bytes, bytes);
    [i16x8_extend_low_i8x16(sorted), i16x8_extend_high_i8x16(sorted)]
}

/// 16 numbers of 8 bits, as 16 bits.
#[inline(always)]
fn widen(bytes: &[u8; 16]) -> [v128; 2] {
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    let bytes = unsafe { v128_load(bytes.as_ptr().cast()) };
    [i16x8_extend_low_i8x16(bytes), i16x8_extend_high_i8x16(bytes)]
}
