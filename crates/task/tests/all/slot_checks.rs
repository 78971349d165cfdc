//! The checks of slots, each on data that has the fault and on data that has not.

use std::path::Path;

use stonechat_task::{Dataset, Example, Finding, Kind, Severity, Slot, Split, SplitShares, Task, check};

use crate::support::{example, kinds, slot};

fn task(toml: &str) -> Task {
    Task::parse(&format!("kind = \"single-label\"\n{toml}"), Path::new("task.toml")).unwrap()
}

/// A row whose slots are the words in brackets, as `dim [room kitchen]`.
fn row(line: u32, label: &str, marked: &str) -> Example {
    let mut text = String::new();
    let mut slots = Vec::new();
    for part in marked.split_inclusive(']') {
        let (plain, inside) = part.split_once('[').unwrap_or((part, ""));
        text.push_str(plain);
        if let Some((name, phrase)) = inside.trim_end_matches(']').split_once(' ') {
            slots.push(slot(name, text.len(), text.len() + phrase.len()));
            text.push_str(phrase);
        }
    }
    let labels: Vec<&str> = Some(label).filter(|label| !label.is_empty()).into_iter().collect();
    Example { slots, ..example(line, &text, &labels) }
}

/// Training rows that no check has anything to say about.
fn sound() -> Vec<Example> {
    (0..6)
        .flat_map(|n| {
            let level = row(100 + n, "dim", &format!("dim the [room kitchen] to [level {n}]"));
            [level, row(200 + n, "off", &format!("lights off {n} in the [room bath]"))]
        })
        .collect()
}

fn findings(task: &Task, rows: Vec<Example>) -> Vec<Finding> {
    check::all(task, &Dataset::new(rows, SplitShares { valid: 0.0, test: 0.0 }).split())
}

/// The findings about sound rows with some more.
fn with(toml: &str, more: Vec<Example>) -> Vec<Finding> {
    let mut rows = sound();
    rows.extend(more);
    findings(&task(toml), rows)
}

fn lines(finding: &Finding) -> Vec<u32> {
    finding.places.iter().map(|place| place.line).collect()
}

fn spanned(line: u32, text: &str, slots: Vec<Slot>) -> Example {
    Example { slots, ..example(line, text, &["off"]) }
}

const DECLARED: &str = "[intents.dim]\nslots = [\"room\", \"level\"]\nrequired = [\"level\"]\n[slots.room]\ntype = \"choice\"\n\
                        values = [\"kitchen\", \"BATH\"]\n[slots.level]\ntype = \"regex\"\npattern = \"[0-9]+\"\n";

#[test]
fn sound_slots_have_no_findings() {
    assert!(with("", vec![]).is_empty());
    assert!(with(DECLARED, vec![]).is_empty());
    let only = Task { kind: Kind::SlotsOnly, ..task("") };
    let rows = sound().into_iter().map(|row| Example { labels: Vec::new(), ..row });
    assert!(findings(&only, rows.collect()).is_empty());
}

#[test]
fn spans_that_are_wrong() {
    let found = with(
        "",
        vec![
            spanned(1, "bath and bath", vec![slot("room", 0, 4), slot("room", 2, 6), slot("room", 9, 13)]),
            spanned(2, "bathroom bath", vec![slot("room", 0, 4)]),
            spanned(3, "the bath", vec![slot("room", 3, 8)]),
            spanned(4, "für", vec![slot("room", 0, 2)]),
            spanned(5, "a  b", vec![slot("room", 1, 3)]),
            spanned(6, "x", vec![slot("room", 0, 9)]),
            spanned(7, "お風呂場", vec![slot("room", 3, 9)]),
        ],
    );
    assert_eq!(
        kinds(&found),
        ["broken-span", "overlapping-slots", "padded-slot", "slot-within-word", "unmarked-phrase"]
    );
    let at: Vec<Vec<u32>> = found.iter().map(lines).collect();
    assert_eq!(at, [vec![4, 5, 6], vec![1], vec![3], vec![1, 2], vec![2, 200]]);
    assert_eq!(found.iter().filter(|finding| finding.severity == Severity::Error).count(), 2);
    assert_eq!(found[1].places[0].text, "room \"th a\": bath and bath");
}

#[test]
fn texts_and_phrases_marked_in_two_ways() {
    let found = with(
        "",
        vec![
            row(1, "off", "Lights off  0 in the bath"),
            row(2, "off", "put out the [level bath]"),
            row(3, "dim", "dim [level bath] first"),
            row(4, "dim", "dim it in the [level 1]"),
        ],
    );
    assert_eq!(kinds(&found), ["conflicting-slots", "duplicate-text", "ambiguous-phrase"]);
    assert_eq!((found[0].count, lines(&found[0])), (1, vec![200, 1]));
    assert_eq!((found[2].count, lines(&found[2])), (1, vec![2, 200]));
    assert_eq!(
        found[2].message,
        "1 phrase is marked as different slots under the same label: \"bath\" as level and room"
    );
    // Under another label the same text may have other slots.
    let other = with("", vec![row(1, "dim", "lights off 0 in the bath")]);
    assert_eq!(kinds(&other), ["conflicting-labels"]);
}

