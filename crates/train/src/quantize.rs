//! Floating point to integers, after training.

use crate::dictionary::{Row, scales};
use crate::piece::PieceSet;
use crate::tier::Bag;
use stonechat_engine::format::{Dense, Pieces, Rows, SectionKind};
use stonechat_engine::kernel::{MAX_ACTIVATION, Requantizer};

/// The largest value of a signed 8-bit number that is used; −128 is not, so that negation is exact.
pub(crate) const LIMIT_8: f32 = 127.0;
/// Rows that the ranges of the activations are measured on, at the most.
const MEASURED: usize = 2000;

/// The scale with the least squared error when values are rounded to multiples of it between `-limit` and `limit`.
/// It is looked for among 80 fractions of the scale that clips nothing.
pub(crate) fn best_scale(values: &[f32], limit: f32) -> f32 {
    let most = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    if most == 0.0 {
        return 1.0;
    }
    let error = |scale: f32| -> f64 {
        let rounded = |value: f32| libm::roundf(value / scale).clamp(-limit, limit) * scale;
        values.iter().map(|&value| square(f64::from(value - rounded(value)))).sum()
    };
    let mut best = (f64::INFINITY, most / limit);
    for step in (21..=100u8).rev() {
        let scale = most / limit * f32::from(step) / 100.0;
        let error = error(scale);
        if error < best.0 {
            best = (error, scale);
        }
    }
    best.1
}

const fn square(value: f64) -> f64 {
    value * value
}

pub(crate) fn round(value: f32, scale: f32, limit: f32) -> i8 {
    libm::roundf(value / scale).clamp(-limit, limit) as i8
}

/// A positive factor as the multiplier and shift nearest to it.
pub(crate) fn requantizer(factor: f64) -> Requantizer {
    let (fraction, exponent) = libm::frexp(factor);
    // fraction is in [1/2, 1): the multiplier has 31 significant bits where the shift allows them.
    let shift = (31 - exponent).clamp(1, 62);
    let multiplier = libm::round(libm::ldexp(fraction, exponent + shift)).clamp(0.0, f64::from(i32::MAX));
    Requantizer { multiplier: multiplier as i32, shift: shift as u32 }
}

/// A layer's rows in integers. `input` is the scale of what goes in, `unit` the real value of one unit of what comes out.
pub(crate) fn dense(
    weights: &[f32],
    biases: &[f32],
    input: f32,
    unit: &dyn Fn(usize) -> f64,
) -> Vec<(i32, Requantizer, Vec<i8>)> {
    let inputs = weights.len() / biases.len().max(1);
    weights
        .chunks_exact(inputs.max(1))
        .zip(biases)
        .enumerate()
        .map(|(index, (row, &bias))| {
            let scale = best_scale(row, LIMIT_8);
            let product = f64::from(input) * f64::from(scale);
            let most = f64::from(1 << 30);
            let bias = libm::round(f64::from(bias) / product).clamp(-most, most) as i32;
            (
                bias,
                requantizer(product / unit(index)),
                row.iter().map(|&weight| round(weight, scale, LIMIT_8)).collect(),
            )
        })
        .collect()
}

