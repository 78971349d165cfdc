//! The kernel for x86-64 with AVX-512 and its VNNI, whose `vpdpwssd` multiplies and adds numbers of 16 bits without saturation.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::avx512_text as text;
use super::hash::Block;
use super::reference;
use crate::format::{Filter, GROUP, LANES, Requantizer, Scales, ScalesOf};
use core::arch::x86_64::{
    __m256i, __m512i, _mm_set_epi64x, _mm256_add_epi32, _mm256_dpbusd_epi32, _mm256_loadu_si256,
    _mm256_movepi8_mask, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_storeu_si256, _mm512_add_epi16,
    _mm512_add_epi32, _mm512_add_epi64, _mm512_and_si512, _mm512_castsi512_si256, _mm512_cvtepi8_epi16,
    _mm512_cvtepi16_epi8, _mm512_cvtepi16_epi32, _mm512_cvtepi32_epi64, _mm512_cvtepu8_epi16,
    _mm512_cvtepu8_epi64, _mm512_cvtsepi64_epi32, _mm512_dpbusd_epi32, _mm512_dpwssd_epi32,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_maskz_loadu_epi16, _mm512_mul_epi32,
    _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi32, _mm512_srai_epi16, _mm512_srai_epi64, _mm512_srav_epi64,
    _mm512_srli_epi16, _mm512_storeu_si512, _mm512_sub_epi32, _mm512_sub_epi64, _mm512_xor_si512,
    _mm512_zextsi256_si512,
};
use core::mem::MaybeUninit;

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

with_avx512!(ngrams => text::ngrams, (block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize);
with_avx512!(known => text::known, (filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize);
with_avx512!(sum_rows_8 => sum_rows_8_with_avx512, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(sum_rows_4 => sum_rows_4_with_avx512, (rows: &[u8], ids: &[u32], sum: &mut [i32]));
with_avx512!(pool => reference::pool, (sums: [&[i32]; 3], factors: [i32; 3], shift: u32, out: &mut [i16]));
with_avx512!(rectify => reference::rectify, (values: &[i32], out: &mut [i16]));
with_avx512!(join => reference::join, (words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]));
with_avx512!(gates => reference::gates, (sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]));
with_avx512!(dot => dot_with_avx512, (weights: &[u8], inputs: &[i16]) -> i32);
with_avx512!(dense => dense_with_avx512, (weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]));
with_avx512!(scale_sums => scale_sums_with_avx512, (scales: &Scales<'_>, sums: &mut [i32]));

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

/// The most inputs whose halves are kept.
const MOST_INPUTS: usize = 4096;

/// The inputs of a row as their high bytes, with the sign, and their low ones, without: four of either make a number of 32 bits, which
/// is multiplied with four weights of each output at once.
struct Halves {
    low: [MaybeUninit<[u8; 32]>; MOST_INPUTS / 32],
    high: [MaybeUninit<[u8; 32]>; MOST_INPUTS / 32],
    /// Whether a high byte is negative.
    negative: bool,
    /// What the sums are too high where a high byte is negative: 128 · 256 times the sum of the high bytes.
    raised: i32,
}

impl Halves {
    const EMPTY: Self = Self {
        low: [const { MaybeUninit::uninit() }; MOST_INPUTS / 32],
        high: [const { MaybeUninit::uninit() }; MOST_INPUTS / 32],
        negative: false,
        raised: 0,
    };

    /// Splits at most [`MOST_INPUTS`] inputs; behind them come zeros.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn fill(&mut self, inputs: &[i16]) {
        let mut sum = _mm256_setzero_si256();
        let mut negative = false;
        for ((low, high), inputs) in self.low.iter_mut().zip(&mut self.high).zip(inputs.chunks(32)) {
            // SAFETY: as many lanes are loaded as there are inputs; the load asks for no alignment.
            let inputs = unsafe { _mm512_maskz_loadu_epi16(lowest(inputs.len()), inputs.as_ptr()) };
            let high_bytes = _mm512_cvtepi16_epi8(_mm512_srai_epi16::<8>(inputs));
            sum = _mm256_dpbusd_epi32(sum, _mm256_set1_epi8(1), high_bytes);
            negative |= _mm256_movepi8_mask(high_bytes) != 0;
            // SAFETY: both places have 32 bytes, and the stores ask for no alignment.
            unsafe {
                _mm256_storeu_si256(low.as_mut_ptr().cast::<__m256i>(), _mm512_cvtepi16_epi8(inputs));
                _mm256_storeu_si256(high.as_mut_ptr().cast::<__m256i>(), high_bytes);
            }
        }
        self.negative = negative;
        self.raised = if negative {
            _mm512_reduce_add_epi32(_mm512_zextsi256_si512(sum)).wrapping_mul(128 * 256)
        } else {
            0
        };
    }
}

/// As many bits as there are things, at most 32.
#[inline]
const fn lowest(things: usize) -> u32 {
    if things < 32 { (1 << things) - 1 } else { u32::MAX }
}

/// Bytes of a group of weights of a block.
const STEP: usize = GROUP * LANES;

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn dense_with_avx512(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width).filter(|&count| count > 0) else { return };
    if width > MOST_INPUTS || !width.is_multiple_of(GROUP) {
        return reference::dense(weights, width, inputs, outputs);
    }
    let mut halves = Halves::EMPTY;
    for (inputs, outputs) in inputs.chunks_exact(width).zip(outputs.chunks_exact_mut(count)) {
        halves.fill(inputs);
        if halves.negative {
            row::<true>(weights, width, &halves, outputs);
        } else {
            row::<false>(weights, width, &halves, outputs);
        }
    }
}

