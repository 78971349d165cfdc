//! Plain Rust: what every other kernel must compute.

use super::hash::{Block, END, HISTORY, NGRAM, START, mix, spread};
use super::requantize::requantize;
use crate::format::{Filter, GROUP, LANES, Requantizer, Scales};

/// Adds the rows of 8-bit numbers at `ids` to `sum`; a row is as long as `sum`. Ids beyond the rows add nothing.
#[inline(always)]
pub(super) fn sum_rows_8(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len();
    for &id in ids {
        let start = id as usize * stride;
        let Some(row) = rows.get(start..start + stride) else { continue };
        for (sum, &value) in sum.iter_mut().zip(row) {
            *sum += i32::from(value as i8);
        }
    }
}

/// Adds the rows of 4-bit numbers at `ids` to `sum`; a row is half as many bytes as `sum` has numbers. Ids beyond the
/// rows add nothing.
#[inline(always)]
pub(super) fn sum_rows_4(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len() / 2;
    for &id in ids {
        let start = id as usize * stride;
        let Some(row) = rows.get(start..start + stride) else { continue };
        for (pair, &byte) in sum.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            pair[0] += i32::from(byte & 15) - 8;
            pair[1] += i32::from(byte >> 4) - 8;
        }
    }
}

/// Writes the hashes of all n-grams of these lengths that end in the block, in any order; returns how many there are. There must
/// be room for [`MOST_NGRAMS`](super::MOST_NGRAMS).
pub(super) fn ngrams(block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize {
    let mut free = hashes.iter_mut();
    let mut put = |hash| free.next().map(|place| *place = hash).map_or(0, |()| 1);
    let mut count = 0;
    for at in 0..block.used {
        let window = block.characters.get(at..=at + HISTORY).unwrap_or_default();
        let mut state = NGRAM;
        for (length, &character) in (1..=lengths.1).zip(window.iter().rev()) {
            // What separates two words is the end of the one and the start of the other.
            let ends = length == 1 && block.words >> (at + HISTORY) & 1 == 0;
            state = mix(state, if ends { END } else { character });
            if length >= lengths.0 && block.ends(length) >> at & 1 == 1 {
                count += put(spread(state));
            }
        }
    }
    for _ in 0..if lengths.0 == 1 { block.begins() } else { 0 } {
        count += put(spread(mix(NGRAM, START)));
    }
    count
}

/// Writes the table rows, of `buckets`, of the features that the filter knows by their hashes, in any order; returns how many
/// there are. There must be room for as many as there are hashes.
pub(super) fn known(filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize {
    let found = hashes.iter().filter_map(|&hash| filter.row(hash, buckets));
    rows.iter_mut().zip(found).map(|(place, row)| *place = row).count()
}

/// The sum of products of 8-bit weights (two's complement) and activations, of the shorter one's length.
#[inline(always)]
pub(super) fn dot(weights: &[u8], inputs: &[i16]) -> i32 {
    weights.iter().zip(inputs).map(|(&weight, &input)| i32::from(weight as i8) * i32::from(input)).sum()
}

/// Sums of a layer become its outputs: biases are added, and they are scaled, within 32 bits.
#[inline(always)]
pub(super) fn scale_sums(scales: &Scales<'_>, sums: &mut [i32]) {
    for (index, sum) in sums.iter_mut().enumerate() {
        let (bias, scale) = scales.of(index);
        let value = requantize(sum.wrapping_add(bias), scale);
        *sum = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    }
}

/// Outputs whose sums registers hold, in a block.
const QUARTER: usize = LANES / 4;

/// Adds to each row of `outputs`, one for each row of `inputs`, the products of the row with weights of 8 bits (two's
/// complement). Rows of inputs are `width` long, a multiple of [`GROUP`]; the weights lie in blocks of [`LANES`] outputs and, in
/// these, in groups of inputs.
#[inline(always)]
pub(super) fn dense(weights: &[u8], width: usize, inputs: &[i16], outputs: &mut [i32]) {
    let Some(count) = weights.len().checked_div(width) else { return };
    if count == 0 {
        return;
    }
    for (input, output) in inputs.chunks_exact(width).zip(outputs.chunks_exact_mut(count)) {
        let blocks = weights.chunks_exact(width * LANES);
        for (block, sums) in blocks.zip(output.as_chunks_mut::<LANES>().0) {
            for (quarter, sums) in sums.as_chunks_mut::<QUARTER>().0.iter_mut().enumerate() {
                let mut here = [0; QUARTER];
                let groups = block.as_chunks::<{ GROUP * LANES }>().0.iter();
                for (group, input) in groups.zip(input.as_chunks::<GROUP>().0) {
                    let [a, b, c, d] = input.map(i32::from);
                    let Some(weights) = group.as_chunks::<{ GROUP * QUARTER }>().0.get(quarter) else {
                        return;
                    };
                    for (sum, weights) in here.iter_mut().zip(weights.as_chunks::<GROUP>().0) {
                        let [e, f, g, h] = weights.map(|weight| i32::from(weight as i8));
                        *sum += a * e + b * f + c * g + d * h;
                    }
                }
                for (sum, here) in sums.iter_mut().zip(here) {
                    *sum += here;
                }
            }
        }
    }
}

/// What goes into the hidden layer of a bag: each group's sum times its factor, added, shifted right and rounded to an activation. The
/// sums are equally long.
#[inline(always)]
pub(super) fn pool(sums: [&[i32]; 3], factors: [i32; 3], shift: u32, out: &mut [i16]) {
    let [a, b, c] = sums;
    let [by_a, by_b, by_c] = factors.map(i64::from);
    let most = i64::from(MAX_ACTIVATION);
    for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
        // A sum is below 2^28, so each product is below 2^59.
        let value = i64::from(a) * by_a + i64::from(b) * by_b + i64::from(c) * by_c;
        *out = ((value + (1 << (shift - 1))) >> shift).clamp(-most, most) as i16;
    }
}

/// Outputs of a layer become activations; what is below zero ends there: the rectifier.
#[inline(always)]
pub(super) fn rectify(values: &[i32], out: &mut [i16]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = value.clamp(0, MAX_ACTIVATION) as i16;
    }
}

