//! The way back through an encoder: how the errors of labels that are told by its embeddings flow to its weights.

use super::encoder::{Encoder, Layer, Linear, rows};
use super::kernel::{Real, add, add_times, attend, dot, gelu, softmax};
use super::kernel_back::{Normed, attend_back, gelu_slope, layer_norm_back, layer_norm_kept};
use super::pooling::Pooling;
use crate::probe::SCALE;
use crate::random::Random;
use candle_core::{Result, Tensor};

/// Arrays of weights of a layer.
pub(super) const ARRAYS: usize = 12;
/// Those that are matrices, which decay.
pub(super) const MATRICES: [usize; 4] = [0, 2, 6, 8];

/// The weights of a layer, or a number for each of them: of the attention its matrix and biases, of what is made of what was
/// attended to the same and scale and shift of its norm, and of the layer between and the one behind it all of that.
pub(super) type Arrays<T> = [Vec<T>; ARRAYS];

/// Texts that are computed together, with their labels.
pub(super) struct Shard {
    /// How many tokens each text has: at least 1.
    pub(super) lengths: Vec<usize>,
    /// The tokens of one text behind those of another.
    pub(super) tokens: Vec<u32>,
    pub(super) labels: Vec<u32>,
}

/// What tells labels by embeddings: for each number, and once more for the bias, a row of a weight for each label.
pub(super) struct Head<'a, T> {
    pub(super) weights: &'a [T],
    pub(super) labels: usize,
}

/// What a shard keeps of its way through the layers, for its way back.
pub(super) struct There<T> {
    kept: Vec<Kept<T>>,
    /// The states of the last layer.
    states: Vec<T>,
    lengths: Vec<usize>,
}

/// The gradient of the loss of a shard.
pub(super) struct Gradient<T> {
    pub(super) loss: f64,
    pub(super) layers: Vec<Arrays<T>>,
    pub(super) head: Vec<T>,
}

/// What a layer keeps for its way back.
struct Kept<T> {
    input: Tensor,
    seen: Vec<T>,
    /// Of each text, how much its tokens saw of each other.
    shares: Vec<T>,
    attended: Tensor,
    attended_mask: Vec<T>,
    attended_norm: Normed<T>,
    middle: Tensor,
    /// Before the activation.
    before: Vec<T>,
    between: Tensor,
    out_mask: Vec<T>,
    out_norm: Normed<T>,
}

/// The weights of a layer.
pub(super) fn arrays<T: Real>(layer: &Layer<T>) -> Result<Arrays<T>> {
    let Layer { attention, attended, attended_norm, between, out, out_norm } = layer;
    let flat = |linear: &Linear<T>| linear.matrix.flatten_all()?.to_vec1();
    Ok([
        flat(attention)?,
        attention.bias.clone(),
        flat(attended)?,
        attended.bias.clone(),
        attended_norm.scale.clone(),
        attended_norm.shift.clone(),
        flat(between)?,
        between.bias.clone(),
        flat(out)?,
        out.bias.clone(),
        out_norm.scale.clone(),
        out_norm.shift.clone(),
    ])
}

/// Gives a layer these weights.
pub(super) fn put<T: Real>(arrays: &Arrays<T>, layer: &mut Layer<T>) -> Result<()> {
    let Layer { attention, attended, attended_norm, between, out, out_norm } = layer;
    let linears = [(attention, 0), (attended, 2), (between, 6), (out, 8)];
    for (linear, at) in linears {
        linear.matrix = Tensor::from_slice(&arrays[at], linear.matrix.shape(), linear.matrix.device())?;
        linear.bias.copy_from_slice(&arrays[at + 1]);
    }
    for (norm, at) in [(attended_norm, 4), (out_norm, 10)] {
        norm.scale.copy_from_slice(&arrays[at]);
        norm.shift.copy_from_slice(&arrays[at + 1]);
    }
    Ok(())
}

/// A mask of so many numbers: each 0 with the chance `dropout`, else what makes up for it.
fn mask<T: Real>(count: usize, dropout: f32, random: &mut Random) -> Vec<T> {
    let kept = T::from_f64(1.0 / (1.0 - f64::from(dropout)));
    let one = |random: &mut Random| if random.unit() < dropout { T::zero() } else { kept };
    if dropout > 0.0 { (0..count).map(|_| one(random)).collect() } else { vec![T::one(); count] }
}

fn times<T: Real>(mask: &[T], numbers: &mut [T]) {
    for (number, mask) in numbers.iter_mut().zip(mask) {
        *number *= *mask;
    }
}

