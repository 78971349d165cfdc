//! The data checks, each on data that has the fault and on data that has not.

use std::path::Path;

use stonechat_task::{Dataset, Example, Finding, MAX_PLACES, Severity, Split, SplitShares, Task, check};

use crate::support::{example, kinds};

fn task(toml: &str) -> Task {
    Task::parse(&format!("kind = \"single-label\"\n{toml}"), Path::new("task.toml")).unwrap()
}

/// Training rows that no check has anything to say about.
fn sound() -> Vec<Example> {
    let mut rows = Vec::new();
    for n in 0..6 {
        rows.push(example(100 + n, &format!("lights on {n}"), &["on"]));
        rows.push(example(200 + n, &format!("lights off {n}"), &["off"]));
    }
    rows
}

fn findings(task: &Task, rows: Vec<Example>) -> Vec<Finding> {
    check::all(task, &Dataset::new(rows, SplitShares { valid: 0.0, test: 0.0 }).split())
}

/// The findings about sound rows with some more.
fn with(more: Vec<Example>) -> Vec<Finding> {
    let mut rows = sound();
    rows.extend(more);
    findings(&task(""), rows)
}

fn in_split(split: Split, row: Example) -> Example {
    Example { split: Some(split), ..row }
}

fn lines(finding: &Finding) -> Vec<u32> {
    finding.places.iter().map(|place| place.line).collect()
}

#[test]
fn sound_data_has_no_findings() {
    assert!(findings(&task(""), sound()).is_empty());
    assert!(findings(&task("labels = [\"on\", \"off\", \"oos\"]"), sound()).is_empty());
    assert!(with(vec![example(1, "what is the capital of peru", &["oos"])]).is_empty());
}

#[test]
fn conflicting_labels() {
    let found = with(vec![
        example(1, " LIGHTS  on 0", &["off"]),
        in_split(Split::Test, example(2, "x y", &["on"])),
        in_split(Split::Test, example(3, "X Y", &["off"])),
        in_split(Split::Test, example(4, "X Y", &["off"])),
    ]);
    assert_eq!(kinds(&found), ["conflicting-labels", "duplicate-text"]);
    assert_eq!((found[0].count, lines(&found[0])), (2, vec![100, 1, 2, 3]));
    assert_eq!(
        found[0].to_string().lines().take(3).collect::<Vec<_>>(),
        [
            "made:100: 2 texts stand under different labels; keep the right label of each, or merge the labels",
            "    made:100: [on] lights on 0",
            "    made:1: [off]  LIGHTS  on 0",
        ]
    );
    // Two labels in another order say the same.
    let multi = Task::parse("kind = \"multi-label\"", Path::new("task.toml")).unwrap();
    let mut rows = sound();
    rows.push(example(1, "both", &["on", "off"]));
    rows.push(in_split(Split::Test, example(2, "both", &["off", "on"])));
    assert_eq!(kinds(&findings(&multi, rows)), ["test-in-train"]);
}

#[test]
fn duplicates_and_leaks() {
    let found = with(vec![
        example(1, "Lights on 0", &["on"]),
        example(2, "lights on  0", &["on"]),
        in_split(Split::Test, example(3, "lights on 0", &["on"])),
        in_split(Split::Test, example(4, "lights on 0", &["on"])),
        in_split(Split::Valid, example(5, "LIGHTS ON 1", &["on"])),
        in_split(Split::Valid, example(6, "only here", &["on"])),
    ]);
    assert_eq!(kinds(&found), ["test-in-train", "valid-in-train", "duplicate-text", "duplicate-text"]);
    assert_eq!((found[0].count, lines(&found[0])), (2, vec![3, 4, 100]));
    assert_eq!((found[1].count, lines(&found[1])), (1, vec![5, 101]));
    assert_eq!((found[2].count, lines(&found[2])), (2, vec![100, 1, 2]));
    assert_eq!((found[3].count, lines(&found[3])), (1, vec![3, 4]));
    assert!(found[0].message.starts_with("2 test rows of 2 stand in train"));
}

#[test]
fn rows_set_aside_are_training_rows_in_their_file() {
    // Every text twice, and all of them in test too: whatever is set aside to tune on, all are found.
    let rows = (0..200).flat_map(|n| {
        let row = |line| example(line, &format!("text {n}"), &[["a", "b"][n % 2]]);
        [row(1), row(2), in_split(Split::Test, row(3))]
    });
    let splits = Dataset::new(rows.collect(), SplitShares::default()).split();
    assert!(!splits.valid.is_empty());
    let found = check::all(&task(""), &splits);
    assert_eq!(kinds(&found), ["test-in-train", "duplicate-text"]);
    assert_eq!((found[0].count, found[1].count), (200, 200));
}

