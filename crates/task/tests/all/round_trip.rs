//! Whatever is written reads back the same.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use stonechat_task::{Dataset, Example, Format, Kind, Slot, Split, Task, write, write_jsonl};

use crate::support::{Folder, example, kinds};

fn split() -> impl Strategy<Value = Option<Split>> {
    option::of(prop_oneof![Just(Split::Train), Just(Split::Valid), Just(Split::Test)])
}

/// Texts with everything that formats stumble over; `any` also gives other planes and controls.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z \"',;|\\[\\]{}\\\\\t\r\n\u{e4}\u{1F34E}\u{FEFF}\u{2028}_]{0,12}",
        any::<String>(),
        Just("__label__x y".to_string()),
    ]
}

/// Labels as readers give them: trimmed, not empty.
fn label() -> impl Strategy<Value = String> {
    "[a-z|,\"\\[.:\u{e4}_-][a-z |,\"\\]]{0,5}[a-z|\\]\"]"
}

fn slots(text: &str, cuts: (usize, usize)) -> Vec<Slot> {
    let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
    let (a, b) = (bounds[cuts.0 % bounds.len()], bounds[cuts.1 % bounds.len()]);
    if a == b { Vec::new() } else { vec![Slot { name: "s".into(), start: a.min(b), end: a.max(b) }] }
}

