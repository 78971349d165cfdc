//! The kernel for x86-64 with AVX2.
//!
//! Products are `pmaddwd` of 16-bit numbers: exact over the whole range. Its cousin of 8-bit numbers, `pmaddubsw`, saturates.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::hash::Block;
use super::{blocks, reference};
use crate::format::{Filter, GROUP, LANES, Requantizer, Scales, ScalesOf};
use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_set_epi64x, _mm_shuffle_epi32,
    _mm256_add_epi16, _mm256_add_epi32, _mm256_add_epi64, _mm256_and_si256, _mm256_blend_epi32,
    _mm256_blendv_epi8, _mm256_castsi256_si128, _mm256_cmpgt_epi64, _mm256_cvtepi8_epi16,
    _mm256_cvtepi16_epi32, _mm256_cvtepu8_epi16, _mm256_cvtepu8_epi32, _mm256_extracti128_si256,
    _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_mul_epi32, _mm256_or_si256,
    _mm256_permute4x64_epi64, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setzero_si256,
    _mm256_slli_epi64, _mm256_srli_epi16, _mm256_srli_epi64, _mm256_srlv_epi64, _mm256_storeu_si256,
    _mm256_sub_epi64, _mm256_testz_si256, _mm256_xor_si256,
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
with_avx2!(pool => reference::pool, (sums: [&[i32]; 3], factors: [i32; 3], shift: u32, out: &mut [i16]));
with_avx2!(rectify => reference::rectify, (values: &[i32], out: &mut [i16]));
with_avx2!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx2!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx2!(dot => dot_with_avx2, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx2!(dense => dense_with_avx2, (weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]));
with_avx2!(scale_sums => scale_sums_with_avx2, (scales: &Scales<'_>, sums: &mut [i32]));

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

/// Bytes of a group of weights of a block.
const STEP: usize = GROUP * LANES;
/// Outputs whose weights of a group fill a register once they are widened: a quarter of a block.
const QUARTER: usize = LANES / 4;

#[inline]
#[target_feature(enable = "avx2")]
fn dense_with_avx2(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    if !width.is_multiple_of(GROUP) {
        return;
    }
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
                    rows_of::<1, 8>(weights, width, [row]);
                }
                return;
            }
        }
    }
}

/// Rows of inputs against all weights, `QUARTERS` quarters of blocks at a time.
#[inline]
#[target_feature(enable = "avx2")]
fn rows_of<const ROWS: usize, const QUARTERS: usize>(
    weights: &[u8],
    width: usize,
    mut rows: [(&[i16], &mut [i32]); ROWS],
) {
    let quarters = weights.len() / (width * QUARTER);
    let whole = quarters - quarters % QUARTERS;
    for first in (0..whole).step_by(QUARTERS) {
        quarters_of::<ROWS, QUARTERS>(weights, width, first, &mut rows);
    }
    // Blocks have four quarters.
    for first in (whole..quarters).step_by(2) {
        quarters_of::<ROWS, 2>(weights, width, first, &mut rows);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn quarters_of<const ROWS: usize, const QUARTERS: usize>(
    weights: &[u8],
    width: usize,
    first: usize,
    rows: &mut [(&[i16], &mut [i32]); ROWS],
) {
    let mut sums = [[_mm256_setzero_si256(); ROWS]; QUARTERS];
    let starts: [usize; QUARTERS] = core::array::from_fn(|quarter| {
        let quarter = first + quarter;
        quarter / 4 * width * LANES + quarter % 4 * (STEP / 4)
    });
    let ends = starts.iter().all(|start| start + (width / GROUP - 1) * STEP + STEP / 4 <= weights.len());
    if width < GROUP || !ends || rows.iter().any(|(inputs, _)| inputs.len() != width) {
        return;
    }
    for group in 0..width / GROUP {
        let inputs = rows.each_ref().map(|(inputs, _)| {
            // SAFETY: a row has `width` inputs, hence so many groups.
            let four = unsafe { inputs.as_ptr().add(group * GROUP).cast::<i64>().read_unaligned() };
            _mm256_set1_epi64x(four)
        });
        for (sums, start) in sums.iter_mut().zip(&starts) {
            // SAFETY: the weights of a quarter end within the weights, as was checked; the load asks for no alignment.
            let weights = unsafe {
                let at = weights.as_ptr().add(start + group * STEP);
                _mm256_cvtepi8_epi16(_mm_loadu_si128(at.cast::<__m128i>()))
            };
            for (sum, &inputs) in sums.iter_mut().zip(&inputs) {
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, inputs));
            }
        }
    }
    for (pair, [low, high]) in sums.as_chunks::<2>().0.iter().enumerate() {
        for (((_, outputs), &low), &high) in rows.iter_mut().zip(low).zip(high) {
            let first = (first + 2 * pair) * QUARTER;
            let Some(place) = outputs.get_mut(first..).and_then(<[i32]>::first_chunk_mut::<{ 2 * QUARTER }>)
            else {
                return;
            };
            // Two sums of each output lie side by side.
            let sums = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_hadd_epi32(low, high));
            let at = place.as_mut_ptr().cast::<__m256i>();
            // SAFETY: the place has eight numbers of 32 bits, and neither access asks for alignment.
            unsafe { _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), sums)) };
        }
    }
}

