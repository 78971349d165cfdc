//! Writing examples in any of the formats.

use std::path::Path;

use super::lossy::Lossy;
use super::{Format, clinc, delimited, fasttext, jsonl, trec};
use crate::error::Error;
use crate::example::Example;
use crate::finding::Finding;
use crate::write_file::write_file;

/// Writes examples to a file. Rows keep their order, but for `clinc`, which groups them by split. What the
/// format cannot hold comes back as warnings.
///
/// # Errors
/// When a row cannot be written at all, as one with two labels in a format of one, or when the operating
/// system refuses; an old file stays as it was then.
pub fn write(path: &Path, format: Format, examples: &[Example]) -> Result<Vec<Finding>, Error> {
    let mut lossy = Lossy::default();
    let bytes = match format {
        Format::Csv => delimited::write_csv(examples, &mut lossy),
        Format::Tsv => Ok(delimited::write_tsv(examples, &mut lossy)),
        Format::Jsonl => jsonl::write(examples),
        Format::Fasttext => fasttext::write(examples, &mut lossy),
        Format::Clinc => clinc::write(examples, &mut lossy),
        Format::Trec => trec::write(examples, &mut lossy),
        Format::Folder => Err("a folder a label cannot be written".to_string()),
    }
    .map_err(|what| Error::whole(path, what, "choose another format, as jsonl, which holds everything"))?;
    write_file(path, &bytes)?;
    Ok(lossy.findings())
}

/// Writes native lines: `text`, `label` or `labels`, `slots` with offsets in Unicode scalar values, `split`.
///
/// # Errors
/// When the operating system refuses, or a slot does not lie between characters of its text.
pub fn write_jsonl(path: &Path, examples: &[Example]) -> Result<(), Error> {
    write(path, Format::Jsonl, examples).map(|_| ())
}
