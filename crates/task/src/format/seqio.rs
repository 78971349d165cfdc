//! Folders of three files with a line a text: tokens in `seq.in`, their tags in `seq.out`, the label in `label`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Row;
use super::lossy::Lossy;
use super::tags::{Faults, TAG_FIX, Tag, row};
use super::tokens::{self, BLANKS};
use crate::document::Document;
use crate::error::Error;
use crate::example::{Example, Split};
use crate::finding::Finding;

/// The file of the tokens, which tells the format.
pub(crate) const TOKENS: &str = "seq.in";
/// The file of the tags.
const TAGS: &str = "seq.out";
/// The file of the labels.
const LABELS: &str = "label";

/// Whether a file belongs to the format by its name.
pub(crate) fn is_part(path: &Path) -> bool {
    [TOKENS, TAGS, LABELS].iter().any(|name| path.file_name().is_some_and(|file| file == *name))
}

/// Whether a file is by its name one that makes no sense without the others.
pub(crate) fn is_tagged_part(path: &Path) -> bool {
    [TOKENS, TAGS].iter().any(|name| path.file_name().is_some_and(|file| file == *name))
}

/// Reads the files of a folder. Without a file of labels the rows have none. The document is that of the tokens.
pub(crate) fn read_parallel(
    folder: &Path,
    findings: &mut Vec<Finding>,
) -> Result<(Document, Vec<Row>), Error> {
    let tokens = Document::read(&folder.join(TOKENS))?;
    let tags = Document::read(&folder.join(TAGS))?;
    let labels_path = folder.join(LABELS);
    let labels = if labels_path.exists() { Some(Document::read(&labels_path)?) } else { None };
    findings.extend([Some(&tags), labels.as_ref()].into_iter().flatten().filter_map(Document::warning));
    let rows = rows(&tokens, &tags, labels.as_ref(), findings)?;
    Ok((tokens, rows))
}

fn rows(
    tokens: &Document,
    tags: &Document,
    labels: Option<&Document>,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Row>, Error> {
    let mut token_lines = tokens.lines();
    let mut tag_lines = tags.lines();
    let mut label_lines = labels.map(Document::lines);
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for line in 1.. {
        let (text, marks) = (token_lines.next(), tag_lines.next());
        let label = label_lines.as_mut().and_then(Iterator::next);
        if text.is_none() && marks.is_none() && label.is_none() {
            break;
        }
        // A file that ends before the others goes on with empty lines, which fit empty lines alone.
        let words = |content: Option<(u32, &'_ str)>| -> Vec<String> {
            let content = content.map(|(_, content)| content).unwrap_or_default();
            content.split(BLANKS).filter(|word| !word.is_empty()).map(str::to_string).collect()
        };
        let (text, marks) = (words(text), words(marks));
        let label = label.map(|(_, label)| label.trim()).unwrap_or_default();
        if text.len() != marks.len() {
            let what = format!(
                "{} tags, but {}:{line} has {} tokens",
                marks.len(),
                tokens.path.display(),
                text.len()
            );
            return Err(tags.error(line, what, "give every token one tag, on the same line of both files"));
        }
        if let Some(labels) = labels
            && label.is_empty() != text.is_empty()
        {
            let (what, fix) = match label.is_empty() {
                true => {
                    (format!("no label for the text of {}:{line}", tokens.path.display()), "write one a line")
                }
                false => (
                    format!("a label, but no text in {}:{line}", tokens.path.display()),
                    "write a text a line",
                ),
            };
            return Err(labels.error(line, what, fix));
        }
        if text.is_empty() {
            continue;
        }
        let parsed: Result<Vec<_>, String> = marks.iter().map(|tag| Tag::parse(tag)).collect();
        let parsed = parsed.map_err(|what| tags.error(line, what, TAG_FIX))?;
        faults.sentence(parsed.iter().map(|tag| (line, *tag)));
        let text: Vec<&str> = text.iter().map(String::as_str).collect();
        let mut row = row(line, &text, &parsed);
        row.labels.extend(labels.map(|_| label.to_string()));
        rows.push(row);
    }
    findings.extend(faults.finding(tags));
    Ok(rows)
}

/// The files of a folder: those of each split in a folder of its name, rows without a split in none. Texts are
/// cut into tokens as `conll` does.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<(PathBuf, Vec<u8>)>, String> {
    let labelled = examples.iter().any(|example| !example.labels.is_empty());
    let mut folders: BTreeMap<Option<Split>, [String; 3]> = BTreeMap::new();
    for example in examples {
        let label = match example.labels.as_slice() {
            [] if !labelled => "",
            [label] if !label.contains(['\n', '\r']) => label,
            labels => {
                return Err(format!("{:?} has {} labels, and a line has one", example.text, labels.len()));
            }
        };
        let tagged = tokens::tagged(example, lossy)?;
        if tagged.is_empty() {
            lossy.row(example);
            continue;
        }
        let [text, tags, labels] = folders.entry(example.split).or_default();
        for (index, token) in tagged.iter().enumerate() {
            let between = if index > 0 { " " } else { "" };
            // A reader drops one byte order mark at the beginning of a file.
            let mark = if text.is_empty() && token.token.starts_with('\u{FEFF}') { "\u{FEFF}" } else { "" };
            text.extend([between, mark, token.token]);
            tags.extend([between, &token.tag]);
        }
        text.push('\n');
        tags.push('\n');
        labels.extend([label, "\n"]);
    }
    let mut files = Vec::new();
    for (split, contents) in folders {
        let folder = split.map_or_else(PathBuf::new, |split| PathBuf::from(split.name()));
        for (name, content) in [TOKENS, TAGS, LABELS].into_iter().zip(contents) {
            if labelled || name != LABELS {
                files.push((folder.join(name), content.into_bytes()));
            }
        }
    }
    Ok(files)
}
