//! The embedding bag in floating point: what `stonechat_engine`'s tier of the same name runs in integers.

use crate::dictionary::{Row, scales};
use crate::linear::Linear;
use crate::math::{add_scaled, dot, softmax};
use crate::piece::PieceSet;
use crate::random::Random;
use crate::recipe::Recipe;

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
    fn logits(&self, text: u32) -> &[f32] {
        &self.logits[text as usize * self.labels..][..self.labels]
    }

    fn embedding(&self, text: u32) -> &[f32] {
        &self.embeddings[text as usize * self.dim..][..self.dim]
    }
}

/// A linear machine's margins times this are logits.
const MARGIN: f32 = 4.0;
/// Table rows start within this much of zero.
const SPREAD: f32 = 0.03;
/// Steps at the least, however few rows there are.
const LEAST_STEPS: usize = 1000;

impl Bag {
    fn random(fit: &Fit<'_>, random: &mut Random) -> Self {
        let Shape { buckets, dim, hidden, labels } = fit.shape;
        let mut uniform = |count: usize, spread: f32| -> Vec<f32> {
            (0..count).map(|_| (random.unit() * 2.0 - 1.0) * spread).collect()
        };
        Self {
            shape: fit.shape,
            table: uniform(buckets * dim, SPREAD),
            // He et al., "Delving Deep into Rectifiers", ICCV 2015, halved for the output.
            hidden: uniform(hidden * dim, libm::sqrtf(3.0 / dim as f32)),
            hidden_biases: vec![0.0; hidden],
            output: uniform(labels * hidden, 0.5 * libm::sqrtf(3.0 / hidden as f32)),
            output_biases: vec![0.0; labels],
            character_weight: fit.recipe.character_weight as f32,
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
    ) -> Self {
        let Shape { dim, hidden, labels, .. } = shape;
        let mut bag = Self {
            shape,
            table: vec![0.0; shape.buckets * dim],
            hidden: vec![0.0; hidden * dim],
            hidden_biases: vec![0.0; hidden],
            output: vec![0.0; labels * hidden],
            output_biases: linear.biases.iter().map(|bias| MARGIN * bias).collect(),
            character_weight,
            pieces: Vec::new(),
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

/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019) for one array of weights.
struct Adam {
    means: Vec<f32>,
    squares: Vec<f32>,
    gradients: Vec<f32>,
}

const MEAN: f32 = 0.9;
const SQUARE: f32 = 0.999;

impl Adam {
    fn new(count: usize) -> Self {
        Self { means: vec![0.0; count], squares: vec![0.0; count], gradients: vec![0.0; count] }
    }

    /// Takes a step down the gradients, and clears them. `unbias` are the corrections of both moments.
    fn step(&mut self, weights: &mut [f32], rate: f32, unbias: [f32; 2], decay: f32) {
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
struct TableSteps {
    gradients: Vec<f32>,
    touched: Vec<u32>,
    /// The last step in which a row was touched.
    stamps: Vec<u32>,
    square: f64,
    kept: f64,
}

impl TableSteps {
    fn new(rows: usize, dim: usize) -> Self {
        Self {
            gradients: vec![0.0; rows * dim],
            touched: Vec::new(),
            stamps: vec![0; rows],
            square: 0.0,
            kept: 1.0,
        }
    }

    fn add(&mut self, step: u32, bucket: u32, scale: f32, gradient: &[f32]) {
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

    fn step(&mut self, table: &mut [f32], dim: usize, rate: f32) {
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
    let mut bag = Bag::random(fit, &mut random);
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

/// What each piece of a text counts: one over the root of their number.
fn piece_scale(count: usize) -> f32 {
    1.0 / libm::sqrtf(count.max(1) as f32)
}

/// Turns logits into the gradient of the divergence from a teacher's, both softened by a temperature, times its square
/// (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015). Returns the divergence.
fn soften(logits: &mut [f32], teacher: &[f32], temperature: f32) -> f32 {
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

/// What turns the hidden layer into the embedding of a teacher, while learning only.
struct Projection {
    /// For each number of the embedding a row of weights of the hidden layer.
    weights: Vec<f32>,
    steps: Adam,
    projected: Vec<f32>,
}

impl Projection {
    fn new(dim: usize, hidden: usize, fit: &Fit<'_>) -> Self {
        let mut random = Random::new(fit.recipe.seed, 2000 + fit.stream);
        let spread = libm::sqrtf(3.0 / hidden as f32);
        let weights: Vec<f32> = (0..dim * hidden).map(|_| (random.unit() * 2.0 - 1.0) * spread).collect();
        Self { steps: Adam::new(weights.len()), weights, projected: vec![0.0; dim] }
    }

    /// Adds the gradients of `weight` times one less the cosine of the projected units and an embedding; returns that loss.
    fn learn(
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
        let length = libm::sqrtf(dot(&self.projected, &self.projected)).max(1e-6);
        let cosine = dot(&self.projected, embedding) / length;
        let rows = self.weights.chunks_exact(hidden).zip(self.steps.gradients.chunks_exact_mut(hidden));
        for ((&projected, &wanted), (row, gradients)) in self.projected.iter().zip(embedding).zip(rows) {
            let gradient = weight * share * (cosine * projected / length - wanted) / length;
            add_scaled(gradient, units, gradients);
            add_scaled(gradient, row, unit_gradients);
        }
        weight * (1.0 - cosine)
    }
}

/// What is learned of word pieces: a map from the numbers of the asset to those of a row, the same for all pieces, so that pieces
/// that no row has follow; and, for those that rows have, what is their own.
struct PieceLearner<'a> {
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
    fn new(set: &'a PieceSet, dim: usize, recipe: &Recipe) -> Self {
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

    fn pool(&mut self, pieces: &[u32], pooled: &mut [f32]) {
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

    fn spread(&mut self, step: u32, pieces: &[u32], gradient: &[f32]) {
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

    fn step(&mut self, rate: f32, unbias: [f32; 2], decay: f32) {
        self.steps.step(&mut self.map, rate, unbias, decay);
        self.own_steps.step(&mut self.own, self.dim, rate * self.own_rate);
    }

    /// A row for each piece.
    fn rows(&self) -> Vec<f32> {
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
            projection: fit.lessons.map(|lessons| Projection::new(lessons.dim, hidden, fit)),
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
        self.table.step(&mut bag.table, self.fit.shape.dim, rate * recipe.table_rate as f32);
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
