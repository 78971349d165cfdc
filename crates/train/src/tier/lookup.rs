//! Rows to the texts that a look-up knows.

use std::collections::BTreeMap;

/// The texts of the rows, each with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lookup {
    /// Hash and label, the hashes rising.
    pub(crate) texts: Vec<(u64, u32)>,
    /// The most frequent label of the rows.
    pub(crate) guess: u32,
    /// Texts that stood in the rows with several labels.
    pub(crate) conflicts: usize,
    /// Of the rows whose text stands in others too: how many the others would answer right, and how many there are.
    pub(crate) repeated: (usize, usize),
}

/// How often each label was counted, as pairs of a label and a number.
type Counts = BTreeMap<u32, usize>;

/// The most frequent label, of equals the first.
fn commonest(counts: &Counts) -> u32 {
    let best = counts
        .iter()
        .fold((0, 0), |best, (&label, &count)| if count > best.1 { (label, count) } else { best });
    best.0
}

/// Takes in rows: for each the hash of its text, where that has one, and its label. A text that stands with several labels gets
/// the most frequent one, of equals the first.
pub(crate) fn fit(rows: impl Iterator<Item = (Option<u64>, u32)>) -> Lookup {
    let mut texts: BTreeMap<u64, Counts> = BTreeMap::new();
    let mut labels = Counts::new();
    for (hash, label) in rows {
        *labels.entry(label).or_default() += 1;
        if let Some(hash) = hash {
            *texts.entry(hash).or_default().entry(label).or_default() += 1;
        }
    }
    let mut repeated = (0, 0);
    for counts in texts.values() {
        let total: usize = counts.values().sum();
        if total < 2 {
            continue;
        }
        repeated.1 += total;
        for (&label, &count) in counts {
            let mut others = counts.clone();
            others.insert(label, count - 1);
            repeated.0 += if commonest(&others) == label { count } else { 0 };
        }
    }
    Lookup {
        guess: commonest(&labels),
        conflicts: texts.values().filter(|counts| counts.len() > 1).count(),
        repeated,
        texts: texts.into_iter().map(|(hash, counts)| (hash, commonest(&counts))).collect(),
    }
}

/// How probable it is that a known text means again what it meant, when that was so for `right` of `known` rows: the share, as
/// if there were ten rows more of which half a one was wrong. Without any row it is 0.95, and it is never certain.
pub(crate) fn confidence((right, known): (usize, usize)) -> f64 {
    (right as f64 + 9.5) / (known as f64 + 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_and_ties() {
        let rows = [(7, 2), (7, 1), (7, 1), (5, 2), (5, 0), (9, 2)].map(|(hash, label)| (Some(hash), label));
        let found = fit(rows.into_iter().chain([(None, 2)]));
        assert_eq!(found.texts, [(5, 0), (7, 1), (9, 2)]);
        assert_eq!((found.guess, found.conflicts), (2, 2));
        // Of the text 7, the label 1 twice: each is the first of equals without itself. The text 5 contradicts itself.
        assert_eq!(found.repeated, (2, 5));
        assert_eq!(
            fit(std::iter::empty()),
            Lookup { texts: vec![], guess: 0, conflicts: 0, repeated: (0, 0) }
        );
    }

    #[test]
    fn confidences() {
        assert_eq!(confidence((0, 0)), 0.95);
        assert!((confidence((100, 100)) - 109.5 / 110.0).abs() < 1e-12);
        assert!(confidence((0, 1000)) < 0.01 && confidence((1_000_000, 1_000_000)) < 1.0);
    }
}