/// The sections of a quantised bag. `bits` of a table number are 8 or 4; `rows` are rows to measure the ranges of the activations on.
pub(crate) fn quantize(
    bag: &Bag,
    bits: u32,
    buckets: &[u32],
    pieces: Option<(&PieceSet, u32)>,
    rows: &[Row],
) -> Vec<(SectionKind, Vec<u8>)> {
    let shape = bag.shape;
    let limit = if bits == 8 { LIMIT_8 } else { 7.0 };
    // Every value would take long on a large table, and tells no more.
    let stride = (bag.table.len() / 200_000).max(1) | 1;
    let sample: Vec<f32> = bag.table.iter().copied().filter(|&value| value != 0.0).step_by(stride).collect();
    let table_scale = best_scale(&sample, limit);
    let numbers: Vec<i8> = bag.table.iter().map(|&value| round(value, table_scale, limit)).collect();
    let mut rounded = bag.clone();
    for (value, &number) in rounded.table.iter_mut().zip(&numbers) {
        *value = f32::from(number) * table_scale;
    }
    let piece_limit = if pieces.is_some_and(|(_, bits)| bits == 4) { 7.0 } else { LIMIT_8 };
    let stride = (bag.pieces.len() / 200_000).max(1) | 1;
    let sample: Vec<f32> = bag.pieces.iter().copied().step_by(stride).collect();
    let piece_scale = best_scale(&sample, piece_limit);
    let piece_numbers: Vec<i8> =
        bag.pieces.iter().map(|&value| round(value, piece_scale, piece_limit)).collect();
    for (value, &number) in rounded.pieces.iter_mut().zip(&piece_numbers) {
        *value = f32::from(number) * piece_scale;
    }

    let (mut pooled, mut hidden) = (Vec::new(), Vec::new());
    let mut here = vec![0.0; shape.dim];
    let mut units = vec![0.0; shape.hidden];
    for row in rows.iter().step_by(rows.len().div_ceil(MEASURED).max(1)) {
        let ids = row.buckets(buckets);
        rounded.pool([&ids[0], &ids[1]], &row.pieces, &mut here);
        rounded.hide(&here, &mut units);
        pooled.extend_from_slice(&here);
        hidden.extend_from_slice(&units);
    }
    let activation = f32::from(MAX_ACTIVATION);
    let pooled_scale = best_scale(&pooled, activation);
    let hidden_scale = best_scale(&hidden, activation);

    let weights = scales([1, 1], bag.character_weight);
    let [words, characters] =
        weights.map(|weight| f64::from(table_scale) * f64::from(weight) / f64::from(pooled_scale));
    let of_pieces = if pieces.is_some() { f64::from(piece_scale) / f64::from(pooled_scale) } else { 0.0 };
    let shift = requantizer(words.max(characters).max(of_pieces)).shift.min(40);
    let multiplier =
        |factor: f64| libm::round(libm::ldexp(factor, shift as i32)).clamp(0.0, f64::from(i32::MAX)) as u32;
    let data = packed(&numbers, bits);
    let multipliers = [multiplier(words), multiplier(characters)];
    let table =
        Rows { buckets: shape.buckets as u32, dim: shape.dim as u32, bits, multipliers, shift, data: &data };
    let score_unit = 1.0 / 65_536.0;
    let hidden_rows = dense(&bag.hidden, &bag.hidden_biases, pooled_scale, &|_| f64::from(hidden_scale));
    let output_rows = dense(&bag.output, &bag.output_biases, hidden_scale, &|_| score_unit);
    let mut sections = vec![
        (SectionKind::Hidden, Dense::write(shape.dim as u32, &hidden_rows)),
        (SectionKind::Output, Dense::write(shape.hidden as u32, &output_rows)),
        (SectionKind::Rows, table.write()),
    ];
    if let Some((set, bits)) = pieces {
        let multipliers = [multiplier(of_pieces), 0];
        sections.extend(piece_sections(set, shape.dim, bits, multipliers, shift, &piece_numbers));
    }
    sections
}

/// The sections of word pieces, whose rows of numbers stand in the order of the set.
pub(crate) fn piece_sections(
    set: &PieceSet,
    dim: usize,
    bits: u32,
    multipliers: [u32; 2],
    shift: u32,
    numbers: &[i8],
) -> [(SectionKind, Vec<u8>); 2] {
    let rising: Vec<i8> =
        set.rising().flat_map(|piece| numbers[piece as usize * dim..][..dim].iter().copied()).collect();
    let data = packed(&rising, bits);
    let rows = Rows { buckets: set.len() as u32, dim: dim as u32, bits, multipliers, shift, data: &data };
    let hashes: Vec<u32> = set.rising().map(|piece| set.hashes[piece as usize]).collect();
    [(SectionKind::Pieces, Pieces::write(set.longest, &hashes)), (SectionKind::PieceRows, rows.write())]
}

/// Numbers of so many bits, 8 or 4, as a table holds them.
fn packed(numbers: &[i8], bits: u32) -> Vec<u8> {
    if bits == 8 {
        return numbers.iter().map(|&number| number as u8).collect();
    }
    let pairs = numbers.as_chunks::<2>().0;
    pairs.iter().map(|[low, high]| (low + 8) as u8 | ((high + 8) as u8) << 4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_keep_31_bits() {
        for factor in [1e-9, 0.3, 0.5, 1.0, 1.5, 65_536.0] {
            let found = requantizer(factor);
            let value = libm::ldexp(f64::from(found.multiplier), -(found.shift as i32));
            assert!((value / factor - 1.0).abs() < 1e-8, "{factor} became {value}");
        }
    }

    #[test]
    fn the_scale_clips_a_lone_outlier_at_few_bits() {
        let mut values: Vec<f32> = (0..1000).map(|i| (i as f32 / 500.0) - 1.0).collect();
        assert!((best_scale(&values, 7.0) - 1.0 / 7.0).abs() < 0.02);
        values.push(4.0);
        assert!(best_scale(&values, 7.0) < 2.0 / 7.0);
        assert_eq!(best_scale(&[0.0; 4], 7.0), 1.0);
    }
}