/// Splits numbers into those of each text, `width` a token.
fn by_text<'a, T>(
    mut numbers: &'a mut [T],
    lengths: &'a [usize],
    width: usize,
) -> impl Iterator<Item = &'a mut [T]> {
    lengths.iter().map(move |length| {
        let (text, rest) = std::mem::take(&mut numbers).split_at_mut(length * width);
        numbers = rest;
        text
    })
}

impl<T: Real> Encoder<T> {
    /// The loss of the shard, each text's cross-entropy times `share`, and its gradient. Numbers are left out with the chance
    /// `dropout`, by `random`.
    pub(super) fn learn(
        &self,
        shard: &Shard,
        pooling: Pooling,
        head: &Head<'_, T>,
        share: f64,
        dropout: f32,
        random: &mut Random,
    ) -> Result<Gradient<T>> {
        let there = self.there(shard, dropout, random)?;
        let mut gradient =
            Gradient { loss: 0.0, layers: Vec::new(), head: vec![T::zero(); head.weights.len()] };
        let mut sums = self.sums(&there, pooling);
        for (sum, &label) in sums.chunks_exact_mut(self.config.dim).zip(&shard.labels) {
            let back = head.back(sum, label as usize, share, &mut gradient);
            sum.copy_from_slice(&back);
        }
        gradient.layers = self.back_again(there, pooling, &sums)?;
        Ok(gradient)
    }

