//! How a bag learns what word pieces mean.

use super::steps::{Adam, TableSteps};
use super::weights::piece_scale;
use crate::math::{add_scaled, dot};
use crate::piece::PieceSet;
use crate::recipe::Recipe;

/// What is learned of word pieces: a map from the numbers of the asset to those of a row, the same for all pieces, so that pieces
/// that no row has follow; and, for those that rows have, what is their own.
pub(super) struct PieceLearner<'a> {
    set: &'a PieceSet,
    dim: usize,
    /// `dim` rows of as many numbers as a piece has in the asset.
    map: Vec<f32>,
    steps: Adam,
    /// `dim` numbers for each piece that rows have.
    own: Vec<f32>,
    own_steps: TableSteps,
    own_rate: f32,
    /// The mean of the asset's rows of the text at hand.
    mean: Vec<f32>,
}

impl<'a> PieceLearner<'a> {
    pub(super) fn new(set: &'a PieceSet, dim: usize, recipe: &Recipe) -> Self {
        let mut map = vec![0.0; dim * set.width];
        // The first numbers of the asset vary most: each goes to a number of its own.
        for number in 0..dim.min(set.width) {
            map[number * set.width + number] = recipe.piece_start as f32;
        }
        Self {
            set,
            dim,
            steps: Adam::new(map.len()),
            map,
            own: vec![0.0; set.seen * dim],
            own_steps: TableSteps::new(set.seen, dim),
            own_rate: recipe.piece_rate as f32,
            mean: vec![0.0; set.width],
        }
    }

    pub(super) fn pool(&mut self, pieces: &[u32], pooled: &mut [f32]) {
        let scale = piece_scale(pieces.len());
        self.mean.fill(0.0);
        for &piece in pieces {
            add_scaled(scale, self.set.base(piece), &mut self.mean);
            if let Some(own) = self.own.get(piece as usize * self.dim..).and_then(|rest| rest.get(..self.dim))
            {
                add_scaled(scale, own, pooled);
            }
        }
        for (out, row) in pooled.iter_mut().zip(self.map.chunks_exact(self.set.width)) {
            *out += dot(row, &self.mean);
        }
    }

    pub(super) fn spread(&mut self, step: u32, pieces: &[u32], gradient: &[f32]) {
        for (&gradient, gradients) in
            gradient.iter().zip(self.steps.gradients.chunks_exact_mut(self.set.width))
        {
            add_scaled(gradient, &self.mean, gradients);
        }
        let scale = piece_scale(pieces.len());
        for &piece in pieces.iter().filter(|&&piece| (piece as usize) < self.set.seen) {
            self.own_steps.add(step, piece, scale, gradient);
        }
    }

    pub(super) fn step(&mut self, rate: f32, unbias: [f32; 2], decay: f32) {
        self.steps.step(&mut self.map, rate, unbias, decay);
        self.own_steps.step(&mut self.own, self.dim, rate * self.own_rate);
    }

    /// A row for each piece.
    pub(super) fn rows(&self) -> Vec<f32> {
        let mut rows = vec![0.0; self.set.len() * self.dim];
        for (piece, row) in rows.chunks_exact_mut(self.dim).enumerate() {
            let base = self.set.base(piece as u32);
            for (out, weights) in row.iter_mut().zip(self.map.chunks_exact(self.set.width)) {
                *out = dot(weights, base);
            }
            if let Some(own) = self.own.get(piece * self.dim..(piece + 1) * self.dim) {
                add_scaled(1.0, own, row);
            }
        }
        rows
    }
}
