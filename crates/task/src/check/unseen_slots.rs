//! Slots to judge on that nothing teaches.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `unseen-slot`: slots of validation and test rows that no training row has.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    if rows.splits.train.is_empty() {
        return Vec::new();
    }
    rows.where_slot(
        |_, of_slot| of_slot.train == 0,
        "unseen-slot",
        Severity::Warning,
        "without a training row",
        "add training rows: such slots are never found",
    )
}
