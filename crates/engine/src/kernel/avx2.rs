//! The kernel for x86-64 with AVX2.
//!
//! Products are `pmaddwd` of 16-bit numbers: exact over the whole range. Its cousin of 8-bit numbers, `pmaddubsw`, saturates.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::reference;
use crate::format::{LANES, Requantizer};
use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_storeu_si256,
};

/// A function of the table that runs one with AVX2 switched on.
macro_rules! with_avx2 {
    ($(#[$doc:meta])* $name:ident => $body:path, ($($argument:ident: $kind:ty),*) $(-> $result:ty)?) => {
        $(#[$doc])*
        pub(super) fn $name($($argument: $kind),*) $(-> $result)? {
            #[target_feature(enable = "avx2")]
            fn inner($($argument: $kind),*) $(-> $result)? {
                $body($($argument),*)
            }
            // SAFETY: this kernel is only in the table of a machine that was found to have AVX2.
            unsafe { inner($($argument),*) }
        }
    };
}

with_avx2!(sum_rows_8 => reference::sum_rows_8, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx2!(sum_rows_4 => reference::sum_rows_4, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx2!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx2!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx2!(dot => dot_with_avx2, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx2!(dense => dense_with_avx2, (weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]));

/// 16 numbers of 8 bits, as 16 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn widen(bytes: &[u8; 16]) -> __m256i {
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    _mm256_cvtepi8_epi16(unsafe { _mm_loadu_si128(bytes.as_ptr().cast::<__m128i>()) })
}

#[inline]
#[target_feature(enable = "avx2")]
fn dot_with_avx2(weights: &[u8], inputs: &[i16]) -> i32 {
    let length = weights.len().min(inputs.len());
    let (weights, inputs) =
        (weights.get(..length).unwrap_or_default(), inputs.get(..length).unwrap_or_default());
    let (blocks, rest) = weights.as_chunks::<16>();
    let (input_blocks, input_rest) = inputs.as_chunks::<16>();
    let mut sum = _mm256_setzero_si256();
    for (weights, inputs) in blocks.iter().zip(input_blocks) {
        // SAFETY: the array has 16 numbers of 16 bits, and the load asks for no alignment.
        let inputs = unsafe { _mm256_loadu_si256(inputs.as_ptr().cast::<__m256i>()) };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(widen(weights), inputs));
    }
    let half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    let quarter = _mm_add_epi32(half, _mm_shuffle_epi32::<0b00_00_11_10>(half));
    let total = _mm_add_epi32(quarter, _mm_shuffle_epi32::<0b01>(quarter));
    _mm_cvtsi128_si32(total) + reference::dot(rest, input_rest)
}

/// Two inputs, side by side in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(pair: [i16; 2]) -> __m256i {
    _mm256_set1_epi32(i32::from(pair[0]) & 0xffff | i32::from(pair[1]) << 16)
}

#[inline]
#[target_feature(enable = "avx2")]
fn dense_with_avx2(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    let mut inputs = inputs.chunks_exact(width);
    let mut outputs = outputs.chunks_exact_mut(count);
    loop {
        // Rows of inputs that share each weight once it is widened.
        let rows: [Option<(&[i16], &mut [i32])>; 4] =
            core::array::from_fn(|_| inputs.next().zip(outputs.next()));
        match rows {
            [Some(a), Some(b), Some(c), Some(d)] => rows_of::<4, 1>(weights, width, [a, b, c, d]),
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
#[target_feature(enable = "avx2")]
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
#[target_feature(enable = "avx2")]
fn blocks_of<const ROWS: usize, const BLOCKS: usize>(
    blocks: [&[u8]; BLOCKS],
    first: usize,
    rows: &mut [(&[i16], &mut [i32]); ROWS],
) {
    let mut sums = [[[_mm256_setzero_si256(); 2]; BLOCKS]; ROWS];
    let blocks = blocks.map(|block| block.as_chunks::<32>().0);
    let inputs = rows.each_ref().map(|(inputs, _)| inputs.as_chunks::<2>().0);
    let pairs = blocks.iter().map(|block| block.len()).chain(inputs.iter().map(|input| input.len())).min();
    for pair in 0..pairs.unwrap_or(0) {
        let mut wide = [[_mm256_setzero_si256(); 2]; BLOCKS];
        for (wide, block) in wide.iter_mut().zip(&blocks) {
            // SAFETY: `pair` is below the length of every block.
            let block = unsafe { block.get_unchecked(pair) };
            for (wide, half) in wide.iter_mut().zip(block.as_chunks::<16>().0) {
                *wide = widen(half);
            }
        }
        for (sums, input) in sums.iter_mut().zip(&inputs) {
            // SAFETY: `pair` is below the length of every row of inputs.
            let input = spread(unsafe { *input.get_unchecked(pair) });
            for (sums, weights) in sums.iter_mut().zip(&wide) {
                for (sum, &weights) in sums.iter_mut().zip(weights) {
                    *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, input));
                }
            }
        }
    }
    for (sums, (_, outputs)) in sums.iter().zip(rows) {
        for (block, sums) in sums.iter().enumerate() {
            let place =
                outputs.get_mut((first + block) * LANES..).and_then(<[i32]>::first_chunk_mut::<LANES>);
            let Some(place) = place else { return };
            for (place, &sum) in place.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
                let at = place.as_mut_ptr().cast::<__m256i>();
                // SAFETY: the place has eight numbers of 32 bits, and neither access asks for alignment.
                unsafe { _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), sum)) };
            }
        }
    }
}
