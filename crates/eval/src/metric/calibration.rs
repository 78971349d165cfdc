//! Whether a confidence is as often right as it says.

use crate::report::{Bin, Calibration};
use stonechat_engine::Confidence;

/// How many bins of equal width the confidences fall into (Guo et al., "On Calibration of Modern Neural Networks", ICML
/// 2017). A confidence on the border of two belongs to the lower one.
pub const BINS: usize = 15;

/// The calibration of answers with these confidences, each of which was right or not; `None` without answers.
pub fn calibration(answers: impl IntoIterator<Item = (Confidence, bool)>) -> Option<Calibration> {
    let one = u64::from(Confidence::ONE.raw());
    // Per bin: answers, right answers, and the sum of the confidences in 65,536ths.
    let mut bins = [(0u64, 0u64, 0u64); BINS];
    let mut squares = 0u128;
    for (confidence, right) in answers {
        let raw = u64::from(confidence.raw());
        let index = (raw * BINS as u64).saturating_sub(1) / one;
        if let Some((count, correct, sum)) = bins.get_mut(index as usize) {
            *count += 1;
            *correct += u64::from(right);
            *sum += raw;
        }
        let distance = u128::from(if right { one - raw } else { raw });
        squares += distance * distance;
    }
    let total: u64 = bins.iter().map(|bin| bin.0).sum();
    if total == 0 {
        return None;
    }
    let (n, one) = (total as f64, one as f64);
    let gap = |&(_, correct, sum): &(u64, u64, u64)| (correct as f64 - sum as f64 / one).abs();
    let chance =
        |&(count, _, sum): &(u64, u64, u64)| mean_deviation(count, sum as f64 / one / count.max(1) as f64);
    Some(Calibration {
        ece: bins.iter().map(gap).sum::<f64>() / n,
        ece_floor: bins.iter().map(chance).sum::<f64>() / n,
        brier: squares as f64 / (one * one) / n,
        bins: bins
            .iter()
            .filter(|bin| bin.0 > 0)
            .map(|&(count, correct, sum)| Bin {
                confidence: sum as f64 / one / count as f64,
                accuracy: correct as f64 / count as f64,
                count: count as usize,
            })
            .collect(),
    })
}

/// How far a count of right answers is from what is to be expected, on average, where each of `count` is right with the probability
/// `share` (De Moivre, "Miscellanea analytica", 1730: twice the variance's part of one term of the binomial distribution).
fn mean_deviation(count: u64, share: f64) -> f64 {
    if count == 0 || share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let n = count as f64;
    // The least count above what is to be expected.
    let above = ((n * share).floor() + 1.0).min(n);
    let factorial = |of: f64| libm::lgamma(of + 1.0);
    let ways = factorial(n) - factorial(above) - factorial(n - above);
    let term = libm::exp(ways + above * libm::log(share) + (n - above) * libm::log1p(-share));
    2.0 * above * (1.0 - share) * term
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answers: &[(u32, bool)]) -> Calibration {
        calibration(answers.iter().map(|&(raw, right)| (Confidence::from_raw(raw), right))).unwrap()
    }

    #[test]
    fn by_hand() {
        // Two answers at 3/4, one right; one at 1, right; one at 0, wrong.
        let found = of(&[(49_152, true), (49_152, false), (65_536, true), (0, false)]);
        assert_eq!(found.ece, 0.125, "half of 1/4");
        assert_eq!(found.brier, (0.0625 + 0.5625) / 4.0);
        let bin = |confidence, accuracy, count| Bin { confidence, accuracy, count };
        assert_eq!(found.bins, [bin(0.0, 0.0, 1), bin(0.75, 0.5, 2), bin(1.0, 1.0, 1)]);
        assert!(calibration([]).is_none());
    }

    #[test]
    fn what_chance_makes_of_true_confidences() {
        // By the definition: all counts, each as far off as it is, and as likely as it is.
        for (count, share) in [(1u32, 0.25f64), (2, 0.75), (7, 0.3), (40, 0.98), (40, 0.01)] {
            let mut probability = (1.0 - share).powi(count as i32);
            let mut sum = 0.0;
            for right in 0..=count {
                sum += probability * (f64::from(right) - f64::from(count) * share).abs();
                probability *= f64::from(count - right) / f64::from(right + 1) * share / (1.0 - share);
            }
            let found = mean_deviation(u64::from(count), share);
            assert!((found - sum).abs() < 1e-9, "{count} of {share}: {found} for {sum}");
        }
        assert_eq!([mean_deviation(0, 0.5), mean_deviation(9, 0.0), mean_deviation(9, 1.0)], [0.0; 3]);
        // The normal distribution's mean deviation, √(2/π) of its standard deviation.
        let many = mean_deviation(1_000_000, 0.5) / 500.0;
        assert!((many - 0.797_884_6).abs() < 1e-5, "{many}");
        // One answer at 3/4 is 3/8 off on average, and one at 1 never.
        assert!((of(&[(49_152, true), (65_536, true)]).ece_floor - 0.1875).abs() < 1e-9);
    }

    #[test]
    fn borders_of_the_bins() {
        // 1/15 of 65,536 is 4,369.07: 4,369 is the last of the first bin.
        assert_eq!(of(&[(0, true), (4_369, true)]).bins.len(), 1);
        assert_eq!(of(&[(4_369, true), (4_370, true)]).bins.len(), 2);
        assert_eq!(of(&[(65_536, true), (61_167, true)]).bins.len(), 1);
        assert_eq!(of(&[(65_536, true), (61_166, true)]).bins.len(), 2);
    }
}
