//! Steps down the gradients: one way for layers, another for tables.

use crate::math::{add_scaled, dot};

/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019) for one array of weights.
pub(super) struct Adam {
    means: Vec<f32>,
    squares: Vec<f32>,
    pub(super) gradients: Vec<f32>,
}

pub(super) const MEAN: f32 = 0.9;
pub(super) const SQUARE: f32 = 0.999;

impl Adam {
    pub(super) fn new(count: usize) -> Self {
        Self { means: vec![0.0; count], squares: vec![0.0; count], gradients: vec![0.0; count] }
    }

    /// Takes a step down the gradients, and clears them. `unbias` are the corrections of both moments.
    pub(super) fn step(&mut self, weights: &mut [f32], rate: f32, unbias: [f32; 2], decay: f32) {
        let moments = self.means.iter_mut().zip(&mut self.squares).zip(&mut self.gradients);
        for (weight, ((mean, square), gradient)) in weights.iter_mut().zip(moments) {
            *mean = MEAN * *mean + (1.0 - MEAN) * *gradient;
            *square = SQUARE * *square + (1.0 - SQUARE) * *gradient * *gradient;
            let step = *mean * unbias[0] / ((*square * unbias[1]).sqrt() + 1e-8);
            *weight -= rate * (step + decay * *weight);
            *gradient = 0.0;
        }
    }
}

/// Steps for the table rows: plain gradient descent, divided by the root of the mean square of *all* gradients of late. Unlike
/// Adam's, whose every row moves equally far, the row of a rare feature moves little and does not learn its few texts by
/// heart.
pub(super) struct TableSteps {
    gradients: Vec<f32>,
    touched: Vec<u32>,
    /// The last step in which a row was touched.
    stamps: Vec<u32>,
    square: f64,
    kept: f64,
}

impl TableSteps {
    pub(super) fn new(rows: usize, dim: usize) -> Self {
        Self {
            gradients: vec![0.0; rows * dim],
            touched: Vec::new(),
            stamps: vec![0; rows],
            square: 0.0,
            kept: 1.0,
        }
    }

    pub(super) fn add(&mut self, step: u32, bucket: u32, scale: f32, gradient: &[f32]) {
        let stamp = &mut self.stamps[bucket as usize];
        if *stamp != step {
            *stamp = step;
            self.touched.push(bucket);
        }
        add_scaled(
            scale,
            gradient,
            &mut self.gradients[bucket as usize * gradient.len()..][..gradient.len()],
        );
    }

    pub(super) fn step(&mut self, table: &mut [f32], dim: usize, rate: f32) {
        const KEPT: f64 = 0.99;
        let mut sum = 0.0f64;
        for &bucket in &self.touched {
            let row = &self.gradients[bucket as usize * dim..][..dim];
            sum += f64::from(dot(row, row));
        }
        self.square = KEPT * self.square + (1.0 - KEPT) * sum / (self.touched.len() * dim).max(1) as f64;
        self.kept *= KEPT;
        let rate = rate / (libm::sqrt(self.square / (1.0 - self.kept)) as f32 + 1e-12);
        for bucket in self.touched.drain(..) {
            let place = bucket as usize * dim..(bucket as usize + 1) * dim;
            for (weight, gradient) in table[place.clone()].iter_mut().zip(&mut self.gradients[place]) {
                *weight -= rate * *gradient;
                *gradient = 0.0;
            }
        }
    }
}
