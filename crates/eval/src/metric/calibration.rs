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
    Some(Calibration {
        ece: bins.iter().map(gap).sum::<f64>() / n,
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
    fn borders_of_the_bins() {
        // 1/15 of 65,536 is 4,369.07: 4,369 is the last of the first bin.
        assert_eq!(of(&[(0, true), (4_369, true)]).bins.len(), 1);
        assert_eq!(of(&[(4_369, true), (4_370, true)]).bins.len(), 2);
        assert_eq!(of(&[(65_536, true), (61_167, true)]).bins.len(), 1);
        assert_eq!(of(&[(65_536, true), (61_166, true)]).bins.len(), 2);
    }
}