/// Sums with their biases, scaled as [`requantize`](super::requantize) does, within 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn scale_sums_with_avx2(scales: &Scales<'_>, sums: &mut [i32]) {
    let (blocks, rest) = sums.as_chunks_mut::<8>();
    for (place, sums) in blocks.iter_mut().enumerate() {
        match scales.chunk(place * 8) {
            Some(scales) => scaled(sums, scales),
            None => return,
        }
    }
    if !rest.is_empty() {
        let mut block = [0; 8];
        for (place, &sum) in block.iter_mut().zip(&*rest) {
            *place = sum;
        }
        scaled(&mut block, scales.last(blocks.len() * 8).as_ref());
        for (sum, value) in rest.iter_mut().zip(block) {
            *sum = value;
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn scaled(sums: &mut [i32; 8], scales: ScalesOf<'_, 8>) {
    let load = |numbers: &[[u8; 4]; 8]| {
        // SAFETY: the array has eight numbers of 32 bits, and the load asks for no alignment.
        unsafe { _mm256_loadu_si256(numbers.as_ptr().cast::<__m256i>()) }
    };
    let at = sums.as_mut_ptr().cast::<__m256i>();
    // SAFETY: there are eight numbers of 32 bits, and the load asks for no alignment.
    let sums = _mm256_add_epi32(unsafe { _mm256_loadu_si256(at) }, load(scales.biases));
    let multipliers = load(scales.multipliers);
    let shifts = _mm256_cvtepu8_epi32(_mm_set_epi64x(0, i64::from_le_bytes(*scales.shifts)));
    let one = _mm256_set1_epi64x(1);
    // Products are below 2^62 on either side of 0. There is no arithmetic shift of 64 bits: so much is added before a logical one,
    // and taken away after it.
    let raised = _mm256_set1_epi64x(1 << 62);
    let middle = _mm256_set1_epi64x(1 << 31);
    // Of each 64 bits the low half; values are 2^31 too high, so that those within 32 bits have no high half.
    let half = |sums: __m256i, multipliers: __m256i, shifts: __m256i| {
        let product = _mm256_add_epi64(_mm256_mul_epi32(sums, multipliers), raised);
        // Halves go up: the last bit that is shifted out is added.
        let doubled = _mm256_srlv_epi64(product, _mm256_sub_epi64(shifts, one));
        let value = _mm256_srli_epi64::<1>(_mm256_add_epi64(doubled, one));
        _mm256_sub_epi64(value, _mm256_sub_epi64(_mm256_srlv_epi64(raised, shifts), middle))
    };
    let odd = |numbers: __m256i| _mm256_srli_epi64::<32>(numbers);
    let mut low = half(sums, multipliers, _mm256_and_si256(shifts, _mm256_set1_epi64x(0xff)));
    let mut high = half(odd(sums), odd(multipliers), odd(shifts));
    let beyond = _mm256_set1_epi64x(!0xffff_ffff);
    if _mm256_testz_si256(_mm256_or_si256(low, high), beyond) == 0 {
        let (zero, most) = (_mm256_setzero_si256(), _mm256_set1_epi64x(0xffff_ffff));
        let within = |values: __m256i| {
            let values = _mm256_blendv_epi8(values, most, _mm256_cmpgt_epi64(values, most));
            _mm256_blendv_epi8(values, zero, _mm256_cmpgt_epi64(zero, values))
        };
        (low, high) = (within(low), within(high));
    }
    let all = _mm256_blend_epi32::<0b1010_1010>(low, _mm256_slli_epi64::<32>(high));
    let values = _mm256_xor_si256(all, _mm256_set1_epi32(i32::MIN));
    // SAFETY: there are eight numbers of 32 bits, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(at, values) };
}
