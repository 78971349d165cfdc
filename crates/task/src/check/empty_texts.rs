//! Texts without a character to read.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `empty-text`: texts of nothing but white space.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_row(
        |row| row.text.trim().is_empty(),
        "empty-text",
        Severity::Warning,
        "without a character but white space",
        "write a text or remove the row",
    )
}