fn examples(labels: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Example>> {
    let one = (text(), vec(label(), labels), split(), any::<(usize, usize)>());
    vec(one, 1..6).prop_map(|rows| {
        let rows = rows.into_iter().map(|(text, labels, split, cuts)| {
            let mut labels = labels;
            labels.sort();
            labels.dedup();
            let slots = slots(&text, cuts);
            Example { labels, slots, split, ..example(0, &text, &[]) }
        });
        rows.collect()
    })
}

/// Rows whose texts are words with one space between them, and whose slots are whole words.
fn sentences(labels: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Example>> {
    let word = ("[a-zA-Z:#\"\u{e4}\u{a0}\u{FEFF}\u{2028}-]{0,5}[a-z:#\"-]", 0..5_usize);
    let row = (vec(word, 1..8), vec(label(), labels), split());
    vec(row, 1..6).prop_map(|rows| {
        let rows = rows.into_iter().map(|(words, labels, split)| {
            let mut text = String::new();
            let mut slots: Vec<Slot> = Vec::new();
            for (word, mark) in words {
                let start = text.len() + usize::from(!text.is_empty());
                text += &format!("{}{word}", if text.is_empty() { "" } else { " " });
                match (mark, slots.last_mut()) {
                    // Goes on with the slot that ends here.
                    (3, Some(slot)) if slot.end + 1 == start => slot.end = text.len(),
                    (1 | 2, _) => {
                        let name = if mark == 1 { "room" } else { "B-side.x" };
                        slots.push(Slot { name: name.into(), start, end: text.len() });
                    }
                    _ => {}
                }
            }
            Example { labels, slots, split, ..example(0, &text, &[]) }
        });
        rows.collect()
    })
}

/// Writes and reads a file of a neutral name; compares everything but the places.
fn read_back(format: Format, kind: Kind, examples: &[Example]) -> Vec<Example> {
    let folder = Folder::new(&[]);
    let path = folder.path("file");
    write(&path, format, examples).unwrap();
    let options = stonechat_task::ReadOptions { format: Some(format), ..Default::default() };
    let task = Task { kind, ..Task::read_with(&path, &options).unwrap() };
    let mut back = Dataset::read(&task).unwrap().examples;
    for (back, example) in back.iter_mut().zip(examples) {
        back.source = example.source.clone();
    }
    back
}

fn without_slots(examples: &[Example]) -> Vec<Example> {
    examples.iter().map(|example| Example { slots: Vec::new(), ..example.clone() }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn jsonl(rows in examples(0..4)) {
        let unlabelled = rows.iter().all(|row| row.labels.is_empty()) && rows.iter().any(|row| !row.slots.is_empty());
        let kind = if unlabelled { Kind::SlotsOnly } else { Kind::MultiLabel };
        prop_assert_eq!(read_back(Format::Jsonl, kind, &rows), rows);
    }

    #[test]
    fn conll(rows in sentences(0..1)) {
        let rows: Vec<Example> = rows.into_iter().map(|row| Example { split: None, ..row }).collect();
        prop_assert_eq!(read_back(Format::Conll, Kind::SlotsOnly, &rows), rows);
    }

    #[test]
    fn massive(rows in sentences(1..2)) {
        prop_assert_eq!(read_back(Format::Massive, Kind::SingleLabel, &rows), rows);
    }

    /// Slots that begin and end anywhere: the tokens are cut to fit them.
    #[test]
    fn conll_of_any_slots(text in "[a-z\u{e4}\u{a0}\u{3000} \t]{1,12}[a-z]", cuts in any::<(usize, usize)>()) {
        let slots = slots(&text, cuts);
        let squeeze = |text: &str| text.split([' ', '\t']).collect::<String>();
        let phrases = |row: &Example| -> Vec<String> {
            row.slots.iter().map(|slot| squeeze(&row.text[slot.start..slot.end])).filter(|p| !p.is_empty()).collect()
        };
        let row = Example { slots, ..example(0, &text, &[]) };
        let back = read_back(Format::Conll, Kind::SlotsOnly, std::slice::from_ref(&row));
        prop_assert_eq!(squeeze(&back[0].text), squeeze(&text));
        prop_assert_eq!(phrases(&back[0]), phrases(&row));
    }

    #[test]
    fn csv(rows in examples(0..4)) {
        prop_assert_eq!(read_back(Format::Csv, Kind::MultiLabel, &rows), without_slots(&rows));
    }

    #[test]
    fn csv_of_one_label(rows in examples(1..2)) {
        prop_assert_eq!(read_back(Format::Csv, Kind::SingleLabel, &rows), without_slots(&rows));
    }

    #[test]
    fn tsv(rows in examples(0..4)) {
        let flat: Vec<Example> = without_slots(&rows)
            .into_iter()
            .map(|row| Example { text: row.text.replace(['\t', '\n', '\r'], " "), ..row })
            .collect();
        prop_assert_eq!(read_back(Format::Tsv, Kind::MultiLabel, &rows), flat);
    }

    #[test]
    fn clinc(rows in examples(1..2)) {
        let mut sorted = without_slots(&rows);
        sorted.sort_by_key(|row| row.split);
        prop_assert_eq!(read_back(Format::Clinc, Kind::SingleLabel, &rows), sorted);
    }

    #[test]
    fn fasttext(rows in examples(1..4)) {
        let rows: Vec<Example> =
            rows.into_iter().filter(|row| !row.text.trim().starts_with("__label__")).collect();
        prop_assume!(!rows.is_empty());
        let flat: Vec<Example> = without_slots(&rows)
            .into_iter()
            .map(|row| Example {
                text: row.text.replace(['\n', '\r'], " ").trim().to_string(),
                labels: row.labels.iter().map(|label| label.replace(' ', "_")).collect(),
                split: None,
                ..row
            })
            .collect();
        prop_assume!(flat.iter().all(|row| row.labels.iter().all(|l| row.labels.iter().filter(|m| *m == l).count() == 1)));
        let folder = Folder::new(&[]);
        // Two labels may become one word; that is refused and not the point here.
        prop_assume!(write(&folder.path("x"), Format::Fasttext, &rows).is_ok());
        prop_assert_eq!(read_back(Format::Fasttext, Kind::MultiLabel, &rows), flat);
    }
}

proptest! {
    // Several files a case, each of which is waited for until it is on the disk.
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn seqio(rows in sentences(1..2)) {
        let mut sorted = rows.clone();
        sorted.sort_by_key(|row| row.split.map(|split| split.name()));
        prop_assert_eq!(read_back(Format::Seqio, Kind::SingleLabel, &rows), sorted);
    }
}

#[test]
fn what_a_format_cannot_hold_is_told() {
    let folder = Folder::new(&[]);
    let slots = vec![Slot { name: "room".into(), start: 0, end: 1 }];
    let row = Example { slots, split: Some(Split::Test), ..example(3, "a\nb", &["two words"]) };
    let told = |format| kinds(&write(&folder.path("x"), format, std::slice::from_ref(&row)).unwrap());
    assert!(told(Format::Jsonl).is_empty());
    assert_eq!(told(Format::Csv), ["lossy-slots"]);
    assert_eq!(told(Format::Tsv), ["lossy-slots", "lossy-text"]);
    assert_eq!(told(Format::Clinc), ["lossy-slots"]);
    assert_eq!(told(Format::Fasttext), ["lossy-slots", "lossy-split", "lossy-text", "lossy-label"]);
    assert_eq!(told(Format::Trec), ["lossy-slots", "lossy-split", "lossy-text", "lossy-label"]);
    assert_eq!(told(Format::Conll), ["lossy-split", "lossy-text", "lossy-label"]);
    assert!(told(Format::Massive).is_empty());
    assert!(write(&folder.path("x"), Format::Folder, std::slice::from_ref(&row)).is_err());
    let told = kinds(&write(&folder.path("new/seqio"), Format::Seqio, std::slice::from_ref(&row)).unwrap());
    assert_eq!(told, ["lossy-text"]);
    assert!(folder.path("new/seqio/test/seq.out").is_file());
    let error = write(&folder.path("new/seqio"), Format::Seqio, std::slice::from_ref(&row)).unwrap_err();
    assert!(error.to_string().ends_with("the folder is not empty; name a new folder"), "{error}");

    let merged = [example(1, "x", &["a b"]), example(2, "y", &["a_b"])];
    let error = write(&folder.path("x"), Format::Fasttext, &merged).unwrap_err().to_string();
    assert!(error.contains("the labels \"a b\" and \"a_b\" would both be written as \"a_b\""), "{error}");
    assert!(write(&folder.path("x"), Format::Clinc, &[example(1, "x", &["a", "b"])]).is_err());
    let broken =
        Example { slots: vec![Slot { name: "s".into(), start: 1, end: 9 }], ..example(1, "ü", &["a"]) };
    assert!(write_jsonl(&folder.path("x"), &[broken]).is_err());
}

#[test]
fn a_failure_leaves_the_old_file_and_no_other() {
    let folder = Folder::new(&[("x.jsonl", b"old")]);
    assert!(write(&folder.path("x.jsonl"), Format::Trec, &[example(1, "x", &[])]).is_err());
    assert_eq!(std::fs::read(folder.path("x.jsonl")).unwrap(), b"old");
    write_jsonl(&folder.path("x.jsonl"), &[example(1, "x", &["a"])]).unwrap();
    assert_eq!(std::fs::read(folder.path("x.jsonl")).unwrap(), b"{\"text\":\"x\",\"label\":\"a\"}\n");
    assert_eq!(std::fs::read_dir(folder.path("")).unwrap().count(), 1);
    assert!(write_jsonl(&folder.path("no/such/folder"), &[]).is_err());
    assert!(write_jsonl("/".as_ref(), &[]).is_err());
}
