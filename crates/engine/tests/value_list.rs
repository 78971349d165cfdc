//! Lists of values: phrases are found, near ones too, and broken bytes are refused.

use proptest::prelude::*;
use stonechat_engine::text::{PhraseHash, characters, phrase_hash, token_hashes};
use stonechat_engine::value::{Match, ValueList};

const ROOMS: [&str; 6] = ["kitchen", "living room", "bath", "WC", "room 1", "Büro"];

fn rooms() -> Vec<u8> {
    let synonyms =
        [("Küche", 0), ("lounge", 1), ("living-room", 1), ("front room", 1), ("bathroom", 2), ("部屋", 4)];
    let names = ROOMS.iter().zip(0..).map(|(&name, at)| (name, at));
    ValueList::write(names.chain(synonyms), &ROOMS)
}

#[test]
fn phrases_are_found() {
    let bytes = rooms();
    let list = ValueList::read(&bytes).unwrap();
    assert_eq!((list.len(), list.phrases()), (6, 12));
    assert!(ROOMS.iter().zip(0..).all(|(&name, at)| list.canonical(at) == name));
    assert_eq!(list.canonical(6), "");
    let cases = [
        ("kitchen", Some((0, 0))),
        (" KITCHEN ", Some((0, 0))),
        ("ｋｉｔｃｈｅｎ", Some((0, 0))),
        ("kithcen", Some((0, 1))),
        ("kichen", Some((0, 1))),
        ("kkitchen", Some((0, 1))),
        ("kitchem", Some((0, 1))),
        // Two edits in seven characters are too many.
        ("kihcenn", None),
        ("kitch", None),
        ("living  room", Some((1, 0))),
        ("living-room", Some((1, 0))),
        ("livingroom", Some((1, 1))),
        ("livng rom", Some((1, 2))),
        ("livng orm", None),
        ("lounge", Some((1, 0))),
        ("longue", None),
        ("longe", Some((1, 1))),
        // Too short to be corrected.
        ("w", None),
        ("wd", None),
        ("wcc", None),
        ("wc", Some((3, 0))),
        ("bat", None),
        ("bath", Some((2, 0))),
        ("baht", Some((2, 1))),
        // Digits are never edited.
        ("room 1", Some((4, 0))),
        ("rom 1", Some((4, 1))),
        ("room 2", None),
        ("room", None),
        ("部屋", Some((4, 0))),
        ("部 屋", Some((4, 0))),
        ("部室", None),
        ("küche", Some((0, 0))),
        ("ku\u{308}che", Some((0, 0))),
        ("kuche", Some((0, 1))),
        ("", None),
        ("?", None),
    ];
    for (text, expected) in cases {
        let found = list.find(text);
        assert_eq!(found, expected.map(|(index, distance)| Match { index, distance }), "{text:?}");
        assert_eq!(list.contains(phrase_hash(text)), matches!(expected, Some((_, 0))), "{text:?}");
    }
}

/// What parts digits, stands before them or beside them is as much of them as they are.
#[test]
fn digits_stay_where_they_are() {
    let values = ["level 1", "size 25", "flat 11 2", "version 1.2", "platform 1a", "room 12"];
    let bytes = ValueList::write(values.into_iter().zip(0..), &values);
    let list = ValueList::read(&bytes).unwrap();
    for (text, at) in values.into_iter().zip(0..) {
        assert_eq!(list.find(text), Some(Match { index: at, distance: 0 }), "{text}");
    }
    for text in
        ["level -1", "level 11", "size 2.5", "flat 1 12", "flat 112", "version 12", "version 1 2", "room 1 2"]
    {
        assert_eq!(list.find(text), None, "{text}");
    }
    let near =
        [("levl 1", 0), ("size25", 1), ("flaat 11 2", 2), ("versoin 1.2", 3), ("room12", 5), ("romo 12", 5)];
    for (text, index) in near {
        assert_eq!(list.find(text), Some(Match { index, distance: 1 }), "{text}");
    }
    let short = ValueList::write([("gate 1a", 0)].into_iter(), &["gate 1a"]);
    assert_eq!(ValueList::read(&short).unwrap().find("gate a1"), None, "digits are not swapped");
}

