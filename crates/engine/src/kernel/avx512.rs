//! The kernel for x86-64 with AVX-512 and its VNNI, whose `vpdpwssd` multiplies and adds numbers of 16 bits without saturation.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::avx512_text as text;
use super::hash::Block;
use super::reference;
use crate::format::{Dense, Filter, LANES, Requantizer, Scales};
use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_loadu_si128, _mm256_loadu_si256, _mm512_add_epi16, _mm512_add_epi32,
    _mm512_add_epi64, _mm512_and_si512, _mm512_castsi256_si512, _mm512_castsi512_si256, _mm512_cvtepi8_epi16,
    _mm512_cvtepi16_epi8, _mm512_cvtepi16_epi32, _mm512_cvtepu8_epi16, _mm512_cvtepu8_epi32,
    _mm512_dpbusd_epi32, _mm512_dpwssd_epi32, _mm512_extracti64x4_epi64, _mm512_inserti64x4,
    _mm512_loadu_si512, _mm512_mask_blend_epi32, _mm512_maskz_loadu_epi8, _mm512_maskz_loadu_epi16,
    _mm512_max_epi64, _mm512_min_epi64, _mm512_movepi8_mask, _mm512_mul_epi32, _mm512_reduce_add_epi32,
    _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shuffle_i32x4, _mm512_slli_epi32, _mm512_slli_epi64, _mm512_srai_epi16, _mm512_srai_epi64,
    _mm512_srav_epi64, _mm512_srli_epi16, _mm512_srli_epi64, _mm512_storeu_si512, _mm512_sub_epi64,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
    _mm512_xor_si512,
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

/// Inputs of a block of [`Halves`].
const INPUTS: usize = 64;

/// Inputs of a layer as their high bytes, with the sign, and their low ones, without: 64 in a register, where the weights of 8 bits
/// need not be widened.
struct Halves {
    blocks: [MaybeUninit<(__m512i, __m512i)>; 4096 / INPUTS],
    /// Whether a high byte is negative.
    negative: bool,
    /// What the sums are too high where a high byte is negative: 128 · 256 times the sum of the high bytes.
    raised: i32,
}

impl Halves {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn fill(&mut self, inputs: &[i16]) {
        let mut sum = _mm512_setzero_si512();
        for (place, inputs) in self.blocks.iter_mut().zip(inputs.chunks(INPUTS)) {
            let [first, second] = [0, 32].map(|from| {
                let inputs = inputs.get(from..).unwrap_or_default();
                // SAFETY: as many lanes are loaded as there are inputs; the load asks for no alignment.
                unsafe { _mm512_maskz_loadu_epi16(lowest(inputs.len()) as u32, inputs.as_ptr()) }
            });
            let bytes = |first, second| {
                let low = _mm512_castsi256_si512(_mm512_cvtepi16_epi8(first));
                _mm512_inserti64x4::<1>(low, _mm512_cvtepi16_epi8(second))
            };
            let high = bytes(_mm512_srai_epi16::<8>(first), _mm512_srai_epi16::<8>(second));
            sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), high);
            self.negative |= _mm512_movepi8_mask(high) != 0;
            place.write((high, bytes(first, second)));
        }
        if self.negative {
            self.raised = _mm512_reduce_add_epi32(sum).wrapping_mul(128 * 256);
        }
    }
}

/// As many bits as there are things, at most 64.
#[inline]
const fn lowest(things: usize) -> u64 {
    if things < 64 { (1 << things) - 1 } else { u64::MAX }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn layer_with_avx512(layer: &Dense<'_>, first: usize, inputs: &[i16], outputs: &mut [i32]) {
    let stride = layer.stride();
    let Some(inputs) = inputs.get(..stride) else { return };
    let mut halves =
        Halves { blocks: [const { MaybeUninit::uninit() }; 4096 / INPUTS], negative: false, raised: 0 };
    halves.fill(inputs);
    for (place, outputs) in outputs.chunks_mut(LANES).enumerate() {
        let first = first + place * LANES;
        // The last ones are computed together with some before them.
        let from = first.min((layer.outputs as usize).saturating_sub(LANES));
        let weights = layer.weights().get(from * stride..(from + LANES) * stride);
        let Some((weights, scales)) = weights.zip(layer.scales::<LANES>(from)) else {
            reference::layer(layer, first, inputs, outputs);
            continue;
        };
        let sums = if halves.negative {
            sixteen_rows::<true>(weights, stride, &halves)
        } else {
            sixteen_rows::<false>(weights, stride, &halves)
        };
        let all = scaled(sums, scales);
        if from == first
            && let Some(outputs) = outputs.first_chunk_mut::<LANES>()
        {
            *outputs = all;
        } else {
            for (output, value) in outputs.iter_mut().zip(all.into_iter().skip(first - from)) {
                *output = value;
            }
        }
    }
}

/// The sums of products of 16 rows of weights, each `stride` long, with as many inputs: at most 4,096.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn sixteen_rows<const SIGNED: bool>(weights: &[u8], stride: usize, inputs: &Halves) -> __m512i {
    let mut sums = _mm512_set1_epi32(inputs.raised.wrapping_neg());
    let blocks = inputs.blocks.get(..stride.div_ceil(INPUTS)).unwrap_or_default();
    if weights.len() != LANES * stride {
        return sums;
    }
    let (fours, rest) = blocks.as_chunks::<4>();
    for (place, four) in fours.iter().enumerate() {
        sums = _mm512_add_epi32(sums, columns::<_, SIGNED>(weights, stride, place * 4 * INPUTS, four));
    }
    let first = fours.len() * 4 * INPUTS;
    let behind = match rest {
        [a] => columns::<_, SIGNED>(weights, stride, first, &[*a]),
        [a, b] => columns::<_, SIGNED>(weights, stride, first, &[*a, *b]),
        [a, b, c] => columns::<_, SIGNED>(weights, stride, first, &[*a, *b, *c]),
        _ => return sums,
    };
    _mm512_add_epi32(sums, behind)
}

