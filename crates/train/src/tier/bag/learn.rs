//! Fits a bag to rows.

use super::lessons::{Lessons, Projection, soften};
use super::pieces::PieceLearner;
use super::steps::{Adam, MEAN, SQUARE, TableSteps};
use super::weights::{Bag, Shape};
use crate::dictionary::{Row, scales};
use crate::math::{add_scaled, softmax};
use crate::piece::PieceSet;
use crate::random::Random;
use crate::recipe::Recipe;

/// Everything that a fit needs beside its rows.
pub(crate) struct Fit<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) shape: Shape,
    pub(crate) multi_label: bool,
    /// The table row of each feature of the dictionary.
    pub(crate) buckets: &'a [u32],
    /// The word pieces; none in a bag without.
    pub(crate) pieces: Option<&'a PieceSet>,
    /// What a teacher says of the rows; none without one.
    pub(crate) lessons: Option<&'a Lessons>,
    /// Tells apart the fits of one recipe.
    pub(crate) stream: u64,
}

/// Steps at the least, however few rows there are.
const LEAST_STEPS: usize = 1000;

/// How many epochs a fit of so many rows takes.
pub(crate) fn epochs(recipe: &Recipe, rows: usize) -> u32 {
    let steps = rows.div_ceil(recipe.batch as usize).max(1);
    // A recipe that asks for few epochs means it; the floor is for few rows.
    let least =
        if recipe.epochs < 5 { 0 } else { LEAST_STEPS.div_ceil(steps).min(10 * recipe.epochs as usize) };
    recipe.epochs.max(least as u32)
}

/// Fits a bag to the rows. `advance` is told, after every batch, its rows, the epoch (from 1), how many there are, and the mean
/// loss so far in it.
pub(crate) fn fit(rows: &[Row], fit: &Fit<'_>, mut advance: impl FnMut(usize, (u32, u32), f32)) -> Bag {
    let mut random = Random::new(fit.recipe.seed, fit.stream);
    let mut bag = Bag::random(fit.shape, fit.recipe.character_weight as f32, &mut random);
    let mut learner = Learner::new(fit);
    let epochs = epochs(fit.recipe, rows.len());
    let batch = fit.recipe.batch as usize;
    let steps = rows.len().div_ceil(batch) * epochs as usize;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut step = 0;
    for epoch in 1..=epochs {
        random.shuffle(&mut order);
        let (mut loss, mut seen) = (0.0f64, 0usize);
        for batch in order.chunks(batch) {
            step += 1;
            for &row in batch {
                loss +=
                    f64::from(learner.learn(&bag, &rows[row], step, 1.0 / batch.len() as f32, &mut random));
            }
            learner.step(&mut bag, step, steps as u32);
            seen += batch.len();
            advance(batch.len(), (epoch, epochs), (loss / seen as f64) as f32);
        }
    }
    // Rows that no feature reads stay out of the way of the quantisation.
    let mut read = vec![false; fit.shape.buckets];
    for &bucket in fit.buckets {
        read[bucket as usize] = true;
    }
    for (row, read) in bag.table.chunks_exact_mut(fit.shape.dim).zip(read) {
        if !read {
            row.fill(0.0);
        }
    }
    if let Some(pieces) = &learner.pieces {
        bag.pieces = pieces.rows();
    }
    bag
}

/// The state of a fit, beside the weights.
struct Learner<'a> {
    fit: &'a Fit<'a>,
    table: TableSteps,
    pieces: Option<PieceLearner<'a>>,
    projection: Option<Projection>,
    kept_pieces: Vec<u32>,
    hidden: Adam,
    hidden_biases: Adam,
    output: Adam,
    output_biases: Adam,
    /// The products of the decay rates of Adam's moments so far.
    decays: [f64; 2],
    kept: [Vec<u32>; 2],
    pooled: Vec<f32>,
    pooled_gradient: Vec<f32>,
    units: Vec<f32>,
    /// For each hidden unit, what a change of its input changes in its output: 0 where rectified or dropped.
    slopes: Vec<f32>,
    unit_gradients: Vec<f32>,
    logits: Vec<f32>,
    /// The gradient that a teacher's logits give.
    soft: Vec<f32>,
}

