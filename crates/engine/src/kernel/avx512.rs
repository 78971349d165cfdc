//! The kernel for x86-64 with AVX-512 and its VNNI, whose `vpdpwssd` multiplies and adds numbers of 16 bits without saturation.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::reference;
use crate::format::{LANES, Requantizer};
use core::arch::x86_64::{
    __m256i, __m512i, _mm256_loadu_si256, _mm512_add_epi32, _mm512_cvtepi8_epi16, _mm512_dpwssd_epi32,
    _mm512_loadu_si512, _mm512_reduce_add_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512,
};

/// A function of the table that runs one with AVX-512 switched on.
macro_rules! with_avx512 {
    ($(#[$doc:meta])* $name:ident => $body:path, ($($argument:ident: $kind:ty),*) $(-> $result:ty)?) => {
        $(#[$doc])*
        pub(super) fn $name($($argument: $kind),*) $(-> $result)? {
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
            fn inner($($argument: $kind),*) $(-> $result)? {
                $body($($argument),*)
            }
            // SAFETY: this kernel is only in the table of a machine that was found to have these instruction sets.
            unsafe { inner($($argument),*) }
        }
    };
}

with_avx512!(sum_rows_8 => reference::sum_rows_8, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(sum_rows_4 => reference::sum_rows_4, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx512!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx512!(dot => dot_with_avx512, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx512!(dense => dense_with_avx512, (weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]));

/// 32 numbers of 8 bits, as 16 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn widen(bytes: &[u8; 32]) -> __m512i {
    // SAFETY: the array has 32 bytes, and the load asks for no alignment.
    _mm512_cvtepi8_epi16(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>()) })
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dot_with_avx512(weights: &[u8], inputs: &[i16]) -> i32 {
    let length = weights.len().min(inputs.len());
    let (weights, inputs) =
        (weights.get(..length).unwrap_or_default(), inputs.get(..length).unwrap_or_default());
    let (blocks, rest) = weights.as_chunks::<32>();
    let (input_blocks, input_rest) = inputs.as_chunks::<32>();
    let mut sum = _mm512_setzero_si512();
    for (weights, inputs) in blocks.iter().zip(input_blocks) {
        // SAFETY: the array has 32 numbers of 16 bits, and the load asks for no alignment.
        let inputs = unsafe { _mm512_loadu_si512(inputs.as_ptr().cast::<__m512i>()) };
        sum = _mm512_dpwssd_epi32(sum, widen(weights), inputs);
    }
    _mm512_reduce_add_epi32(sum) + reference::dot(rest, input_rest)
}

/// Two inputs, side by side in each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn spread(pair: [i16; 2]) -> __m512i {
    _mm512_set1_epi32(i32::from(pair[0]) & 0xffff | i32::from(pair[1]) << 16)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dense_with_avx512(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    let mut inputs = inputs.chunks_exact(width);
    let mut outputs = outputs.chunks_exact_mut(count);
    loop {
        // Rows of inputs that share each weight once it is widened.
        let rows: [Option<(&[i16], &mut [i32])>; 4] =
            core::array::from_fn(|_| inputs.next().zip(outputs.next()));
        match rows {
            [Some(a), Some(b), Some(c), Some(d)] => rows_of::<4, 2>(weights, width, [a, b, c, d]),
            rows => {
                for row in rows.into_iter().flatten() {
                    rows_of::<1, 4>(weights, width, [row]);
                }
                return;
            }
        }
    }
}

/// Rows of inputs against all weights, `BLOCKS` blocks of outputs at a time: their sums do not wait for one another.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn rows_of<const ROWS: usize, const BLOCKS: usize>(
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
        blocks_of(blocks, first, &mut rows);
        first += BLOCKS;
    }
    for block in groups.remainder().chunks_exact(size) {
        blocks_of([block], first, &mut rows);
        first += 1;
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn blocks_of<const ROWS: usize, const BLOCKS: usize>(
    blocks: [&[u8]; BLOCKS],
    first: usize,
    rows: &mut [(&[i16], &mut [i32]); ROWS],
) {
    let mut sums = [[_mm512_setzero_si512(); BLOCKS]; ROWS];
    let blocks = blocks.map(|block| block.as_chunks::<32>().0);
    let inputs = rows.each_ref().map(|(inputs, _)| inputs.as_chunks::<2>().0);
    let pairs = blocks.iter().map(|block| block.len()).chain(inputs.iter().map(|input| input.len())).min();
    for pair in 0..pairs.unwrap_or(0) {
        let mut wide = [_mm512_setzero_si512(); BLOCKS];
        for (wide, block) in wide.iter_mut().zip(&blocks) {
            // SAFETY: `pair` is below the length of every block.
            *wide = widen(unsafe { block.get_unchecked(pair) });
        }
        for (sums, input) in sums.iter_mut().zip(&inputs) {
            // SAFETY: `pair` is below the length of every row of inputs.
            let input = spread(unsafe { *input.get_unchecked(pair) });
            for (sum, &weights) in sums.iter_mut().zip(&wide) {
                *sum = _mm512_dpwssd_epi32(*sum, weights, input);
            }
        }
    }
    for (sums, (_, outputs)) in sums.iter().zip(rows) {
        for (block, &sum) in sums.iter().enumerate() {
            let place =
                outputs.get_mut((first + block) * LANES..).and_then(<[i32]>::first_chunk_mut::<LANES>);
            let Some(place) = place else { return };
            let at = place.as_mut_ptr().cast::<__m512i>();
            // SAFETY: the place has 16 numbers of 32 bits, and neither access asks for alignment.
            unsafe { _mm512_storeu_si512(at, _mm512_add_epi32(_mm512_loadu_si512(at), sum)) };
        }
    }
}
