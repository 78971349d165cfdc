//! Rows whose slots their label does not have.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::example::Example;
use crate::task::{Kind, Task};

/// What a row has that the schema of its task does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Violation<'a> {
    /// A slot that the intent of the row does not name.
    NotOfIntent(&'a str),
    /// A slot that stands there more than once, and may not.
    Repeated(&'a str),
}

/// The slots that the declared intents of a task allow.
pub(crate) struct Allowed<'t> {
    /// Label -> slot -> whether it may stand there more than once.
    intents: BTreeMap<&'t str, BTreeMap<&'t str, bool>>,
    kind: Kind,
}

impl<'t> Allowed<'t> {
    pub(crate) fn new(task: &'t Task) -> Allowed<'t> {
        let intents = task.schema.intents.iter().map(|intent| {
            let mut slots: BTreeMap<&str, bool> =
                intent.slots.iter().map(|name| (name.as_str(), false)).collect();
            slots.extend(intent.repeated.iter().map(|name| (name.as_str(), true)));
            (intent.label.as_str(), slots)
        });
        Allowed { intents: intents.collect(), kind: task.kind }
    }

    /// What of a row the intents do not allow, each slot once, in the order of the row. With several labels a
    /// slot need only be one of any of them; a label that is not declared allows every slot.
    pub(crate) fn violations<'a>(&self, example: &'a Example) -> Vec<Violation<'a>> {
        if self.intents.is_empty() || example.slots.is_empty() {
            return Vec::new();
        }
        let intents: Option<Vec<_>> = match self.kind {
            Kind::SlotsOnly => self.intents.get("").map(|slots| vec![slots]),
            Kind::SingleLabel | Kind::MultiLabel => {
                example.labels.iter().map(|label| self.intents.get(label.as_str())).collect()
            }
        };
        let Some(intents) = intents.filter(|intents| !intents.is_empty()) else { return Vec::new() };
        let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
        let mut found = Vec::new();
        for slot in &example.slots {
            let name = slot.name.as_str();
            let again = !seen.insert(name);
            // Of several intents that have the slot, one that allows it more than once decides.
            let violation = match intents.iter().filter_map(|slots| slots.get(name)).max() {
                None => Violation::NotOfIntent(name),
                Some(false) if again => Violation::Repeated(name),
                Some(_) => continue,
            };
            if told.insert(name) {
                found.push(violation);
            }
        }
        found
    }
}

/// Holds rows against the declared intents: errors for slots that the label of a row does not have, or that it
/// has once only and the row more than once. Empty where no intents are declared. In the order of the rows.
pub fn schema_violations<'a>(task: &Task, examples: impl IntoIterator<Item = &'a Example>) -> Vec<Error> {
    let allowed = Allowed::new(task);
    let mut errors = Vec::new();
    for example in examples {
        for violation in allowed.violations(example) {
            let of = match example.labels.as_slice() {
                [] => "the task".to_string(),
                labels => format!("the intent {:?}", labels.join("|")),
            };
            let origin = task.origin.display();
            let (what, fix) = match violation {
                Violation::NotOfIntent(name) => {
                    (format!("the slot {name:?} is none of {of}"), format!("add it to its slots in {origin}"))
                }
                Violation::Repeated(name) => (
                    format!("the slot {name:?} stands there more than once"),
                    format!("add it to repeated of {of} in {origin}"),
                ),
            };
            errors.push(Error::at(&example.source.file, example.source.line, what, fix));
        }
    }
    errors
}