/// What `N` blocks of columns of 16 rows, from the column `first` on, give to the sums; the last block may be cut short by the end
/// of the row. All blocks were written, and there are 16 rows. `SIGNED` tells whether a high byte may be negative.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn columns<const N: usize, const SIGNED: bool>(
    weights: &[u8],
    stride: usize,
    first: usize,
    blocks: &[MaybeUninit<(__m512i, __m512i)>; N],
) -> __m512i {
    // SAFETY: all blocks were written.
    let blocks = blocks.map(|block| unsafe { block.assume_init() });
    // The instruction takes one factor without a sign: where the high bytes have one, the weights are raised by 128.
    let sign = _mm512_set1_epi8(i8::MIN);
    let last = lowest(stride - first - (N - 1) * INPUTS);
    let mut fours = [_mm512_setzero_si512(); 4];
    for (place, four) in fours.iter_mut().enumerate() {
        let mut sums = [_mm512_setzero_si512(); 4];
        for (row, sum) in sums.iter_mut().enumerate() {
            let mut weights_of = [_mm512_setzero_si512(); N];
            for (block, weights_of) in weights_of.iter_mut().enumerate() {
                // SAFETY: the row has 64 weights from this column on, of the last block as many as are loaded; the load asks for no
                // alignment.
                *weights_of = unsafe {
                    let at = weights.as_ptr().add((4 * place + row) * stride + first + block * INPUTS);
                    if block + 1 < N {
                        _mm512_loadu_si512(at.cast::<__m512i>())
                    } else {
                        _mm512_maskz_loadu_epi8(last, at.cast::<i8>())
                    }
                };
            }
            for (&weights, (high, _)) in weights_of.iter().zip(blocks) {
                *sum = if SIGNED {
                    _mm512_dpbusd_epi32(*sum, _mm512_xor_si512(weights, sign), high)
                } else {
                    _mm512_dpbusd_epi32(*sum, high, weights)
                };
            }
            *sum = _mm512_slli_epi32::<8>(*sum);
            for (&weights, (_, low)) in weights_of.iter().zip(blocks) {
                *sum = _mm512_dpbusd_epi32(*sum, low, weights);
            }
        }
        // Sums of the lanes, the four rows side by side in a quarter.
        let [a, b, c, d] = sums;
        let ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
        let cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
        *four = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    }
    // Sums of the quarters.
    let [a, b, c, d] = fours;
    let halves = |a, b| {
        let (low, high) =
            (_mm512_shuffle_i32x4::<0b01_00_01_00>(a, b), _mm512_shuffle_i32x4::<0b11_10_11_10>(a, b));
        _mm512_add_epi32(low, high)
    };
    let (a, b) = (halves(a, b), halves(c, d));
    let (low, high) =
        (_mm512_shuffle_i32x4::<0b10_00_10_00>(a, b), _mm512_shuffle_i32x4::<0b11_01_11_01>(a, b));
    _mm512_add_epi32(low, high)
}

/// Sums with their biases, scaled as [`requantize`](super::requantize) does, within 32 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn scaled(sums: __m512i, scales: Scales<'_, LANES>) -> [i32; LANES] {
    // SAFETY: both arrays have 16 numbers of 32 bits, and the loads ask for no alignment.
    let (biases, multipliers) = unsafe {
        (
            _mm512_loadu_si512(scales.biases.as_ptr().cast::<__m512i>()),
            _mm512_loadu_si512(scales.multipliers.as_ptr().cast::<__m512i>()),
        )
    };
    // SAFETY: the array has 16 bytes, and the load asks for no alignment.
    let shifts = _mm512_cvtepu8_epi32(unsafe { _mm_loadu_si128(scales.shifts.as_ptr().cast::<__m128i>()) });
    let sums = _mm512_add_epi32(sums, biases);
    let one = _mm512_set1_epi64(1);
    let (most, least) = (_mm512_set1_epi64(i32::MAX.into()), _mm512_set1_epi64(i32::MIN.into()));
    // Of each 64 bits the low half.
    let half = |sums: __m512i, multipliers: __m512i, shifts: __m512i| {
        let product = _mm512_mul_epi32(sums, multipliers);
        // Halves go up: the last bit that is shifted out is added.
        let doubled = _mm512_srav_epi64(product, _mm512_sub_epi64(shifts, one));
        let value = _mm512_srai_epi64::<1>(_mm512_add_epi64(doubled, one));
        _mm512_max_epi64(_mm512_min_epi64(value, most), least)
    };
    let odd = |numbers: __m512i| _mm512_srli_epi64::<32>(numbers);
    let low = half(sums, multipliers, _mm512_and_si512(shifts, _mm512_set1_epi64(0xff)));
    let high = half(odd(sums), odd(multipliers), odd(shifts));
    let all = _mm512_mask_blend_epi32(0b1010_1010_1010_1010, low, _mm512_slli_epi64::<32>(high));
    let mut out = [0; LANES];
    // SAFETY: the array has 16 numbers of 32 bits, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast::<__m512i>(), all) };
    out
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
