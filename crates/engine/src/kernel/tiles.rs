//! Sums of rows and matrix products in tiles, for kernels whose instructions are there whenever their code is. Of a product, two rows of
//! inputs share each weight once it is loaded.
//!
//! No loop runs over registers: built for size, a compiler would leave it there, and the registers in memory.

use crate::format::{GROUP, LANES};

/// The sums of a block of [`LANES`] outputs, in vector registers.
pub(super) trait Sums: Copy {
    /// The weights of a group of inputs for each output of a block, made ready.
    type Weights: Copy;

    /// No sum.
    fn zero() -> Self;

    /// Of a group of inputs the weights: four bytes for each output.
    fn weights(bytes: &[u8; STEP]) -> Self::Weights;

    /// With the products of a group of inputs added.
    fn add(self, weights: Self::Weights, inputs: [i16; GROUP]) -> Self;

    /// With a number of 8 bits (two's complement) added to each.
    fn add_8(self, numbers: &[u8; LANES]) -> Self;

    /// With a number of 4 bits added to each: two in a byte, the lower first, 8 more than they stand for.
    fn add_4(self, numbers: &[u8; LANES / 2]) -> Self;

    /// Adds the sums to those in memory.
    fn store(self, outputs: &mut [i32; LANES]);
}

/// Bytes of a group of weights of a block.
pub(super) const STEP: usize = GROUP * LANES;

/// What [`reference::sum_rows_8`](super::reference::sum_rows_8) computes.
#[inline(always)]
pub(super) fn sum_rows_8<S: Sums>(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len();
    let row = |id: u32| {
        let start = id as usize * stride;
        rows.get(start..start + stride)
    };
    let (blocks, rest) = sum.as_chunks_mut::<LANES>();
    let end = blocks.len();
    for (at, block) in blocks.iter_mut().enumerate() {
        let mut sums = S::zero();
        for &id in ids {
            let Some(numbers) = row(id).and_then(|row| row.as_chunks().0.get(at)) else { continue };
            sums = sums.add_8(numbers);
        }
        sums.store(block);
    }
    if rest.is_empty() {
        return;
    }
    for &id in ids {
        let numbers = row(id).and_then(|row| row.get(end * LANES..)).unwrap_or_default();
        for (sum, &number) in rest.iter_mut().zip(numbers) {
            *sum += i32::from(number as i8);
        }
    }
}

/// What [`reference::sum_rows_4`](super::reference::sum_rows_4) computes.
#[inline(always)]
pub(super) fn sum_rows_4<S: Sums>(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len() / 2;
    let row = |id: u32| {
        let start = id as usize * stride;
        rows.get(start..start + stride)
    };
    let (blocks, rest) = sum.as_chunks_mut::<LANES>();
    let end = blocks.len();
    for (at, block) in blocks.iter_mut().enumerate() {
        let mut sums = S::zero();
        for &id in ids {
            let Some(numbers) = row(id).and_then(|row| row.as_chunks().0.get(at)) else { continue };
            sums = sums.add_4(numbers);
        }
        sums.store(block);
    }
    if rest.is_empty() {
        return;
    }
    for &id in ids {
        let numbers = row(id).and_then(|row| row.get(end * LANES / 2..)).unwrap_or_default();
        for (pair, &number) in rest.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
            pair[0] += i32::from(number & 15) - 8;
            pair[1] += i32::from(number >> 4) - 8;
        }
    }
}

/// What [`reference::dense`](super::reference::dense) computes.
#[inline(always)]
pub(super) fn dense<S: Sums>(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    let size = width * LANES;
    let mut rows = inputs.chunks_exact(width).zip(outputs.chunks_exact_mut(count));
    while let Some((first, sums)) = rows.next() {
        let first = first.as_chunks().0;
        if let Some((second, others)) = rows.next() {
            let second = second.as_chunks().0;
            let sums = sums.as_chunks_mut().0.iter_mut().zip(others.as_chunks_mut().0);
            for (block, (sums, others)) in weights.chunks_exact(size).zip(sums) {
                two_rows::<S>(block.as_chunks().0, first, second, sums, others);
            }
            continue;
        }
        for (block, sums) in weights.chunks_exact(size).zip(sums.as_chunks_mut().0) {
            one::<S>(block.as_chunks().0, first, sums);
        }
    }
}

#[inline(always)]
fn two_rows<S: Sums>(
    block: &[[u8; STEP]],
    first: &[[i16; GROUP]],
    second: &[[i16; GROUP]],
    sums: &mut [i32; LANES],
    others: &mut [i32; LANES],
) {
    let (mut a, mut b) = (S::zero(), S::zero());
    for ((weights, &first), &second) in block.iter().zip(first).zip(second) {
        let weights = S::weights(weights);
        a = a.add(weights, first);
        b = b.add(weights, second);
    }
    a.store(sums);
    b.store(others);
}

#[inline(always)]
fn one<S: Sums>(block: &[[u8; STEP]], inputs: &[[i16; GROUP]], sums: &mut [i32; LANES]) {
    let mut sum = S::zero();
    for (weights, &inputs) in block.iter().zip(inputs) {
        sum = sum.add(S::weights(weights), inputs);
    }
    sum.store(sums);
}
