//! Lines of a label and a text: `COARSE:fine How far is it ?`, `1 a charming film`.

use super::lossy::Lossy;
use super::{LabelLevel, ReadOptions, Row};
use crate::document::Document;
use crate::error::Error;
use crate::example::Example;

/// Reads lines whose first word is the label.
pub(super) fn read(document: &Document, options: &ReadOptions) -> Result<Vec<Row>, Error> {
    let level = match (options.label_level, options.label_column.as_deref()) {
        (Some(level), _) => level,
        (None, None) => LabelLevel::Full,
        (None, Some(column)) => column.parse().map_err(|_| {
            document.error(
                1,
                format!("there are no columns in the format trec, so no label {column:?}"),
                "leave it out, or write label = \"coarse\", \"fine\" or \"full\"",
            )
        })?,
    };
    document
        .filled_lines()
        .map(|(line, content)| {
            let content = content.trim();
            let (label, text) = content.split_once(char::is_whitespace).unwrap_or((content, ""));
            let label = level.of(label);
            if label.is_empty() {
                return Err(document.error(line, "the label is empty", "write LABEL text"));
            }
            let labels = vec![label.to_string()];
            Ok(Row { line, text: text.trim_start().to_string(), labels, ..Row::default() })
        })
        .collect()
}

/// Whether the lines look like it: all of the first labels `COARSE:fine`, or all of them integers. Other
/// labels cannot be told from the first word of a plain text.
pub(super) fn is_trec(document: &Document) -> bool {
    let mut labels = document
        .filled_lines()
        .take(200)
        .map(|(_, line)| line.trim().split_once(char::is_whitespace).map(|(label, _)| label))
        .peekable();
    let integer = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    let two_level = |label: &str| {
        label.split_once(':').is_some_and(|(coarse, fine)| {
            !coarse.is_empty()
                && coarse.bytes().all(|byte| byte.is_ascii_uppercase())
                && !fine.is_empty()
                && fine.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    };
    match labels.peek() {
        Some(Some(first)) if integer(first) => labels.all(|label| label.is_some_and(integer)),
        Some(Some(first)) if two_level(first) => labels.all(|label| label.is_some_and(two_level)),
        _ => false,
    }
}

/// Writes a line an example. Line ends in a text become spaces, spaces in a label underscores; slots and
/// splits are lost.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut out = String::new();
    for example in examples {
        let [label] = example.labels.as_slice() else {
            return Err(format!(
                "{:?} has {} labels, and a line has one",
                example.text,
                example.labels.len()
            ));
        };
        out.push_str(&lossy.token(example, label)?);
        out.push(' ');
        out.push_str(&lossy.line(example));
        out.push('\n');
        lossy.slots(example);
        lossy.split(example);
    }
    Ok(out.into_bytes())
}
