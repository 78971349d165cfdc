//! Rows to judge on that the model has learned from.

use super::rows::{Rows, count};
use crate::example::Split;
use crate::finding::{Finding, Places, Severity};

/// `test-in-train` and `valid-in-train`: rows whose text is that of a training row, whatever the labels; rows
/// that were set aside count as training rows, as which they stand in the file. Each is a place, followed by
/// the training row.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let kinds = [(Split::Test, "test-in-train"), (Split::Valid, "valid-in-train")];
    kinds.into_iter().filter_map(|(split, kind)| from_split(rows, split, kind)).collect()
}

fn from_split(rows: &Rows<'_>, split: Split, kind: &'static str) -> Option<Finding> {
    let mut places = Places::default();
    let mut leaked = 0;
    for group in &rows.groups {
        let Some(learned) = group.iter().find(|row| rows.split_in_file(row) == Split::Train) else {
            continue;
        };
        let before = leaked;
        for row in group.iter().filter(|row| rows.split_in_file(row) == split) {
            places.add_example(row);
            leaked += 1;
        }
        if leaked > before {
            places.add_example(learned);
        }
    }
    (leaked > 0).then(|| {
        let total = rows.splits.get(split).len();
        let verb = if leaked == 1 { "stands" } else { "stand" };
        let message =
            format!("{} of {total} {verb} in train as well", count(leaked, &format!("{split} row")));
        let proposal = "remove them from train: a score on rows that the model has learned says nothing";
        places.finding(kind, Severity::Warning, leaked, message, proposal)
    })
}
