//! Which answers may be accepted so that, with a stated confidence, at most a stated share of them is wrong.
//!
//! Selective classification with guaranteed risk (Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks",
//! NIPS 2017), with the thresholds tested as in Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei, 2021): in a fixed
//! order, the strictest first, each by the exact binomial tail. The doubt that is allowed is shared by thresholds that accept evenly
//! more and more; one that passes hands its share on to the next (the fallback procedure, Wiens, "A Fixed Sequence Bonferroni
//! Procedure for Testing Multiple Endpoints", 2003), so that a few wrong answers among the surest are not the end of it.

use serde::Serialize;

/// How sure a promise is.
pub(crate) const SURE: f64 = 0.95;
/// Thresholds that share the doubt, at the most.
const SHARES: usize = 8;
/// Thresholds that are tested, about.
const STEPS: usize = 200;

/// An answer that may be accepted: its confidence in 65,536ths, and whether it is right.
pub(crate) type Graded = (u32, bool);

/// The strictest threshold that had to be set, and what it accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cut {
    /// Answers of this confidence or a higher one are accepted, in 65,536ths.
    pub(crate) least: u32,
    pub(crate) accepted: usize,
    pub(crate) wrong: usize,
    /// What the share of wrong ones is at the most, as sure as was asked.
    pub(crate) bound: f64,
}

/// Why nothing is promised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Broken {
    /// Not even rows that are all right would prove it.
    TooFew {
        /// How many rows would.
        needed: usize,
    },
    /// Too many are wrong with every threshold.
    TooWrong,
}

/// The probability of at most `count` of `total` where each has the probability `share`.
fn tail(count: usize, total: usize, share: f64) -> f64 {
    if count >= total || share <= 0.0 {
        return 1.0;
    }
    if share >= 1.0 {
        return 0.0;
    }
    let (yes, no) = (libm::log(share), libm::log1p(-share));
    let n = total as f64;
    let mut sum = 0.0;
    // The logarithm of the number of ways to choose `i` of `total`.
    let mut ways = 0.0;
    for i in 0..=count {
        if i > 0 {
            ways += libm::log((n - i as f64 + 1.0) / i as f64);
        }
        sum += libm::exp(ways + i as f64 * yes + (n - i as f64) * no);
    }
    sum.min(1.0)
}

/// The upper bound of Clopper and Pearson (1934): the largest true share with which so few would be counted as rarely as `doubt`.
pub(crate) fn upper(count: usize, total: usize, doubt: f64) -> f64 {
    let (mut low, mut high) = (count as f64 / total.max(1) as f64, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if tail(count, total, middle) > doubt {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The lower bound of Clopper and Pearson (1934): the smallest true share with which so many would be counted as rarely as `doubt`.
pub(crate) fn lower(count: usize, total: usize, doubt: f64) -> f64 {
    1.0 - upper(total - count.min(total), total, doubt)
}

/// How many rows it takes, all of them right, to be so sure that at most `most` are wrong.
pub(crate) fn needed(most: f64, doubt: f64) -> usize {
    libm::ceil(libm::log(doubt) / libm::log1p(-most)) as usize
}

/// The most lenient threshold that keeps the share of wrong answers at `most` or below, in doubt as rarely as `doubt`.
pub(crate) fn cut(answers: &[Graded], most: f64, doubt: f64) -> Result<Cut, Broken> {
    let least = needed(most, doubt);
    if answers.len() < least {
        return Err(Broken::TooFew { needed: least });
    }
    let mut sorted = answers.to_vec();
    sorted.sort_unstable_by_key(|&(number, _)| std::cmp::Reverse(number));
    // How many thresholds share the doubt depends on how many answers there are, and not on which are right.
    let shares = (answers.len() / needed(most, doubt / SHARES as f64)).clamp(1, SHARES);
    let least = needed(most, doubt / shares as f64);
    // As many shares are given out once so many answers are accepted.
    let due = |accepted: usize| match accepted.checked_sub(least) {
        Some(more) => (1 + more * shares / (answers.len() - least).max(1)).min(shares),
        None => 0,
    };
    let step = (answers.len() / STEPS).max(1);
    let (mut accepted, mut wrong) = (0, 0);
    let (mut given, mut allowed, mut next) = (0, 0.0, 0);
    let mut best = None;
    // Answers of one confidence stand together.
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        accepted += group.len();
        wrong += group.iter().filter(|answer| !answer.1).count();
        let due = due(accepted);
        if accepted < next && accepted < answers.len() && due == given {
            continue;
        }
        allowed += (due - given) as f64 * doubt / shares as f64;
        given = due;
        next = accepted + step;
        if tail(wrong, accepted, most) <= allowed {
            best = Some(Cut { least: group[0].0, accepted, wrong, bound: upper(wrong, accepted, allowed) });
        } else {
            allowed = 0.0;
        }
    }
    best.ok_or(Broken::TooWrong)
}

/// What a model promises of the answers that it accepts, and the rows that this rests on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Promise {
    /// The largest share of accepted answers that are wrong.
    pub max_error: f64,
    /// How sure that is: in so many of all trainings it holds, on texts like the tuning rows.
    pub confidence: f64,
    /// The upper bound of that share, as sure as `confidence`; at most `max_error`.
    pub bound: f64,
    /// Tuning rows that it rests on.
    pub rows: usize,
    /// How many of them the model accepts.
    pub accepted: usize,
    /// How many of these are wrong.
    pub wrong: usize,
    /// The share of the rows that it accepts.
    pub coverage: f64,
    /// The same of each label that is given to rows enough to tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelPromise>,
    /// The same of the slots; absent where the model finds none, or nothing can be promised of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<SlotPromise>,
}

/// What is known of the accepted answers of one label, by itself as sure as the promise of all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelPromise {
    /// The label.
    pub name: String,
    /// Tuning rows with this answer that are accepted; 0 where no threshold keeps the promise, and none ever is.
    pub accepted: usize,
    /// How many of these are wrong.
    pub wrong: usize,
    /// The upper bound of the share of wrong ones, which is above what is promised of all where rows do not tell more; 1 where none
    /// is accepted.
    pub bound: f64,
    /// The least confidence of an accepted answer, where it is one of its own, as too many were wrong with that of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_confidence: Option<f64>,
}

