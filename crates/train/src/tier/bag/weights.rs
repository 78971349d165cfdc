//! The weights of an embedding bag, and what they compute of a text.

use crate::dictionary::scales;
use crate::linear::Linear;
use crate::math::{add_scaled, dot};
use crate::piece::PieceSet;
use crate::random::Random;

/// How large a bag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Rows of the table.
    pub(crate) buckets: usize,
    /// Numbers in a row.
    pub(crate) dim: usize,
    /// Numbers in the hidden layer.
    pub(crate) hidden: usize,
    /// Labels.
    pub(crate) labels: usize,
}

/// The weights of a bag.
#[derive(Clone, Debug)]
pub(crate) struct Bag {
    pub(crate) shape: Shape,
    /// `buckets` rows of `dim` numbers.
    pub(crate) table: Vec<f32>,
    /// `hidden` rows of `dim` numbers.
    pub(crate) hidden: Vec<f32>,
    pub(crate) hidden_biases: Vec<f32>,
    /// `labels` rows of `hidden` numbers.
    pub(crate) output: Vec<f32>,
    pub(crate) output_biases: Vec<f32>,
    /// What the n-grams of characters weigh beside the words.
    pub(crate) character_weight: f32,
    /// A row of `dim` numbers for each word piece; empty in a bag without.
    pub(crate) pieces: Vec<f32>,
}

/// A linear machine's margins times this are logits.
const MARGIN: f32 = 4.0;
/// Table rows start within this much of zero.
const SPREAD: f32 = 0.03;
impl Bag {
    pub(super) fn random(shape: Shape, character_weight: f32, random: &mut Random) -> Self {
        let Shape { buckets, dim, hidden, labels } = shape;
        let mut uniform = |count: usize, spread: f32| -> Vec<f32> {
            (0..count).map(|_| (random.unit() * 2.0 - 1.0) * spread).collect()
        };
        Self {
            shape,
            table: uniform(buckets * dim, SPREAD),
            // He et al., "Delving Deep into Rectifiers", ICCV 2015, halved for the output.
            hidden: uniform(hidden * dim, libm::sqrtf(3.0 / dim as f32)),
            hidden_biases: vec![0.0; hidden],
            output: uniform(labels * hidden, 0.5 * libm::sqrtf(3.0 / hidden as f32)),
            output_biases: vec![0.0; labels],
            character_weight,
            pieces: Vec::new(),
        }
    }

    /// A bag that computes what a linear machine does: one number of the row for each label, passed through the rectifier as
    /// it is and negated. `buckets` and `counts` are the table row of each feature and how often it stands in the rows. There
    /// are at least as many numbers in a table row as labels, and twice as many in the hidden layer.
    pub(crate) fn linear(
        linear: &Linear,
        shape: Shape,
        buckets: &[u32],
        counts: &[u32],
        character_weight: f32,
        pieces: &PieceSet,
    ) -> Self {
        let Shape { dim, hidden, labels, .. } = shape;
        let mut piece_rows = vec![0.0; pieces.len() * dim];
        for (piece, row) in (0..).zip(piece_rows.chunks_exact_mut(dim)) {
            linear.add_piece(pieces.base(piece), MARGIN, &mut row[..labels]);
        }
        let mut bag = Self {
            shape,
            table: vec![0.0; shape.buckets * dim],
            hidden: vec![0.0; hidden * dim],
            hidden_biases: vec![0.0; hidden],
            output: vec![0.0; labels * hidden],
            output_biases: linear.biases.iter().map(|bias| MARGIN * bias).collect(),
            character_weight,
            pieces: piece_rows,
        };
        let mut shares = vec![0.0f32; shape.buckets];
        for (feature, (&bucket, &count)) in buckets.iter().zip(counts).enumerate() {
            shares[bucket as usize] += count as f32;
            let row = &mut bag.table[bucket as usize * dim..][..labels];
            add_scaled(MARGIN * count as f32, linear.weights(feature), row);
        }
        // Features that share a row have the mean of their weights, by how often each is read.
        for (row, share) in bag.table.chunks_exact_mut(dim).zip(&shares) {
            row.iter_mut().for_each(|value| *value /= share.max(1.0));
        }
        for label in 0..labels {
            for (unit, sign) in [(2 * label, 1.0), (2 * label + 1, -1.0)] {
                bag.hidden[unit * dim + label] = sign;
                bag.output[label * hidden + unit] = sign;
            }
        }
        bag
    }

    /// Sums the table rows of a text's features and pieces into `pooled`. `buckets` are the rows of each group's features.
    pub(crate) fn pool(&self, buckets: [&[u32]; 2], pieces: &[u32], pooled: &mut [f32]) {
        pooled.fill(0.0);
        let dim = self.shape.dim;
        let scales = scales([buckets[0].len(), buckets[1].len()], self.character_weight);
        for (group, scale) in buckets.into_iter().zip(scales) {
            for &bucket in group {
                add_scaled(scale, &self.table[bucket as usize * dim..][..dim], pooled);
            }
        }
        if !self.pieces.is_empty() {
            let scale = piece_scale(pieces.len());
            for &piece in pieces {
                add_scaled(scale, &self.pieces[piece as usize * dim..][..dim], pooled);
            }
        }
    }

    /// The hidden layer of a pooled text.
    pub(crate) fn hide(&self, pooled: &[f32], hidden: &mut [f32]) {
        let rows = self.hidden.chunks_exact(self.shape.dim);
        for ((out, row), bias) in hidden.iter_mut().zip(rows).zip(&self.hidden_biases) {
            *out = (dot(row, pooled) + bias).max(0.0);
        }
    }

    /// The logits of a hidden layer.
    pub(crate) fn score(&self, hidden: &[f32], logits: &mut [f32]) {
        let rows = self.output.chunks_exact(self.shape.hidden);
        for ((out, row), bias) in logits.iter_mut().zip(rows).zip(&self.output_biases) {
            *out = dot(row, hidden) + bias;
        }
    }

    /// Whether every weight is a number.
    pub(crate) fn is_finite(&self) -> bool {
        let parts =
            [&self.table, &self.pieces, &self.hidden, &self.hidden_biases, &self.output, &self.output_biases];
        parts.into_iter().flatten().all(|weight| weight.is_finite())
    }

    /// The logits of a text.
    pub(crate) fn logits(&self, buckets: [&[u32]; 2], pieces: &[u32]) -> Vec<f32> {
        let mut pooled = vec![0.0; self.shape.dim];
        let mut hidden = vec![0.0; self.shape.hidden];
        let mut logits = vec![0.0; self.shape.labels];
        self.pool(buckets, pieces, &mut pooled);
        self.hide(&pooled, &mut hidden);
        self.score(&hidden, &mut logits);
        logits
    }
}

/// What each piece of a text counts: one over the root of their number.
pub(crate) fn piece_scale(count: usize) -> f32 {
    1.0 / libm::sqrtf(count.max(1) as f32)
}
