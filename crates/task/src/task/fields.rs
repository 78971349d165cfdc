//! A table of a TOML file, read key by key, with the line of every key for messages.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema_toml::toml_key;
use crate::error::Error;
use crate::text::nearest;

/// Reads a number from a text with a unit.
pub(super) type ParseNumber = fn(&str) -> Result<f64, String>;

/// A key with its line and its texts.
pub(super) type Entry<'a> = (u32, &'a str, Vec<String>);

/// A table whose keys are taken one by one; [`Fields::finish`] refuses those that nobody asked for.
pub(crate) struct Fields<'a> {
    file: &'a Path,
    toml: &'a str,
    /// As `[data]`; empty for the top of the file.
    name: String,
    /// The line of its key.
    line: u32,
    table: &'a DeTable<'a>,
    known: BTreeSet<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(file: &'a Path, toml: &'a str, table: &'a DeTable<'a>) -> Fields<'a> {
        Fields { file, toml, name: String::new(), line: 1, table, known: BTreeSet::new() }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.insert(key);
        self.table.get(key)
    }

    /// An error at the line of a span.
    fn error(&self, span: Range<usize>, what: String, fix: &str) -> Error {
        Error::at(self.file, line_of(self.toml, span.start), what, fix)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, fix: &str) -> Error {
        let what = format!("{} is {}", self.full(key), type_name(value.get_ref()));
        self.error(value.span(), what, fix)
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() { format!("`{key}`") } else { format!("`{key}` under [{}]", self.name) }
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &'static str) -> Result<Option<String>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(text.to_string())),
            _ => Err(self.wrong_type(key, value, &format!("write a text, as {key} = \"...\""))),
        }
    }

    /// A text that is turned into something else; the reason of a failure reads `what is wrong; what to do`.
    pub(crate) fn parsed<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        parse(&text).map(Some).map_err(|reason| self.refuse(key, &reason))
    }

    /// A text or a list of texts; numbers are taken as they are written.
    pub(crate) fn texts(&mut self, key: &'static str) -> Result<Option<Vec<String>>, Error> {
        Ok(self.texts_with_lines(key)?.map(|texts| texts.into_iter().map(|(_, text)| text).collect()))
    }

    /// As `texts`, each with its line.
    pub(crate) fn texts_with_lines(
        &mut self,
        key: &'static str,
    ) -> Result<Option<Vec<(u32, String)>>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        self.texts_in(key, value).map(Some)
    }

    fn texts_in(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Result<Vec<(u32, String)>, Error> {
        let fix = format!("write a text or a list of texts, as {} = [\"...\", \"...\"]", toml_key(key));
        let one = |value: &Spanned<DeValue<'a>>| {
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                _ => return Err(self.wrong_type(key, value, &fix)),
            };
            Ok((line_of(self.toml, value.span().start), text))
        };
        match value.get_ref() {
            DeValue::Array(array) => array.iter().map(one).collect(),
            _ => one(value).map(|text| vec![text]),
        }
    }

    /// True or false.
    pub(crate) fn truth(&mut self, key: &'static str) -> Result<Option<bool>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Boolean(truth) => Ok(Some(*truth)),
            _ => Err(self.wrong_type(key, value, &format!("write {key} = true or {key} = false"))),
        }
    }

    /// A number within a range, or a text that `parse` understands, which says so when it does not.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        range: Range<f64>,
        parse: Option<ParseNumber>,
    ) -> Result<Option<f64>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number: Option<f64> = match (value.get_ref(), parse) {
            (DeValue::Integer(n), _) => i64::from_str_radix(n.as_str(), n.radix()).ok().map(|n| n as f64),
            (DeValue::Float(n), _) => n.as_str().parse().ok(),
            (DeValue::String(text), Some(parse)) => {
                Some(parse(text).map_err(|reason| self.refuse(key, &reason))?)
            }
            _ => return Err(self.wrong_type(key, value, &format!("write a number, as {key} = 0.9"))),
        };
        match number {
            Some(number) if range.contains(&number) => Ok(Some(number)),
            _ => {
                let what = format!("{} is out of range", self.full(key));
                // Ranges exclude their end; one that includes it ends just above it.
                let most = [0.5, 1.0].into_iter().find(|most| range.end == most + f64::EPSILON);
                let fix = match (range.start == f64::MIN_POSITIVE, most, range.end) {
                    (true, Some(most), _) => format!("write a number above 0, {most} at most"),
                    (true, None, _) => "write a number above 0".to_string(),
                    (false, Some(most), _) => format!("write a number from {} to {most}", range.start),
                    (false, None, end) if end >= f64::MAX => {
                        format!("write a number of at least {}", range.start)
                    }
                    (false, None, end) => format!("write a number from {} to below {end}", range.start),
                };
                Err(self.error(value.span(), what, &fix))
            }
        }
    }

    /// A table of its own. A missing one reads like an empty one.
    pub(crate) fn table(&mut self, key: &'static str) -> Result<Option<Fields<'a>>, Error> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(self.inner(key, table))),
            _ => Err(self.wrong_type(key, value, &format!("write a table, as [{key}]"))),
        }
    }

    /// The tables in this one, whatever their keys, in the order of the file.
    pub(crate) fn tables(&self) -> Result<Vec<(&'a str, Fields<'a>)>, Error> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter().map(|(key, value)| {
            let key = key.get_ref().as_ref();
            match value.get_ref() {
                DeValue::Table(table) => Ok((key, self.inner(key, table))),
                _ => {
                    let fix = format!("write a table, as [{}]", self.path(key));
                    Err(self.wrong_type(key, value, &fix))
                }
            }
        });
        entries.collect()
    }

    /// Every key of this table with its line and its text or list of texts, in the order of the file.
    pub(crate) fn all_texts(&self) -> Result<Vec<Entry<'a>>, Error> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter().map(|(key, value)| {
            let line = line_of(self.toml, key.span().start);
            let key = key.get_ref().as_ref();
            Ok((line, key, self.texts_in(key, value)?.into_iter().map(|(_, text)| text).collect()))
        });
        entries.collect()
    }

    /// Whether a key holds a table.
    pub(crate) fn is_table(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| matches!(value.get_ref(), DeValue::Table(_)))
    }

    /// The line of the key of this very table in the table that it is in.
    pub(crate) fn line(&self) -> u32 {
        self.line
    }

    /// The path of a key, as it stands in the header of a table.
    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { toml_key(key) } else { format!("{}.{}", self.name, toml_key(key)) }
    }

    fn inner(&self, key: &str, table: &'a DeTable<'a>) -> Fields<'a> {
        let line = self.table.get_key_value(key).map_or(1, |(key, _)| line_of(self.toml, key.span().start));
        let (file, toml, name) = (self.file, self.toml, self.path(key));
        Fields { file, toml, name, line, table, known: BTreeSet::new() }
    }

    /// An error at a line of this file.
    pub(crate) fn error_at(&self, line: u32, what: String, fix: &str) -> Error {
        Error::at(self.file, line, what, fix)
    }

    /// An error at the value of a key, from a reason that reads `what is wrong; what to do`.
    pub(crate) fn refuse(&self, key: &str, reason: &str) -> Error {
        let (what, fix) = reason.split_once("; ").unwrap_or((reason, "see the manual of the task file"));
        let start = self.table.get(key).map_or(0, |value| value.span().start);
        self.error(start..start, format!("{}: {what}", self.full(key)), fix)
    }

    /// Refuses the first key that was not asked for.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let unknown = self.table.keys().filter(|key| !self.known.contains(key.get_ref().as_ref()));
        let Some(key) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let known = self.known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
        let fix = match nearest(key.get_ref(), self.known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Known keys here: {known}"),
            None => format!("known keys here: {known}"),
        };
        Err(self.error(key.span(), format!("unknown key {}", self.full(key.get_ref())), &fix))
    }
}

/// The line, counted from 1, of a byte offset.
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let ends = text.bytes().take(offset).filter(|&byte| byte == b'\n').count();
    u32::try_from(ends + 1).unwrap_or(u32::MAX)
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
