//! Which column of a table, or key of an object, holds what.

use super::ReadOptions;
use crate::document::Document;
use crate::error::Error;

/// Names of the text, best first.
pub(super) const TEXT: [&str; 6] = ["text", "utterance", "utt", "sentence", "query", "question"];
/// Names of the label, best first.
pub(super) const LABEL: [&str; 5] = ["label", "labels", "intent", "category", "class"];
/// Names of the split.
pub(super) const SPLIT: [&str; 2] = ["split", "partition"];

/// Where the parts of a row stand, counted from 0.
#[derive(Debug, PartialEq)]
pub(super) struct Columns {
    /// At least one; several are joined with a space.
    pub(super) text: Vec<usize>,
    pub(super) label: usize,
    /// Whether the label column holds lists.
    pub(super) list: bool,
    pub(super) split: Option<usize>,
}

impl Columns {
    /// Whether a first row has the names of a text and of a label.
    pub(super) fn are_named(header: &[String]) -> bool {
        find(header, &TEXT).is_some() && find(header, &LABEL).is_some()
    }

    /// Finds the columns. `first` is the first row, at `line`; with `header` it names them, else they can only
    /// be given by number.
    pub(super) fn resolve(
        document: &Document,
        line: u32,
        first: &[String],
        header: bool,
        options: &ReadOptions,
    ) -> Result<Columns, Error> {
        let resolver = Resolver { document, line, first, header };
        let text = match &options.text_column {
            Some(given) => resolver.given(given, "text")?,
            None => vec![resolver.guess(&TEXT, "text")?],
        };
        let label = match &options.label_column {
            Some(given) => match resolver.given(given, "label")?.as_slice() {
                [one] => *one,
                _ => {
                    return Err(document.error(
                        line,
                        format!("{given:?} names several label columns"),
                        "name one; a column `labels` may hold several labels separated by |",
                    ));
                }
            },
            None => resolver.guess(&LABEL, "label")?,
        };
        let split = match &options.split_column {
            Some(given) if given.trim().is_empty() => None,
            Some(given) => resolver.given(given, "split")?.first().copied(),
            None if header => find(first, &SPLIT),
            None => None,
        };
        if text.contains(&label) {
            return Err(document.error(
                line,
                format!("column {} is both text and label", label + 1),
                "name two different columns as text = ... and label = ... under [data] in task.toml",
            ));
        }
        let list = header && first.get(label).is_some_and(|name| name.trim().eq_ignore_ascii_case("labels"));
        Ok(Columns { text, label, list, split })
    }
}

struct Resolver<'a> {
    document: &'a Document,
    line: u32,
    first: &'a [String],
    header: bool,
}

impl Resolver<'_> {
    /// Columns that the user names: one name, or names and numbers separated by commas.
    fn given(&self, given: &str, what: &str) -> Result<Vec<usize>, Error> {
        if let Some(column) = self.one(given) {
            return Ok(vec![column]);
        }
        given
            .split(',')
            .map(|part| {
                self.one(part).ok_or_else(|| {
                    let missing = if self.header || part.trim().parse::<usize>().is_ok() {
                        format!("no {what} column {:?} {}", part.trim(), self.among())
                    } else {
                        format!("{:?} is no column number", part.trim())
                    };
                    self.document.error(self.line, missing, self.advice(what))
                })
            })
            .collect()
    }

    /// A column by its exact name, its name in another case, or its number.
    fn one(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        let named = || {
            let exact = self.first.iter().position(|column| column.trim() == name);
            exact.or_else(|| find(self.first, &[name]))
        };
        let numbered = || {
            let number: usize = name.parse().ok()?;
            (1..=self.first.len()).contains(&number).then(|| number - 1)
        };
        if self.header { named().or_else(numbered) } else { numbered() }
    }

    /// The first column with a usual name.
    fn guess(&self, names: &[&str], what: &str) -> Result<usize, Error> {
        let found = if self.header { find(self.first, names) } else { None };
        found.ok_or_else(|| {
            let missing = format!("no {what} column {}", self.among());
            self.document.error(self.line, missing, self.advice(what))
        })
    }

    fn among(&self) -> String {
        if self.header {
            let shown: Vec<String> = self.first.iter().take(12).map(|c| format!("{:?}", clip(c))).collect();
            let more = if self.first.len() > 12 { ", ..." } else { "" };
            format!("among {}{more}", shown.join(", "))
        } else {
            format!("among {} columns without header", self.first.len())
        }
    }

    fn advice(&self, what: &str) -> String {
        if self.header {
            format!(
                "name it with --{what} NAME, or {what} = \"NAME\" under [data] in task.toml; for a file without \
                 a header give header = false and column numbers counted from 1, as text = 2, label = 1"
            )
        } else {
            format!("give its number counted from 1 with --{what} N, or {what} = N under [data] in task.toml")
        }
    }
}

/// The first of the names that is a column, case aside.
pub(super) fn find(columns: &[String], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name)))
}

/// A column name fit for a message: a file without header has whole texts there.
fn clip(name: &str) -> String {
    let clipped: String = name.chars().take(40).collect();
    if clipped.len() < name.len() { clipped + "…" } else { clipped }
}