#[test]
fn labels_with_too_little() {
    let found = with(vec![
        example(1, "dim it", &["dim"]),
        example(2, "dim more", &["dim"]),
        in_split(Split::Test, example(3, "make it blue", &["color"])),
    ]);
    assert_eq!(kinds(&found), ["few-examples", "unseen-label"]);
    assert_eq!((found[0].count, lines(&found[0])), (1, vec![1]));
    assert!(
        found[0].message.ends_with("1 label with fewer than 5 training rows: dim"),
        "{}",
        found[0].message
    );
    assert_eq!((found[1].count, lines(&found[1])), (1, vec![3]));
    // The out-of-scope label needs no training rows.
    assert!(with(vec![in_split(Split::Test, example(1, "x", &["oos"]))]).is_empty());
}

#[test]
fn one_label_is_an_error() {
    let rows: Vec<Example> = (0..9).map(|n| example(n, &format!("x {n}"), &["a"])).collect();
    let found = findings(&task(""), rows);
    assert_eq!((kinds(&found), found[0].severity), (vec!["one-label"], Severity::Error));
    let oos = findings(&task(""), vec![example(1, "x", &["oos"])]);
    assert_eq!(kinds(&oos), ["one-label"]);
    // With rows enough outside of it there are two things to tell apart.
    let beside = |outside: u32| {
        let inside = (0..9).map(|n| example(n, &format!("x {n}"), &["a"]));
        let rows = inside.chain((0..outside).map(|n| example(20 + n, &format!("y {n}"), &["oos"])));
        findings(&task(""), rows.map(|row| in_split(Split::Train, row)).collect())
    };
    assert!(kinds(&beside(19)).contains(&"one-label") && !kinds(&beside(20)).contains(&"one-label"));
}

#[test]
fn texts_that_are_hard_to_read() {
    let long = "word ".repeat(201);
    let found = with(vec![
        example(1, " \t", &["on"]),
        example(2, "", &["off"]),
        example(3, &long, &["on"]),
        example(4, &"ü".repeat(1000), &["on"]),
        example(5, "caf\u{FFFD}", &["on"]),
    ]);
    assert_eq!(kinds(&found), ["empty-text", "replacement-character", "long-text"]);
    assert_eq!(found.iter().map(lines).collect::<Vec<_>>(), [vec![1, 2], vec![5], vec![3]]);
    assert!(found[2].places[0].text.chars().count() <= 81);
}

#[test]
fn labels_that_are_probably_one() {
    let found = with((0..5).map(|n| example(n, &format!("o {n}"), &["O ff"])).collect());
    assert_eq!(kinds(&found), ["similar-labels"]);
    assert!(found[0].message.contains("\"O ff\" and \"off\""), "{}", found[0].message);
}

#[test]
fn strong_imbalance() {
    let found = with((0..595).map(|n| example(n, &format!("o {n}"), &["on"])).collect());
    assert_eq!(kinds(&found), ["imbalance"]);
    assert_eq!(found[0].message, "\"on\" has 601 training rows, \"off\" has 6");
    assert!(with((0..594).map(|n| example(n, &format!("o {n}"), &["on"])).collect()).is_empty());
}

#[test]
fn declared_and_found_labels_disagree() {
    let found = findings(&task("labels = [\"on\", \"dim\"]"), sound());
    assert_eq!(kinds(&found), ["undeclared-label", "unused-label"]);
    assert_eq!(found[0].severity, Severity::Error);
    assert!(found[0].message.ends_with("off") && found[1].message.ends_with("dim"));
}

#[test]
fn nothing_to_learn_from_and_what_reading_found() {
    let rows: Vec<Example> = sound().into_iter().map(|row| in_split(Split::Test, row)).collect();
    assert_eq!(kinds(&findings(&task(""), rows)), ["no-train-rows"]);
}

#[test]
fn places_are_capped_and_counted() {
    let rows = (0..100).flat_map(|n| {
        let row = |line| example(line, &format!("text {n}"), &[["a", "b"][n % 2]]);
        [row(1), row(2)]
    });
    let found = findings(&task(""), rows.collect());
    assert_eq!(kinds(&found), ["duplicate-text"]);
    assert_eq!((found[0].count, found[0].places.len(), found[0].more_places), (100, MAX_PLACES, 180));
    assert!(found[0].to_string().ends_with("and 180 more places"));
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(json["kind"], "duplicate-text");
    assert_eq!(json["severity"], "note");
    assert_eq!(
        json["places"][0],
        serde_json::json!({"file": "made", "line": 1, "text": "text 0", "label": "a"})
    );
}