/// What a model promises of the slots that it stands by: in at most `max_error` of the texts with any, one of them is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SlotPromise {
    /// The least confidence of a slot that is stood by.
    pub least_confidence: f64,
    /// Tuning rows where a slot was found.
    pub rows: usize,
    /// Tuning rows with a slot that is stood by.
    pub accepted: usize,
    /// How many of these have a wrong one.
    pub wrong: usize,
    /// The upper bound of their share.
    pub bound: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn exact_bounds() {
        // Clopper and Pearson's one-sided 95 % bounds: 1 − 0.05^(1/n) with none, and tables for more.
        assert!((upper(0, 59, 0.05) - 0.0495).abs() < 1e-4);
        assert!((upper(0, 299, 0.05) - 0.009_969).abs() < 1e-5);
        assert!((upper(1, 10, 0.05) - 0.394_2).abs() < 1e-4);
        assert!((upper(5, 100, 0.05) - 0.102_25).abs() < 1e-4);
        assert!((lower(5, 100, 0.05) - 0.019_91).abs() < 1e-4);
        assert_eq!(lower(0, 100, 0.05), 0.0);
        assert_eq!((needed(0.05, 0.05), needed(0.02, 0.05), needed(0.01, 0.05)), (59, 149, 299));
        assert!((tail(2, 4, 0.5) - 11.0 / 16.0).abs() < 1e-12);
        assert_eq!((tail(4, 4, 0.5), tail(0, 4, 1.0), tail(0, 4, 0.0)), (1.0, 0.0, 1.0));
    }

    #[test]
    fn too_few_rows_are_told() {
        let answers = vec![(7, true); 148];
        assert_eq!(cut(&answers, 0.02, 0.05), Err(Broken::TooFew { needed: 149 }));
        let answers = vec![(7, true); 149];
        let found = cut(&answers, 0.02, 0.05).unwrap();
        assert_eq!((found.least, found.accepted, found.wrong), (7, 149, 0));
        assert!(found.bound <= 0.02);
    }

    #[test]
    fn answers_that_are_wrong_too_often_are_not_accepted() {
        let answers: Vec<Graded> = (0..4000).map(|i| (i, i % 4 != 0)).collect();
        assert_eq!(cut(&answers, 0.05, 0.05), Err(Broken::TooWrong));
        // The upper half is right, and of the lower one half is wrong.
        let answers: Vec<Graded> = (0..4000).map(|i| (i, i >= 2000 || i % 2 == 0)).collect();
        let found = cut(&answers, 0.05, 0.05).unwrap();
        assert!((2000..2250).contains(&found.accepted), "{found:?}");
        // A wrong answer among the surest is no reason to accept none, where confidences are true.
        let sure = |i: u32| if i >= 2000 { 65_400 + i / 50 } else { 32_768 + i };
        let right = |i: u32| i != 3999 && (i >= 2000 || i.is_multiple_of(2));
        let answers: Vec<Graded> = (0..4000).map(|i| (sure(i), right(i))).collect();
        assert!(cut(&answers, 0.01, 0.05).unwrap().accepted >= 1900);
    }

    #[test]
    fn what_is_promised_is_kept() {
        // Confidence is noise around what is true; the promise must be broken in at most one of twenty.
        let truth = |number: u32| 1.0 - 0.25 * (1.0 - f64::from(number) / 1000.0);
        let confidence = |number: u32| (65_536.0 * truth(number)) as u32;
        let mut random = Random::new(5, 0);
        for (most, rows) in [(0.02, 1000), (0.05, 300), (0.1, 120)] {
            let (mut broken, mut promised) = (0, 0);
            for _ in 0..400 {
                let answers: Vec<Graded> = (0..rows)
                    .map(|_| {
                        let number = random.below(1000) as u32;
                        (confidence(number), f64::from(random.unit()) < truth(number))
                    })
                    .collect();
                if let Ok(found) = cut(&answers, most, 0.05) {
                    promised += 1;
                    // The mean over the numbers that are accepted.
                    let numbers: Vec<u32> =
                        (0..1000).filter(|&number| confidence(number) >= found.least).collect();
                    let error = numbers.iter().map(|&number| 1.0 - truth(number)).sum::<f64>();
                    let error = error / numbers.len() as f64;
                    broken += usize::from(error > most);
                }
            }
            assert!(broken <= 32, "{most}: {broken} of {promised} are broken");
        }
    }
}
