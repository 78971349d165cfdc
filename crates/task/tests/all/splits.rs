//! Splits, label names and the digest.

use std::path::Path;

use std::collections::BTreeSet;
use stonechat_task::{
    Dataset, Example, Origin, ReadOptions, Slot, Split, SplitShares, Splits, Task, digest, label_names,
};

use crate::support::{Folder, example, kinds};

fn numbered(count: u32) -> Vec<Example> {
    (0..count).map(|n| example(n + 1, &format!("this is text {n}"), &["a"])).collect()
}

fn divide(examples: Vec<Example>) -> Splits {
    Dataset::new(examples, SplitShares::default()).split()
}

fn texts(rows: &[Example]) -> Vec<&str> {
    rows.iter().map(|row| row.text.as_str()).collect()
}

#[test]
fn shares_are_set_aside_and_stay_the_same() {
    let splits = divide(numbered(10_000));
    assert_eq!((splits.valid_origin, splits.test_origin), (Origin::SetAside, Origin::SetAside));
    assert!((950..1050).contains(&splits.test.len()), "{}", splits.test.len());
    assert!((850..950).contains(&splits.valid.len()), "{}", splits.valid.len());
    assert_eq!(splits.all().count(), 10_000);
    for split in Split::ALL {
        assert!(splits.get(split).iter().all(|row| row.split == Some(split)));
        assert!(splits.get(split).windows(2).all(|pair| pair[0].source.line < pair[1].source.line));
    }
    // These rows, today and for ever.
    assert_eq!(texts(&splits.test)[..3], GOLDEN_TEST);
    assert_eq!(texts(&splits.valid)[..3], GOLDEN_VALID);
    // New rows move no old ones.
    let more = divide(numbered(20_000));
    assert_eq!(texts(&more.test)[..splits.test.len()], texts(&splits.test));
    assert_eq!(texts(&more.valid)[..splits.valid.len()], texts(&splits.valid));
}

const GOLDEN_TEST: [&str; 3] = ["this is text 15", "this is text 22", "this is text 26"];
const GOLDEN_VALID: [&str; 3] = ["this is text 10", "this is text 11", "this is text 19"];

#[test]
fn training_rows_choose_by_a_part_of_the_hash_of_their_own() {
    let mut splits = divide(numbered(10_000));
    let (learn, choose) = splits.to_choose(0.1);
    assert_eq!(learn.len() + choose.len(), splits.train.len());
    assert!((700..900).contains(&choose.len()), "{}", choose.len());
    // A row that chooses is as likely set aside to tune on as any other.
    let chosen: BTreeSet<String> = choose.iter().map(|row| row.text.clone()).collect();
    splits.set_aside(0.5);
    let both = splits.valid.iter().filter(|row| chosen.contains(&row.text)).count();
    assert!((270..450).contains(&both), "{both} of {}", chosen.len());
    // And chooses again, if it is not.
    let (_, again) = splits.to_choose(0.1);
    assert_eq!(again.len(), chosen.len() - both);
    assert!(again.iter().all(|row| chosen.contains(&row.text)));
    // Where the data names rows to tune on, rows of one text may do either.
    let same = (0..1000).map(|n| {
        let mut row = example(n, &format!("text {}", n % 10), &["a"]);
        row.split = Some(if n < 900 { Split::Train } else { Split::Valid });
        row
    });
    let splits = divide(same.collect());
    let (learn, choose) = splits.to_choose(0.2);
    let texts = |rows: &[&Example]| rows.iter().map(|row| row.text.clone()).collect::<BTreeSet<_>>();
    assert_eq!(texts(&learn), texts(&choose));
    assert!(
        choose.len() * 6 > splits.train.len() && choose.len() * 4 < splits.train.len(),
        "{}",
        choose.len()
    );
}

#[test]
fn equal_texts_stay_together() {
    let rows = (0..2000).map(|n| {
        let text = format!("text {}", n / 2);
        example(n, &if n % 2 == 0 { text } else { format!("  TEXT \t{}", n / 2) }, &["a"])
    });
    let splits = divide(rows.collect());
    for split in Split::ALL {
        assert!(splits.get(split).chunks(2).all(|pair| pair[0].source.line / 2 == pair[1].source.line / 2));
    }
}

#[test]
fn given_splits_are_kept() {
    let mark = |rows: &mut [Example], split| rows.iter_mut().for_each(|row| row.split = Some(split));
    let mut rows = numbered(1000);
    mark(&mut rows[..100], Split::Test);
    let splits = divide(rows.clone());
    assert_eq!((splits.valid_origin, splits.test_origin), (Origin::SetAside, Origin::Given));
    assert_eq!(splits.test.len(), 100);
    // Which rows are set aside to tune on does not depend on where the test rows come from.
    let alone = divide(numbered(1000));
    let kept: Vec<_> =
        splits.valid.iter().filter(|row| alone.train.iter().any(|t| t.text == row.text)).collect();
    assert!(kept.is_empty());

    mark(&mut rows[100..200], Split::Valid);
    let splits = divide(rows.clone());
    assert_eq!((splits.valid_origin, splits.test_origin), (Origin::Given, Origin::Given));
    assert_eq!((splits.train.len(), splits.valid.len(), splits.test.len()), (800, 100, 100));

    mark(&mut rows, Split::Test);
    let splits = divide(rows);
    assert_eq!((splits.valid_origin, splits.test_origin), (Origin::Absent, Origin::Given));
    assert_eq!((splits.train.len(), splits.test.len()), (0, 1000));

    let none = Dataset::new(numbered(100), SplitShares { valid: 0.0, test: 0.0 }).split();
    assert_eq!(
        (none.train.len(), none.valid_origin, none.test_origin),
        (100, Origin::Absent, Origin::Absent)
    );
}

