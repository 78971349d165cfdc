//! Texts that may be cut.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// Texts of more characters are reported.
const LONG: usize = 1000;

/// `long-text`: texts of more than 1,000 characters.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_row(
        // A text of so few bytes cannot have more characters.
        |row| row.text.len() > LONG && row.text.chars().nth(LONG).is_some(),
        "long-text",
        Severity::Note,
        &format!("of more than {LONG} characters"),
        "shorten or split it, unless such texts are to be understood",
    )
}
