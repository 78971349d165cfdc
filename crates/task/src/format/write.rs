//! Writing examples in any of the formats, and telling what a format cannot hold.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Format, clinc, delimited, fasttext, jsonl, trec};
use crate::error::Error;
use crate::example::Example;
use crate::finding::{Finding, Places, Severity};
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

/// What was lost or changed while writing.
#[derive(Default)]
pub(super) struct Lossy {
    slots: Places,
    splits: Places,
    texts: Places,
    labels: Places,
    /// Written label -> the label that it stands for.
    tokens: BTreeMap<String, String>,
}

impl Lossy {
    /// The slots of an example are not written.
    pub(super) fn slots(&mut self, example: &Example) {
        if !example.slots.is_empty() {
            self.slots.add_example(example);
        }
    }

    /// The split of an example is not written.
    pub(super) fn split(&mut self, example: &Example) {
        if example.split.is_some() {
            self.splits.add_example(example);
        }
    }

    /// The text of an example is not written as it is.
    pub(super) fn text(&mut self, example: &Example) {
        self.texts.add_example(example);
    }

    /// The text of an example on one line, without white space around it.
    pub(super) fn line(&mut self, example: &Example) -> String {
        let line = example.text.replace(['\n', '\r'], " ");
        let line = line.trim();
        if line != example.text {
            self.texts.add_example(example);
        }
        line.to_string()
    }

    /// A label as one word; an error where two labels would become the same word.
    pub(super) fn token(&mut self, example: &Example, label: &str) -> Result<String, String> {
        let token = label.replace(char::is_whitespace, "_");
        if token != label {
            self.labels.add_example(example);
        }
        let known = self.tokens.entry(token.clone()).or_insert_with(|| label.to_string());
        if known != label {
            return Err(format!("the labels {known:?} and {label:?} would both be written as {token:?}"));
        }
        Ok(token)
    }

    fn findings(self) -> Vec<Finding> {
        let lost = |places: Places, kind, message: &str, proposal: &str| {
            let count = places.len();
            let message = format!("{message} ({count} times)");
            (count > 0).then(|| places.finding(kind, Severity::Warning, count, message, proposal))
        };
        let all = [
            lost(self.slots, "lossy-slots", "slots are not written", "write jsonl to keep them"),
            lost(self.splits, "lossy-split", "the split is not written", "write one file a split, or jsonl"),
            lost(
                self.texts,
                "lossy-text",
                "line ends, tabs or outer white space of a text are not written as they are",
                "write csv or jsonl to keep them",
            ),
            lost(
                self.labels,
                "lossy-label",
                "spaces in a label are written as underscores",
                "write csv or jsonl to keep them",
            ),
        ];
        all.into_iter().flatten().collect()
    }
}
