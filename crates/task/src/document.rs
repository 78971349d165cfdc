//! A file as text with line numbers, whatever bytes it holds.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::error::Error;
use crate::finding::{Finding, Places, Severity};

/// A file read as UTF-8 without its byte order mark, every wrong byte sequence replaced by U+FFFD.
pub(crate) struct Document {
    pub(crate) path: Arc<Path>,
    pub(crate) text: String,
    /// Lines of the replaced byte sequences, ascending.
    replaced: Vec<u32>,
    /// What ends a line: `\n`, or `\r` in a file that holds no `\n`.
    pub(crate) line_end: u8,
}

impl Document {
    pub(crate) fn read(path: &Path) -> Result<Document, Error> {
        let bytes = fs::read(path).map_err(|source| Error::io(path, source))?;
        Document::from_bytes(path, bytes)
    }

    pub(crate) fn from_bytes(path: &Path, bytes: Vec<u8>) -> Result<Document, Error> {
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return Err(Error::at(path, 1, "the file is UTF-16", "save it as UTF-8"));
        }
        let mut offsets = Vec::new();
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let bytes = error.into_bytes();
                let mut text = String::with_capacity(bytes.len() + 16);
                for chunk in bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    if !chunk.invalid().is_empty() {
                        offsets.push(text.len());
                        text.push(char::REPLACEMENT_CHARACTER);
                    }
                }
                text
            }
        };
        let line_end = if text.contains('\n') { b'\n' } else { b'\r' };
        let mut lines = Lines::new(&text, line_end);
        let replaced = offsets.into_iter().map(|offset| lines.line_at(offset)).collect();
        if text.starts_with('\u{FEFF}') {
            text.remove(0);
        }
        Ok(Document { path: path.into(), text, replaced, line_end })
    }

    /// The lines with their numbers, without their ends (`\n`, `\r\n`, or `\r` where there is no `\n`).
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u32, &str)> {
        let end = char::from(self.line_end);
        self.text.split_terminator(end).enumerate().map(|(index, line)| {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            (number, line.strip_suffix('\r').unwrap_or(line))
        })
    }

    /// The lines that hold more than white space.
    pub(crate) fn filled_lines(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines().filter(|(_, line)| !line.trim().is_empty())
    }

    /// Counts lines of this text.
    pub(crate) fn line_counter(&self) -> Lines<'_> {
        Lines::new(&self.text, self.line_end)
    }

    /// A warning about replaced bytes, if there were any.
    pub(crate) fn warning(&self) -> Option<Finding> {
        let count = self.replaced.len();
        (count > 0).then(|| {
            let message = match count {
                1 => "a byte sequence is not UTF-8 and is read as U+FFFD".to_string(),
                _ => format!("{count} byte sequences are not UTF-8 and are read as U+FFFD"),
            };
            let places = Places::of_lines(&self.path, &self.replaced);
            places.finding("not-utf8", Severity::Warning, count, message, "save the file as UTF-8")
        })
    }

    /// An error at a line of this file.
    pub(crate) fn error(&self, line: u32, what: impl Into<String>, fix: impl Into<String>) -> Error {
        Error::at(&self.path, line, what, fix)
    }
}

/// Turns byte offsets of a text into line numbers; cheap where the offsets ascend.
pub(crate) struct Lines<'a> {
    bytes: &'a [u8],
    line_end: u8,
    offset: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, line_end: u8) -> Lines<'a> {
        Lines { bytes: text.as_bytes(), line_end, offset: 0, line: 1 }
    }

    /// The line, counted from 1, of the byte at `offset`.
    pub(crate) fn line_at(&mut self, offset: usize) -> u32 {
        if offset < self.offset {
            self.offset = 0;
            self.line = 1;
        }
        let passed = self.bytes.get(self.offset..offset).unwrap_or_default();
        let ends = passed.iter().filter(|&&byte| byte == self.line_end).count();
        self.line = self.line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.offset = offset;
        self.line
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(u32, String)> {
        let document = Document::from_bytes("f".as_ref(), bytes.to_vec()).unwrap();
        document.lines().map(|(n, line)| (n, line.to_string())).collect()
    }

    #[test]
    fn every_line_end_is_understood() {
        let expected = vec![(1, "a".to_string()), (2, String::new()), (3, "b".to_string())];
        assert_eq!(lines(b"a\n\nb\n"), expected);
        assert_eq!(lines(b"a\r\n\r\nb"), expected);
        assert_eq!(lines(b"a\r\rb\r"), expected);
        assert_eq!(lines(b"\xEF\xBB\xBFa\n\nb"), expected);
        assert_eq!(lines(b"a\rb\n"), vec![(1, "a\rb".to_string())]);
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn wrong_bytes_are_replaced_and_told() {
        let document =
            Document::from_bytes("f".as_ref(), b"\xEF\xBB\xBFok\nb\xF0d \xC3\n\xFF".to_vec()).unwrap();
        assert_eq!(document.text, "ok\nb\u{FFFD}d \u{FFFD}\n\u{FFFD}");
        let warning = document.warning().unwrap();
        assert_eq!(warning.count, 3);
        assert_eq!(warning.places.iter().map(|p| p.line).collect::<Vec<_>>(), [2, 2, 3]);
    }

    #[test]
    fn utf16_is_refused_with_advice() {
        let error = Document::from_bytes("f".as_ref(), b"\xFF\xFEa\0".to_vec()).err().unwrap();
        assert_eq!(error.to_string(), "f:1: the file is UTF-16; save it as UTF-8");
    }
}
