//! Matrix products in tiles, for kernels whose instructions are there whenever their code is: a few rows of inputs share each
//! weight once it is loaded.

#![allow(unsafe_code)] // Places that are proven to be there are read unchecked; this room is the one place that has it.

use crate::format::LANES;

/// The sums of a block of [`LANES`] outputs, in vector registers.
pub(super) trait Sums: Copy {
    /// The weights of two inputs for each output of a block, made ready.
    type Weights: Copy;

    /// No sum.
    fn zero() -> Self;

    /// Of two inputs the weights: two bytes for each output.
    fn weights(bytes: &[u8; 2 * LANES]) -> Self::Weights;

    /// With the products of two inputs added.
    fn add(self, weights: Self::Weights, inputs: [i16; 2]) -> Self;

    /// Adds the sums to those in memory.
    fn store(self, outputs: &mut [i32; LANES]);
}

/// What [`reference::dense`](super::reference::dense) computes, `ROWS` rows of inputs at a time and, of those left over, `BLOCKS` blocks
/// of outputs.
#[inline]
pub(super) fn dense<S: Sums, const ROWS: usize, const BLOCKS: usize>(
    weights: &[u8],
    width: usize,
    inputs: &[i16],
    outputs: &mut [i32],
) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    let mut inputs = inputs.chunks_exact(width);
    let mut outputs = outputs.chunks_exact_mut(count);
    loop {
        let rows: [Option<(&[i16], &mut [i32])>; ROWS] =
            core::array::from_fn(|_| inputs.next().zip(outputs.next()));
        if rows.iter().all(Option::is_some) {
            // Each is there, so no empty one takes its place.
            rows_of::<S, ROWS, 1>(weights, width, rows.map(Option::unwrap_or_default));
            continue;
        }
        for row in rows.into_iter().flatten() {
            rows_of::<S, 1, BLOCKS>(weights, width, [row]);
        }
        return;
    }
}

/// Rows of inputs against all weights, `BLOCKS` blocks of outputs at a time: their sums do not wait for one another.
#[inline]
fn rows_of<S: Sums, const ROWS: usize, const BLOCKS: usize>(
    weights: &[u8],
    width: usize,
    mut rows: [(&[i16], &mut [i32]); ROWS],
) {
    let size = width * LANES;
    let mut groups = weights.chunks_exact(size * BLOCKS);
    let mut first = 0;
    for group in &mut groups {
        let blocks: [&[u8]; BLOCKS] =
            core::array::from_fn(|block| group.get(block * size..(block + 1) * size).unwrap_or_default());
        blocks_of::<S, ROWS, BLOCKS>(blocks, first, &mut rows);
        first += BLOCKS;
    }
    for block in groups.remainder().chunks_exact(size) {
        blocks_of::<S, ROWS, 1>([block], first, &mut rows);
        first += 1;
    }
}

#[inline]
fn blocks_of<S: Sums, const ROWS: usize, const BLOCKS: usize>(
    blocks: [&[u8]; BLOCKS],
    first: usize,
    rows: &mut [(&[i16], &mut [i32]); ROWS],
) {
    let mut sums = [[S::zero(); BLOCKS]; ROWS];
    let blocks = blocks.map(|block| block.as_chunks::<{ 2 * LANES }>().0);
    let inputs = rows.each_ref().map(|(inputs, _)| inputs.as_chunks::<2>().0);
    let pairs = blocks.iter().map(|block| block.len()).chain(inputs.iter().map(|input| input.len())).min();
    for pair in 0..pairs.unwrap_or(0) {
        // SAFETY: `pair` is below the length of every block.
        let weights = blocks.map(|block| S::weights(unsafe { block.get_unchecked(pair) }));
        for (sums, input) in sums.iter_mut().zip(&inputs) {
            // SAFETY: `pair` is below the length of every row of inputs.
            let input = unsafe { *input.get_unchecked(pair) };
            for (sum, &weights) in sums.iter_mut().zip(&weights) {
                *sum = sum.add(weights, input);
            }
        }
    }
    for (sums, (_, outputs)) in sums.iter().zip(rows) {
        for (block, sums) in sums.iter().enumerate() {
            let place =
                outputs.get_mut((first + block) * LANES..).and_then(<[i32]>::first_chunk_mut::<LANES>);
            let Some(place) = place else { return };
            sums.store(place);
        }
    }
}
