//! fastText's lines: `__label__NAME __label__OTHER text`.

use super::Row;
use super::lossy::Lossy;
use crate::document::Document;
use crate::error::Error;
use crate::example::Example;

/// What a label begins with.
pub(super) const PREFIX: &str = "__label__";

/// Reads lines of labels and text; a line with several labels makes the data multi-label.
pub(super) fn read(document: &Document) -> Result<Vec<Row>, Error> {
    document
        .filled_lines()
        .map(|(line, content)| {
            let mut rest = content.trim();
            let mut labels = Vec::new();
            while let Some(behind) = rest.strip_prefix(PREFIX) {
                let (label, text) = behind.split_once(char::is_whitespace).unwrap_or((behind, ""));
                if label.is_empty() {
                    let what = format!("{PREFIX} without a name");
                    return Err(document.error(line, what, format!("write {PREFIX}NAME text")));
                }
                labels.push(label.to_string());
                rest = text.trim_start();
            }
            if labels.is_empty() {
                let what = format!("the line does not begin with {PREFIX}");
                return Err(document.error(
                    line,
                    what,
                    format!("write {PREFIX}NAME text, or remove the line"),
                ));
            }
            let list = labels.len() > 1;
            Ok(Row { line, text: rest.to_string(), labels, list, ..Row::default() })
        })
        .collect()
}

/// Writes a line an example. Line ends in a text become spaces, spaces in a label underscores; slots and
/// splits are lost.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut out = String::new();
    for example in examples {
        if example.labels.is_empty() {
            return Err(format!("{:?} has no label, and a line must have one", example.text));
        }
        for label in &example.labels {
            out.push_str(PREFIX);
            out.push_str(&lossy.token(example, label)?);
            out.push(' ');
        }
        let text = lossy.line(example);
        if text.starts_with(PREFIX) {
            return Err(format!("the text {text:?} would be read as a label"));
        }
        lossy.slots(example);
        lossy.split(example);
        out.push_str(&text);
        out.push('\n');
    }
    Ok(out.into_bytes())
}
