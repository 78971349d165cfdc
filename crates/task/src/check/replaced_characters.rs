//! Texts that lost a character on their way.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `replacement-character`: texts with U+FFFD, which stands for what some program could not read.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_row(
        |row| row.text.contains(char::REPLACEMENT_CHARACTER),
        "replacement-character",
        Severity::Note,
        "with U+FFFD in place of a character",
        "write the character that was meant",
    )
}
