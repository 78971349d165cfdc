//! How many findings there are.

use std::fmt;

use stonechat_task::{Finding, Severity};

/// How many findings there are of each severity.
pub(crate) struct Tally {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl Tally {
    pub(crate) fn of(findings: &[Finding]) -> Tally {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Tally {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count| if count == 1 { "" } else { "s" };
        let Tally { errors, warnings, notes } = *self;
        write!(f, "{errors} error{}, {warnings} warning{}, {notes} note{}", s(errors), s(warnings), s(notes))
    }
}
