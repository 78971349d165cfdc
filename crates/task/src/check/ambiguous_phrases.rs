//! One phrase under two slots.

use std::collections::{BTreeMap, HashMap};

use super::rows::{Rows, count, label_set};
use crate::example::{Example, Slot};
use crate::finding::{Finding, Place, Places, Severity};
use crate::task::Kind;
use crate::text::normalise;

/// How many phrases the message names.
const NAMED: usize = 5;

/// `ambiguous-phrase`: phrases that are marked as different slots in texts with the same labels; the first row of
/// each slot is a place.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let spans: Vec<(&Example, &Slot)> =
        rows.splits.all().flat_map(|row| row.slots.iter().map(move |slot| (row, slot))).collect();
    // Numbers stand for labels, phrases and slots: they are smaller to sort.
    let mut labels: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut phrases: HashMap<String, usize> = HashMap::new();
    let slots: BTreeMap<&str, usize> =
        rows.slots.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut keyed: Vec<_> = spans
        .iter()
        .enumerate()
        .map(|(index, (row, slot))| {
            let (next_labels, next_phrase) = (labels.len(), phrases.len());
            let label = *labels.entry(label_set(row)).or_insert(next_labels);
            let phrase = normalise(row.text.get(slot.start..slot.end).unwrap_or_default());
            let phrase = *phrases.entry(phrase).or_insert(next_phrase);
            (label, phrase, slots.get(slot.name.as_str()).copied(), index)
        })
        .collect();
    keyed.sort_unstable();
    // The first of every slot of a phrase.
    keyed.dedup_by_key(|(label, phrase, slot, _)| (*label, *phrase, *slot));
    let mut places = Places::default();
    let mut named = Vec::new();
    let mut found = 0;
    for group in keyed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|group| group.len() > 1) {
        found += 1;
        let group: Vec<_> = group.iter().filter_map(|(_, _, _, index)| spans.get(*index)).collect();
        if let (true, Some((row, slot))) = (named.len() < NAMED, group.first()) {
            let phrase = normalise(row.text.get(slot.start..slot.end).unwrap_or_default());
            let names: Vec<&str> = group.iter().map(|(_, slot)| slot.name.as_str()).collect();
            named.push(format!("{phrase:?} as {}", names.join(" and ")));
        }
        group.iter().for_each(|(row, slot)| places.add(|| Place::of_slot(row, slot)));
    }
    if found == 0 {
        return Vec::new();
    }
    let verb = if found == 1 { "is" } else { "are" };
    let under = if rows.task.kind == Kind::SlotsOnly { "" } else { " under the same label" };
    let more = if found > NAMED { ", ..." } else { "" };
    let phrases = count(found, "phrase");
    let message = format!("{phrases} {verb} marked as different slots{under}: {}{more}", named.join(", "));
    let proposal = "mark each alike, unless the words around it tell which slot is meant";
    vec![places.finding("ambiguous-phrase", Severity::Note, found, message, proposal)]
}
