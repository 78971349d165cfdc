//! How many labels a text may have.

use std::fmt;
use std::str::FromStr;

/// How many labels a text may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Exactly one.
    #[default]
    SingleLabel,
    /// Any number, none included.
    MultiLabel,
    /// None: the rows have slots, or nothing.
    SlotsOnly,
}

impl Kind {
    /// The name in a task file: `single-label`, `multi-label` or `slots-only`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::SingleLabel => "single-label",
            Kind::MultiLabel => "multi-label",
            Kind::SlotsOnly => "slots-only",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Kind, String> {
        match name {
            "single-label" => Ok(Kind::SingleLabel),
            "multi-label" => Ok(Kind::MultiLabel),
            "slots-only" => Ok(Kind::SlotsOnly),
            _ => Err(format!(
                "unknown kind {name:?}; write \"single-label\", \"multi-label\" or \"slots-only\""
            )),
        }
    }
}
