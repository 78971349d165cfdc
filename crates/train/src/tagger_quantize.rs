//! A tagger from floating point to integers, after training.

use crate::quantize::{LIMIT_8, best_scale, dense, piece_sections, requantizer, round};
use crate::tier::tagger::{Dropout, Network, TextRow};
use pulp::Arch;
use stonechat_engine::format::{
    Dense, DirectionWeights, Emissions, LayerWeights, MAX_LIFTED, Recurrent, Rows, SectionKind, Transitions,
};
use stonechat_engine::kernel::MAX_ACTIVATION;

/// Texts that the ranges of the activations are measured on, at the most.
const MEASURED: usize = 1000;
/// One unit of a state.
const STATE: f32 = 1.0 / 2048.0;
/// A row of gate weights has at least this share of the largest scale: else its sums would not fit into 16 bits.
const LEAST_SCALE: f32 = 0.25;

/// The sections that a quantised tagger fills.
pub(crate) fn quantize(
    network: &Network,
    max_tokens: u32,
    max_phrase: u32,
    piece_bits: u32,
    texts: &[TextRow],
) -> Vec<(SectionKind, Vec<u8>)> {
    let shape = network.shape;
    let features = &network.table[..shape.rows * shape.dim];
    let table_scale = table_scale(features);
    let numbers: Vec<u8> = features.iter().map(|&value| round(value, table_scale, LIMIT_8) as u8).collect();
    let mut rounded = network.clone();
    for (value, &number) in rounded.table.iter_mut().zip(&numbers) {
        *value = f32::from(number as i8) * table_scale;
    }
    let (mut inputs, mut pooled) = (Vec::new(), Vec::new());
    for text in texts.iter().step_by(texts.len().div_ceil(MEASURED).max(1)) {
        let forward = rounded.forward(Arch::new(), &[text], Dropout::default(), None, false);
        inputs.extend_from_slice(forward.inputs());
        if shape.labels > 0 {
            pooled.extend_from_slice(forward.pooled_tokens(0, shape));
        }
    }
    let activation = f32::from(MAX_ACTIVATION);
    let input_scale = best_scale(&sampled(&inputs), activation);
    let pooled_scale = best_scale(&sampled(&pooled), activation);
    // Sums of rows, and of tokens, are in 256ths.
    let input = requantizer(f64::from(table_scale) / f64::from(input_scale) / 256.0);
    let pooling = requantizer(f64::from(input_scale) / f64::from(pooled_scale) / 256.0);

    let recurrent = Recurrent { dim: shape.dim as u32, max_tokens, max_phrase, input, pooled: pooling };
    let recurrent_layers: Vec<LayerWeights> =
        shape.layers().map(|(at, ..)| layer(network, at, input_scale)).collect();
    let table = Rows {
        buckets: shape.rows as u32,
        dim: shape.dim as u32,
        bits: 8,
        multipliers: [0, 0],
        shift: 1,
        data: &numbers,
    };
    let score = |_: usize| 1.0 / 65_536.0;
    let layers = &network.layers;
    let emissions = columns(&layers.emissions, shape.tags);
    let emission_rows = dense(&emissions, &layers.emission_biases, STATE, &score);
    let mut sections = vec![
        (SectionKind::Tagger, recurrent.write(&recurrent_layers)),
        (SectionKind::Emissions, Emissions::write(shape.states() as u32, &emission_rows)),
        (
            SectionKind::Transitions,
            Transitions::write(
                &thousandths(&layers.pairs),
                &thousandths(&layers.starts),
                &thousandths(&layers.tag_biases),
            ),
        ),
        (SectionKind::Rows, table.write()),
    ];
    if let Some(set) = &network.pieces {
        let rows = network.piece_rows();
        let limit = if piece_bits == 4 { 7.0 } else { LIMIT_8 };
        let scale = best_scale(&sampled(&rows), limit);
        let numbers: Vec<i8> = rows.iter().map(|&value| round(value, scale, limit)).collect();
        let factor = requantizer(f64::from(scale) / f64::from(table_scale));
        // A shift of at most 40: what is cut off is far below what 256ths of a table number tell.
        let cut = factor.shift.saturating_sub(40);
        let multipliers = [factor.multiplier as u32 >> cut, 0];
        sections.extend(piece_sections(
            set,
            shape.dim,
            piece_bits,
            multipliers,
            factor.shift - cut,
            &numbers,
        ));
    }
    if shape.labels > 0 {
        let mut output = columns(&layers.output, shape.labels);
        for row in output.chunks_exact_mut(shape.pooled()) {
            // States and tokens have different units, and one scale.
            for weight in &mut row[shape.all_states()..] {
                *weight *= pooled_scale / STATE;
            }
        }
        let rows = dense(&output, &layers.output_biases, STATE, &score);
        sections.push((SectionKind::Output, Dense::write(shape.pooled() as u32, &rows)));
    }
    sections
}

