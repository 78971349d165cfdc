//! Scores to probabilities, in integers.

use crate::format::DecisionRule;
use crate::prediction::{Confidence, Score};

/// 2^(−i/256) for i = 0 … 256, in 2³⁰ths.
#[allow(clippy::indexing_slicing)] // Evaluated by the compiler, which would refuse.
const EXP2: [u32; 257] = {
    // 2^(−1/256) in 2⁶³rds, rounded. Each product loses less than one unit of the last of its 63 bits.
    const STEP: u128 = 9_198_432_556_164_277_331;
    let mut table = [0; 257];
    let mut value: u128 = 1 << 63;
    let mut index = 0;
    while index < table.len() {
        table[index] = ((value + (1 << 32)) >> 33) as u32;
        value = (value * STEP) >> 63;
        index += 1;
    }
    table
};

/// 2^(−x) in 2³⁰ths, for `x` in 65,536ths, linear between the entries of the table: off by at most one millionth.
#[inline]
pub(super) fn exp2_negative(x: u64) -> u32 {
    let whole = x >> 16;
    if whole >= 30 {
        return 0;
    }
    let entry = ((x >> 8) & 0xff) as usize;
    let part = (x & 0xff) as u32;
    let (high, low) = match EXP2.get(entry..entry + 2) {
        Some(&[high, low]) => (high, low),
        _ => (0, 0),
    };
    // The entries are at most 2^22 apart.
    (high - (((high - low) * part) >> 8)) >> whole
}

/// How far `score` lies below `best`, as an exponent of two in 65,536ths.
#[inline]
fn below(best: Score, score: Score, rule: &DecisionRule) -> u64 {
    let distance = (i64::from(best.0) - i64::from(score.0)).unsigned_abs();
    (distance * u64::from(rule.sharpness)) >> 16
}

/// The confidence of each of `ranked`, the best scores, when all `scores` share one softmax.
pub(crate) fn softmax(scores: &[Score], ranked: &[u32], rule: &DecisionRule, out: &mut [Confidence]) {
    let score_of = |index: u32| scores.get(index as usize).copied().unwrap_or_default();
    let best = ranked.first().map_or(Score::default(), |&index| score_of(index));
    let total: u64 = scores.iter().map(|&score| u64::from(exp2_negative(below(best, score, rule)))).sum();
    for (out, &index) in out.iter_mut().zip(ranked) {
        let part = u64::from(exp2_negative(below(best, score_of(index), rule)));
        *out = Confidence::from_raw((((part << 16) + total / 2) / total.max(1)) as u32);
    }
}

/// The confidence of a label that does not depend on the others.
pub(crate) fn logistic(score: Score, rule: &DecisionRule) -> Confidence {
    let exponent = ((i64::from(score.0) * i64::from(rule.sharpness)) >> 16) + i64::from(rule.offset);
    // 1 / (1 + 2^−|x|), mirrored for a negative x.
    let power = u64::from(exp2_negative(exponent.unsigned_abs()));
    let one = 1u64 << 30;
    let upper = (((one << 16) + (one + power) / 2) / (one + power)) as u32;
    Confidence::from_raw(if exponent < 0 { Confidence::ONE.raw() - upper } else { upper })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two() {
        assert_eq!(EXP2[0], 1 << 30);
        assert_eq!(EXP2[128], 759_250_125, "2^-1/2");
        assert_eq!(EXP2[256], 1 << 29);
        assert_eq!(exp2_negative(1 << 16), 1 << 29);
        assert_eq!(exp2_negative(30 << 16), 0);
        assert!((0..30 << 16).is_sorted_by(|&a, &b| exp2_negative(a) >= exp2_negative(b)), "it falls");
    }

    fn rule(multi_label: bool) -> DecisionRule {
        DecisionRule {
            multi_label,
            sharpness: 94_548, // log2(e)
            offset: 0,
            min_confidence: Confidence::default(),
            label_threshold: Confidence::default(),
            out_of_scope: None,
            slot_sharpness: 0,
            min_slot_confidence: Confidence::default(),
        }
    }

    #[test]
    fn softmax_of_known_scores() {
        let scores = [Score(0), Score(2 << 16), Score(1 << 16)];
        let mut out = [Confidence::default(); 3];
        softmax(&scores, &[1, 2, 0], &rule(false), &mut out);
        // e^2, e, 1 over their sum, times 65,536.
        for (found, expected) in out.iter().zip([43_597, 16_039, 5_900u32]) {
            assert!(found.raw().abs_diff(expected) <= 1, "{found:?} is not {expected}");
        }
        let extreme = [Score(i32::MIN), Score(i32::MAX)];
        softmax(&extreme, &[1, 0], &rule(false), &mut out);
        assert_eq!(out[0], Confidence::ONE);
    }

    #[test]
    fn logistic_of_known_scores() {
        assert_eq!(logistic(Score(0), &rule(true)).raw(), 1 << 15);
        // 1 / (1 + e^-1) = 0.731059.
        assert!(logistic(Score(1 << 16), &rule(true)).raw().abs_diff(47_911) <= 1);
        assert!(logistic(Score(-1 << 16), &rule(true)).raw().abs_diff(17_625) <= 1);
        assert_eq!(logistic(Score(i32::MAX), &rule(true)), Confidence::ONE);
        assert_eq!(logistic(Score(i32::MIN), &rule(true)).raw(), 0);
    }
}
