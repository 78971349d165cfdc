//! How close texts of a label lie to each other, and how far from others (Khosla et al., "Supervised Contrastive Learning",
//! NeurIPS 2020, the loss whose sum over pairs is outside of the logarithm).

use super::kernel::{Real, add_times, dot};
use crate::random::Random;

/// The temperature of cosines.
const TEMPERATURE: f64 = 0.1;
/// Texts of a label that come together, and how many texts a step has about.
const TOGETHER: usize = 4;
const BATCH: usize = 128;

/// The rows of the steps of an epoch, given their labels: a step has several of each of its labels, so that there are pairs. A row
/// without another of its label has no pair, and no part in it.
pub(super) fn steps(labels: &[u32], random: &mut Random) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    random.shuffle(&mut order);
    order.sort_by_key(|&row| labels[row]);
    let mut groups: Vec<&[usize]> = Vec::new();
    for own in order.chunk_by(|&a, &b| labels[a] == labels[b]).filter(|own| own.len() > 1) {
        let count = (own.len() / TOGETHER).max(1);
        groups.extend((0..count).map(|at| &own[at * own.len() / count..(at + 1) * own.len() / count]));
    }
    random.shuffle(&mut groups);
    let rows: usize = groups.iter().map(|group| group.len()).sum();
    let count = rows.div_ceil(BATCH).min(groups.len());
    let step = |at: usize| groups[at * groups.len() / count..(at + 1) * groups.len() / count].concat();
    (0..count).map(step).collect()
}

/// The loss of texts whose embeddings have the directions of these `sums`, `dim` numbers each; the sums become its gradient. Each text with
/// another of its label counts the same.
pub(super) fn loss<T: Real>(sums: &mut [T], dim: usize, labels: &[u32]) -> f64 {
    let lengths: Vec<T> =
        sums.chunks_exact(dim).map(|sum| dot(sum, sum).root() + T::from_f64(1e-12)).collect();
    for (sum, &length) in sums.chunks_exact_mut(dim).zip(&lengths) {
        sum.iter_mut().for_each(|number| *number /= length);
    }
    let units: Vec<&[T]> = sums.chunks_exact(dim).collect();
    let count = units.len();
    let others = |text: usize| (0..count).filter(move |&other| other != text);
    let pairs: Vec<usize> =
        (0..count).map(|text| others(text).filter(|&other| labels[other] == labels[text]).count()).collect();
    let share = 1.0 / pairs.iter().filter(|&&pairs| pairs > 0).count().max(1) as f64;
    let mut total = 0.0;
    // What the loss changes with the cosine of each two texts.
    let mut slopes = vec![0.0f64; count * count];
    for text in (0..count).filter(|&text| pairs[text] > 0) {
        let scores: Vec<f64> = (0..count)
            .map(|other| match other == text {
                true => f64::NEG_INFINITY,
                false => dot(units[text], units[other]).to_f64() / TEMPERATURE,
            })
            .collect();
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| libm::exp(score - largest)).sum();
        for other in others(text) {
            let chance = libm::exp(scores[other] - largest) / sum;
            let wanted = if labels[other] == labels[text] { 1.0 / pairs[text] as f64 } else { 0.0 };
            total -= share * wanted * (scores[other] - largest - libm::log(sum));
            let slope = share * (chance - wanted) / TEMPERATURE;
            slopes[text * count + other] += slope;
            slopes[other * count + text] += slope;
        }
    }
    let mut gradient = vec![T::zero(); sums.len()];
    for (text, back) in gradient.chunks_exact_mut(dim).enumerate() {
        for (unit, &slope) in units.iter().zip(&slopes[text * count..]) {
            add_times(T::from_f64(slope), unit, back);
        }
        let along = dot(back, units[text]);
        for (back, &unit) in back.iter_mut().zip(units[text]) {
            *back = (*back - along * unit) / lengths[text];
        }
    }
    sums.copy_from_slice(&gradient);
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_differences_of_the_loss() {
        let mut random = Random::new(3, 0);
        let labels = [0, 1, 0, 2, 1, 1];
        let sums: Vec<f64> = (0..labels.len() * 5).map(|_| f64::from(random.unit()) - 0.4).collect();
        let mut gradient = sums.clone();
        assert!(loss(&mut gradient, 5, &labels) > 0.1);
        let step = 1e-6;
        for at in 0..sums.len() {
            let moved = |by: f64| {
                let mut sums = sums.clone();
                sums[at] += by;
                loss(&mut sums, 5, &labels)
            };
            let expected = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((gradient[at] - expected).abs() < 1e-6, "{at}: {} {expected}", gradient[at]);
        }
    }

    #[test]
    fn texts_without_a_pair_are_no_fault() {
        let mut sums = vec![1.0f64, 0.0, 0.0, 1.0];
        assert_eq!(loss(&mut sums, 2, &[0, 1]), 0.0);
        assert!(sums.iter().all(|&number| number == 0.0));
        assert_eq!(loss::<f64>(&mut [], 2, &[]), 0.0);
    }

    #[test]
    fn a_step_has_several_rows_of_each_label() {
        let labels: Vec<u32> = (0..1000).map(|row| row % 77).chain([500, 501]).collect();
        let steps = steps(&labels, &mut Random::new(1, 0));
        let mut seen = steps.concat();
        for rows in &steps {
            assert!((100..160).contains(&rows.len()), "{}", rows.len());
            for &row in rows {
                assert!(rows.iter().filter(|&&other| labels[other] == labels[row]).count() >= TOGETHER);
            }
        }
        seen.sort_unstable();
        assert!(seen.iter().copied().eq(0..1000), "rows without a pair are left out");
        assert!(super::steps(&[0, 1, 2], &mut Random::new(1, 0)).is_empty());
        assert!(super::steps(&[], &mut Random::new(1, 0)).is_empty());
    }
}
