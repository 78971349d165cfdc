//! One phrase marked here and not there.

use std::collections::{BTreeMap, HashMap};

use super::rows::{Rows, count, label_set};
use crate::example::Example;
use crate::finding::{Finding, Place, Places, Severity};
use crate::task::Kind;
use crate::text::normalise;

/// How many phrases the message names.
const NAMED: usize = 5;
/// The longest phrase that is looked for, in words.
const WORDS: usize = 8;
/// Places that mark a phrase, at the least, for each that does not: more of these mean something else by it.
const MARKED: usize = 10;

/// A phrase under some labels.
struct Phrase<'a> {
    marked: usize,
    unmarked: usize,
    places: [Option<Place>; 2],
    name: &'a str,
}

/// `unmarked-phrase`: phrases that texts with the same labels mark as slots, and hardly any with these labels has unmarked; the first
/// of these and of those is a place.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    if rows.slots.is_empty() {
        return Vec::new();
    }
    let mut labels: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut phrases: HashMap<(usize, String), Phrase<'_>> = HashMap::new();
    let all: Vec<(&Example, usize)> = rows
        .splits
        .all()
        .map(|row| {
            let next = labels.len();
            (row, *labels.entry(label_set(row)).or_insert(next))
        })
        .collect();
    let mut longest = 0;
    for &(row, label) in &all {
        for slot in &row.slots {
            let phrase = normalise(row.text.get(slot.start..slot.end).unwrap_or_default());
            longest = longest.max(phrase.split_whitespace().count());
            let known = phrases.entry((label, phrase)).or_insert_with(|| Phrase {
                marked: 0,
                unmarked: 0,
                places: [Some(Place::of_slot(row, slot)), None],
                name: &slot.name,
            });
            known.marked += 1;
        }
    }
    phrases.retain(|(_, phrase), known| known.marked >= MARKED && !phrase.is_empty());
    for &(row, label) in &all {
        for_each_phrase(row, longest.min(WORDS), |start, end| {
            let key = (label, normalise(row.text.get(start..end).unwrap_or_default()));
            let Some(known) = phrases.get_mut(&key) else { return false };
            known.unmarked += 1;
            known.places[1].get_or_insert_with(|| Place::of(row));
            true
        });
    }
    let mut found: Vec<(&(usize, String), &Phrase<'_>)> = phrases
        .iter()
        .filter(|(_, known)| known.unmarked > 0 && known.unmarked * MARKED <= known.marked)
        .collect();
    found.sort_by_key(|&(key, known)| (std::cmp::Reverse(known.marked), key));
    if found.is_empty() {
        return Vec::new();
    }
    let mut places = Places::default();
    for place in found.iter().flat_map(|(_, known)| known.places.iter().rev()).flatten() {
        places.add(|| place.clone());
    }
    let named: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|((_, phrase), known)| {
            format!("{phrase:?} as {} in {}, not in {}", known.name, known.marked, known.unmarked)
        })
        .collect();
    let verb = if found.len() == 1 { "is" } else { "are" };
    let under = if rows.task.kind == Kind::SlotsOnly { "" } else { " under the same label" };
    let more = if found.len() > NAMED { ", ..." } else { "" };
    let phrases = count(found.len(), "phrase");
    let message = format!(
        "{phrases} {verb} marked in nearly all places, not in all{under}: {}{more}",
        named.join(", ")
    );
    let proposal = "mark each alike, unless it means something else there";
    vec![places.finding("unmarked-phrase", Severity::Note, found.len(), message, proposal)]
}

/// Hands out the places of phrases that no slot touches, the longest at each word first, and goes on behind one that is known.
fn for_each_phrase(row: &Example, longest: usize, mut known: impl FnMut(usize, usize) -> bool) {
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (at, letter) in row.text.char_indices().chain([(row.text.len(), ' ')]) {
        let inside = letter.is_alphanumeric() || matches!(letter, '\'' | '-' | '_' | '.') && start.is_some();
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    let touches =
        |start: usize, end: usize| row.slots.iter().any(|slot| slot.start < end && start < slot.end);
    let mut at = 0;
    while let Some(&(start, _)) = words.get(at) {
        let most = longest.min(words.len() - at);
        let found = (1..=most).rev().find(|length| {
            words.get(at + length - 1).is_some_and(|&(_, end)| !touches(start, end) && known(start, end))
        });
        at += found.unwrap_or(1);
    }
}
