//! The same text under different labels.

use std::collections::BTreeSet;

use super::rows::{Rows, count, label_set};
use crate::finding::{Finding, Places, Severity};

/// `conflicting-labels`: texts that stand under different labels, in whatever splits; the first row of each
/// label is a place.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let mut places = Places::default();
    let mut texts = 0;
    for group in &rows.groups {
        let different: BTreeSet<_> = group.iter().map(|row| label_set(row)).collect();
        if different.len() < 2 {
            continue;
        }
        texts += 1;
        let mut seen = BTreeSet::new();
        for row in group {
            if seen.insert(label_set(row)) {
                places.add_example(row);
            }
        }
    }
    if texts == 0 {
        return Vec::new();
    }
    let verb = if texts == 1 { "stands" } else { "stand" };
    let message = format!("{} {verb} under different labels", count(texts, "text"));
    let proposal = "keep the right label of each, or merge the labels";
    vec![places.finding("conflicting-labels", Severity::Warning, texts, message, proposal)]
}
