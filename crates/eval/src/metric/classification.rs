//! Precision, recall and F1 of labels.

/// How often a label or a slot was given and how often it was due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Given where it was due.
    pub hits: u64,
    /// Given where it was not due.
    pub extra: u64,
    /// Not given where it was due.
    pub missed: u64,
}

/// `part / whole`, 0 where the whole is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Counts {
    /// Of the times that it was given, the share where it was due; 0 if it never was given.
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.hits, self.hits + self.extra)
    }

    /// Of the times that it was due, the share where it was given; 0 if it never was due.
    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.hits, self.support())
    }

    /// The harmonic mean of precision and recall, `2·hits / (2·hits + extra + missed)`; 0 if it was neither given nor due.
    #[must_use]
    pub fn f1(&self) -> f64 {
        share(2 * self.hits, 2 * self.hits + self.extra + self.missed)
    }

    /// How often it was due.
    #[must_use]
    pub const fn support(&self) -> u64 {
        self.hits + self.missed
    }

    /// All of them counted together, for micro-averages.
    #[must_use]
    pub fn total(counts: &[Self]) -> Self {
        counts.iter().fold(Self::default(), |sum, counts| Self {
            hits: sum.hits + counts.hits,
            extra: sum.extra + counts.extra,
            missed: sum.missed + counts.missed,
        })
    }

    /// Whether it was given or due at all.
    #[must_use]
    pub const fn occurs(&self) -> bool {
        self.hits + self.extra + self.missed > 0
    }
}

/// Counts labels, which are numbers below `labels`, over rows of (due, given); each list names a label once. Numbers out of
/// that range do not count.
pub fn count<'a>(labels: usize, rows: impl IntoIterator<Item = (&'a [u32], &'a [u32])>) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); labels];
    for (due, given) in rows {
        for label in given {
            if let Some(counts) = counts.get_mut(*label as usize) {
                if due.contains(label) {
                    counts.hits += 1;
                } else {
                    counts.extra += 1;
                }
            }
        }
        for label in due.iter().filter(|label| !given.contains(label)) {
            if let Some(counts) = counts.get_mut(*label as usize) {
                counts.missed += 1;
            }
        }
    }
    counts
}

/// The mean F1 of the labels that were given or due at least once, every label weighing the same; 0 if there are none.
/// This is `f1_score(average="macro")` of scikit-learn.
#[must_use]
pub fn macro_f1(counts: &[Counts]) -> f64 {
    let occurring = counts.iter().filter(|counts| counts.occurs());
    let (sum, number) = occurring.fold((0.0, 0u64), |(sum, number), counts| (sum + counts.f1(), number + 1));
    if number == 0 { 0.0 } else { sum / number as f64 }
}

/// The F1 of all labels counted together. Where every row has one label and gets one, it equals accuracy.
#[must_use]
pub fn micro_f1(counts: &[Counts]) -> f64 {
    Counts::total(counts).f1()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Due 0 0 0 1 1 2, given 0 0 1 1 0 0; label 3 does not occur.
        let due = [[0], [0], [0], [1], [1], [2]];
        let given = [[0], [0], [1], [1], [0], [0]];
        let counts = count(4, due.iter().zip(&given).map(|(due, given)| (&due[..], &given[..])));
        assert_eq!(counts[0], Counts { hits: 2, extra: 2, missed: 1 });
        assert_eq!((counts[0].precision(), counts[0].recall(), counts[0].f1()), (0.5, 2.0 / 3.0, 4.0 / 7.0));
        assert_eq!(counts[1], Counts { hits: 1, extra: 1, missed: 1 });
        assert_eq!((counts[2].precision(), counts[2].recall(), counts[2].f1()), (0.0, 0.0, 0.0));
        assert!(!counts[3].occurs());
        assert!((macro_f1(&counts) - (4.0 / 7.0 + 0.5) / 3.0).abs() < 1e-15);
        assert_eq!(micro_f1(&counts), 0.5, "accuracy");
    }

    #[test]
    fn sets_of_labels() {
        let rows: [(&[u32], &[u32]); 3] = [(&[0, 1], &[1, 2]), (&[], &[]), (&[2], &[])];
        let counts = count(3, rows);
        assert_eq!(counts[0], Counts { hits: 0, extra: 0, missed: 1 });
        assert_eq!(counts[1], Counts { hits: 1, extra: 0, missed: 0 });
        assert_eq!(counts[2], Counts { hits: 0, extra: 1, missed: 1 });
        assert!((macro_f1(&counts) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(micro_f1(&counts), 2.0 / 5.0);
        assert_eq!((macro_f1(&[]), micro_f1(&[])), (0.0, 0.0));
    }
}
