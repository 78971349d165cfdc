//! A linear support vector machine: what a task of few labels often asks no more than.

use crate::dictionary::{Dictionary, Row, scales};
use crate::math::{add_scaled, dot};
use crate::random::Random;

/// Passes over the rows at the most; the machine is as good as converged then.
const PASSES: usize = 30;
/// The largest violation at which a machine counts as converged.
const TOLERANCE: f32 = 0.05;

/// One machine a label, over the features of a dictionary.
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    labels: usize,
    /// Weight of each feature (rows) for each label (columns): what an occurrence adds to the label's margin, before
    /// the row's scale.
    weights: Vec<f32>,
    /// Weight of each number that tells a row's word pieces, likewise; empty without pieces.
    numbers: Vec<f32>,
    /// What is added to each label's margin.
    pub(crate) biases: Vec<f32>,
}

/// What the word pieces of rows are to a machine.
pub(crate) struct Told {
    /// How many numbers tell a row's pieces.
    pub(crate) width: usize,
    /// Those of one row behind those of another.
    pub(crate) numbers: Vec<f32>,
    /// What they weigh: the root of their mean squared length, where that of words and characters together is the root of 2.
    pub(crate) weight: f32,
}

impl Linear {
    /// Fits one machine a label against the rest, with squared hinge loss, by dual coordinate descent (Hsieh et al., "A
    /// Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008). Features are weighted by their inverse
    /// document frequency, as in TF-IDF.
    pub(crate) fn fit(
        rows: &[Row],
        dictionary: &Dictionary,
        labels: usize,
        cost: f32,
        character_weight: f32,
        told: Option<Told>,
        random: &mut Random,
    ) -> Self {
        let rarity: Vec<f32> = dictionary
            .counts
            .iter()
            .map(|&count| 1.0 + libm::logf((rows.len() as f32 + 1.0) / (count as f32 + 1.0)))
            .collect();
        let sparse = rows.iter().map(|row| weigh(row, &rarity, character_weight)).collect();
        let wanted = |row: usize, label: u32| rows[row].labels.contains(&label);
        Self::of(sparse, rarity, told, wanted, labels, cost, random)
    }

    /// The same for rows that are features, rising, with their weights, to which the rarity of each feature gave its part. `wanted` says
    /// whether a row has a label.
    pub(crate) fn of(
        mut sparse: Vec<Vec<(u32, f32)>>,
        mut rarity: Vec<f32>,
        told: Option<Told>,
        wanted: impl Fn(usize, u32) -> bool,
        labels: usize,
        cost: f32,
        random: &mut Random,
    ) -> Self {
        let features = rarity.len();
        let square = |row: &Vec<(u32, f32)>| row.iter().map(|(_, value)| value * value).sum::<f32>();
        // Both groups together have a squared length of two on average, as two TF-IDF vectors side by side.
        let mean = sparse.iter().map(square).sum::<f32>() / sparse.len().max(1) as f32;
        let unit = if mean > 0.0 { libm::sqrtf(2.0 / mean) } else { 1.0 };
        for (_, value) in sparse.iter_mut().flatten() {
            *value *= unit;
        }
        for rarity in &mut rarity {
            *rarity *= unit;
        }
        let (width, own) = told.map_or((0, 0.0), |told| (told.width, told.add_to(&mut sparse, features)));
        let squares: Vec<f32> = sparse.iter().map(|row| square(row) + 1.0 + 0.5 / cost).collect();
        let mut weights = vec![0.0; features * labels];
        let mut numbers = vec![0.0; width * labels];
        let mut biases = Vec::with_capacity(labels);
        for label in 0..labels {
            let wanted: Vec<bool> = (0..sparse.len()).map(|row| wanted(row, label as u32)).collect();
            let (column, bias) = machine(&sparse, &squares, &wanted, features + width, cost, random);
            for ((row, weight), rarity) in weights.chunks_exact_mut(labels).zip(&column).zip(&rarity) {
                row[label] = weight * rarity;
            }
            for (row, weight) in numbers.chunks_exact_mut(labels).zip(&column[features..]) {
                row[label] = weight * own;
            }
            biases.push(bias);
        }
        Self { labels, weights, numbers, biases }
    }

    /// What a piece, told by these numbers, adds to each label's margin, times `scale`, is added to `margins`.
    pub(crate) fn add_piece(&self, piece: &[f32], scale: f32, margins: &mut [f32]) {
        for (number, weights) in piece.iter().zip(self.numbers.chunks_exact(self.labels)) {
            add_scaled(scale * number, weights, margins);
        }
    }

    /// The weights of a feature, one for each label.
    pub(crate) fn weights(&self, feature: usize) -> &[f32] {
        &self.weights[feature * self.labels..(feature + 1) * self.labels]
    }

    /// How much a feature can change an answer: the squared length of its weights.
    pub(crate) fn worth(&self, feature: usize) -> f32 {
        self.weights(feature).iter().map(|weight| weight * weight).sum()
    }
}