fn table_scale(table: &[f32]) -> f32 {
    // Every value would take long on a large table, and tells no more.
    let stride = (table.len() / 200_000).max(1) | 1;
    let sample: Vec<f32> = table.iter().copied().filter(|&value| value != 0.0).step_by(stride).collect();
    best_scale(&sample, LIMIT_8)
}

fn sampled(values: &[f32]) -> Vec<f32> {
    let stride = (values.len() / 200_000).max(1) | 1;
    values.iter().copied().step_by(stride).collect()
}

/// Matrices lie with one row for each input; the file has one for each output.
fn columns(numbers: &[f32], outputs: usize) -> Vec<f32> {
    let inputs = numbers.len() / outputs;
    (0..outputs).flat_map(|output| (0..inputs).map(move |input| numbers[input * outputs + output])).collect()
}

fn thousandths(numbers: &[f32]) -> Vec<i16> {
    let limit = f32::from(i16::MAX);
    numbers.iter().map(|&number| libm::roundf(number * 1024.0).clamp(-limit, limit) as i16).collect()
}

/// A recurrent layer, whose place is given, in integers.
fn layer(network: &Network, at: usize, input_scale: f32) -> LayerWeights {
    let lift = lift(network, at, input_scale);
    let (directions, shift) = gates(network, at, input_scale / libm::ldexpf(1.0, lift as i32));
    LayerWeights { shift, lift, directions }
}

/// By how many bits the sums of a token are lifted, so that its weights and those of a state, which share a scale in each row, are
/// about equally large in integers: one bit less than the roots of their mean squares would ask for, at the most.
fn lift(network: &Network, at: usize, input_scale: f32) -> u32 {
    let square = |weights: &[Vec<f32>; 4]| {
        let weights = &weights[2 * at..][..2];
        let numbers = weights.iter().flatten();
        numbers.map(|&weight| f64::from(weight).powi(2)).sum::<f64>() / weights[0].len().max(1) as f64
    };
    let unit = f64::from(input_scale) / f64::from(STATE);
    let ratio = unit * libm::sqrt(square(&network.layers.inputs) / square(&network.layers.states).max(1e-30));
    let most = (MAX_LIFTED / network.shape.dim as u32).ilog2();
    (0..=most).rev().find(|&lift| libm::ldexp(1.0, lift as i32) <= ratio).unwrap_or(0)
}

