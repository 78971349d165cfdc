//! The kernel for x86-64 with AVX-512 and its VNNI, whose `vpdpwssd` multiplies and adds numbers of 16 bits without saturation.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::reference;
use crate::format::{Dense, LANES, Requantizer, Scales};
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_loadu_si128, _mm_srli_si128, _mm256_cvtepi8_epi16, _mm256_loadu_si256,
    _mm512_add_epi16, _mm512_add_epi32, _mm512_add_epi64, _mm512_and_si512, _mm512_castsi256_si512,
    _mm512_castsi512_si256, _mm512_cvtepi8_epi16, _mm512_cvtepi16_epi32, _mm512_cvtepi32_epi64,
    _mm512_cvtepu8_epi16, _mm512_cvtepu8_epi64, _mm512_cvtsepi64_epi32, _mm512_dpwssd_epi32,
    _mm512_extracti64x4_epi64, _mm512_inserti64x4, _mm512_loadu_si512, _mm512_mul_epi32,
    _mm512_reduce_add_epi32, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shuffle_i32x4, _mm512_sllv_epi64, _mm512_srav_epi64, _mm512_srli_epi16, _mm512_storeu_si512,
    _mm512_sub_epi64, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64, _mm512_zextsi256_si512,
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

with_avx512!(sum_rows_8 => sum_rows_8_with_avx512, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(sum_rows_4 => sum_rows_4_with_avx512, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx512!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx512!(dot => dot_with_avx512, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx512!(layer => layer_with_avx512, (layer: &Dense<'_>, first: usize, inputs: &[i16], outputs: &mut [i32]));
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

/// Rows that are added in 16 bits before their sum is widened: 128 · 128 is below 2¹⁵.
const ROWS_8: usize = 128;
/// The same of numbers of 4 bits: 15 · 4,096 is below 2¹⁶.
const ROWS_4: usize = 4096;

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sum_rows_8_with_avx512(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len();
    if !stride.is_multiple_of(32) {
        return reference::sum_rows_8(rows, ids, sum);
    }
    for ids in ids.chunks(ROWS_8) {
        let (pairs, rest) = sum.as_chunks_mut::<64>();
        for (place, sum) in pairs.iter_mut().enumerate() {
            columns_8::<2>(rows, stride, place * 64, ids, sum);
        }
        columns_8::<1>(rows, stride, stride - rest.len(), ids, rest);
    }
}

/// Adds `WIDE` times 32 columns of the rows at `ids`, at most [`ROWS_8`] of them, to `sum`, from the column `first` on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn columns_8<const WIDE: usize>(rows: &[u8], stride: usize, first: usize, ids: &[u32], sum: &mut [i32]) {
    let mut sums = [_mm512_setzero_si512(); WIDE];
    for &id in ids {
        let start = id as usize * stride + first;
        let Some(row) = rows.get(start..start + WIDE * 32) else { continue };
        for (sum, numbers) in sums.iter_mut().zip(row.as_chunks::<32>().0) {
            *sum = _mm512_add_epi16(*sum, widen(numbers));
        }
    }
    for (place, sums) in sum.as_chunks_mut::<32>().0.iter_mut().zip(sums) {
        let halves = [_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64::<1>(sums)];
        for (place, half) in place.as_chunks_mut::<16>().0.iter_mut().zip(halves) {
            let at = place.as_mut_ptr().cast::<__m512i>();
            // SAFETY: the place has 16 numbers of 32 bits, and neither access asks for alignment.
            unsafe {
                _mm512_storeu_si512(
                    at,
                    _mm512_add_epi32(_mm512_loadu_si512(at), _mm512_cvtepi16_epi32(half)),
                );
            }
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sum_rows_4_with_avx512(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len() / 2;
    if !sum.len().is_multiple_of(64) {
        return reference::sum_rows_4(rows, ids, sum);
    }
    let half = _mm512_set1_epi16(15);
    for ids in ids.chunks(ROWS_4) {
        for (block, sum) in sum.as_chunks_mut::<64>().0.iter_mut().enumerate() {
            let (mut even, mut odd) = (_mm512_setzero_si512(), _mm512_setzero_si512());
            let mut added = 0;
            for &id in ids {
                let start = id as usize * stride + block * 32;
                let Some(bytes) = rows.get(start..).and_then(<[u8]>::first_chunk::<32>) else { continue };
                // SAFETY: the array has 32 bytes, and the load asks for no alignment.
                let wide =
                    _mm512_cvtepu8_epi16(unsafe { _mm256_loadu_si256(bytes.as_ptr().cast::<__m256i>()) });
                even = _mm512_add_epi16(even, _mm512_and_si512(wide, half));
                odd = _mm512_add_epi16(odd, _mm512_srli_epi16::<4>(wide));
                added += 1;
            }
            let mut sums = [[0u16; 32]; 2];
            for (place, wide) in sums.iter_mut().zip([even, odd]) {
                // SAFETY: the place has 32 numbers of 16 bits, and the store asks for no alignment.
                unsafe { _mm512_storeu_si512(place.as_mut_ptr().cast::<__m512i>(), wide) };
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
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn layer_with_avx512(layer: &Dense<'_>, first: usize, inputs: &[i16], outputs: &mut [i32]) {
    let stride = layer.stride();
    let inputs = inputs.get(..stride).unwrap_or_default();
    for (place, outputs) in outputs.chunks_mut(LANES).enumerate() {
        let first = first + place * LANES;
        let weights = layer.weights().get(first * stride..(first + LANES) * stride);
        match (outputs.first_chunk_mut::<LANES>(), weights, layer.scales::<LANES>(first)) {
            (Some(outputs), Some(weights), Some(scales)) => {
                scaled(sixteen_rows(weights, stride, inputs), scales, outputs);
            }
            _ => reference::layer(layer, first, inputs, outputs),
        }
    }
}

/// The sums of products of 16 rows of weights, each `stride` long, a multiple of 16.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sixteen_rows(weights: &[u8], stride: usize, inputs: &[i16]) -> __m512i {
    let mut sums = [_mm512_setzero_si512(); LANES];
    if weights.len() != LANES * stride || inputs.len() != stride {
        return _mm512_setzero_si512();
    }
    let (blocks, rest) = inputs.as_chunks::<32>();
    for (place, inputs) in blocks.iter().enumerate() {
        // SAFETY: the array has 32 numbers of 16 bits, and the load asks for no alignment.
        let inputs = unsafe { _mm512_loadu_si512(inputs.as_ptr().cast::<__m512i>()) };
        for (row, sum) in sums.iter_mut().enumerate() {
            // SAFETY: a row has as many weights as there are inputs, and these are 32 of them; the load asks for no alignment.
            let row = unsafe {
                let at = weights.as_ptr().add(row * stride + place * 32);
                _mm512_cvtepi8_epi16(_mm256_loadu_si256(at.cast::<__m256i>()))
            };
            *sum = _mm512_dpwssd_epi32(*sum, row, inputs);
        }
    }
    if let Some(inputs) = rest.first_chunk::<16>() {
        // SAFETY: the array has 16 numbers of 16 bits, and the load asks for no alignment.
        let inputs = unsafe { _mm256_loadu_si256(inputs.as_ptr().cast::<__m256i>()) };
        let inputs = _mm512_zextsi256_si512(inputs);
        for (row, sum) in sums.iter_mut().enumerate() {
            // SAFETY: behind the blocks a row has 16 more weights; the load asks for no alignment.
            let row = unsafe {
                let at = weights.as_ptr().add(row * stride + blocks.len() * 32);
                _mm256_cvtepi8_epi16(_mm_loadu_si128(at.cast::<__m128i>()))
            };
            *sum = _mm512_dpwssd_epi32(*sum, _mm512_zextsi256_si512(row), inputs);
        }
    }
    // Sums of the lanes, four rows side by side in a quarter, then of the quarters.
    let fours: [__m512i; 4] = core::array::from_fn(|four| {
        let [a, b] = [0, 2].map(|pair| {
            let (a, b) = (sums[4 * four + pair], sums[4 * four + pair + 1]);
            _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
        });
        _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
    });
    let [a, b, c, d] = fours;
    let halves = |a, b| {
        let (low, high) =
            (_mm512_shuffle_i32x4::<0b01_00_01_00>(a, b), _mm512_shuffle_i32x4::<0b11_10_11_10>(a, b));
        _mm512_add_epi32(low, high)
    };
    let (a, b) = (halves(a, b), halves(c, d));
    _mm512_add_epi32(_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b))
}

/// Sums with their biases, scaled as [`requantize`](super::requantize) does, within 32 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn scaled(sums: __m512i, scales: Scales<'_, LANES>, out: &mut [i32; LANES]) {
    // SAFETY: both arrays have 16 numbers of 32 bits, and the loads ask for no alignment.
    let (biases, multipliers) = unsafe {
        (
            _mm512_loadu_si512(scales.biases.as_ptr().cast::<__m512i>()),
            _mm512_loadu_si512(scales.multipliers.as_ptr().cast::<__m512i>()),
        )
    };
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    let shifts = unsafe { _mm_loadu_si128(scales.shifts.as_ptr().cast::<__m128i>()) };
    let sums = _mm512_add_epi32(sums, biases);
    let one = _mm512_set1_epi64(1);
    let half = |sums: __m256i, multipliers: __m256i, shifts: __m128i| {
        let shifts = _mm512_cvtepu8_epi64(shifts);
        let product = _mm512_mul_epi32(_mm512_cvtepi32_epi64(sums), _mm512_cvtepi32_epi64(multipliers));
        let rounding = _mm512_sllv_epi64(one, _mm512_sub_epi64(shifts, one));
        // What does not fit in 32 bits ends at their limits.
        _mm512_cvtsepi64_epi32(_mm512_srav_epi64(_mm512_add_epi64(product, rounding), shifts))
    };
    let low = half(_mm512_castsi512_si256(sums), _mm512_castsi512_si256(multipliers), shifts);
    let high = half(
        _mm512_extracti64x4_epi64::<1>(sums),
        _mm512_extracti64x4_epi64::<1>(multipliers),
        _mm_srli_si128::<8>(shifts),
    );
    let all = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
    // SAFETY: the array has 16 numbers of 32 bits, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast::<__m512i>(), all) };
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
