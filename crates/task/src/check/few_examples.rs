//! Labels that cannot be learned from so few rows.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// A label with fewer training rows is reported.
const ENOUGH: usize = 5;

/// `few-examples`: labels with 1 to 4 training rows. Those with none are for `unseen-label`.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_label(
        |_, of_label| (1..ENOUGH).contains(&of_label.train),
        "few-examples",
        Severity::Warning,
        &format!("with fewer than {ENOUGH} training rows"),
        "add rows, or merge with another label",
    )
}
