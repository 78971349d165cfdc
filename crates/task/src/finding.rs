//! Something worth knowing about the data.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::example::{Example, Slot};

/// The most places that one finding lists; [`Finding::count`] tells the true number.
pub const MAX_PLACES: usize = 20;

/// The most characters of a text that a place quotes.
const MAX_QUOTED: usize = 80;

/// Something worth knowing about the data, with a proposal and the places where it shows.
///
/// Displayed as `FILE:LINE: message; proposal`, the further places indented on lines of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable identifier in kebab case, as `duplicate-text`.
    pub kind: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub proposal: String,
    /// The first places where it shows, at most [`MAX_PLACES`].
    pub places: Vec<Place>,
    /// How many more places there are than are listed.
    pub more_places: usize,
    /// How often it was found: the number in the message, of rows, texts or labels.
    pub count: usize,
}

/// The places of a finding to be, of which only the first are kept.
#[derive(Default)]
pub(crate) struct Places {
    listed: Vec<Place>,
    more: usize,
}

impl Places {
    /// One more place, made only if it is listed.
    pub(crate) fn add(&mut self, place: impl FnOnce() -> Place) {
        if self.listed.len() < MAX_PLACES {
            self.listed.push(place());
        } else {
            self.more += 1;
        }
    }

    /// The place of an example.
    pub(crate) fn add_example(&mut self, example: &Example) {
        self.add(|| Place::of(example));
    }

    /// Lines of a file.
    pub(crate) fn of_lines(file: &Arc<Path>, lines: &[u32]) -> Places {
        let mut places = Places::default();
        for &line in lines {
            places.add(|| Place::line(file, line));
        }
        places
    }

    /// All of the places, listed or not.
    pub(crate) fn len(&self) -> usize {
        self.listed.len() + self.more
    }

    /// The finding that shows at these places.
    pub(crate) fn finding(
        self,
        kind: &'static str,
        severity: Severity,
        count: usize,
        message: impl Into<String>,
        proposal: impl Into<String>,
    ) -> Finding {
        Finding {
            kind,
            severity,
            message: message.into(),
            proposal: proposal.into(),
            places: self.listed,
            more_places: self.more,
            count,
        }
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No useful model comes of it.
    Error,
    /// It costs quality, or makes the measured quality doubtful.
    Warning,
    /// Good to know.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// A row that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file.
    #[serde(serialize_with = "path_as_text")]
    pub file: Arc<Path>,
    /// The line, counted from 1; 0 where the finding is about the file as a whole.
    pub line: u32,
    /// The beginning of the text, control characters shown as spaces; empty where there is none.
    pub text: String,
    /// The labels, joined by `|`; empty where there are none.
    pub label: String,
}

impl Place {
    /// The place of an example.
    pub fn of(example: &Example) -> Place {
        Place {
            file: Arc::clone(&example.source.file),
            line: example.source.line,
            text: quote(&example.text),
            label: example.labels.join("|"),
        }
    }

    /// The place of a slot: its name and phrase stand before the text.
    pub(crate) fn of_slot(example: &Example, slot: &Slot) -> Place {
        let phrase = example.text.get(slot.start..slot.end).unwrap_or_default();
        let text = format!("{} {:?}: {}", slot.name, quote(phrase), example.text);
        Place { text: quote(&text), ..Place::of(example) }
    }

    /// A line of a file, without a text; line 0 is the file as a whole.
    pub(crate) fn line(file: &Arc<Path>, line: u32) -> Place {
        Place { file: Arc::clone(file), line, text: String::new(), label: String::new() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.places.first() {
            write!(f, "{first}: ")?;
        }
        write!(f, "{}; {}", self.message, self.proposal)?;
        // The first place is in the headline already, unless its text has something to add.
        let skip = usize::from(self.places.first().is_some_and(|p| p.text.is_empty() && p.label.is_empty()));
        for place in self.places.iter().skip(skip) {
            write!(f, "\n    {place}:")?;
            if !place.label.is_empty() {
                write!(f, " [{}]", place.label)?;
            }
            if !place.text.is_empty() {
                write!(f, " {}", place.text)?;
            }
        }
        if self.more_places > 0 {
            write!(f, "\n    and {} more places", self.more_places)?;
        }
        Ok(())
    }
}

/// The beginning of a text, fit to be printed on one line.
fn quote(text: &str) -> String {
    let mut quoted: String =
        text.chars().take(MAX_QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX_QUOTED).is_some() {
        quoted.push('…');
    }
    quoted
}

fn path_as_text<S: Serializer>(path: &Arc<Path>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
