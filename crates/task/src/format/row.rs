//! A row as a format gives it.

use crate::document::Document;
use crate::error::Error;
use crate::example::{Slot, Split};

/// A row of a file.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// First line of the row, counted from 1.
    pub(crate) line: u32,
    pub(crate) text: String,
    /// Trimmed and not empty, each once.
    pub(crate) labels: Vec<String>,
    /// Whether the row may hold several labels by its form, whatever their number.
    pub(crate) list: bool,
    pub(crate) slots: Vec<Slot>,
    /// The split that the row itself names.
    pub(crate) split: Option<Split>,
}

/// The split named by a field of a row; an empty field names none.
pub(super) fn split_of(
    document: &Document,
    line: u32,
    field: &str,
    value: &str,
) -> Result<Option<Split>, Error> {
    match value.trim() {
        "" => Ok(None),
        name => name.parse().map(Some).map_err(|_| {
            document.error(
                line,
                format!("unknown split {name:?} in {field:?}"),
                "write train, valid or test, or, if it is no split, split = \"\" under [data] in task.toml",
            )
        }),
    }
}
