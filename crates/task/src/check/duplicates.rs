//! The same text with the same labels, again.

use std::collections::BTreeMap;

use super::rows::{Rows, count, label_set};
use crate::example::{Example, Split};
use crate::finding::{Finding, Places, Severity};
use crate::task::Kind;

/// `duplicate-text`: rows that repeat the text and the labels of an earlier row of their split in the file. Counts
/// the repetitions; the first row is a place too.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    Split::ALL.into_iter().filter_map(|split| in_split(rows, split)).collect()
}

fn in_split(rows: &Rows<'_>, split: Split) -> Option<Finding> {
    let mut places = Places::default();
    let mut repeated = 0;
    for group in &rows.groups {
        let mut same: BTreeMap<Vec<&str>, Vec<&Example>> = BTreeMap::new();
        for row in group.iter().filter(|row| rows.split_in_file(row) == split) {
            same.entry(label_set(row)).or_default().push(row);
        }
        for rows in same.values().filter(|rows| rows.len() > 1) {
            repeated += rows.len() - 1;
            rows.iter().for_each(|row| places.add_example(row));
        }
    }
    (repeated > 0).then(|| {
        let verb = if repeated == 1 { "repeats" } else { "repeat" };
        let with = if rows.task.kind == Kind::SlotsOnly { "" } else { " with the same label" };
        let message = format!("{} {verb} an earlier one{with}", count(repeated, &format!("{split} row")));
        let proposal = "keep one of each, unless their number is meant to count";
        places.finding("duplicate-text", Severity::Note, repeated, message, proposal)
    })
}