impl<'a> Learner<'a> {
    fn new(fit: &'a Fit<'a>) -> Self {
        let Shape { buckets, dim, hidden, labels } = fit.shape;
        Self {
            fit,
            table: TableSteps::new(buckets, dim),
            pieces: fit.pieces.map(|set| PieceLearner::new(set, dim, fit.recipe)),
            projection: fit.lessons.filter(|lessons| lessons.dim > 0).map(|lessons| {
                Projection::new(lessons.dim, hidden, Random::new(fit.recipe.seed, 2000 + fit.stream))
            }),
            hidden: Adam::new(hidden * dim),
            hidden_biases: Adam::new(hidden),
            output: Adam::new(labels * hidden),
            output_biases: Adam::new(labels),
            decays: [1.0; 2],
            kept: [Vec::new(), Vec::new()],
            kept_pieces: Vec::new(),
            soft: Vec::new(),
            pooled: vec![0.0; dim],
            pooled_gradient: vec![0.0; dim],
            units: vec![0.0; hidden],
            slopes: vec![0.0; hidden],
            unit_gradients: vec![0.0; hidden],
            logits: vec![0.0; labels],
        }
    }

    /// Adds the gradients of one row, times `share`; returns its loss.
    fn learn(&mut self, bag: &Bag, row: &Row, step: u32, share: f32, random: &mut Random) -> f32 {
        let recipe = self.fit.recipe;
        let dropout = recipe.feature_dropout as f32;
        for (kept, features) in self.kept.iter_mut().zip(&row.features) {
            kept.clear();
            let buckets = features.iter().map(|&feature| self.fit.buckets[feature as usize]);
            kept.extend(buckets.filter(|_| dropout == 0.0 || random.unit() >= dropout));
        }
        bag.pool([&self.kept[0], &self.kept[1]], &[], &mut self.pooled);
        if let Some(pieces) = &mut self.pieces {
            self.kept_pieces.clear();
            let kept = row.pieces.iter().filter(|_| dropout == 0.0 || random.unit() >= dropout);
            self.kept_pieces.extend(kept);
            pieces.pool(&self.kept_pieces, &mut self.pooled);
        }
        bag.hide(&self.pooled, &mut self.units);
        let dropout = recipe.hidden_dropout as f32;
        for (unit, slope) in self.units.iter_mut().zip(&mut self.slopes) {
            let kept = if dropout > 0.0 && random.unit() < dropout { 0.0 } else { 1.0 / (1.0 - dropout) };
            *slope = if *unit > 0.0 { kept } else { 0.0 };
            *unit *= kept;
        }
        bag.score(&self.units, &mut self.logits);
        let soft = match (self.fit.lessons, row.lesson) {
            (Some(lessons), Some(lesson)) if !self.fit.multi_label => {
                self.soft.clear();
                self.soft.extend_from_slice(&self.logits);
                soften(&mut self.soft, lessons.logits(lesson), recipe.softness as f32)
            }
            _ => {
                self.soft.clear();
                0.0
            }
        };
        let mut loss =
            if self.fit.multi_label { self.many(row) } else { self.one(row, recipe.smoothing as f32) };
        if row.made {
            loss = 0.0;
            self.logits.fill(0.0);
        }
        add_scaled(recipe.soft_weight as f32, &self.soft, &mut self.logits);
        loss += recipe.soft_weight as f32 * soft;
        self.unit_gradients.fill(0.0);
        if let (Some(projection), Some(lessons), Some(lesson)) =
            (&mut self.projection, self.fit.lessons, row.lesson)
        {
            let weight = recipe.embedding_weight as f32;
            loss += projection.learn(
                &self.units,
                lessons.embedding(lesson),
                weight,
                share,
                &mut self.unit_gradients,
            );
        }
        self.spread(bag, step, share);
        loss
    }