#[test]
fn a_tie_is_no_answer() {
    let values = ["north hall", "south hall", "attic"];
    let phrases = [
        ("north hall", 0),
        ("south hall", 1),
        ("attic", 2),
        ("loft", 2),
        ("lift", 2),
        ("hall", 0),
        ("hall", 1),
        ("hall", 1),
    ];
    let bytes = ValueList::write(phrases.into_iter(), &values);
    let list = ValueList::read(&bytes).unwrap();
    assert_eq!(list.find("soth hall"), Some(Match { index: 1, distance: 1 }));
    assert_eq!(list.find("noth hall"), Some(Match { index: 0, distance: 1 }));
    assert_eq!(list.find("nouth hall"), None, "one edit from both");
    assert_eq!(list.find("oth hall"), None, "two edits from both");
    assert_eq!(list.find("hall"), None, "declared for both");
    assert!(list.contains(phrase_hash("hall")));
    assert_eq!(list.find("laft"), Some(Match { index: 2, distance: 1 }), "loft and lift are one value");
}

#[test]
fn what_has_no_token_or_no_value_is_left_out() {
    let bytes = ValueList::write([("", 0), (" \t", 0), ("a", 7), ("b", 0), ("B", 0)].into_iter(), &["x"]);
    let list = ValueList::read(&bytes).unwrap();
    assert_eq!((list.len(), list.phrases(), list.is_empty()), (1, 1, false));
    assert_eq!(list.find("a"), None);
    let bytes = ValueList::write([].into_iter(), &[]);
    let list = ValueList::read(&bytes).unwrap();
    assert!(list.is_empty() && list.find("anything").is_none() && !list.contains(phrase_hash("")));
}

#[test]
fn order_does_not_change_the_bytes() {
    let phrases = [("b", 0), ("a", 1), ("long one", 0), ("a", 0)];
    let forth = ValueList::write(phrases.into_iter(), &["x", "y"]);
    let back = ValueList::write(phrases.into_iter().rev(), &["x", "y"]);
    assert_eq!(forth, back);
}

#[test]
fn long_phrases_are_found_exactly() {
    let long = "a long phrase ".repeat(20);
    let bytes = ValueList::write([(long.as_str(), 0)].into_iter(), &["x"]);
    let list = ValueList::read(&bytes).unwrap();
    assert_eq!(list.find(&long.to_uppercase()), Some(Match { index: 0, distance: 0 }));
    assert_eq!(list.find(&long[1..]), None);
}

