//! Which rows are read for what.

use serde_json::json;
use std::path::Path;
use stonechat_engine::{Engine, Model, Reason};
use stonechat_task::{Dataset, Origin, Task};
use stonechat_train::Trained;

use crate::support::{Row, meta, rest, right, scores, single, splits, task, train};

#[test]
fn test_rows_are_never_read() {
    let task = task("single-label");
    let (rows, test) = (single(4, 200, 1), single(4, 50, 2));
    let mut other = test.clone();
    for (text, labels) in &mut other {
        text.insert_str(0, "altogether different ");
        labels[0] = "label0".to_string();
    }
    other[0].1[0] = "a label that is not in the train rows".to_string();
    let [first, second] = [&test, &other].map(|test| {
        train(
            &task,
            &splits(&task, &[("train.jsonl", &rows), ("test.jsonl", test)]),
            &[("max_size", "60000")],
        )
    });
    assert!(rest(&first.model) == rest(&second.model));
    assert_eq!(first.report, second.report);
    let [mut one, mut two] = [&first, &second].map(|trained| meta(&trained.model));
    assert_ne!(one["data"]["digest"], two["data"]["digest"], "the digest names all rows");
    assert_eq!(one["data"]["test"], 50);
    for document in [&mut one, &mut two] {
        document["data"]["digest"].take();
    }
    assert_eq!(one, two, "and nothing else tells of them");
}

#[test]
fn rows_outside_the_task_are_not_learned() {
    let task = task("single-label");
    let rows = single(4, 200, 1);
    let mut with = rows.clone();
    for at in 0..30 {
        with.insert(
            at * 5,
            (format!("what is the meaning of life number {at}"), vec![task.out_of_scope.clone()]),
        );
    }
    let test = single(4, 20, 2);
    let [inside, all] = [&rows, &with].map(|rows| {
        train(
            &task,
            &splits(&task, &[("train.jsonl", rows), ("test.jsonl", &test)]),
            &[("max_size", "60000"), ("learn_outside", "0")],
        )
    });
    assert!(rest(&inside.model) == rest(&all.model));
    assert!(
        all.report.notes.iter().any(|note| note.contains("`oos` were not learned")),
        "{:?}",
        all.report.notes
    );
    assert_eq!(all.report.labels, 4);
}

#[test]
fn rows_outside_the_task_are_learned_where_there_are_enough() {
    let task = task("single-label");
    let outside = |count: usize| {
        let mut rows = single(4, 400, 1);
        for at in 0..count {
            let text = format!("what is the meaning of life number {at}");
            rows.insert(at * 5, (text, vec![task.out_of_scope.clone()]));
        }
        train(&task, &splits(&task, &[("train.jsonl", &rows)]), &[("max_size", "60000")])
    };
    let few = outside(19);
    assert_eq!(few.report.labels, 4);
    let enough = outside(30);
    // Some are set aside to judge on.
    assert_eq!(enough.report.labels, 5);
    assert!((20..30).contains(&enough.report.scope.unwrap().learned));
    let model = Model::open(&enough.model).unwrap();
    assert_eq!(model.rule().out_of_scope, Some(4));
    assert_eq!(model.labels().get(4), task.out_of_scope);
    let mut engine = Engine::new(&model);
    let answer = engine.predict("what is the meaning of life number 77");
    assert_eq!(answer.reason(), Some(Reason::OutOfScope));
    assert!(answer.outsideness().unwrap() > model.scope().unwrap().most || answer.label().index == 4);
}

#[test]
fn given_validation_rows_only_tune() {
    let task = task("single-label");
    let rows = single(4, 200, 1);
    let [one, two] = [3, 4].map(|seed| {
        let splits = splits(&task, &[("train.jsonl", &rows), ("valid.jsonl", &single(4, 60, seed))]);
        assert_eq!(splits.valid_origin, Origin::Given);
        train(&task, &splits, &[("max_size", "60000")])
    });
    assert!(!one.report.draft && one.report.train_rows < 200);
    let texts = || rows.iter().map(|(text, _)| text.as_str());
    assert_eq!(scores(&one.model, texts()), scores(&two.model, texts()));
}