/// A token's numbers: the sums of its words, and those of its characters in 256ths, as activations.
#[inline(always)]
pub(super) fn join(words: &[i32], characters: &[i32], by: Requantizer, out: &mut [i16]) {
    let most = i64::from(MAX_ACTIVATION);
    for ((out, &word), &character) in out.iter_mut().zip(words).zip(characters) {
        // A text has less than 2^16 features of a token: no sum of words reaches 2^23.
        *out = requantize(word.wrapping_mul(256).wrapping_add(character), by).clamp(-most, most) as i16;
    }
}

/// One step of the recurrent layer: the sums of the forget, the candidate and the output gate become a new cell and a new
/// state of as many numbers each. `multipliers` has two bytes for each sum.
///
/// Units: a sum, shifted right and times its multiplier / 2¹⁵, is in 2,048ths; gates are in 32,768ths, cells in 16,384ths,
/// states in 2,048ths.
#[inline(always)]
pub(super) fn gates(sums: &[i32], multipliers: &[u8], shift: u32, cell: &mut [i32], state: &mut [i16]) {
    let units = cell.len();
    let split = |at: usize| {
        (sums.get(at * units..(at + 1) * units), multipliers.get(at * units * 2..(at + 1) * units * 2))
    };
    let (
        (Some(forget), Some(forget_by)),
        (Some(candidate), Some(candidate_by)),
        (Some(output), Some(output_by)),
    ) = (split(0), split(1), split(2))
    else {
        return;
    };
    let forget = forget.iter().zip(forget_by.as_chunks::<2>().0);
    let candidate = candidate.iter().zip(candidate_by.as_chunks::<2>().0);
    let output = output.iter().zip(output_by.as_chunks::<2>().0);
    for ((((cell, state), forget), candidate), output) in
        cell.iter_mut().zip(state).zip(forget).zip(candidate).zip(output)
    {
        let keep = sigmoid(scale(forget, shift));
        let new = tanh(scale(candidate, shift)) >> 1;
        // keep ≤ 2^15 and the cells are at most 2^15 apart.
        *cell = new + ((keep * (*cell - new)) >> 15);
        // At most 2^15 · 2^14.
        *state =
            ((sigmoid(scale(output, shift)) * *cell) >> 18).clamp(-MAX_ACTIVATION, MAX_ACTIVATION) as i16;
    }
}

const MAX_ACTIVATION: i32 = crate::format::MAX_ACTIVATION as i32;

/// A sum in 2,048ths.
#[inline(always)]
fn scale((&sum, &multiplier): (&i32, &[u8; 2]), shift: u32) -> i32 {
    let sum = (sum >> shift).clamp(-(1 << 15), (1 << 15) - 1);
    (sum * i32::from(i16::from_le_bytes(multiplier)) + (1 << 14)) >> 15
}

/// x (1 − |x| / 4) between −2 and 2, where it reaches −1 and 1: a hyperbolic tangent made of one parabola on either side.
/// From 2,048ths to 32,768ths.
#[inline(always)]
fn tanh(x: i32) -> i32 {
    let x = x.clamp(-4096, 4096);
    16 * x - ((x * x.abs()) >> 9)
}

/// (1 + tanh(x / 2)) / 2 with the same tangent. From 2,048ths to 32,768ths.
#[inline(always)]
fn sigmoid(x: i32) -> i32 {
    let x = x.clamp(-8192, 8192);
    (1 << 14) + 4 * x - ((x * x.abs()) >> 12)
}
