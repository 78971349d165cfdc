//! Which labels are taken for which.

use std::collections::BTreeMap;

/// How many confusions are named.
pub const MOST: usize = 20;

/// Wrong answers of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The label that was due.
    pub due: u32,
    /// The label that was given instead.
    pub given: u32,
    /// How often.
    pub count: usize,
    /// The first row where it happened.
    pub row: usize,
}

/// The [`MOST`] frequent confusions of wrong answers, each (row, due, given), the most frequent first, then by label.
pub fn confusions(wrong: impl IntoIterator<Item = (usize, u32, u32)>) -> Vec<Pair> {
    let mut pairs = BTreeMap::new();
    for (row, due, given) in wrong {
        pairs.entry((due, given)).or_insert(Pair { due, given, count: 0, row }).count += 1;
    }
    let mut pairs: Vec<Pair> = pairs.into_values().collect();
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
    pairs.truncate(MOST);
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_frequent_first() {
        let found = confusions([(3, 2, 0), (4, 0, 1), (7, 1, 0), (9, 1, 0)]);
        let pair = |due, given, count, row| Pair { due, given, count, row };
        assert_eq!(found, [pair(1, 0, 2, 7), pair(0, 1, 1, 4), pair(2, 0, 1, 3)]);
        assert_eq!(confusions((0..50).map(|n| (n as usize, n, n + 1))).len(), MOST);
    }
}