impl Told {
    /// Appends the numbers to rows, as features from `first` on; returns what they were multiplied by.
    fn add_to(&self, rows: &mut [Vec<(u32, f32)>], first: usize) -> f32 {
        let mean = dot(&self.numbers, &self.numbers) / rows.len().max(1) as f32;
        let scale = if mean > 0.0 { self.weight / libm::sqrtf(mean) } else { 0.0 };
        for (row, numbers) in rows.iter_mut().zip(self.numbers.chunks_exact(self.width)) {
            row.extend(numbers.iter().zip(first as u32..).map(|(number, at)| (at, scale * number)));
        }
        scale
    }
}

fn weigh(row: &Row, rarity: &[f32], character_weight: f32) -> Vec<(u32, f32)> {
    let scales = scales([row.features[0].len(), row.features[1].len()], character_weight);
    let mut all: Vec<(u32, f32)> = Vec::new();
    for (group, scale) in row.features.iter().zip(scales) {
        all.extend(group.iter().map(|&feature| (feature, scale * rarity[feature as usize])));
    }
    // Stable: equal features are added in the order of the text.
    all.sort_by_key(|&(feature, _)| feature);
    all.chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same[0].0, same.iter().map(|(_, value)| value).sum()))
        .collect()
}

fn machine(
    rows: &[Vec<(u32, f32)>],
    squares: &[f32],
    wanted: &[bool],
    features: usize,
    cost: f32,
    random: &mut Random,
) -> (Vec<f32>, f32) {
    let mut weights = vec![0.0f32; features];
    let mut bias = 0.0f32;
    let mut duals = vec![0.0f32; rows.len()];
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut active = rows.len();
    for pass in 0..PASSES {
        random.shuffle(&mut order[..active]);
        let mut worst = 0.0f32;
        let mut at = 0;
        while at < active {
            let row = order[at];
            let sign = if wanted[row] { 1.0 } else { -1.0 };
            let margin =
                rows[row].iter().fold(bias, |sum, &(feature, value)| sum + weights[feature as usize] * value);
            let gradient = sign * margin - 1.0 + duals[row] * (0.5 / cost);
            if duals[row] == 0.0 && gradient > 0.0 {
                // Far on the right side: set aside until the others have converged.
                if gradient > 0.3 && pass > 2 {
                    active -= 1;
                    order.swap(at, active);
                } else {
                    at += 1;
                }
                continue;
            }
            worst = worst.max(gradient.abs());
            let before = duals[row];
            duals[row] = (before - gradient / squares[row]).max(0.0);
            let step = (duals[row] - before) * sign;
            for &(feature, value) in &rows[row] {
                weights[feature as usize] += step * value;
            }
            bias += step;
            at += 1;
        }
        if worst < TOLERANCE {
            if active == rows.len() {
                break;
            }
            active = rows.len();
        }
    }
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_what_can_be_separated() {
        let dictionary = Dictionary { hashes: vec![1, 2, 3], counts: vec![10, 10, 20] };
        let row = |feature: u32, label| Row {
            features: [vec![feature, 2], vec![]],
            labels: vec![label],
            ..Row::default()
        };
        let rows: Vec<Row> = (0..20).map(|i| row(i % 2, i % 2)).collect();
        let linear = Linear::fit(&rows, &dictionary, 2, 1.0, 1.0, None, &mut Random::new(1, 0));
        assert!(linear.weights(0)[0] > 0.5 && linear.weights(0)[1] < -0.5, "{linear:?}");
        assert!(linear.weights(1)[1] > 0.5 && linear.weights(1)[0] < -0.5, "{linear:?}");
        assert!(linear.worth(2) < 0.01 * linear.worth(0), "the feature of both tells nothing: {linear:?}");
    }

    #[test]
    fn pieces_separate_what_no_feature_does() {
        let rows = (0..40).map(|_| vec![(0u32, 1.0f32)]).collect::<Vec<_>>();
        // The second number of a row tells its label, the first one nothing.
        let numbers = (0..40).flat_map(|row| [1.0, if row % 2 == 0 { 0.2 } else { -0.2 }]).collect();
        let told = Told { width: 2, numbers, weight: 1.0 };
        let wanted = |row: usize, label: u32| row as u32 % 2 == label;
        let machine = Linear::of(rows, vec![1.0], Some(told), wanted, 2, 10.0, &mut Random::new(1, 0));
        let margins = |piece: [f32; 2]| {
            let mut margins = machine.biases.clone();
            machine.add_piece(&piece, 1.0, &mut margins);
            (margins[0] + machine.weights(0)[0], margins[1] + machine.weights(0)[1])
        };
        let (first, second) = (margins([1.0, 0.2]), margins([1.0, -0.2]));
        assert!(first.0 > 0.5 && first.1 < -0.5, "{first:?} {machine:?}");
        assert!(second.0 < -0.5 && second.1 > 0.5, "{second:?} {machine:?}");
    }
}