#[test]
fn broken_bytes_are_refused() {
    let bytes = rooms();
    for end in 0..bytes.len() {
        assert!(ValueList::read(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(ValueList::read(&longer).unwrap_err(), "the list is longer than its content");
    let changed = |at: usize, value: u32| {
        let mut bytes = bytes.clone();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        ValueList::read(&bytes).map(|_| ()).unwrap_err()
    };
    let groups = 20;
    let signatures = groups + 66 * 4;
    let values = signatures + 12 * 12;
    let offsets = values + 12 * 4;
    let table = offsets + 13 * 4 + 7 * 4;
    assert!(changed(8, 33).contains("power of two"));
    assert!(changed(groups + 4, 13).contains("ordered by length"));
    assert!(changed(values, 6).contains("does not have"));
    assert!(changed(offsets, 1).contains("follow each other"));
    assert!(changed(table, 99).contains("does not name each phrase"));
}

/// The distance without a band: "optimal string alignment", row by row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let mut least = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]))
                    .min(rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}

/// What `find` promises, looked up the slow way among words of letters.
fn find_slowly(phrases: &[String], text: &str) -> Option<Match> {
    let text: Vec<char> = text.chars().collect();
    let near = phrases.iter().zip(0..).filter_map(|(phrase, index)| {
        let phrase: Vec<char> = phrase.chars().collect();
        let distance = distance(&text, &phrase);
        let allowed = match phrase.len().min(text.len()) {
            0..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        (distance <= allowed).then_some((distance, index))
    });
    let mut near: Vec<(usize, u32)> = near.collect();
    near.sort_unstable();
    let &(distance, index) = near.first()?;
    let tie = near.get(1).is_some_and(|next| next.0 == distance);
    (!tie).then_some(Match { index, distance: distance as u8 })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn finding_is_what_it_promises(
        phrases in proptest::collection::btree_set("[abc]{1,10}", 1..20),
        texts in proptest::collection::vec("[abc]{1,12}", 1..20),
    ) {
        let phrases: Vec<String> = phrases.into_iter().collect();
        let names: Vec<&str> = phrases.iter().map(String::as_str).collect();
        let bytes = ValueList::write(names.iter().copied().zip(0..), &names);
        let list = ValueList::read(&bytes).unwrap();
        for text in texts.iter().chain(&phrases) {
            prop_assert_eq!(list.find(text), find_slowly(&phrases, text), "{}", text);
        }
    }

    #[test]
    fn no_bytes_and_no_text_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        text in ".{0,80}",
    ) {
        let _ = ValueList::read(&bytes).map(|list| list.find(&text));
        let mut bytes = rooms();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(list) = ValueList::read(&bytes) {
            for text in [&text, "kitchen", "livingroom", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
                if let Some(found) = list.find(text) {
                    let _ = list.canonical(found.index);
                }
                let _ = list.contains(phrase_hash(text));
            }
        }
    }

    #[test]
    fn a_phrase_is_its_tokens(text in "[a-zA-Z0-9ß '.%½部屋ก\u{301}]{0,24}") {
        let folded = token_hashes(&text).fold(PhraseHash::new(), |phrase, token| phrase.push(token.hash)).finish();
        prop_assert_eq!(folded, phrase_hash(&text));
        let normalised: String = characters(&text).map(|character| character.value).collect();
        // The one character that becomes several is one token; these alone are several.
        if !text.contains('½') {
            prop_assert_eq!(phrase_hash(&normalised), phrase_hash(&text));
        }
        // Its own phrase is always found, and white space around it changes nothing.
        let bytes = ValueList::write([(text.as_str(), 0)].into_iter(), &["x"]);
        let list = ValueList::read(&bytes).unwrap();
        let found = token_hashes(&text).next().map(|_| Match { index: 0, distance: 0 });
        prop_assert_eq!(list.find(&format!(" {text}\t")), found);
        prop_assert_eq!(list.contains(folded), found.is_some());
    }
}

/// `cargo test --release -p stonechat-engine --test value_list -- --ignored --nocapture`
#[test]
#[ignore = "measures, and prints what it measured"]
fn time_among_ten_thousand() {
    const SYLLABLES: [&str; 20] = [
        "ma", "ri", "an", "to", "ber", "li", "sa", "jo", "han", "ne", "ka", "the", "el", "win", "do", "ro",
        "mu", "ller", "son", "ter",
    ];
    let mut state = 1_u32;
    let mut pick = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        SYLLABLES[(state >> 16) as usize % SYLLABLES.len()]
    };
    let names: Vec<String> =
        (0..10_000).map(|_| [pick(), pick(), " ", pick(), pick(), pick()].concat()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bytes = ValueList::write(names.iter().copied().zip(0..), &names);
    let start = std::time::Instant::now();
    let list = ValueList::read(&bytes).unwrap();
    println!("{} bytes, read in {:?}", bytes.len(), start.elapsed());
    let mistyped: Vec<String> = names
        .iter()
        .step_by(10)
        .map(|name| name.char_indices().filter(|&(at, _)| at != 2).map(|(_, c)| c).collect())
        .collect();
    for (kind, texts) in [("exact", names.clone()), ("near", mistyped.iter().map(String::as_str).collect())] {
        let start = std::time::Instant::now();
        let found = texts.iter().filter(|text| list.find(text).is_some()).count();
        println!("{kind}: {found} of {}, {:?} each", texts.len(), start.elapsed() / texts.len() as u32);
    }
}
