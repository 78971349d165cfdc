//! The same text with different slots.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Rows, count, label_set};
use crate::example::Example;
use crate::finding::{Finding, Places, Severity};

/// `conflicting-slots`: texts that stand with different slots under the same labels, in whatever splits; the first
/// row of each marking is a place.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let mut places = Places::default();
    let mut texts = 0;
    for group in rows.groups.iter().filter(|group| group.iter().any(|row| !row.slots.is_empty())) {
        let mut of_labels: BTreeMap<Vec<&str>, Vec<&Example>> = BTreeMap::new();
        group.iter().for_each(|row| of_labels.entry(label_set(row)).or_default().push(row));
        for same in of_labels.values() {
            let mut seen = BTreeSet::new();
            let first: Vec<_> = same.iter().filter(|row| seen.insert(marking(row))).collect();
            if first.len() > 1 {
                texts += 1;
                first.iter().for_each(|row| places.add_example(row));
            }
        }
    }
    if texts == 0 {
        return Vec::new();
    }
    let verb = if texts == 1 { "stands" } else { "stand" };
    let message = format!("{} {verb} with different slots", count(texts, "text"));
    let proposal = "mark the slots of each alike";
    vec![places.finding("conflicting-slots", Severity::Warning, texts, message, proposal)]
}

/// The slots of a row, sorted, their ends counted in characters that are no white space: equal for rows of one
/// text that say the same.
fn marking(row: &Example) -> Vec<(usize, usize, &str)> {
    let letters = |at: usize| {
        row.text.get(..at).map_or(0, |before| before.chars().filter(|c| !c.is_whitespace()).count())
    };
    let mut marking: Vec<_> =
        row.slots.iter().map(|slot| (letters(slot.start), letters(slot.end), slot.name.as_str())).collect();
    marking.sort_unstable();
    marking
}
