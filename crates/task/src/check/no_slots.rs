//! Nothing to find.

use super::rows::Rows;
use crate::finding::{Finding, Places, Severity};
use crate::task::Kind;

/// `no-slots`: a slots-only task in which no training row has a slot.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let train = &rows.splits.train;
    if rows.task.kind != Kind::SlotsOnly || train.is_empty() || rows.slots.values().any(|slot| slot.train > 0)
    {
        return Vec::new();
    }
    let mut places = Places::default();
    train.iter().take(1).for_each(|row| places.add_example(row));
    let message = "no training row of the slots-only task has a slot";
    vec![places.finding("no-slots", Severity::Error, 1, message, "mark slots in the rows")]
}
