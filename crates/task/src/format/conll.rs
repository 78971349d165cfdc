//! Columns of tokens and tags, one token a line, an empty line behind each sentence.

use super::lossy::Lossy;
use super::tags::{Faults, TAG_FIX, Tag, row};
use super::tokens::{self, BLANKS};
use super::{ReadOptions, Row};
use crate::document::Document;
use crate::error::Error;
use crate::example::Example;
use crate::finding::Finding;

/// The first column of a line that only says that a document begins.
const DOCUMENT_START: &str = "-DOCSTART-";
/// How many lines tell the format.
const SAMPLE: usize = 200;

/// Reads sentences: the token is the first column, its tag the last. Where every line is token, tag, the same
/// token and another tag, the first of the two tags counts. Columns can be given by number.
pub(super) fn read(
    document: &Document,
    options: &ReadOptions,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Row>, Error> {
    let layout = Layout::of(document, options)?;
    let mut rows = Vec::new();
    let mut faults = Faults::default();
    let mut sentence = Sentence::default();
    for (line, content) in document.lines() {
        if is_break(content) {
            sentence.end(&mut faults, &mut rows);
            continue;
        }
        let columns = layout.columns(content);
        if columns.len() != layout.width {
            let what = match columns.len() {
                1 => "a token without a tag".to_string(),
                width => format!("{width} columns, but line {} has {}", layout.line, layout.width),
            };
            return Err(document.error(
                line,
                what,
                "write TOKEN, a tab, and TAG, an empty line behind each sentence",
            ));
        }
        let (Some(&token), Some(&tag)) = (columns.get(layout.token), columns.get(layout.tag)) else {
            continue; // Both lie within the width.
        };
        if token.is_empty() {
            return Err(document.error(line, "the token is empty", "write the token or remove the line"));
        }
        let tag = Tag::parse(tag.trim()).map_err(|what| document.error(line, what, TAG_FIX))?;
        sentence.push(line, token, tag);
    }
    sentence.end(&mut faults, &mut rows);
    findings.extend(faults.finding(document));
    Ok(rows)
}

/// Whether the lines look like it: as many columns in each, the last of them a tag. A text may end like a tag,
/// as `vitamin B-12`, so a few lines must agree where the name does not tell; where it does, or where these are many, one in ten may be
/// wrong: reading tells which.
pub(super) fn is_conll(document: &Document) -> bool {
    let extension = document.path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    if matches!(extension.as_deref(), Some("conll" | "bio" | "iob" | "iob2" | "bioes" | "iobes")) {
        return true;
    }
    let Some((_, first)) = token_lines(document).next() else { return false };
    let tabs = first.contains('\t');
    let width = columns(first, tabs).len();
    let (mut lines, mut right) = (0, 0);
    for (_, content) in token_lines(document).take(SAMPLE) {
        let columns = columns(content, tabs);
        let tag = columns.last().is_some_and(|tag| Tag::parse(tag.trim()).is_ok());
        lines += 1;
        right += usize::from(columns.len() == width && tag);
    }
    width > 1 && right > 2 && 10 * (lines - right) <= lines
}

/// Whether a line belongs to no sentence.
fn is_break(content: &str) -> bool {
    content.trim_matches(BLANKS).is_empty() || content.starts_with(DOCUMENT_START)
}

/// The lines that hold a token.
fn token_lines(document: &Document) -> impl Iterator<Item = (u32, &str)> {
    document.lines().filter(|(_, content)| !is_break(content))
}

/// The columns of a line, separated by single tabs or by any number of blanks.
fn columns(content: &str, tabs: bool) -> Vec<&str> {
    let content = content.trim_end_matches(BLANKS);
    match tabs {
        true => content.split('\t').collect(),
        false => content.split(BLANKS).filter(|column| !column.is_empty()).collect(),
    }
}

/// Which column holds what, counted from 0.
struct Layout {
    tabs: bool,
    width: usize,
    /// The line that has this width.
    line: u32,
    token: usize,
    tag: usize,
}

impl Layout {
    /// The layout of the first line with a token, or that of any file for one without.
    fn of(document: &Document, options: &ReadOptions) -> Result<Layout, Error> {
        let (line, first) = token_lines(document).next().unwrap_or((1, ""));
        let tabs = first.contains('\t');
        let width = columns(first, tabs).len().max(2);
        let mut layout = Layout { tabs, width, line, token: 0, tag: width - 1 };
        let twice = |content: &str| {
            matches!(layout.columns(content).as_slice(),
                [token, tag, again, _] if token == again && Tag::parse(tag.trim()).is_ok())
        };
        if width == 4 && token_lines(document).all(|(_, content)| twice(content)) {
            layout.tag = 1;
        }
        let given = |column: Option<&str>, what: &str, usual: usize| match column.map(str::trim) {
            None => Ok(usual),
            Some(column) => match column.parse::<usize>() {
                Ok(number) if (1..=width).contains(&number) => Ok(number - 1),
                _ => {
                    let message = format!("no {what} column {column:?} among {width} columns");
                    Err(document.error(
                        line,
                        message,
                        format!("give its number counted from 1 with --{what} N"),
                    ))
                }
            },
        };
        layout.token = given(options.text_column.as_deref(), "text", layout.token)?;
        layout.tag = given(options.label_column.as_deref(), "label", layout.tag)?;
        Ok(layout)
    }

    fn columns<'t>(&self, content: &'t str) -> Vec<&'t str> {
        columns(content, self.tabs)
    }
}

/// The lines of a sentence so far.
#[derive(Default)]
struct Sentence<'t> {
    lines: Vec<u32>,
    tokens: Vec<&'t str>,
    tags: Vec<Option<Tag<'t>>>,
}

impl<'t> Sentence<'t> {
    fn push(&mut self, line: u32, token: &'t str, tag: Option<Tag<'t>>) {
        self.lines.push(line);
        self.tokens.push(token);
        self.tags.push(tag);
    }

    /// Makes a row of the lines, if there are any, and begins anew.
    fn end(&mut self, faults: &mut Faults, rows: &mut Vec<Row>) {
        if let Some(&line) = self.lines.first() {
            faults.sentence(self.lines.iter().copied().zip(self.tags.iter().copied()));
            rows.push(row(line, &self.tokens, &self.tags));
        }
        *self = Sentence::default();
    }
}

/// Writes a token and its BIO tag a line, separated by a tab. Texts are cut at white space and where a slot
/// begins or ends; labels and splits are lost.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut out = String::new();
    for example in examples {
        let tagged = tokens::tagged(example, lossy)?;
        lossy.no_labels(example);
        lossy.split(example);
        if tagged.is_empty() {
            lossy.row(example);
        }
        for token in &tagged {
            if token.token.starts_with(DOCUMENT_START) {
                return Err(format!("{:?} would be read as the beginning of a document", token.token));
            }
            // A reader drops one byte order mark at the beginning of a file.
            if out.is_empty() && token.token.starts_with('\u{FEFF}') {
                out.push('\u{FEFF}');
            }
            out.push_str(token.token);
            out.push('\t');
            out.push_str(&token.tag);
            out.push('\n');
        }
        if !tagged.is_empty() {
            out.push('\n');
        }
    }
    Ok(out.into_bytes())
}
