//! Why a words asset cannot be read.

use std::fmt;

/// Why a words asset cannot be read. Displayed as what is wrong and what to do; whoever read the file puts its name before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsError(String);

impl WordsError {
    pub(super) fn new(what: impl fmt::Display) -> Self {
        Self(format!("{what}; take a file that `stonechat words build` wrote"))
    }
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WordsError {}