/// A row of inputs against all weights, some blocks of outputs at a time: their sums do not wait for one another. `SIGNED` tells
/// whether a high byte may be negative.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn row<const SIGNED: bool>(weights: &[u8], width: usize, inputs: &Halves, outputs: &mut [i32]) {
    let mut blocks = weights.chunks_exact(width * LANES).len();
    let (mut weights, mut outputs) = (weights, outputs.as_chunks_mut::<LANES>().0);
    while blocks > 0 {
        // Eight and more are halved, so that no single one is left.
        let taken = if blocks > 12 {
            6
        } else if blocks > 6 {
            blocks.div_ceil(2)
        } else {
            blocks
        };
        let (Some((here, behind)), Some((sums, others))) =
            (weights.split_at_checked(taken * width * LANES), outputs.split_at_mut_checked(taken))
        else {
            return;
        };
        match taken {
            1 => blocks_of::<1, 4, SIGNED>(here, width, inputs, sums),
            2 => blocks_of::<2, 2, SIGNED>(here, width, inputs, sums),
            3 => blocks_of::<3, 2, SIGNED>(here, width, inputs, sums),
            4 => blocks_of::<4, 1, SIGNED>(here, width, inputs, sums),
            5 => blocks_of::<5, 1, SIGNED>(here, width, inputs, sums),
            _ => blocks_of::<6, 1, SIGNED>(here, width, inputs, sums),
        }
        (weights, outputs) = (behind, others);
        blocks -= taken;
    }
}

