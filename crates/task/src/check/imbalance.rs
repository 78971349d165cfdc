//! Labels that drown others.

use super::rows::Rows;
use crate::finding::{Finding, Places, Severity};

/// The largest label may have this many times the training rows of the smallest.
const RATIO: usize = 100;

/// `imbalance`: the largest label has more than 100 times the training rows of the smallest.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let learned = || rows.labels.iter().filter(|(_, of_label)| of_label.train > 0);
    // The first of equally large labels, so that the message does not depend on chance.
    let largest = learned().rev().max_by_key(|(_, of_label)| of_label.train);
    let smallest = learned().min_by_key(|(_, of_label)| of_label.train);
    let (Some((large, most)), Some((small, least))) = (largest, smallest) else { return Vec::new() };
    if most.train <= least.train.saturating_mul(RATIO) {
        return Vec::new();
    }
    let mut places = Places::default();
    places.add_example(most.first);
    places.add_example(least.first);
    let message = format!("{large:?} has {} training rows, {small:?} has {}", most.train, least.train);
    let proposal = "add rows of the small labels, and judge by macro F1 rather than accuracy";
    vec![places.finding("imbalance", Severity::Note, 1, message, proposal)]
}
