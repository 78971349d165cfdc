//! Slots with white space around their text.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `padded-slot`: slots that begin or end with white space.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_span(
        |row, slot| {
            let phrase = row.text.get(slot.start..slot.end).unwrap_or_default();
            let trimmed = phrase.trim();
            !trimmed.is_empty() && trimmed != phrase
        },
        "padded-slot",
        Severity::Warning,
        "with white space at an end",
        "mark the words alone",
    )
}
