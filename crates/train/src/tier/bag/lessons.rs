//! What a teacher says of texts, and how a bag learns it.

use super::steps::Adam;
use crate::math::{add_scaled, dot, softmax};
use crate::random::Random;

/// What a teacher says of texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lessons {
    /// Labels.
    pub(crate) labels: usize,
    /// Numbers of an embedding.
    pub(crate) dim: usize,
    /// For each text, a logit for each label.
    pub(crate) logits: Vec<f32>,
    /// For each text, its embedding, of unit length.
    pub(crate) embeddings: Vec<f32>,
}

impl Lessons {
    pub(crate) fn logits(&self, text: u32) -> &[f32] {
        &self.logits[text as usize * self.labels..][..self.labels]
    }

    pub(crate) fn embedding(&self, text: u32) -> &[f32] {
        &self.embeddings[text as usize * self.dim..][..self.dim]
    }
}

/// Turns logits into the gradient of the divergence from a teacher's, both softened by a temperature, times its square
/// (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015). Returns the divergence.
pub(crate) fn soften(logits: &mut [f32], teacher: &[f32], temperature: f32) -> f32 {
    let mut wanted: Vec<f32> = teacher.iter().map(|logit| logit / temperature).collect();
    softmax(&mut wanted);
    logits.iter_mut().for_each(|logit| *logit /= temperature);
    softmax(logits);
    let mut divergence = 0.0;
    for (own, wanted) in logits.iter_mut().zip(&wanted) {
        if *wanted > 0.0 {
            divergence += wanted * (libm::logf(*wanted) - libm::logf(own.max(1e-30)));
        }
        *own = (*own - wanted) * temperature;
    }
    divergence * temperature * temperature
}

/// Turns a projection into the gradient, times `share`, of `weight` times one less its cosine with an embedding; returns that loss.
pub(crate) fn toward(projected: &mut [f32], embedding: &[f32], weight: f32, share: f32) -> f32 {
    let length = libm::sqrtf(dot(projected, projected)).max(1e-6);
    let cosine = dot(projected, embedding) / length;
    for (projected, &wanted) in projected.iter_mut().zip(embedding) {
        *projected = weight * share * (cosine * *projected / length - wanted) / length;
    }
    weight * (1.0 - cosine)
}

/// What turns the hidden layer into the embedding of a teacher, while learning only.
pub(super) struct Projection {
    /// For each number of the embedding a row of weights of the hidden layer.
    pub(super) weights: Vec<f32>,
    pub(super) steps: Adam,
    projected: Vec<f32>,
}

impl Projection {
    pub(super) fn new(dim: usize, hidden: usize, mut random: Random) -> Self {
        let spread = libm::sqrtf(3.0 / hidden as f32);
        let weights: Vec<f32> = (0..dim * hidden).map(|_| (random.unit() * 2.0 - 1.0) * spread).collect();
        Self { steps: Adam::new(weights.len()), weights, projected: vec![0.0; dim] }
    }

    /// Adds the gradients of `weight` times one less the cosine of the projected units and an embedding; returns that loss.
    pub(super) fn learn(
        &mut self,
        units: &[f32],
        embedding: &[f32],
        weight: f32,
        share: f32,
        unit_gradients: &mut [f32],
    ) -> f32 {
        let hidden = units.len();
        for (out, row) in self.projected.iter_mut().zip(self.weights.chunks_exact(hidden)) {
            *out = dot(row, units);
        }
        let loss = toward(&mut self.projected, embedding, weight, share);
        let rows = self.weights.chunks_exact(hidden).zip(self.steps.gradients.chunks_exact_mut(hidden));
        for (&gradient, (row, gradients)) in self.projected.iter().zip(rows) {
            add_scaled(gradient, units, gradients);
            add_scaled(gradient, row, unit_gradients);
        }
        loss
    }
}
