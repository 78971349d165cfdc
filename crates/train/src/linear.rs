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

/// How a machine is fitted.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// The cost of an error: above 0.
    pub(crate) cost: f32,
    /// Which part of the weight of a feature is how much it tells of the label: 0 to 1.
    pub(crate) ratio: f32,
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
    /// document frequency, as in TF-IDF, and by how much they tell of each label.
    pub(crate) fn fit(
        rows: &[Row],
        dictionary: &Dictionary,
        labels: usize,
        settings: Settings,
        character_weight: f32,
        told: Option<Told>,
        random: &mut Random,
    ) -> Self {
        let rarity: Vec<f32> = dictionary
            .counts
            .iter()
            .map(|&count| 1.0 + libm::logf((rows.len() as f32 + 1.0) / (count as f32 + 1.0)))
            .collect();
        let sparse: Vec<_> = rows.iter().map(|row| weigh(row, &rarity, character_weight)).collect();
        let wanted = |row: usize, label: u32| rows[row].labels.contains(&label);
        Self::of(&sparse, &rarity, told.as_ref(), wanted, labels, settings, random)
    }

    /// The same for rows that are features, rising, with their weights, to which the rarity of each feature gave its part. `wanted` says
    /// whether a row has a label.
    pub(crate) fn of(
        sparse: &[Vec<(u32, f32)>],
        rarity: &[f32],
        told: Option<&Told>,
        wanted: impl Fn(usize, u32) -> bool,
        labels: usize,
        settings: Settings,
        random: &mut Random,
    ) -> Self {
        let features = rarity.len();
        let width = told.map_or(0, |told| told.width);
        let mut weights = vec![0.0; features * labels];
        let mut numbers = vec![0.0; width * labels];
        let mut biases = Vec::with_capacity(labels);
        for label in 0..labels {
            let wanted: Vec<bool> = (0..sparse.len()).map(|row| wanted(row, label as u32)).collect();
            let mut factors = factors(sparse, &wanted, features, settings.ratio);
            let mut rows: Vec<Vec<(u32, f32)>> = sparse
                .iter()
                .map(|row| row.iter().map(|&(at, value)| (at, factors[at as usize] * value)).collect())
                .collect();
            // Both groups together have a squared length of two on average, as two TF-IDF vectors side by side.
            let mean = rows.iter().map(|row| square(row)).sum::<f32>() / rows.len().max(1) as f32;
            let unit = if mean > 0.0 { libm::sqrtf(2.0 / mean) } else { 1.0 };
            rows.iter_mut().flatten().for_each(|(_, value)| *value *= unit);
            factors.iter_mut().for_each(|factor| *factor *= unit);
            let own = told.map_or(0.0, |told| told.add_to(&mut rows, features));
            let (column, bias) = machine(&rows, &wanted, features + width, settings.cost, random);
            let scales = factors.iter().zip(rarity).map(|(factor, rarity)| factor * rarity);
            for ((row, weight), scale) in weights.chunks_exact_mut(labels).zip(&column).zip(scales) {
                row[label] = weight * scale;
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

fn square(row: &[(u32, f32)]) -> f32 {
    row.iter().map(|(_, value)| value * value).sum()
}

/// Occurrences that every feature is taken to have beside those counted.
const SMOOTHING: f64 = 0.1;

/// What each feature is multiplied by for a label: 1, of which a part `ratio` goes by how much oftener it stands in rows with the label
/// than in others, or the other way round: the magnitude of its log-count ratio (Wang and Manning, "Baselines and Bigrams",
/// ACL 2012), as a multiple of the root mean square of all.
fn factors(rows: &[Vec<(u32, f32)>], wanted: &[bool], features: usize, ratio: f32) -> Vec<f32> {
    if ratio == 0.0 {
        return vec![1.0; features];
    }
    let mut counts = vec![[0u32; 2]; features];
    for (row, &wanted) in rows.iter().zip(wanted) {
        row.iter().for_each(|&(at, _)| counts[at as usize][usize::from(wanted)] += 1);
    }
    let seen = counts.iter().filter(|counts| **counts != [0, 0]);
    let (mut count, mut sums) = (0usize, [0.0f64; 2]);
    for counts in seen.clone() {
        count += 1;
        sums.iter_mut().zip(counts).for_each(|(sum, &count)| *sum += f64::from(count) + SMOOTHING);
    }
    let told = |counts: &[u32; 2]| {
        let [other, own] = [0, 1].map(|side| (f64::from(counts[side]) + SMOOTHING) / sums[side]);
        libm::log(own / other).abs()
    };
    let mean = seen.map(|counts| told(counts) * told(counts)).sum::<f64>() / count.max(1) as f64;
    let typical = libm::sqrt(mean).max(f64::MIN_POSITIVE);
    let factor = |counts: &[u32; 2]| 1.0 - ratio + ratio * (told(counts) / typical) as f32;
    counts.iter().map(|counts| if *counts == [0, 0] { 1.0 } else { factor(counts) }).collect()
}

fn machine(
    rows: &[Vec<(u32, f32)>],
    wanted: &[bool],
    features: usize,
    cost: f32,
    random: &mut Random,
) -> (Vec<f32>, f32) {
    let squares: Vec<f32> = rows.iter().map(|row| square(row) + 1.0 + 0.5 / cost).collect();
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

    const SETTINGS: Settings = Settings { cost: 1.0, ratio: 0.5 };

    #[test]
    fn separates_what_can_be_separated() {
        let dictionary = Dictionary { hashes: vec![1, 2, 3], counts: vec![10, 10, 20] };
        let row = |feature: u32, label| Row {
            features: [vec![feature, 2], vec![]],
            labels: vec![label],
            ..Row::default()
        };
        let rows: Vec<Row> = (0..20).map(|i| row(i % 2, i % 2)).collect();
        let linear = Linear::fit(&rows, &dictionary, 2, SETTINGS, 1.0, None, &mut Random::new(1, 0));
        assert!(linear.weights(0)[0] > 0.5 && linear.weights(0)[1] < -0.5, "{linear:?}");
        assert!(linear.weights(1)[1] > 0.5 && linear.weights(1)[0] < -0.5, "{linear:?}");
        assert!(linear.worth(2) < 0.01 * linear.worth(0), "the feature of both tells nothing: {linear:?}");
    }

    #[test]
    fn what_tells_of_a_label_counts_more() {
        // Feature 0 stands in every row, 1 in those with the label, 2 and 3 in two others each, 4 in none.
        let rows: Vec<Vec<(u32, f32)>> = (0..8)
            .map(|row| {
                let own = if row % 2 == 0 { 1 } else { 2 + row / 4 };
                vec![(0, 1.0), (own, 1.0)]
            })
            .collect();
        let wanted: Vec<bool> = (0..8).map(|row| row % 2 == 0).collect();
        assert_eq!(factors(&rows, &wanted, 5, 0.0), [1.0; 5]);
        let factors = factors(&rows, &wanted, 5, 1.0);
        assert!(factors[0] < 0.1 && factors[1] > 1.0 && factors[1] > factors[2], "{factors:?}");
        assert_eq!((factors[2], factors[4]), (factors[3], 1.0));
        let square = factors[..4].iter().map(|factor| factor * factor).sum::<f32>();
        assert!((square / 4.0 - 1.0).abs() < 1e-5, "{factors:?}");
    }

    #[test]
    fn pieces_separate_what_no_feature_does() {
        let rows = (0..40).map(|_| vec![(0u32, 1.0f32)]).collect::<Vec<_>>();
        // The second number of a row tells its label, the first one nothing.
        let numbers = (0..40).flat_map(|row| [1.0, if row % 2 == 0 { 0.2 } else { -0.2 }]).collect();
        let told = Told { width: 2, numbers, weight: 1.0 };
        let wanted = |row: usize, label: u32| row as u32 % 2 == label;
        let settings = Settings { cost: 10.0, ..SETTINGS };
        let machine = Linear::of(&rows, &[1.0], Some(&told), wanted, 2, settings, &mut Random::new(1, 0));
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
