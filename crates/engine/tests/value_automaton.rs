//! Automata: tables match what their patterns match, and broken bytes are refused.

#![allow(clippy::unwrap_used)] // A pattern that does not compile fails the test.

use proptest::prelude::*;
use regex_automata::dfa::{Automaton as _, dense};
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use std::collections::BTreeMap;
use stonechat_engine::value::{Automaton, AutomatonTables};

/// `a+b?` by hand: class 0 is `a`, 1 is `b`, 2 the rest; state 3 is where nothing matches any more.
fn by_hand() -> Vec<u8> {
    let mut classes = [2; 256];
    classes[usize::from(b'a')] = 0;
    classes[usize::from(b'b')] = 1;
    let transitions = [1, 3, 3, 1, 2, 3, 3, 3, 3, 3, 3, 3];
    let accepting = [false, true, true, false];
    Automaton::write(&AutomatonTables {
        classes: &classes,
        class_count: 3,
        start: 0,
        transitions: &transitions,
        accepting: &accepting,
    })
    .unwrap()
}

#[test]
fn a_table_by_hand() {
    let bytes = by_hand();
    let automaton = Automaton::read(&bytes).unwrap();
    for text in ["a", "aa", "ab", "aaab"] {
        assert!(automaton.matches(text), "{text:?}");
    }
    for text in ["", "b", "abb", "ba", "aba", "A", "aé"] {
        assert!(!automaton.matches(text), "{text:?}");
    }
}

/// The automaton of a pattern, its states and classes numbered as they are found.
fn compile(pattern: &str) -> Vec<u8> {
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(regex_automata::dfa::StartKind::Anchored)
        .minimize(true);
    let dfa = dense::Builder::new().configure(config).build(&format!("(?:{pattern})")).unwrap();
    let start = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).unwrap();
    let mut classes = [0; 256];
    for byte in 0..=255 {
        classes[usize::from(byte)] = dfa.byte_classes().get(byte);
    }
    let class_count = u16::from(*classes.iter().max().unwrap()) + 1;
    let (mut numbers, mut states) = (BTreeMap::from([(start, 0_u16)]), vec![start]);
    let mut transitions = Vec::new();
    let mut at = 0;
    while let Some(&state) = states.get(at) {
        for class in 0..class_count {
            let byte = classes.iter().position(|&of| u16::from(of) == class).unwrap() as u8;
            let next = dfa.next_state(state, byte);
            let number = *numbers.entry(next).or_insert_with(|| {
                states.push(next);
                states.len() as u16 - 1
            });
            transitions.push(number);
        }
        at += 1;
    }
    let accepting: Vec<bool> =
        states.iter().map(|&state| dfa.is_match_state(dfa.next_eoi_state(state))).collect();
    Automaton::write(&AutomatonTables {
        classes: &classes,
        class_count,
        start: 0,
        transitions: &transitions,
        accepting: &accepting,
    })
    .unwrap()
}

#[test]
fn compiled_patterns() {
    let cases: [(&str, &[&str], &[&str]); 4] = [
        (r"[A-Z]{2}-[0-9]{4}", &["AB-1234", "ZZ-0000"], &["", "AB-123", "AB-12345", "ab-1234", " AB-1234"]),
        (r"(?i)gate [a-f]\d?", &["gate a", "GATE F7"], &["gate g", "gate", "gate a77"]),
        (r"[äöü]+|straße", &["äö", "straße"], &["", "strasse", "ä ö", "a"]),
        (r"\p{Greek}{1,3}", &["αβγ"], &["αβγδ", "a", "α\u{301}"]),
    ];
    for (pattern, matching, others) in cases {
        let bytes = compile(pattern);
        let automaton = Automaton::read(&bytes).unwrap();
        assert!(matching.iter().all(|text| automaton.matches(text)), "{pattern}");
        assert!(!others.iter().any(|text| automaton.matches(text)), "{pattern}");
    }
}

#[test]
fn broken_tables_are_refused() {
    let bytes = by_hand();
    for end in 0..bytes.len() {
        assert!(Automaton::read(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Automaton::read(&longer).is_err());
    let changed = |at: usize, value: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = value;
        Automaton::read(&bytes).map(|_| ()).unwrap_err()
    };
    assert!(changed(4, 4).contains("state"), "the start");
    assert!(changed(6, 1).contains("must be 0"));
    assert!(changed(8, 3).contains("class"));
    assert!(changed(8 + 256, 4).contains("state"), "a transition");
    assert!(Automaton::read(&[0; 8 + 256]).is_err(), "no states and no classes");
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_bytes_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        text in ".{0,40}",
    ) {
        let _ = Automaton::read(&bytes).map(|automaton| automaton.matches(&text));
        let mut bytes = by_hand();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = Automaton::read(&bytes).map(|automaton| automaton.matches(&text));
    }

    #[test]
    fn a_compiled_pattern_matches_as_the_pattern_does(text in "[ab1 -]{0,8}") {
        let pattern = "(a|b1)*-?[ab]{1,2}";
        let bytes = compile(pattern);
        let dfa = dense::Builder::new().build(&format!("^(?:{pattern})$")).unwrap();
        let expected = dfa.try_search_fwd(&regex_automata::Input::new(&text)).unwrap().is_some();
        prop_assert_eq!(Automaton::read(&bytes).unwrap().matches(&text), expected);
    }
}