#[test]
fn names_of_files_and_folders_give_splits() {
    for (name, split) in [
        ("eng.train", Some(Split::Train)),
        ("eng.testa", Some(Split::Valid)),
        ("eng.testb", Some(Split::Test)),
        ("stsa.binary.dev", Some(Split::Valid)),
        ("TREC.test", Some(Split::Test)),
        ("de-DE_dev.jsonl", Some(Split::Valid)),
        ("my devel set.csv", Some(Split::Valid)),
        ("VAL.csv", Some(Split::Valid)),
        ("latest.csv", None),
        ("training_day.csv", Some(Split::Train)),
        ("train_test.csv", None),
        ("wnut17train.conll", None),
        ("test/part1.csv", Some(Split::Test)),
        ("test/dev.csv", Some(Split::Valid)),
    ] {
        let folder = Folder::new(&[(&format!("root/{name}"), b"text,label\nx,a\n")]);
        let options = ReadOptions { format: Some(stonechat_task::Format::Csv), ..ReadOptions::default() };
        let data = folder.read("root", &options).unwrap();
        assert_eq!(data.examples[0].split, split, "{name}");
    }
    // A row that names its split knows better than the file.
    let folder = Folder::new(&[("test.csv", b"text,label,partition\nx,a,dev\ny,a,\n")]);
    let data = folder.read("test.csv", &ReadOptions::default()).unwrap();
    assert_eq!(
        data.examples.iter().map(|e| e.split).collect::<Vec<_>>(),
        [Some(Split::Valid), Some(Split::Test)]
    );
}

#[test]
fn label_names_are_declared_or_sorted() {
    let rows = [example(1, "x", &["b"]), example(2, "y", &["a"]), example(3, "z", &["oos"])];
    let mut task = Task::parse("kind = \"single-label\"", Path::new("task.toml")).unwrap();
    assert_eq!(label_names(&task, &rows).unwrap(), ["a", "b"]);
    task.labels = ["oos", "b", "a", "c"].map(String::from).to_vec();
    assert_eq!(label_names(&task, &rows).unwrap(), ["b", "a", "c"]);
    task.labels = ["b", "aa"].map(String::from).to_vec();
    let error = label_names(&task, &rows).unwrap_err().to_string();
    assert_eq!(
        error,
        "made:2: the label \"a\" is not declared; did you mean \"aa\"? Else add it to labels in task.toml"
    );
}

#[test]
fn the_digest_sees_every_difference_and_no_file_name() {
    let base = || {
        let mut rows = vec![example(1, "ab", &["x"]), example(2, "c", &["y"])];
        rows[0].slots.push(Slot { name: "s".into(), start: 0, end: 1 });
        rows
    };
    let of = |rows: Vec<Example>| digest(&Dataset::new(rows, SplitShares { valid: 0.0, test: 0.0 }).split());
    let expected = of(base());
    type Change = fn(&mut Vec<Example>);
    let changes: [Change; 8] = [
        |rows| rows[0].text = "abc".into(),
        |rows| {
            rows[0].text = "a".into();
            rows[0].labels = vec!["bx".into()];
        },
        |rows| rows[0].labels.push("z".into()),
        |rows| rows[0].slots.clear(),
        |rows| rows[0].slots[0].end = 2,
        |rows| rows[0].slots[0].name = "t".into(),
        |rows| rows[1].split = Some(Split::Test),
        |rows| rows.swap(0, 1),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut rows = base();
        change(&mut rows);
        assert_ne!(of(rows), expected, "change {index}");
    }
    let mut moved = base();
    moved[0].source.line = 77;
    assert_eq!(of(moved), expected);
    let hex: String = expected.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex, "8c5f52ca7729b153",
        "model files name their data by this digest: change the code, never this number"
    );
}

#[test]
fn other_rows_take_the_place_of_the_validation_rows() {
    let folder = Folder::new(&[
        ("task.csv", b"text,label,split\none,a,train\ntwo,a,valid\nthree,b,test\n"),
        ("more.csv", b"text,label,split\nfour,b,train\nfive,a,test\n"),
        ("broken.csv", b"text,label\nfour,\n"),
    ]);
    let task = Task::read(&folder.path("task.csv")).unwrap();
    let mut data = Dataset::read(&task).unwrap();
    let error = data.replace_valid(&task, &folder.path("broken.csv")).unwrap_err();
    assert!(folder.message(&error).starts_with("broken.csv:2: "), "{error}");
    assert_eq!(data.examples, Dataset::read(&task).unwrap().examples);
    assert_eq!(data.replace_valid(&task, &folder.path("more.csv")).unwrap(), 1);
    assert_eq!(kinds(&data.warnings), ["split-overridden"]);
    let splits = data.split();
    let by_split = Split::ALL.map(|split| texts(splits.get(split)));
    assert_eq!(by_split, [vec!["one"], vec!["four", "five"], vec!["three"]]);
}