#[test]
fn validation_rows_set_aside_are_learned_in_the_end() {
    let task = task("single-label");
    let rows = single(4, 200, 1);
    let splits = splits(&task, &[("train.jsonl", &rows), ("test.jsonl", &single(4, 20, 2))]);
    assert_eq!(splits.valid_origin, Origin::SetAside);
    let trained = train(&task, &splits, &[]);
    assert!(trained.report.draft);
    assert_eq!(trained.report.train_rows, 200);
    assert_eq!(trained.report.valid_rows, splits.valid.len());
}

/// What was fitted is what all rows together give, but it was judged by a draft that did not see those to tune on.
#[test]
fn validation_rows_that_the_data_names_are_learned_where_the_recipe_says_so() {
    let (few, more, test) = (single(4, 150, 1), single(4, 50, 2), single(4, 20, 3));
    let task = task("single-label");
    let given = |rows: &[Row], valid: &[Row], settings: &[(&str, &str)]| {
        let files = [("train.jsonl", rows), ("valid.jsonl", valid), ("test.jsonl", &test)];
        let settings = [&[("linear_labels", "0"), ("epochs", "8")], settings].concat();
        let splits = splits(&task, &files);
        assert_eq!(splits.valid_origin, Origin::Given);
        train(&task, &splits, &settings)
    };
    let counts =
        |trained: &Trained| (trained.report.train_rows, trained.report.valid_rows, trained.report.draft);
    let learned = given(&few, &more, &[("learn_valid", "1")]);
    assert_eq!(counts(&learned), (200, 50, true));
    let whole = given(&[&few[..], &more].concat(), &test, &[]);
    assert_eq!(counts(&whole), (200, 20, false));
    let texts = || few.iter().chain(&more).map(|(text, _)| text.as_str());
    assert_eq!(scores(&learned.model, texts()), scores(&whole.model, texts()));
    let apart = given(&few, &more, &[]);
    assert_eq!(counts(&apart), (150, 50, false));
    assert_ne!(scores(&apart.model, texts()), scores(&whole.model, texts()));
}

/// What only these rows could teach is unknown to the draft that they judge.
#[test]
fn learned_validation_rows_are_judged_by_a_draft_that_did_not_see_them() {
    let task = task("single-label");
    let mut valid = single(4, 60, 2);
    let mut names: Vec<Vec<String>> = valid.iter().map(|row| row.1.clone()).collect();
    names.rotate_left(1);
    for (at, (row, name)) in valid.iter_mut().zip(names).enumerate() {
        *row = (format!("only{at} word{at} here{at}"), name);
    }
    let files = [("train.jsonl", &single(4, 200, 1)[..]), ("valid.jsonl", &valid), ("test.jsonl", &valid)];
    let splits = splits(&task, &files);
    let trained = train(&task, &splits, &[("learn_valid", "1")]);
    assert!(trained.report.draft && trained.report.accuracy.unwrap() < 0.6, "{:?}", trained.report);
    assert!(right(&trained.model, &valid) > 0.95);
}

/// A draft cannot be right where it never saw the label: what it is measured on are the others.
#[test]
fn learned_validation_rows_of_new_labels_judge_nothing() {
    let task = task("single-label");
    let (old, mut valid) = (single(4, 200, 1), single(4, 60, 2));
    valid.extend((0..30).map(|at| (format!("brand new thing {at}"), vec!["new".to_owned()])));
    let files = [("train.jsonl", &old[..]), ("valid.jsonl", &valid), ("test.jsonl", &single(4, 20, 3))];
    let trained = train(&task, &splits(&task, &files), &[("learn_valid", "1")]);
    let report = &trained.report;
    assert_eq!((report.train_rows, report.valid_rows, report.draft), (290, 60, true));
    assert!(report.accuracy.unwrap() > 0.9 && right(&trained.model, &valid[60..]) > 0.9, "{report:?}");
    assert!(
        report.notes.iter().any(|note| note.starts_with("30 valid rows with labels or slots")),
        "{report:?}"
    );
}

