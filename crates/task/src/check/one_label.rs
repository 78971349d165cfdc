//! Nothing to choose between.

use super::rows::Rows;
use crate::dataset::Origin;
use crate::example::Example;
use crate::finding::{Finding, Places, Severity};
use crate::task::Kind;

/// From so many rows to learn from with the out-of-scope label on, a trainer learns that as a label of its own.
pub const LEAST_OUTSIDE: usize = 20;

/// `one-label`: a single-label task in which all rows have the same label, and too few are outside the task to tell those from.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    if rows.task.kind != Kind::SingleLabel || rows.labels.len() > 1 {
        return Vec::new();
    }
    // Rows that are set aside to tune on are learned from in the end.
    let aside = if rows.splits.valid_origin == Origin::SetAside { rows.splits.valid.as_slice() } else { &[] };
    let outside = |row: &&Example| row.labels.contains(&rows.task.out_of_scope);
    let outside = rows.splits.train.iter().chain(aside).filter(outside).count();
    if rows.labels.len() == 1 && outside >= LEAST_OUTSIDE {
        return Vec::new();
    }
    let mut places = Places::default();
    let message = match rows.labels.first_key_value() {
        Some((label, of_label)) => {
            places.add_example(of_label.first);
            format!("{label:?} is the only label")
        }
        None => format!("there is no label but {:?}", rows.task.out_of_scope),
    };
    vec![places.finding("one-label", Severity::Error, 1, message, "add rows with at least one other label")]
}
