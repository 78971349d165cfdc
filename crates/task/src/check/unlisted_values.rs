//! Slots whose text is no value of their type.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::rows::Rows;
use crate::finding::{Finding, Place, Places, Severity};
use crate::task::{SlotKind, compile};
use crate::text::normalise;

/// `unlisted-value`: texts of a choice that its list does not hold, a finding a slot. `unmatched-pattern`: texts of
/// a regex that its pattern does not match.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let mut limits: BTreeMap<&str, (Limit, Misfits<'_>)> = BTreeMap::new();
    for slot in &rows.task.schema.slots {
        let limit = match &slot.kind {
            SlotKind::Choice { values } => {
                let phrases =
                    values.iter().flat_map(|value| std::iter::once(&value.value).chain(&value.synonyms));
                Limit::List(phrases.map(|phrase| normalise(phrase)).collect())
            }
            // A pattern is compiled when it is read; one made by a program may be wrong, and matches nothing.
            SlotKind::Regex { pattern } => Limit::Pattern(compile(pattern).ok()),
            _ => continue,
        };
        limits.insert(&slot.name, (limit, Misfits::default()));
    }
    if limits.is_empty() {
        return Vec::new();
    }
    for row in rows.splits.all() {
        for slot in &row.slots {
            let Some((limit, misfits)) = limits.get_mut(slot.name.as_str()) else { continue };
            let phrase = row.text.get(slot.start..slot.end).unwrap_or_default();
            if !limit.holds(phrase) {
                misfits.first.get_or_insert(phrase);
                misfits.places.add(|| Place::of_slot(row, slot));
            }
        }
    }
    // In the order of the task file.
    let slots = rows.task.schema.slots.iter().map(|slot| slot.name.as_str());
    slots
        .filter_map(|name| limits.remove(name).and_then(|(limit, misfits)| misfits.finding(name, &limit)))
        .collect()
}

/// What the text of a slot must be.
enum Limit {
    /// One of these phrases, normalised.
    List(BTreeSet<String>),
    /// Matched by this.
    Pattern(Option<Regex>),
}

impl Limit {
    fn holds(&self, phrase: &str) -> bool {
        match self {
            Limit::List(phrases) => phrases.contains(&normalise(phrase)),
            Limit::Pattern(pattern) => pattern.as_ref().is_some_and(|pattern| pattern.is_match(phrase)),
        }
    }
}

/// The texts of a slot that are outside of its limit.
#[derive(Default)]
struct Misfits<'a> {
    first: Option<&'a str>,
    places: Places,
}

impl Misfits<'_> {
    fn finding(self, name: &str, limit: &Limit) -> Option<Finding> {
        let first = self.first?;
        let (kind, fault, proposal) = match limit {
            Limit::List(_) => (
                "unlisted-value",
                "not in its list",
                "add them to its values, or mend the rows: nothing else is ever answered",
            ),
            Limit::Pattern(_) => {
                ("unmatched-pattern", "not matched by its pattern", "widen its pattern, or mend the rows")
            }
        };
        let number = self.places.len();
        let (texts, verb) = if number == 1 { ("text", "is") } else { ("texts", "are") };
        let message = format!("{number} {texts} of the slot {name:?} {verb} {fault}, the first {first:?}");
        Some(self.places.finding(kind, Severity::Warning, number, message, proposal))
    }
}
