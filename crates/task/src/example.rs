//! One labelled row, and where it stands.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

/// A text and what a model should make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The text as it stands in the file.
    pub text: String,
    /// Names of its labels: exactly one in a single-label task, any number in a multi-label task, each once.
    pub labels: Vec<String>,
    /// Marked spans of the text, in the order of the file.
    pub slots: Vec<Slot>,
    /// Where the row stands.
    pub source: Source,
    /// The split that the file gives the row, if it gives one; after [`crate::Dataset::split`], the split
    /// that the row is in.
    pub split: Option<Split>,
}

/// A marked span of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Name of the slot, as `room`.
    pub name: String,
    /// First byte of the span in the text; always on a character boundary.
    pub start: usize,
    /// One past the last byte of the span; always on a character boundary and greater than `start`.
    pub end: usize,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file.
    pub file: Arc<Path>,
    /// First line of the row, counted from 1.
    pub line: u32,
}

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// To learn from.
    Train,
    /// To tune and calibrate on.
    Valid,
    /// To judge on, and nothing else.
    Test,
}

impl Split {
    /// Every split, in the order in which they are used.
    pub const ALL: [Split; 3] = [Split::Train, Split::Valid, Split::Test];

    /// The name: `train`, `valid` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Valid => "valid",
            Split::Test => "test",
        }
    }

    /// The split that a name of a file, folder or key carries as a whole component, components being
    /// separated by anything that is neither a letter nor a digit: `eng.testa` is valid, `latest.csv` and
    /// `train-test.csv` are nothing.
    pub(crate) fn in_name(name: &str) -> Option<Split> {
        let mut found = None;
        for component in name.split(|c: char| !c.is_alphanumeric()) {
            if let Ok(split) = component.parse::<Split>() {
                if found.is_some_and(|other| other != split) {
                    return None;
                }
                found = Some(split);
            }
        }
        found
    }
}

impl fmt::Display for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Split {
    type Err = String;

    /// Reads `train`, `valid` or `test` or one of their usual other names, in any case.
    fn from_str(name: &str) -> Result<Split, String> {
        match name.to_ascii_lowercase().as_str() {
            "train" | "training" => Ok(Split::Train),
            "valid" | "validation" | "dev" | "devel" | "val" | "testa" => Ok(Split::Valid),
            "test" | "testb" => Ok(Split::Test),
            _ => Err(format!("unknown split {name:?}; write train, valid or test")),
        }
    }
}
