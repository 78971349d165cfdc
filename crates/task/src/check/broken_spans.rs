//! Slots without a text.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `broken-span`: slots that lie outside of their text, begin or end within a character, or hold nothing but white
/// space.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_span(
        |row, slot| row.text.get(slot.start..slot.end).is_none_or(|phrase| phrase.trim().is_empty()),
        "broken-span",
        Severity::Error,
        "without a text",
        "give start and end around the words of the slot, or remove it",
    )
}
