//! The look-up: what it learns from rows, and what it makes of the tuning rows.

use stonechat_engine::format::Tier;
use stonechat_engine::{Decision, Engine, Model, verify};
use stonechat_train::{TrainError, Trained, Trainer};

use crate::support::{Row, many, meta, recipe, single, splits, task};

fn row(text: &str, label: &str) -> Row {
    (text.to_string(), vec![label.to_string()])
}

fn look_up(files: &[(&str, &[Row])]) -> Result<Trained, TrainError> {
    let task = task("single-label");
    Trainer::new(recipe(&[])).tier(Tier::Lookup).train(&task, &splits(&task, files))
}

#[test]
fn it_knows_every_text_and_no_other() {
    let rows = single(5, 200, 1);
    let test = [row("a test row, so that none is set aside", "label1")];
    let trained = look_up(&[("train.jsonl", &rows), ("test.jsonl", &test)]).unwrap();
    let model = Model::open(&trained.model).unwrap();
    assert_eq!(verify(&model), Ok(16));
    let mut engine = Engine::new(&model);
    for (text, labels) in &rows {
        let answer = engine.predict(text);
        assert_eq!((answer.decision(), answer.label().name), (Decision::Accept, labels[0].as_str()));
        assert_eq!(engine.predict(&format!("{text} more")).read().known_words, 0);
    }
    let report = &trained.report;
    assert_eq!((report.tier, report.texts, report.draft), ("lookup", Some(200), true));
    // Rows are set aside by their text: the draft knows none of them.
    assert_eq!((report.accuracy, report.merit.as_ref().map(|merit| merit.value)), (Some(0.0), Some(0.0)));
    assert_eq!(meta(&trained.model)["training"]["texts"], 200);
    assert!(report.notes.iter().any(|note| note.contains("the confidence is 0.95")), "{:?}", report.notes);
}

#[test]
fn the_most_frequent_label_of_a_text_and_of_all() {
    let rows = [
        row("lights", "on"),
        row("Lights!", "off"),
        row("LIGHTS", "off"),
        row("tie", "b"),
        row("tie", "a"),
        row("other", "off"),
    ];
    let trained = look_up(&[("train.jsonl", &rows), ("valid.jsonl", &[row("lights", "off")])]).unwrap();
    let model = Model::open(&trained.model).unwrap();
    let mut engine = Engine::new(&model);
    for (text, label) in [("lights", "off"), ("tie", "a"), ("nothing like it", "off")] {
        assert_eq!(engine.predict(text).label().name, label, "{text}");
    }
    assert!(
        trained.report.notes.iter().any(|note| note.starts_with("2 texts stand in the rows with several"))
    );
}

#[test]
fn confidence_is_what_the_tuning_rows_show() {
    let rows = single(4, 100, 3);
    // Of 40 tuning rows that are known 30 have the label that was shown; 10 are not known.
    let mut valid: Vec<Row> = rows.iter().take(40).cloned().collect();
    for row in valid.iter_mut().take(10) {
        row.1 = vec![if row.1[0] == "label0" { "label1" } else { "label0" }.to_string()];
    }
    valid.extend((0..10).map(|index| row(&format!("unheard of {index}"), "label0")));
    let trained =
        look_up(&[("train.jsonl", &rows), ("valid.jsonl", &valid), ("test.jsonl", &valid)]).unwrap();
    assert_eq!(trained.report.accuracy, Some(0.6), "abstained from is wrong");
    let model = Model::open(&trained.model).unwrap();
    let mut engine = Engine::new(&model);
    let confidence = f64::from(engine.predict(&rows[50].0).confidence().raw()) / 65_536.0;
    assert!((confidence - 39.5 / 50.0).abs() < 1e-4, "{confidence}");
    assert_eq!(engine.predict("unheard of").confidence().raw(), 0);
}

#[test]
fn rows_that_repeat_texts_tell_where_the_tuning_rows_cannot() {
    // Every text three times, each with its own label: none is contradicted.
    let rows: Vec<Row> =
        single(4, 60, 5).into_iter().flat_map(|row| [row.clone(), row.clone(), row]).collect();
    let trained = look_up(&[("train.jsonl", &rows)]).unwrap();
    assert!(
        !trained.report.notes.iter().any(|note| note.contains("too few to tell")),
        "{:?}",
        trained.report.notes
    );
    let model = Model::open(&trained.model).unwrap();
    assert!(Engine::new(&model).predict(&rows[0].0).confidence().raw() > 65_000);
}

#[test]
fn tasks_that_are_none_for_it() {
    let task = task("multi-label");
    let rows = splits(&task, &[("train.jsonl", &many(4, 60, 1))]);
    let error = Trainer::new(recipe(&[])).tier(Tier::Lookup).train(&task, &rows).unwrap_err();
    assert!(matches!(error, TrainError::NoLookup { .. }), "{error}");
    assert!(error.to_string().contains("may have several; train another tier"), "{error}");
}

#[test]
fn it_is_never_larger_than_asked_for() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(5, 500, 1))]);
    let train = |max_size: u64| {
        let mut recipe = recipe(&[]);
        recipe.max_size = max_size;
        Trainer::new(recipe).tier(Tier::Lookup).train(&task, &rows)
    };
    let Err(TrainError::Size { max_size: 6000, least }) = train(6000) else {
        panic!("500 texts in 6,000 bytes")
    };
    assert!(train(least).unwrap().model.len() as u64 <= least);
}
