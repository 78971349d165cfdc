//! A linear probe: labels told by the embeddings of a frozen encoder.

use crate::math::{add_scaled, softmax};
use crate::random::Random;
use crate::tier::tagger::{View, multiply};
use pulp::Arch;

/// What embeddings are multiplied by: their numbers are small.
pub(crate) const SCALE: f32 = 4.0;
const EPOCHS: usize = 40;
const LEAST_STEPS: usize = 1200;
const BATCH: usize = 128;
const RATE: f32 = 0.02;
const DECAY: f32 = 1e-5;

/// Weights for each label.
pub(crate) struct Probe {
    dim: usize,
    labels: usize,
    /// `dim + 1` rows of a number for each label; the last are biases.
    weights: Vec<f32>,
}

impl Probe {
    /// Fits a probe to embeddings of `dim` numbers each and their labels, below `labels`: softmax regression by Adam.
    pub(crate) fn fit(embeddings: &[f32], dim: usize, own: &[u32], labels: usize, seed: u64) -> Self {
        let arch = Arch::new();
        let mut random = Random::new(seed, 4000);
        let width = dim + 1;
        let count = width * labels;
        let mut probe = Self { dim, labels, weights: vec![0.0; count] };
        let (mut means, mut squares) = (vec![0.0f32; count], vec![0.0f32; count]);
        let per_epoch = own.len().div_ceil(BATCH).max(1);
        let epochs = EPOCHS.max(LEAST_STEPS.div_ceil(per_epoch));
        let steps = (epochs * per_epoch) as f32;
        let mut order: Vec<usize> = (0..own.len()).collect();
        let (mut step, mut decays) = (0, [1.0f64; 2]);
        for _ in 0..epochs {
            random.shuffle(&mut order);
            for batch in order.chunks(BATCH) {
                let rows = probe.rows(embeddings, batch.iter().copied());
                let mut logits = vec![0.0; batch.len() * labels];
                let view = View::rows(&rows, width);
                multiply(arch, batch.len(), width, labels, view, &probe.weights, &mut logits);
                for (logits, &row) in logits.chunks_exact_mut(labels).zip(batch) {
                    softmax(logits);
                    logits[own[row] as usize] -= 1.0;
                    logits.iter_mut().for_each(|gradient| *gradient /= batch.len() as f32);
                }
                let mut gradient = vec![0.0; count];
                let turned = View::transposed(&rows, width);
                multiply(arch, width, batch.len(), labels, turned, &logits, &mut gradient);
                add_scaled(DECAY, &probe.weights, &mut gradient);
                step += 1;
                decays[0] *= 0.9;
                decays[1] *= 0.999;
                let unbias = decays.map(|decay| (1.0 / (1.0 - decay)) as f32);
                let rate = RATE * (1.0 - (step as f32 - 1.0) / steps);
                let moments = means.iter_mut().zip(&mut squares).zip(&gradient);
                for (weight, ((mean, square), gradient)) in probe.weights.iter_mut().zip(moments) {
                    *mean = 0.9 * *mean + 0.1 * gradient;
                    *square = 0.999 * *square + 0.001 * gradient * gradient;
                    *weight -= rate * *mean * unbias[0] / ((*square * unbias[1]).sqrt() + 1e-8);
                }
            }
        }
        probe
    }

    /// Embeddings, scaled, with a one for the bias.
    fn rows(&self, embeddings: &[f32], which: impl Iterator<Item = usize>) -> Vec<f32> {
        let mut rows = Vec::new();
        for row in which {
            rows.extend(embeddings[row * self.dim..][..self.dim].iter().map(|value| SCALE * value));
            rows.push(1.0);
        }
        rows
    }

    /// For each number of an embedding, times [`SCALE`], and for a bias, a row of a weight for each label.
    #[cfg(feature = "fine-tune")]
    pub(crate) fn into_weights(self) -> Vec<f32> {
        self.weights
    }

    /// A logit for each label, of each embedding.
    pub(crate) fn logits(&self, embeddings: &[f32]) -> Vec<f32> {
        let count = embeddings.len() / self.dim.max(1);
        let mut logits = vec![0.0; count * self.labels];
        let rows = self.rows(embeddings, 0..count);
        let view = View::rows(&rows, self.dim + 1);
        multiply(Arch::new(), count, self.dim + 1, self.labels, view, &self.weights, &mut logits);
        logits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_tells_directions_apart() {
        let mut random = Random::new(1, 0);
        let own: Vec<u32> = (0..90).map(|at| at % 3).collect();
        let embeddings: Vec<f32> = own
            .iter()
            .flat_map(|&label| (0..6).map(move |at| if at == label { 0.9 } else { 0.1 }))
            .map(|value| value + 0.2 * (random.unit() - 0.5))
            .collect();
        let probe = Probe::fit(&embeddings, 6, &own, 3, 1);
        let logits = probe.logits(&embeddings);
        for (logits, &label) in logits.chunks_exact(3).zip(&own) {
            assert!(logits.iter().all(|&logit| logit <= logits[label as usize]), "{logits:?} {label}");
        }
    }
}
