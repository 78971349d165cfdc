//! The values of the slots, as the file holds them: lists of phrases, and patterns as automata.

use crate::error::TrainError;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::start;
use regex_automata::{Anchored, util::primitives::StateID};
use std::collections::BTreeMap;
use stonechat_engine::text::phrase_hash;
use stonechat_engine::value::{Automaton, AutomatonTables, ValueList, ValueType};
use stonechat_task::{ChoiceValue, SlotKind};

/// A pattern's automaton may take so many bytes while it is made.
const MOST_BYTES: usize = 32 << 20;

/// The type of a slot, as the engine names it.
pub(crate) const fn value_type(kind: &SlotKind) -> ValueType {
    match kind {
        SlotKind::Text => ValueType::Text,
        SlotKind::Choice { .. } => ValueType::Choice,
        SlotKind::Number => ValueType::Number,
        SlotKind::Ordinal => ValueType::Ordinal,
        SlotKind::Percent => ValueType::Percent,
        SlotKind::Temperature => ValueType::Temperature,
        SlotKind::Duration => ValueType::Duration,
        SlotKind::Date => ValueType::Date,
        SlotKind::Time => ValueType::Time,
        SlotKind::DateTime => ValueType::DateTime,
        SlotKind::Money => ValueType::Money,
        SlotKind::Regex { .. } => ValueType::Regex,
    }
}

/// What the file holds of a slot's values: nothing for most types.
pub(crate) fn bytes(name: &str, kind: &SlotKind) -> Result<Vec<u8>, TrainError> {
    match kind {
        SlotKind::Choice { values } => {
            let names: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
            Ok(ValueList::write(phrases(values), &names))
        }
        SlotKind::Regex { pattern } => automaton(pattern)
            .ok_or_else(|| TrainError::Pattern { slot: name.to_owned(), pattern: pattern.clone() }),
        _ => Ok(Vec::new()),
    }
}

/// The hashes of the phrases of a slot's declared values, sorted.
pub(crate) fn hashes(kind: &SlotKind) -> Vec<u32> {
    let SlotKind::Choice { values } = kind else { return Vec::new() };
    let mut hashes: Vec<u32> = phrases(values).map(|(phrase, _)| phrase_hash(phrase)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Every phrase with the place of the value that it stands for.
fn phrases(values: &[ChoiceValue]) -> impl Iterator<Item = (&str, u32)> {
    values.iter().enumerate().flat_map(|(index, value)| {
        let names = std::iter::once(&value.value).chain(&value.synonyms);
        names.map(move |name| (name.as_str(), index as u32))
    })
}

/// The automaton of a pattern that a whole text must match; none if it has too many states.
fn automaton(pattern: &str) -> Option<Vec<u8>> {
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .minimize(true)
        .dfa_size_limit(Some(MOST_BYTES))
        .determinize_size_limit(Some(MOST_BYTES));
    let dfa = dense::Builder::new().configure(config).build(&format!("\\A(?:{pattern})\\z")).ok()?;
    let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
    let mut classes = [0u8; 256];
    // One byte stands for all of its class.
    let mut representatives: Vec<u8> = Vec::new();
    let mut numbers: BTreeMap<u8, u8> = BTreeMap::new();
    for byte in 0..=255u8 {
        let class = dfa.byte_classes().get(byte);
        let number = *numbers.entry(class).or_insert_with(|| {
            representatives.push(byte);
            (representatives.len() - 1) as u8
        });
        classes[usize::from(byte)] = number;
    }
    let mut states: Vec<StateID> = vec![start];
    let mut known: BTreeMap<StateID, u16> = BTreeMap::from([(start, 0)]);
    let (mut transitions, mut accepting) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(&state) = states.get(at) {
        at += 1;
        accepting.push(dfa.is_match_state(dfa.next_eoi_state(state)));
        for &byte in &representatives {
            let next = dfa.next_state(state, byte);
            let number = match known.get(&next) {
                Some(&number) => number,
                None => {
                    let number = u16::try_from(states.len()).ok().filter(|&number| number < u16::MAX)?;
                    known.insert(next, number);
                    states.push(next);
                    number
                }
            };
            transitions.push(number);
        }
    }
    let class_count = representatives.len() as u16;
    Automaton::write(&AutomatonTables {
        classes: &classes,
        class_count,
        start: 0,
        transitions: &transitions,
        accepting: &accepting,
    })
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automata_match_whole_texts_as_the_pattern_does() {
        for (pattern, yes, no) in [
            ("[A-Z]{2}-[0-9]{4}", &["AB-1234", "ZZ-0000"][..], &["AB-123", "AB-12345", "ab-1234", ""][..]),
            ("a|ab|abc", &["a", "ab", "abc"], &["", "abcd", "b"]),
            ("(?i)straße|größe", &["STRASSE".replace("SS", "ß").as_str(), "Größe", "straße"], &["strasse"]),
            (r"\d+(\.\d+)?", &["1", "12.5", "٣"], &["12.", ".5"]),
            ("", &[""], &["a"]),
        ] {
            let bytes = automaton(pattern).unwrap();
            let automaton = Automaton::read(&bytes).unwrap();
            for text in yes {
                assert!(automaton.matches(text), "{pattern} does not match {text}");
            }
            for text in no {
                assert!(!automaton.matches(text), "{pattern} matches {text}");
            }
        }
    }

    #[test]
    fn a_pattern_of_too_many_states_is_refused() {
        assert!(automaton(r"(a|b)*a(a|b){40}").is_none());
    }
}
