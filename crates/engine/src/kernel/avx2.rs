//! The kernel for x86-64 with AVX2.
//!
//! Products are `pmaddwd` of 16-bit numbers: exact over the whole range. Its cousin of 8-bit numbers, `pmaddubsw`, saturates.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::hash::Block;
use super::{blocks, reference};
use crate::format::{Dense, Filter, LANES, Requantizer, Scales};
use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_set_epi64x, _mm_shuffle_epi32,
    _mm256_add_epi16, _mm256_add_epi32, _mm256_add_epi64, _mm256_and_si256, _mm256_blend_epi32,
    _mm256_blendv_epi8, _mm256_castsi256_si128, _mm256_cmpgt_epi64, _mm256_cvtepi8_epi16,
    _mm256_cvtepi16_epi32, _mm256_cvtepu8_epi16, _mm256_cvtepu8_epi32, _mm256_extracti128_si256,
    _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_mul_epi32, _mm256_permute2x128_si256,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64,
    _mm256_srli_epi16, _mm256_srli_epi64, _mm256_srlv_epi64, _mm256_storeu_si256, _mm256_sub_epi64,
    _mm256_xor_si256,
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

with_avx2!(ngrams => blocks::ngrams, (block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize);
with_avx2!(known => blocks::known, (filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize);
with_avx2!(sum_rows_8 => sum_rows_8_with_avx2, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx2!(sum_rows_4 => sum_rows_4_with_avx2, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx2!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx2!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx2!(dot => dot_with_avx2, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx2!(layer => layer_with_avx2, (layer: &Dense<'_>, first: usize, inputs: &[i16], outputs: &mut [i32]));
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

/// Rows that are added in 16 bits before their sum is widened: 128 · 128 is below 2¹⁵.
const ROWS_8: usize = 128;
/// The same of numbers of 4 bits: 15 · 4,096 is below 2¹⁶.
const ROWS_4: usize = 4096;

#[inline]
#[target_feature(enable = "avx2")]
fn sum_rows_8_with_avx2(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len();
    if !stride.is_multiple_of(16) {
        return reference::sum_rows_8(rows, ids, sum);
    }
    for ids in ids.chunks(ROWS_8) {
        let (fours, rest) = sum.as_chunks_mut::<64>();
        for (place, sum) in fours.iter_mut().enumerate() {
            columns_8::<4>(rows, stride, place * 64, ids, sum);
        }
        let first = stride - rest.len();
        for (place, sum) in rest.as_chunks_mut::<16>().0.iter_mut().enumerate() {
            columns_8::<1>(rows, stride, first + place * 16, ids, sum);
        }
    }
}

/// Adds `WIDE` times 16 columns of the rows at `ids`, at most [`ROWS_8`] of them, to `sum`, from the column `first` on.
#[inline]
#[target_feature(enable = "avx2")]
fn columns_8<const WIDE: usize>(rows: &[u8], stride: usize, first: usize, ids: &[u32], sum: &mut [i32]) {
    let mut sums = [_mm256_setzero_si256(); WIDE];
    for &id in ids {
        let start = id as usize * stride + first;
        let Some(row) = rows.get(start..start + WIDE * 16) else { continue };
        for (sum, numbers) in sums.iter_mut().zip(row.as_chunks::<16>().0) {
            *sum = _mm256_add_epi16(*sum, widen(numbers));
        }
    }
    for (place, sums) in sum.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
        let halves = [_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums)];
        for (place, half) in place.as_chunks_mut::<8>().0.iter_mut().zip(halves) {
            let at = place.as_mut_ptr().cast::<__m256i>();
            // SAFETY: the place has eight numbers of 32 bits, and neither access asks for alignment.
            unsafe {
                _mm256_storeu_si256(
                    at,
                    _mm256_add_epi32(_mm256_loadu_si256(at), _mm256_cvtepi16_epi32(half)),
                );
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn sum_rows_4_with_avx2(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len() / 2;
    if !sum.len().is_multiple_of(32) {
        return reference::sum_rows_4(rows, ids, sum);
    }
    let half = _mm256_set1_epi16(15);
    for ids in ids.chunks(ROWS_4) {
        for (block, sum) in sum.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            let (mut even, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
            let mut added = 0;
            for &id in ids {
                let start = id as usize * stride + block * 16;
                let Some(bytes) = rows.get(start..).and_then(<[u8]>::first_chunk::<16>) else { continue };
                // SAFETY: the array has 16 bytes, and the load asks for no alignment.
                let wide = _mm256_cvtepu8_epi16(unsafe { _mm_loadu_si128(bytes.as_ptr().cast::<__m128i>()) });
                even = _mm256_add_epi16(even, _mm256_and_si256(wide, half));
                odd = _mm256_add_epi16(odd, _mm256_srli_epi16::<4>(wide));
                added += 1;
            }
            let mut sums = [[0u16; 16]; 2];
            for (place, wide) in sums.iter_mut().zip([even, odd]) {
                // SAFETY: the place has 16 numbers of 16 bits, and the store asks for no alignment.
                unsafe { _mm256_storeu_si256(place.as_mut_ptr().cast::<__m256i>(), wide) };
            }
            let [even, odd] = sums;
            for ((pair, even), odd) in sum.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
                pair[0] += i32::from(even) - 8 * added;
                pair[1] += i32::from(odd) - 8 * added;
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn layer_with_avx2(layer: &Dense<'_>, first: usize, inputs: &[i16], outputs: &mut [i32]) {
    let stride = layer.stride();
    let inputs = inputs.get(..stride).unwrap_or_default();
    for (place, outputs) in outputs.chunks_mut(8).enumerate() {
        let first = first + place * 8;
        // The last ones are computed together with some before them.
        let from = first.min((layer.outputs as usize).saturating_sub(8));
        let weights = layer.weights().get(from * stride..(from + 8) * stride);
        let Some((weights, scales)) = weights.zip(layer.scales::<8>(from)) else {
            reference::layer(layer, first, inputs, outputs);
            continue;
        };
        let all = scaled(eight_rows(weights, stride, inputs), scales);
        if from == first
            && let Some(outputs) = outputs.first_chunk_mut::<8>()
        {
            *outputs = all;
        } else {
            for (output, value) in outputs.iter_mut().zip(all.into_iter().skip(first - from)) {
                *output = value;
            }
        }
    }
}

/// The sums of products of eight rows of weights, each `stride` long, a multiple of 16.
#[inline]
#[target_feature(enable = "avx2")]
fn eight_rows(weights: &[u8], stride: usize, inputs: &[i16]) -> __m256i {
    if weights.len() != 8 * stride || inputs.len() != stride {
        return _mm256_setzero_si256();
    }
    // Sums of the lanes, four rows side by side in a half, then of the halves.
    let four = |first: usize| {
        let mut sums = [_mm256_setzero_si256(); 4];
        for (place, inputs) in inputs.as_chunks::<16>().0.iter().enumerate() {
            // SAFETY: the array has 16 numbers of 16 bits, and the load asks for no alignment.
            let inputs = unsafe { _mm256_loadu_si256(inputs.as_ptr().cast::<__m256i>()) };
            for (row, sum) in sums.iter_mut().enumerate() {
                // SAFETY: a row has as many weights as there are inputs, and these are 16 of them; the load asks for no alignment.
                let row = unsafe {
                    let at = weights.as_ptr().add((first + row) * stride + place * 16);
                    _mm256_cvtepi8_epi16(_mm_loadu_si128(at.cast::<__m128i>()))
                };
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(row, inputs));
            }
        }
        let [a, b, c, d] = sums;
        _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d))
    };
    let (low, high) = (four(0), four(4));
    _mm256_add_epi32(
        _mm256_permute2x128_si256::<0x20>(low, high),
        _mm256_permute2x128_si256::<0x31>(low, high),
    )
}

/// Sums with their biases, scaled as [`requantize`](super::requantize) does, within 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn scaled(sums: __m256i, scales: Scales<'_, 8>) -> [i32; 8] {
    // SAFETY: both arrays have eight numbers of 32 bits, and the loads ask for no alignment.
    let (biases, multipliers) = unsafe {
        (
            _mm256_loadu_si256(scales.biases.as_ptr().cast::<__m256i>()),
            _mm256_loadu_si256(scales.multipliers.as_ptr().cast::<__m256i>()),
        )
    };
    let shifts = _mm256_cvtepu8_epi32(_mm_set_epi64x(0, i64::from_le_bytes(*scales.shifts)));
    let sums = _mm256_add_epi32(sums, biases);
    let (one, lowest) = (_mm256_set1_epi64x(1), _mm256_set1_epi64x(i64::MIN));
    let (most, least) = (_mm256_set1_epi64x(i32::MAX.into()), _mm256_set1_epi64x(i32::MIN.into()));
    // Of each 64 bits the low half.
    let half = |sums: __m256i, multipliers: __m256i, shifts: __m256i| {
        let product = _mm256_mul_epi32(sums, multipliers);
        // There is no arithmetic shift of 64 bits: a logical one of the number less the lowest, less that shifted. Halves go up:
        // the last bit that is shifted out is added.
        let doubled = _mm256_srlv_epi64(_mm256_xor_si256(product, lowest), _mm256_sub_epi64(shifts, one));
        let raised = _mm256_srli_epi64::<1>(_mm256_add_epi64(doubled, one));
        let value = _mm256_sub_epi64(raised, _mm256_srlv_epi64(lowest, shifts));
        let value = _mm256_blendv_epi8(value, most, _mm256_cmpgt_epi64(value, most));
        _mm256_blendv_epi8(value, least, _mm256_cmpgt_epi64(least, value))
    };
    let odd = |numbers: __m256i| _mm256_srli_epi64::<32>(numbers);
    let low = half(sums, multipliers, _mm256_and_si256(shifts, _mm256_set1_epi64x(0xff)));
    let high = half(odd(sums), odd(multipliers), odd(shifts));
    let all = _mm256_blend_epi32::<0b1010_1010>(low, _mm256_slli_epi64::<32>(high));
    let mut out = [0; 8];
    // SAFETY: the array has eight numbers of 32 bits, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast::<__m256i>(), all) };
    out
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