    /// Takes a shard through the layers. Numbers are left out with the chance `dropout`, by `random`.
    pub(super) fn there(&self, shard: &Shard, dropout: f32, random: &mut Random) -> Result<There<T>> {
        let mut states = Vec::with_capacity(shard.tokens.len() * self.config.dim);
        let mut rest = shard.tokens.as_slice();
        for &length in &shard.lengths {
            let (tokens, others) = rest.split_at(length);
            self.begin(tokens, &mut states)?;
            rest = others;
        }
        let dropped = mask(states.len(), dropout, random);
        times(&dropped, &mut states);
        let mut kept = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (out, layer) = self.forward_kept(layer, states, &shard.lengths, dropout, random)?;
            states = out;
            kept.push(layer);
        }
        Ok(There { kept, states, lengths: shard.lengths.clone() })
    }

    /// What has the direction of each text's embedding: the sum of the states that it is the mean of.
    pub(super) fn sums(&self, there: &There<T>, pooling: Pooling) -> Vec<T> {
        let dim = self.config.dim;
        let mut sums = vec![T::zero(); there.lengths.len() * dim];
        let mut states = there.states.chunks_exact(dim);
        for (sum, &length) in sums.chunks_exact_mut(dim).zip(&there.lengths) {
            let counts = pooling.counts(length);
            for (at, state) in states.by_ref().take(length).enumerate() {
                if at < counts {
                    add(sum, state);
                }
            }
        }
        sums
    }

    /// The gradient of the layers, given that of the sums.
    pub(super) fn back_again(&self, there: There<T>, pooling: Pooling, sums: &[T]) -> Result<Vec<Arrays<T>>> {
        let dim = self.config.dim;
        let There { kept, mut states, lengths } = there;
        for (states, (sum, &length)) in
            by_text(&mut states, &lengths, dim).zip(sums.chunks_exact(dim).zip(&lengths))
        {
            states.fill(T::zero());
            for state in states.chunks_exact_mut(dim).take(pooling.counts(length)) {
                state.copy_from_slice(sum);
            }
        }
        let mut layers = Vec::with_capacity(kept.len());
        for (layer, kept) in self.layers.iter().zip(kept).rev() {
            let (back, arrays) = self.back(layer, kept, states, &lengths)?;
            states = back;
            layers.push(arrays);
        }
        layers.reverse();
        Ok(layers)
    }

    fn forward_kept(
        &self,
        layer: &Layer<T>,
        states: Vec<T>,
        lengths: &[usize],
        dropout: f32,
        random: &mut Random,
    ) -> Result<(Vec<T>, Kept<T>)> {
        let (dim, heads) = (self.config.dim, self.config.heads);
        let mut seen = layer.attention.of(&rows(states.clone(), dim)?)?;
        let mut attended = vec![T::zero(); states.len()];
        let mut shares = Vec::new();
        for (seen, out) in by_text(&mut seen, lengths, 3 * dim).zip(by_text(&mut attended, lengths, dim)) {
            let tokens = out.len() / dim;
            let start = shares.len();
            shares.resize(start + heads * tokens * tokens, T::zero());
            attend(seen, dim, heads, &self.distances, &mut shares[start..], out);
        }
        let attended = rows(attended, dim)?;
        let mut middle = layer.attended.of(&attended)?;
        let attended_mask = mask(middle.len(), dropout, random);
        times(&attended_mask, &mut middle);
        add(&mut middle, &states);
        let norm = &layer.attended_norm;
        let attended_norm = layer_norm_kept(&mut middle, &norm.scale, &norm.shift, norm.epsilon);
        let input = rows(states, dim)?;
        let middle_rows = rows(middle.clone(), dim)?;
        let before = layer.between.of(&middle_rows)?;
        let mut between = before.clone();
        gelu(&mut between);
        let between = rows(between, self.config.between)?;
        let mut out = layer.out.of(&between)?;
        let out_mask = mask(out.len(), dropout, random);
        times(&out_mask, &mut out);
        add(&mut out, &middle);
        let norm = &layer.out_norm;
        let out_norm = layer_norm_kept(&mut out, &norm.scale, &norm.shift, norm.epsilon);
        let kept = Kept {
            input,
            seen,
            shares,
            attended,
            attended_mask,
            attended_norm,
            middle: middle_rows,
            before,
            between,
            out_mask,
            out_norm,
        };
        Ok((out, kept))
    }

    /// The gradient of what came out of a layer becomes that of what went in; with it those of the weights.
    fn back(
        &self,
        layer: &Layer<T>,
        mut kept: Kept<T>,
        mut gradient: Vec<T>,
        lengths: &[usize],
    ) -> Result<(Vec<T>, Arrays<T>)> {
        let (dim, heads) = (self.config.dim, self.config.heads);
        let zeros = |numbers: &[T]| vec![T::zero(); numbers.len()];
        let (mut scale, mut shift) = (zeros(&layer.out_norm.scale), zeros(&layer.out_norm.shift));
        layer_norm_back(&kept.out_norm, &layer.out_norm.scale, &mut gradient, &mut scale, &mut shift);
        let mut middle = gradient.clone();
        times(&kept.out_mask, &mut gradient);
        let (mut between, out, out_bias) = back(&layer.out, &kept.between, gradient)?;
        for (gradient, before) in between.iter_mut().zip(&kept.before) {
            *gradient *= gelu_slope(*before);
        }
        let (from_between, between, between_bias) = back(&layer.between, &kept.middle, between)?;
        add(&mut middle, &from_between);
        let norm = &layer.attended_norm;
        let (mut first_scale, mut first_shift) = (zeros(&norm.scale), zeros(&norm.shift));
        layer_norm_back(&kept.attended_norm, &norm.scale, &mut middle, &mut first_scale, &mut first_shift);
        let mut input = middle.clone();
        times(&kept.attended_mask, &mut middle);
        let (mut attended_back, attended, attended_bias) = back(&layer.attended, &kept.attended, middle)?;
        let mut seen_back = zeros(&kept.seen);
        let mut shares = kept.shares.as_slice();
        let texts = by_text(&mut kept.seen, lengths, 3 * dim)
            .zip(by_text(&mut attended_back, lengths, dim))
            .zip(by_text(&mut seen_back, lengths, 3 * dim));
        for ((seen, gradient), seen_back) in texts {
            let tokens = gradient.len() / dim;
            let (own, rest) = shares.split_at(heads * tokens * tokens);
            shares = rest;
            attend_back(seen, dim, heads, own, gradient, seen_back);
        }
        let (from_attention, attention, attention_bias) = back(&layer.attention, &kept.input, seen_back)?;
        add(&mut input, &from_attention);
        let arrays = [
            attention,
            attention_bias,
            attended,
            attended_bias,
            first_scale,
            first_shift,
            between,
            between_bias,
            out,
            out_bias,
            scale,
            shift,
        ];
        Ok((input, arrays))
    }
}

/// The gradient of what came out of a linear layer gives those of what went in, of the matrix and of the biases.
fn back<T: Real>(linear: &Linear<T>, input: &Tensor, gradient: Vec<T>) -> Result<(Vec<T>, Vec<T>, Vec<T>)> {
    let width = linear.bias.len();
    let mut bias = vec![T::zero(); width];
    gradient.chunks_exact(width).for_each(|row| add(&mut bias, row));
    let gradient = rows(gradient, width)?;
    let matrix = input.t()?.matmul(&gradient)?.flatten_all()?.to_vec1()?;
    let back = gradient.matmul(&linear.matrix.t()?)?.flatten_all()?.to_vec1()?;
    Ok((back, matrix, bias))
}

