//! Reading a file in any of the formats.

use super::{Format, ReadOptions, Row, clinc, conll, delimited, fasttext, jsonl, massive, trec};
use crate::document::Document;
use crate::error::Error;
use crate::finding::Finding;

/// The rows of a file that is not a folder, and what is worth knowing about them. Out-of-scope keys get the
/// label `out_of_scope`; with `unlabelled`, JSON objects need no label.
pub(crate) fn parse(
    document: &Document,
    format: Format,
    options: &ReadOptions,
    out_of_scope: &str,
    unlabelled: bool,
) -> Result<(Vec<Row>, Vec<Finding>), Error> {
    let mut findings = Vec::new();
    let mut rows = match format {
        Format::Csv => delimited::read_csv(document, options),
        Format::Tsv => delimited::read_tsv(document, options),
        Format::Jsonl => jsonl::read(document, options, unlabelled),
        Format::Fasttext => fasttext::read(document),
        Format::Clinc => clinc::read(document, out_of_scope),
        Format::Trec => trec::read(document, options),
        Format::Conll => conll::read(document, options, &mut findings),
        Format::Massive => massive::read(document, options, unlabelled, &mut findings),
        Format::Seqio => Err(Error::whole(
            &document.path,
            "a file, but the format `seqio` reads a folder with seq.in, seq.out and label",
            "name the folder or another format",
        )),
        Format::Folder => Err(Error::whole(
            &document.path,
            "a file, but the format `folder` reads a folder with a subfolder a label",
            "name the folder or another format",
        )),
    }?;
    for row in &mut rows {
        keep_first(&mut row.labels);
    }
    Ok((rows, findings))
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
