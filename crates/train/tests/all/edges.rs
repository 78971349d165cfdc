//! The smallest and the largest tasks, and those that cannot be.

use stonechat_engine::{Engine, Kernel, Model, verify_with};
use stonechat_task::{Dataset, SplitShares, Task};
use stonechat_train::{TrainError, Trainer};

use crate::support::{Row, many, recipe, single, splits, task, train};

fn row(text: &str, label: &str) -> Row {
    (text.to_string(), vec![label.to_string()])
}

/// The splits of rows of which none is set aside.
fn whole(task: &Task, rows: &[Row]) -> stonechat_task::Splits {
    let mut all = splits(task, &[("train.jsonl", rows)]);
    let mut examples: Vec<_> = [&mut all.train, &mut all.valid, &mut all.test].map(std::mem::take).concat();
    examples.sort_by_key(|example| example.source.line);
    for example in &mut examples {
        example.split = None;
    }
    Dataset::new(examples, SplitShares { valid: 0.0, test: 0.0 }).split()
}

#[test]
fn two_rows() {
    let task = task("single-label");
    let splits = whole(&task, &[row("lights on", "on"), row("lights off", "off")]);
    assert_eq!(splits.train.len(), 2);
    let trained = train(&task, &splits, &[]);
    let model = Model::open(&trained.model).unwrap();
    let mut engine = Engine::new(&model);
    for (text, label) in [("lights on", "on"), ("lights off", "off"), ("OFF!", "off")] {
        assert_eq!(engine.predict(text).label().name, label, "{text}");
    }
    assert!(trained.report.accuracy.is_none() && trained.report.ece.is_none(), "nothing was measured");
    assert!(trained.report.notes.iter().any(|note| note.contains("too few to calibrate")));
}

#[test]
fn texts_without_a_single_feature() {
    let task = task("single-label");
    let splits = whole(&task, &[row("", "a"), row("  ", "b"), row("", "a"), row("\t", "b")]);
    let trained = train(&task, &splits, &[]);
    let model = Model::open(&trained.model).unwrap();
    assert_eq!(model.labels().iter().collect::<Vec<_>>(), ["a", "b"]);
    assert!(Engine::new(&model).predict("anything").reason().is_some());
}

#[test]
fn one_label_is_an_error_unless_there_may_be_none() {
    let rows = [row("a b", "x"), row("c d", "x"), row("e f", "x")];
    let single = task("single-label");
    let error = Trainer::new(recipe(&[])).train(&single, &whole(&single, &rows)).unwrap_err();
    assert!(matches!(&error, TrainError::OneLabel { label } if label == "x"), "{error}");
    assert!(error.to_string().contains("; add examples"), "{error}");
    let multi = task("multi-label");
    let mut rows = rows.to_vec();
    rows.extend([("g h".to_string(), vec![]), ("i j".to_string(), vec![])]);
    train(&multi, &whole(&multi, &rows), &[]);
}

#[test]
fn nothing_to_learn_is_an_error() {
    let task = task("single-label");
    let only_outside = whole(&task, &[row("a", "oos"), row("b", "oos")]);
    let error = Trainer::new(recipe(&[])).train(&task, &only_outside).unwrap_err();
    assert!(matches!(error, TrainError::NoRows), "{error}");
    let mut none = only_outside;
    none.train.clear();
    let error = Trainer::new(recipe(&[])).train(&task, &none).unwrap_err();
    assert!(matches!(error, TrainError::NoRows), "{error}");
}

#[test]
fn undeclared_labels_and_wrong_recipes_are_errors() {
    let mut task = task("single-label");
    task.labels = vec!["on".to_string(), "off".to_string()];
    let rows = whole(&task, &[row("lights on", "on"), row("lights of", "of")]);
    let error = Trainer::new(recipe(&[])).train(&task, &rows).unwrap_err();
    assert!(matches!(error, TrainError::Task(_)), "{error}");
    assert!(error.to_string().starts_with("train.jsonl:2: "), "{error}");
    let mut wrong = recipe(&[]);
    wrong.epochs = 0;
    let error = Trainer::new(wrong).train(&task, &rows).unwrap_err();
    assert!(matches!(error, TrainError::Recipe(_)), "{error}");
}

#[test]
fn ten_thousand_labels() {
    let task = task("single-label");
    let splits = whole(&task, &single(10_000, 20_000, 8));
    let settings = [("epochs", "1"), ("dim", "8"), ("hidden", "16"), ("max_size", "2000000")];
    let trained = train(&task, &splits, &settings);
    let model = Model::open(&trained.model).unwrap();
    assert_eq!(model.labels().len(), 10_000);
    assert!(trained.model.len() <= 2_000_000);
    assert_eq!(Engine::new(&model).predict("the").ranking().len(), stonechat_engine::RANKING);
}

#[test]
fn a_label_without_a_row_is_told() {
    let mut task = task("single-label");
    task.labels = ["label0", "label1", "label2", "never"].map(str::to_string).to_vec();
    let trained = train(&task, &whole(&task, &single(3, 60, 9)), &[]);
    let model = Model::open(&trained.model).unwrap();
    assert_eq!(model.labels().iter().collect::<Vec<_>>(), task.labels, "in the order of the task");
    assert!(trained.report.notes.iter().any(|note| note.starts_with("1 labels have no row")));
}

#[test]
fn recorded_examples_verify() {
    for (kind, rows) in [("single-label", single(5, 100, 1)), ("multi-label", many(10, 100, 1))] {
        let task = task(kind);
        let splits = splits(&task, &[("train.jsonl", &rows)]);
        for (recorded, least, most) in [("0", 0, 0), ("1", 1, 2), ("16", 8, 16), ("80", 40, 80)] {
            let trained = train(&task, &splits, &[("recorded", recorded), ("epochs", "2")]);
            let model = Model::open(&trained.model).unwrap();
            let count = model.recorded().len();
            assert!((least..=most).contains(&count), "{recorded}: {count}");
            for kernel in Kernel::available() {
                assert_eq!(verify_with(&model, *kernel), Ok(count));
            }
        }
    }
}