impl<T: Real> Head<'_, T> {
    /// Adds the loss of a text whose states have this sum, and the gradient of the head; returns that of the sum.
    fn back(&self, pooled: &[T], label: usize, share: f64, gradient: &mut Gradient<T>) -> Vec<T> {
        let scale = T::from_f64(f64::from(SCALE));
        let length = dot(pooled, pooled).root() + T::from_f64(1e-12);
        let unit: Vec<T> = pooled.iter().map(|&number| number / length).collect();
        let mut inputs: Vec<T> = unit.iter().map(|&number| number * scale).collect();
        inputs.push(T::one());
        let mut logits = vec![T::zero(); self.labels];
        for (&input, weights) in inputs.iter().zip(self.weights.chunks_exact(self.labels)) {
            add_times(input, weights, &mut logits);
        }
        softmax(&mut logits);
        gradient.loss -= share * libm::log(logits[label].to_f64().max(1e-30));
        logits[label] -= T::one();
        logits.iter_mut().for_each(|logit| *logit *= T::from_f64(share));
        for (&input, back) in inputs.iter().zip(gradient.head.chunks_exact_mut(self.labels)) {
            add_times(input, &logits, back);
        }
        let rows = self.weights.chunks_exact(self.labels).take(unit.len());
        let mut back: Vec<T> = rows.map(|weights| dot(weights, &logits) * scale).collect();
        let along = dot(&back, &unit);
        for (back, &unit) in back.iter_mut().zip(&unit) {
            *back = (*back - along * unit) / length;
        }
        back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: usize = 3;

    fn shard() -> Shard {
        Shard { lengths: vec![3, 1, 2], tokens: vec![0, 4, 2, 1, 3, 3], labels: vec![2, 0, 1] }
    }

    /// The loss, and its gradient, with the same numbers left out each time.
    fn loss(encoder: &Encoder<f64>, head: &[f64], pooling: Pooling, dropout: f32) -> Gradient<f64> {
        let head = Head { weights: head, labels: LABELS };
        encoder.learn(&shard(), pooling, &head, 0.5, dropout, &mut Random::new(8, 0)).unwrap()
    }

    #[test]
    fn gradients_are_differences_of_the_loss() {
        let mut random = Random::new(5, 0);
        let mut encoder = Encoder::<f64>::random(5, &mut random).unwrap();
        let dim = encoder.dim();
        let mut head: Vec<f64> = (0..(dim + 1) * LABELS).map(|_| f64::from(random.unit()) - 0.5).collect();
        for (pooling, dropout) in [(Pooling::Mean, 0.0), (Pooling::First, 0.0), (Pooling::Mean, 0.3)] {
            let gradient = loss(&encoder, &head, pooling, dropout);
            assert!(gradient.loss > 0.1);
            let step = 1e-5;
            let close = |found: f64, above: f64, below: f64, what: &str| {
                let expected = (above - below) / (2.0 * step);
                assert!(
                    (found - expected).abs() < 1e-7 + 1e-5 * expected.abs(),
                    "{what}: {found} {expected}"
                );
            };
            let mut moved = 0;
            for layer in 0..encoder.layers.len() {
                let plain = arrays(&encoder.layers[layer]).unwrap();
                for array in 0..ARRAYS {
                    for at in (0..plain[array].len()).step_by(3) {
                        let mut at_step = |by: f64| {
                            let mut changed = plain.clone();
                            changed[array][at] += by;
                            put(&changed, &mut encoder.layers[layer]).unwrap();
                            loss(&encoder, &head, pooling, dropout).loss
                        };
                        let (above, below) = (at_step(step), at_step(-step));
                        let found = gradient.layers[layer][array][at];
                        moved += usize::from(found.abs() > 1e-4);
                        close(found, above, below, &format!("layer {layer}, array {array}, {at}"));
                    }
                }
                put(&plain, &mut encoder.layers[layer]).unwrap();
            }
            assert!(moved > 100, "{moved}");
            for at in 0..head.len() {
                let mut at_step = |by: f64| {
                    head[at] += by;
                    let changed = loss(&encoder, &head, pooling, dropout).loss;
                    head[at] -= by;
                    changed
                };
                let (above, below) = (at_step(step), at_step(-step));
                close(gradient.head[at], above, below, &format!("head {at}"));
            }
        }
    }
}