/// Where the train rows are all from outside there is nothing that a draft could know of the task.
#[test]
fn validation_rows_alone_may_teach_the_task() {
    let task = task("single-label");
    let outside: Vec<Row> =
        (0..40).map(|at| (format!("outside {at} of it"), vec![task.out_of_scope.clone()])).collect();
    let inside = single(4, 80, 1);
    let files = [("train.jsonl", &outside[..]), ("valid.jsonl", &inside), ("test.jsonl", &inside)];
    let trained = train(&task, &splits(&task, &files), &[("learn_valid", "1")]);
    let report = &trained.report;
    assert_eq!((report.valid_rows, report.accuracy, report.draft), (0, None, false), "{report:?}");
    assert!(right(&trained.model, &inside) > 0.9);
}

#[test]
fn a_promise_never_learns_validation_rows() {
    let task = task("single-label");
    let (rows, valid) = (single(4, 200, 1), single(4, 120, 2));
    let files = [("train.jsonl", &rows[..]), ("valid.jsonl", &valid), ("test.jsonl", &single(4, 20, 3))];
    let splits = splits(&task, &files);
    let promise = [("max_error", "0.2"), ("linear_labels", "0"), ("epochs", "8")];
    let [with, without] =
        ["1", "0"].map(|learn| train(&task, &splits, &[&promise[..], &[("learn_valid", learn)]].concat()));
    assert_eq!((with.report.train_rows, with.report.valid_rows), (200, 120));
    let texts = || rows.iter().map(|(text, _)| text.as_str());
    assert_eq!(scores(&with.model, texts()), scores(&without.model, texts()));
}

/// A label may have any slot until its rows tell that it has no others, or the task says so.
#[test]
fn slots_that_no_row_has_with_a_label_are_forbidden_by_many_rows_or_by_the_task() {
    let rows = |text: &str, label: &str, slot: &str, count: usize| -> String {
        let row = |at| {
            let slots = json!([{ "name": slot, "start": text.len() + 1, "end": text.len() + 3 }]);
            json!({ "text": format!("{text} x{}", at % 10), "label": label, "slots": slots }).to_string()
                + "\n"
        };
        (0..count).map(row).collect()
    };
    let rows = rows("play the song", "play", "song", 600) + &rows("dim the light in", "dim", "room", 30);
    let rules = |toml: &str| {
        let task = Task::parse(toml, Path::new("task.toml")).unwrap();
        let splits = Dataset::parse(&task, &[(Path::new("train.jsonl"), rows.as_str())]).unwrap().split();
        let file = train(&task, &splits, &[("epochs", "1"), ("units", "16")]).model;
        let model = Model::open(&file).unwrap();
        let slots = model.slots().unwrap();
        let mut found: Vec<(String, String, bool)> = Vec::new();
        for label in 0..model.labels().len() as u32 {
            for slot in (0..slots.len()).filter(|&slot| slots.rule(label, slot as u32).allowed) {
                let name = slots.name(slot).to_owned();
                let repeated = slots.rule(label, slot as u32).repeated;
                found.push((model.labels().get(label as usize).to_owned(), name, repeated));
            }
        }
        found.sort_unstable();
        found
    };
    let rule = |label: &str, slot: &str, repeated| (label.to_owned(), slot.to_owned(), repeated);
    let open = rules("name = \"home\"\nkind = \"single-label\"\n");
    assert_eq!(open, [rule("dim", "room", true), rule("dim", "song", true), rule("play", "song", true)]);
    let declared = rules("name = \"home\"\nkind = \"single-label\"\n[intents.dim]\nslots = [\"room\"]\n");
    assert_eq!(declared, [rule("dim", "room", false), rule("play", "song", true)]);
}