    /// Turns the logits into the gradient of the cross-entropy with one label.
    fn one(&mut self, row: &Row, smoothing: f32) -> f32 {
        let label = row.labels.first().map_or(0, |&label| label as usize);
        let even = smoothing / self.logits.len() as f32;
        let mean = self.logits.iter().sum::<f32>() / self.logits.len() as f32;
        let right = self.logits[label];
        let total = softmax(&mut self.logits);
        for gradient in &mut self.logits {
            *gradient -= even;
        }
        self.logits[label] -= 1.0 - smoothing;
        total - (1.0 - smoothing) * right - smoothing * mean
    }

    /// Turns the logits into the gradient of the cross-entropy with a yes or no for each label.
    fn many(&mut self, row: &Row) -> f32 {
        let mut loss = 0.0;
        for (label, logit) in self.logits.iter_mut().enumerate() {
            let wanted = row.labels.contains(&(label as u32));
            let signed = if wanted { *logit } else { -*logit };
            loss += libm::log1pf(libm::expf(-signed.abs())) + (-signed).max(0.0);
            let probability = 1.0 / (1.0 + libm::expf(-*logit));
            *logit = probability - if wanted { 1.0 } else { 0.0 };
        }
        loss
    }

    /// Carries the gradient of the logits back to every weight.
    fn spread(&mut self, bag: &Bag, step: u32, share: f32) {
        let Shape { dim, hidden, .. } = self.fit.shape;
        let rows = bag.output.chunks_exact(hidden).zip(self.output.gradients.chunks_exact_mut(hidden));
        for ((&logit, (weights, gradients)), bias) in
            self.logits.iter().zip(rows).zip(&mut self.output_biases.gradients)
        {
            let gradient = logit * share;
            *bias += gradient;
            add_scaled(gradient, &self.units, gradients);
            add_scaled(gradient, weights, &mut self.unit_gradients);
        }
        self.pooled_gradient.fill(0.0);
        let rows = bag.hidden.chunks_exact(dim).zip(self.hidden.gradients.chunks_exact_mut(dim));
        let units = self.unit_gradients.iter().zip(&self.slopes).zip(&mut self.hidden_biases.gradients);
        for (((&gradient, &slope), bias), (weights, gradients)) in units.zip(rows) {
            let gradient = gradient * slope;
            if gradient != 0.0 {
                *bias += gradient;
                add_scaled(gradient, &self.pooled, gradients);
                add_scaled(gradient, weights, &mut self.pooled_gradient);
            }
        }
        let scales = scales([self.kept[0].len(), self.kept[1].len()], bag.character_weight);
        for (kept, scale) in self.kept.iter().zip(scales) {
            for &bucket in kept {
                self.table.add(step, bucket, scale, &self.pooled_gradient);
            }
        }
        if let Some(pieces) = &mut self.pieces {
            pieces.spread(step, &self.kept_pieces, &self.pooled_gradient);
        }
    }

    /// Takes one step with the gradients gathered. The rate rises over the first twentieth of the steps, then falls to
    /// zero in a line.
    fn step(&mut self, bag: &mut Bag, step: u32, steps: u32) {
        let recipe = self.fit.recipe;
        let warm = (steps as f32 * 0.05).max(1.0);
        let height = if (step as f32) < warm {
            step as f32 / warm
        } else {
            1.0 - (step as f32 - warm) / (steps as f32 - warm + 1.0)
        };
        let rate = recipe.rate as f32 * height;
        self.decays[0] *= f64::from(MEAN);
        self.decays[1] *= f64::from(SQUARE);
        let unbias = self.decays.map(|decay| (1.0 / (1.0 - decay)) as f32);
        let decay = recipe.decay as f32;
        self.table.step(&mut bag.table, self.fit.shape.dim, rate * recipe.table_step());
        if let Some(pieces) = &mut self.pieces {
            pieces.step(rate, unbias, decay);
        }
        if let Some(projection) = &mut self.projection {
            projection.steps.step(&mut projection.weights, rate, unbias, decay);
        }
        self.hidden.step(&mut bag.hidden, rate, unbias, decay);
        self.output.step(&mut bag.output, rate, unbias, decay);
        self.hidden_biases.step(&mut bag.hidden_biases, rate, unbias, 0.0);
        self.output_biases.step(&mut bag.output_biases, rate, unbias, 0.0);
    }
}