/// `BLOCKS` blocks of outputs, `AHEAD` groups of inputs at a time, each with sums of its own.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn blocks_of<const BLOCKS: usize, const AHEAD: usize, const SIGNED: bool>(
    weights: &[u8],
    width: usize,
    inputs: &Halves,
    outputs: &mut [[i32; LANES]],
) {
    let zero = _mm512_setzero_si512();
    let (mut low_sums, mut high_sums) = ([[zero; BLOCKS]; AHEAD], [[zero; BLOCKS]; AHEAD]);
    if weights.len() != BLOCKS * width * LANES || width > MOST_INPUTS {
        return;
    }
    // The instruction takes one factor without a sign: where the high bytes have one, the weights are raised by 128.
    let sign = _mm512_set1_epi8(i8::MIN);
    let (low, high) = (inputs.low.as_ptr().cast::<i32>(), inputs.high.as_ptr().cast::<i32>());
    let step = |group: usize, low_sums: &mut [__m512i; BLOCKS], high_sums: &mut [__m512i; BLOCKS]| {
        // SAFETY: there are as many groups of inputs as `width` says, and all were written.
        let (low, high) = unsafe { (low.add(group).read_unaligned(), high.add(group).read_unaligned()) };
        let (low, high) = (_mm512_set1_epi32(low), _mm512_set1_epi32(high));
        for (block, (low_sum, high_sum)) in low_sums.iter_mut().zip(high_sums).enumerate() {
            // SAFETY: each block has `width` inputs, hence so many groups; the load asks for no alignment.
            let weights = unsafe {
                let at = weights.as_ptr().add(block * width * LANES + group * STEP);
                _mm512_loadu_si512(at.cast::<__m512i>())
            };
            *low_sum = _mm512_dpbusd_epi32(*low_sum, low, weights);
            *high_sum = if SIGNED {
                _mm512_dpbusd_epi32(*high_sum, _mm512_xor_si512(weights, sign), high)
            } else {
                _mm512_dpbusd_epi32(*high_sum, high, weights)
            };
        }
    };
    let groups = width / GROUP;
    let ahead = groups - groups % AHEAD;
    for group in (0..ahead).step_by(AHEAD) {
        for (place, (low_sums, high_sums)) in low_sums.iter_mut().zip(&mut high_sums).enumerate() {
            step(group + place, low_sums, high_sums);
        }
    }
    for group in ahead..groups {
        step(group, &mut low_sums[0], &mut high_sums[0]);
    }
    let raised = _mm512_set1_epi32(inputs.raised);
    let whole = |sums: [[__m512i; BLOCKS]; AHEAD]| {
        let mut whole = [zero; BLOCKS];
        for sums in sums {
            for (whole, sum) in whole.iter_mut().zip(sums) {
                *whole = _mm512_add_epi32(*whole, sum);
            }
        }
        whole
    };
    for ((output, low), high) in outputs.iter_mut().zip(whole(low_sums)).zip(whole(high_sums)) {
        let sums = _mm512_sub_epi32(_mm512_add_epi32(low, _mm512_slli_epi32::<8>(high)), raised);
        let at = output.as_mut_ptr().cast::<__m512i>();
        // SAFETY: the place has 16 numbers of 32 bits, and neither access asks for alignment.
        unsafe { _mm512_storeu_si512(at, _mm512_add_epi32(_mm512_loadu_si512(at), sums)) };
    }
}

/// Sums with their biases, scaled as [`requantize`](super::requantize) does, within 32 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn scale_sums_with_avx512(scales: &Scales<'_>, sums: &mut [i32]) {
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
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn scaled(sums: &mut [i32; 8], scales: ScalesOf<'_, 8>) {
    let load = |numbers: &[[u8; 4]; 8]| {
        // SAFETY: the array has eight numbers of 32 bits, and the load asks for no alignment.
        unsafe { _mm256_loadu_si256(numbers.as_ptr().cast::<__m256i>()) }
    };
    let at = sums.as_mut_ptr().cast::<__m256i>();
    // SAFETY: there are eight numbers of 32 bits, and the load asks for no alignment.
    let sums = _mm256_add_epi32(unsafe { _mm256_loadu_si256(at) }, load(scales.biases));
    let multipliers = _mm512_cvtepi32_epi64(load(scales.multipliers));
    let shifts = _mm512_cvtepu8_epi64(_mm_set_epi64x(0, i64::from_le_bytes(*scales.shifts)));
    let one = _mm512_set1_epi64(1);
    let product = _mm512_mul_epi32(_mm512_cvtepi32_epi64(sums), multipliers);
    // Halves go up: the last bit that is shifted out is added.
    let doubled = _mm512_srav_epi64(product, _mm512_sub_epi64(shifts, one));
    let values = _mm512_cvtsepi64_epi32(_mm512_srai_epi64::<1>(_mm512_add_epi64(doubled, one)));
    // SAFETY: there are eight numbers of 32 bits, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(at, values) };
}
