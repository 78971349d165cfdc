//! Nothing to learn from.

use super::rows::Rows;
use crate::finding::{Finding, Places, Severity};

/// `no-train-rows`: every row is to tune or to judge on.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    if !rows.splits.train.is_empty() {
        return Vec::new();
    }
    let mut places = Places::default();
    rows.splits.all().take(1).for_each(|row| places.add_example(row));
    vec![places.finding(
        "no-train-rows",
        Severity::Warning,
        1,
        "no row is a training row",
        "to train on these rows, name their file under train in task.toml",
    )]
}