/// The gates of both directions of a layer, and by how many bits their sums are shifted.
fn gates(network: &Network, at: usize, input_scale: f32) -> ([DirectionWeights; 2], u32) {
    let (dim, units) = (network.shape.dim, network.shape.units[at]);
    let outputs = 3 * units;
    let layers = &network.layers;
    let both = [2 * at, 2 * at + 1];
    // In units of a state's numbers, for both kinds of inputs: what a row adds to a sum in 2,048ths.
    let rows: [Vec<Vec<f32>>; 2] = both.map(|direction: usize| {
        let inputs = columns(&layers.inputs[direction], outputs);
        let states = columns(&layers.states[direction], outputs);
        let pairs = inputs.chunks_exact(dim).zip(states.chunks_exact(units));
        pairs
            .map(|(inputs, states)| {
                let inputs = inputs.iter().map(|weight| weight * input_scale / STATE);
                inputs.chain(states.iter().copied()).collect()
            })
            .collect()
    });
    let scales =
        rows.each_ref().map(|rows| -> Vec<f32> { rows.iter().map(|row| best_scale(row, LIMIT_8)).collect() });
    let largest = scales.iter().flatten().fold(f32::MIN_POSITIVE, |most, &scale| most.max(scale));
    let shift = (0..=31).rev().find(|&shift| largest * libm::ldexpf(1.0, shift) < 0.99).unwrap_or(0);
    let directions = [0, 1].map(|direction| {
        let mut weights = DirectionWeights {
            biases: Vec::new(),
            multipliers: Vec::new(),
            inputs: Vec::new(),
            states: Vec::new(),
        };
        let of = rows[direction].iter().zip(&scales[direction]).zip(&layers.gate_biases[both[direction]]);
        for ((row, &scale), &bias) in of {
            let scale = scale.max(largest * LEAST_SCALE);
            let limit = f64::from(1 << 28);
            let bias = f64::from(bias) / f64::from(STATE) / f64::from(scale);
            weights.biases.push(libm::round(bias).clamp(-limit, limit) as i32);
            let multiplier = scale * libm::ldexpf(1.0, shift + 15);
            weights.multipliers.push(libm::roundf(multiplier).clamp(1.0, f32::from(i16::MAX)) as i16);
            let numbers: Vec<i8> = row.iter().map(|&weight| round(weight, scale, LIMIT_8)).collect();
            weights.inputs.push(numbers[..dim].to_vec());
            weights.states.push(numbers[dim..].to_vec());
        }
        weights
    });
    (directions, shift as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::tier::tagger::{Layers, Shape};

    /// However much larger the unit of a token is than that of a state, the weights of both keep their digits.
    #[test]
    fn weights_of_tokens_and_states_keep_their_digits() {
        let shape = Shape {
            rows: 1,
            dim: 32,
            units: [0, 16],
            private: 0,
            tags: 1,
            labels: 0,
            own: 0,
            width: 0,
            taught: 0,
        };
        let mut network = Network::empty(shape);
        network.layers = Layers::zeros(shape);
        let mut random = Random::new(3, 0);
        let layers = &mut network.layers;
        for weight in layers.inputs.iter_mut().chain(&mut layers.states).flatten() {
            *weight = random.unit() - 0.5;
        }
        for times in [0.3, 1.0, 5.0, 30.0, 100.0] {
            let input_scale = times * STATE;
            let LayerWeights { lift, directions, shift } = layer(&network, 1, input_scale);
            let lost = |weights: &[f32], numbers: &[Vec<i8>], multipliers: &[i16], unit: f32| -> f32 {
                let rows = columns(weights, multipliers.len());
                let width = rows.len() / multipliers.len();
                let (mut lost, mut all) = (0.0, 0.0);
                for ((row, numbers), &multiplier) in rows.chunks_exact(width).zip(numbers).zip(multipliers) {
                    let scale = f32::from(multiplier) * libm::ldexpf(1.0, -(shift as i32) - 15) / unit;
                    for (&weight, &number) in row.iter().zip(numbers) {
                        lost += (weight - f32::from(number) * scale).powi(2);
                        all += weight * weight;
                    }
                }
                lost / all
            };
            for (direction, weights) in directions.iter().enumerate() {
                let unit = times / libm::ldexpf(1.0, lift as i32);
                let states = &network.layers.states[2 + direction];
                let states = lost(states, &weights.states, &weights.multipliers, 1.0);
                let inputs = &network.layers.inputs[2 + direction];
                let inputs = lost(inputs, &weights.inputs, &weights.multipliers, unit);
                assert!(states < 2e-4, "{times} times: {states} of the weights of states is lost");
                assert!(inputs < 2e-4, "{times} times: {inputs} of the weights of tokens is lost");
            }
        }
    }
}
