//! How well a score tells texts outside the task from those inside it.

/// The area under the receiver operating characteristic: how probable it is that a text outside the task has a higher score
/// than one inside it, a tie counting half (Mann and Whitney, 1947). Exact; `None` if either side is empty.
#[must_use]
pub fn auroc(outside: &[u32], inside: &[u32]) -> Option<f64> {
    let pairs = outside.len() as u128 * inside.len() as u128;
    if pairs == 0 {
        return None;
    }
    let mut inside = inside.to_vec();
    inside.sort_unstable();
    let won = |&score: &u32| {
        let below = inside.partition_point(|&other| other < score);
        let up_to = inside.partition_point(|&other| other <= score);
        (below + up_to) as u128
    };
    let halves: u128 = outside.iter().map(won).sum();
    Some(halves as f64 / (2 * pairs) as f64)
}

/// The share of the texts inside the task that are taken for outside (false positives) at the highest threshold that finds
/// at least 95 % of the texts outside it; a score that reaches the threshold is taken for outside. `None` if either side is
/// empty.
#[must_use]
pub fn fpr95(outside: &[u32], inside: &[u32]) -> Option<f64> {
    let mut sorted = outside.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let found = (95 * sorted.len()).div_ceil(100);
    let threshold = *sorted.get(found.checked_sub(1)?)?;
    if inside.is_empty() {
        return None;
    }
    let false_alarms = inside.iter().filter(|&&score| score >= threshold).count();
    Some(false_alarms as f64 / inside.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        assert_eq!(auroc(&[3, 4], &[1, 2]), Some(1.0));
        assert_eq!(auroc(&[1], &[1]), Some(0.5));
        assert_eq!(auroc(&[2, 5], &[1, 2, 6]), Some((1.0 + 0.5 + 2.0) / 6.0));
        assert_eq!((auroc(&[], &[1]), auroc(&[1], &[])), (None, None));
        // 19 of 20 must be found, so the threshold is 2.
        let outside: Vec<u32> = (1..=20).collect();
        assert_eq!(fpr95(&outside, &[0, 1, 2, 3]), Some(0.5));
        assert_eq!(fpr95(&[7], &[6, 7]), Some(0.5));
        assert_eq!((fpr95(&[], &[1]), fpr95(&[1], &[])), (None, None));
    }

    proptest! {
        #[test]
        fn auroc_is_a_count_of_pairs(
            outside in prop::collection::vec(0u32..12, 1..60),
            inside in prop::collection::vec(0u32..12, 1..60),
        ) {
            let mut halves = 0;
            for a in &outside {
                for b in &inside {
                    halves += match a.cmp(b) {
                        std::cmp::Ordering::Greater => 2,
                        std::cmp::Ordering::Equal => 1,
                        std::cmp::Ordering::Less => 0,
                    };
                }
            }
            let expected = f64::from(halves) / (2 * outside.len() * inside.len()) as f64;
            prop_assert_eq!(auroc(&outside, &inside), Some(expected));
        }

        #[test]
        fn fpr95_is_the_best_of_all_thresholds(
            outside in prop::collection::vec(0u32..12, 1..60),
            inside in prop::collection::vec(0u32..12, 1..60),
        ) {
            let reach = |scores: &[u32], threshold| scores.iter().filter(|&&score| score >= threshold).count();
            let best = (0..=12)
                .filter(|&threshold| 100 * reach(&outside, threshold) >= 95 * outside.len())
                .map(|threshold| reach(&inside, threshold))
                .min()
                .unwrap();
            prop_assert_eq!(fpr95(&outside, &inside), Some(best as f64 / inside.len() as f64));
        }
    }
}
