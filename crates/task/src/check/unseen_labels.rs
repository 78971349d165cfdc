//! Labels to judge on that nothing teaches.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `unseen-label`: labels of validation and test rows that no training row has.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    if rows.splits.train.is_empty() {
        return Vec::new();
    }
    rows.where_label(
        |_, of_label| of_label.train == 0,
        "unseen-label",
        Severity::Warning,
        "without a training row",
        "add training rows: such rows are always answered wrong",
    )
}
