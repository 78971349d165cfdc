//! A row as a format gives it, and the way from a file to rows.

use super::{Format, ReadOptions, clinc, delimited, fasttext, jsonl, trec};
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

/// The rows of a file that is not a folder. Out-of-scope keys get the label `out_of_scope`.
pub(crate) fn parse(
    document: &Document,
    format: Format,
    options: &ReadOptions,
    out_of_scope: &str,
) -> Result<Vec<Row>, Error> {
    let mut rows = match format {
        Format::Csv => delimited::read_csv(document, options),
        Format::Tsv => delimited::read_tsv(document, options),
        Format::Jsonl => jsonl::read(document, options),
        Format::Fasttext => fasttext::read(document),
        Format::Clinc => clinc::read(document, out_of_scope),
        Format::Trec => trec::read(document, options),
        Format::Folder => Err(Error::whole(
            &document.path,
            "a file, but the format `folder` reads a folder with a subfolder a label",
            "name the folder or another format",
        )),
    }?;
    for row in &mut rows {
        keep_first(&mut row.labels);
    }
    Ok(rows)
}

/// Drops labels that stand there already. Rows have few labels.
fn keep_first(labels: &mut Vec<String>) {
    let mut kept = Vec::with_capacity(labels.len());
    for label in labels.drain(..) {
        if !kept.contains(&label) {
            kept.push(label);
        }
    }
    *labels = kept;
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