#[test]
fn slots_with_too_little() {
    let test = |row| Example { split: Some(Split::Test), ..row };
    let found = with(
        "",
        vec![
            row(1, "dim", "dim at [time noon]"),
            test(row(2, "dim", "dim [time now]")),
            test(row(3, "dim", "a [mood calm]")),
        ],
    );
    assert_eq!(kinds(&found), ["few-slot-examples", "unseen-slot"]);
    assert_eq!(found[0].message, "1 slot marked fewer than 5 times in training rows: time");
    assert_eq!((lines(&found[0]), lines(&found[1])), (vec![1], vec![3]));
}

#[test]
fn declared_and_found_slots_disagree() {
    let found = with(
        &format!("{DECLARED}[slots.mood]\n"),
        vec![
            row(1, "dim", "make it [tone calm] at [level 3]"),
            row(2, "dim", "dim [level 3] or [level 4]"),
            row(3, "dim", "dim it"),
            row(4, "dim", "dim the [room den] and the [room attic] to [level 3.5]"),
            row(5, "off", "out in the [room Bath] and the [room kitchen]"),
        ],
    );
    assert_eq!(
        kinds(&found),
        [
            "undeclared-slot",
            "slot-not-of-intent",
            "slot-not-repeated",
            "missing-required-slot",
            "unused-slot",
            "few-slot-examples",
            "unlisted-value",
            "unmatched-pattern"
        ]
    );
    let at: Vec<Vec<u32>> = found.iter().map(lines).collect();
    assert_eq!(at, [vec![1], vec![1], vec![2, 4], vec![3], vec![0], vec![1], vec![4, 4], vec![4]]);
    assert!(found[..3].iter().all(|finding| finding.severity == Severity::Error));
    assert_eq!(found[6].message, "2 texts of the slot \"room\" are not in its list, the first \"den\"");
    assert_eq!(
        found[7].message,
        "1 text of the slot \"level\" is not matched by its pattern, the first \"3.5\""
    );
}

#[test]
fn phrases_that_one_text_leaves_unmarked() {
    let shower = |line: u32| row(line, "off", &format!("stop {line} at the [room rain shower]"));
    let bare = row(50, "off", "is the Rain  shower, that one, off");
    let rows = |marked: u32| (1..=marked).map(shower).chain([bare.clone()]).collect();
    assert!(with("", rows(9)).is_empty());
    let found = with("", rows(10));
    assert_eq!((kinds(&found), found[0].severity), (vec!["unmarked-phrase"], Severity::Note));
    // The text that leaves it unmarked stands first, and the first that marks it behind.
    assert_eq!((found[0].count, lines(&found[0])), (1, vec![50, 1]));
    assert!(found[0].message.contains("\"rain shower\" as room in 10, not in 1"), "{}", found[0].message);
    // Under another label it may be something else.
    let other = with("", (1..=10).map(shower).chain([row(50, "dim", "the rain shower [level 3]")]).collect());
    assert!(other.is_empty(), "{:?}", kinds(&other));
}

#[test]
fn intents_that_no_row_has() {
    let declared = DECLARED.replace("intents.dim", "intents.dmi");
    let found = with(&declared, vec![]);
    let unused = found.iter().find(|finding| finding.kind == "unused-intent").unwrap();
    assert_eq!((unused.severity, unused.count), (Severity::Warning, 1));
    assert!(unused.message.ends_with("1 intent declared without a training row: dmi"), "{}", unused.message);
    assert!(unused.proposal.starts_with("did you mean [intents.dim]?"), "{}", unused.proposal);
}

#[test]
fn slots_of_a_task_of_many_labels() {
    let many = Task { kind: Kind::MultiLabel, ..task("") };
    let found = findings(&many, sound());
    assert!(kinds(&found).contains(&"slots-of-many-labels"), "{:?}", kinds(&found));
}

#[test]
fn a_task_of_slots_only() {
    let only = Task { kind: Kind::SlotsOnly, ..task("") };
    let found = findings(&only, vec![row(1, "", "dim it"), row(2, "", "Dim it"), row(3, "", "stop")]);
    assert_eq!(kinds(&found), ["no-slots", "duplicate-text"]);
    assert_eq!(found[1].message, "1 train row repeats an earlier one");
    let found = findings(&only, vec![row(1, "", "dim [a it]"), row(2, "", "dim [b it]")]);
    assert_eq!(
        kinds(&found),
        ["conflicting-slots", "few-slot-examples", "duplicate-text", "ambiguous-phrase"]
    );
    assert_eq!(found[3].message, "1 phrase is marked as different slots: \"it\" as a and b");
}
