//! The kernel for AArch64 with its vector registers (NEON), which every AArch64 processor that runs an operating system has.
//!
//! Products are `smlal` of 16-bit numbers into 32 bits: exact, and nothing saturates.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::reference;
use super::tiles::{self, STEP};
use crate::format::{GROUP, LANES};
use core::arch::aarch64::{
    int8x16_t, int8x16x4_t, int16x8_t, int32x4_t, vaddq_s32, vaddvq_s32, vaddw_high_s16, vaddw_s16, vand_u8,
    vcombine_u8, vdup_n_u8, vdupq_n_s8, vdupq_n_s32, vget_low_s8, vget_low_s16, vld1_u8, vld1q_s8, vld1q_s16,
    vld1q_s32, vld4q_s8, vmlal_high_n_s16, vmlal_high_s16, vmlal_n_s16, vmlal_s16, vmovl_high_s8, vmovl_s8,
    vreinterpretq_s8_u8, vshr_n_u8, vst1q_s32, vsubq_s8, vzip1_u8, vzip2_u8,
};

pub(super) fn dot(weights: &[u8], inputs: &[i16]) -> i32 {
    let length = weights.len().min(inputs.len());
    let (weights, inputs) =
        (weights.get(..length).unwrap_or_default(), inputs.get(..length).unwrap_or_default());
    let (blocks, rest) = weights.as_chunks::<16>();
    let (input_blocks, input_rest) = inputs.as_chunks::<16>();
    let mut sums = [zero(); 4];
    for (weights, inputs) in blocks.iter().zip(input_blocks) {
        let weights = load_8(weights);
        let [low, high] = widen(weights);
        let (halves, _) = inputs.as_chunks::<8>();
        let (Some(first), Some(second)) = (halves.first(), halves.get(1)) else { continue };
        let (first, second) = (load_16(first), load_16(second));
        // SAFETY: the registers are there, as the target says.
        sums = unsafe {
            [
                vmlal_s16(sums[0], vget_low_s16(low), vget_low_s16(first)),
                vmlal_high_s16(sums[1], low, first),
                vmlal_s16(sums[2], vget_low_s16(high), vget_low_s16(second)),
                vmlal_high_s16(sums[3], high, second),
            ]
        };
    }
    // SAFETY: as above.
    let total = unsafe { vaddvq_s32(vaddq_s32(vaddq_s32(sums[0], sums[1]), vaddq_s32(sums[2], sums[3]))) };
    total + reference::dot(rest, input_rest)
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

/// The sums of 16 outputs, four a register.
#[derive(Clone, Copy)]
struct Block([int32x4_t; 4]);

impl tiles::Sums for Block {
    /// Of 16 outputs the weights of each input.
    type Weights = [[int16x8_t; 2]; GROUP];

    #[inline(always)]
    fn zero() -> Self {
        Self([zero(); 4])
    }

    #[inline(always)]
    fn weights(bytes: &[u8; STEP]) -> Self::Weights {
        // SAFETY: the array has 64 bytes, and the load asks for no alignment.
        let int8x16x4_t(a, b, c, d) = unsafe { vld4q_s8(bytes.as_ptr().cast()) };
        [widen(a), widen(b), widen(c), widen(d)]
    }

    #[inline(always)]
    fn add(self, weights: Self::Weights, inputs: [i16; GROUP]) -> Self {
        let ([a, b, c, d], [first, second, third, fourth]) = (weights, inputs);
        Self(add(add(add(add(self.0, a, first), b, second), c, third), d, fourth))
    }

    #[inline(always)]
    fn add_8(self, numbers: &[u8; LANES]) -> Self {
        self.add_16(widen(load_8(numbers)))
    }

    #[inline(always)]
    fn add_4(self, numbers: &[u8; LANES / 2]) -> Self {
        // SAFETY: the array has eight bytes, and the load asks for no alignment.
        let numbers = unsafe {
            let pairs = vld1_u8(numbers.as_ptr());
            let (lower, higher) = (vand_u8(pairs, vdup_n_u8(15)), vshr_n_u8::<4>(pairs));
            let (first, second) = (vzip1_u8(lower, higher), vzip2_u8(lower, higher));
            vsubq_s8(vreinterpretq_s8_u8(vcombine_u8(first, second)), vdupq_n_s8(8))
        };
        self.add_16(widen(numbers))
    }

    #[inline(always)]
    fn store(self, outputs: &mut [i32; LANES]) {
        for (place, sum) in outputs.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            let at = place.as_mut_ptr();
            // SAFETY: the place has four numbers of 32 bits, and neither access asks for more than their alignment.
            unsafe { vst1q_s32(at, vaddq_s32(vld1q_s32(at), sum)) };
        }
    }
}

impl Block {
    /// With a number of 16 bits added to each.
    #[inline(always)]
    fn add_16(self, [low, high]: [int16x8_t; 2]) -> Self {
        let [a, b, c, d] = self.0;
        // SAFETY: the registers are there, as the target says.
        unsafe {
            Self([
                vaddw_s16(a, vget_low_s16(low)),
                vaddw_high_s16(b, low),
                vaddw_s16(c, vget_low_s16(high)),
                vaddw_high_s16(d, high),
            ])
        }
    }
}

/// The sums with the products of one input and 16 weights added.
#[inline(always)]
fn add(sums: [int32x4_t; 4], [low, high]: [int16x8_t; 2], input: i16) -> [int32x4_t; 4] {
    // SAFETY: the registers are there, as the target says.
    unsafe {
        [
            vmlal_n_s16(sums[0], vget_low_s16(low), input),
            vmlal_high_n_s16(sums[1], low, input),
            vmlal_n_s16(sums[2], vget_low_s16(high), input),
            vmlal_high_n_s16(sums[3], high, input),
        ]
    }
}

#[inline(always)]
fn zero() -> int32x4_t {
    // SAFETY: the registers are there, as the target says.
    unsafe { vdupq_n_s32(0) }
}

#[inline(always)]
fn load_8(bytes: &[u8; 16]) -> int8x16_t {
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    unsafe { vld1q_s8(bytes.as_ptr().cast()) }
}

#[inline(always)]
fn load_16(numbers: &[i16; 8]) -> int16x8_t {
    // SAFETY: the array has eight numbers of 16 bits, and the load asks for no more than their alignment.
    unsafe { vld1q_s16(numbers.as_ptr()) }
}

/// 16 numbers of 8 bits, as 16 bits.
#[inline(always)]
fn widen(bytes: int8x16_t) -> [int16x8_t; 2] {
    // SAFETY: the registers are there, as the target says.
    unsafe { [vmovl_s8(vget_low_s8(bytes)), vmovl_high_s8(bytes)] }
}
