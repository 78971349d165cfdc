//! Slots that cannot be learned from so few places.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// A slot that is marked fewer times in training rows is reported.
const ENOUGH: usize = 5;

/// `few-slot-examples`: slots that are marked 1 to 4 times in training rows. Those that never are, are for
/// `unseen-slot`.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_slot(
        |_, of_slot| (1..ENOUGH).contains(&of_slot.train),
        "few-slot-examples",
        Severity::Warning,
        &format!("marked fewer than {ENOUGH} times in training rows"),
        "add rows, or merge with another slot",
    )
}
