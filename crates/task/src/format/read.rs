//! Reading a file in any of the formats.

use super::{Format, ReadOptions, Row, clinc, delimited, fasttext, jsonl, trec};
use crate::document::Document;
use crate::error::Error;

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
