//! Which rows a model is tuned on, and that they are told of honestly.

use crate::support::{Numbers, Row, recipe, single, splits, task, train};
use serde_json::json;
use std::path::Path;
use stonechat_task::{Dataset, Origin, Splits, Task};
use stonechat_train::{Recipe, TrainError, Trainer};

#[test]
fn tuning_rows_with_a_strange_label_count_as_wrong() {
    let task = task("single-label");
    let mut valid = single(4, 60, 2);
    for row in valid.iter_mut().take(30) {
        row.1 = vec!["no such label".to_string()];
    }
    let splits = splits(&task, &[("train.jsonl", &single(4, 200, 1)), ("valid.jsonl", &valid)]);
    let report = train(&task, &splits, &[]).report;
    assert_eq!(report.valid_rows, 60);
    assert!(report.accuracy.unwrap() <= 0.5, "{report:?}");
    assert!(report.notes.iter().any(|note| note.contains("30, the first `no such label`")), "{report:?}");
}

#[test]
fn a_declared_task_refuses_strange_labels_in_tuning_rows() {
    let text = "name = \"test\"\nkind = \"single-label\"\nlabels = [\"label0\", \"label1\"]\n";
    let task = Task::parse(text, "task.toml".as_ref()).unwrap();
    let strange: Row = ("w0 w1".to_string(), vec!["no such label".to_string()]);
    let splits = splits(&task, &[("train.jsonl", &single(2, 50, 1)), ("valid.jsonl", &[strange])]);
    let error = Trainer::new(Recipe::default()).train(&task, &splits).unwrap_err().to_string();
    assert!(error.contains("valid.jsonl:1:") && error.contains("no such label"), "{error}");
}

#[test]
fn rows_that_were_learned_from_are_not_tuned_on() {
    let task = task("single-label");
    let all = splits(&task, &[("train.jsonl", &single(4, 200, 1))]);
    let all = Splits {
        valid: [all.train, all.valid].concat(),
        train: Vec::new(),
        valid_origin: Origin::SetAside,
        ..all
    };
    let report = train(&task, &all, &[]).report;
    assert_eq!((report.valid_rows, report.accuracy, report.draft), (0, None, false));
    assert!(report.notes.iter().any(|note| note.contains("too few to calibrate")), "{report:?}");
}

/// Rows of slots alone: of every `each` one has a name.
fn calls(count: usize, each: usize, seed: u64) -> String {
    let mut numbers = Numbers(seed);
    let names = ["anna", "bert", "carla", "dora", "emil", "frida"];
    let row = |at: usize| {
        let name = names[numbers.below(names.len())];
        let (text, slots) = if at.is_multiple_of(each) {
            let slot = json!({ "name": "who", "start": 12, "end": 12 + name.len() });
            (format!("please call {name} number {at}"), vec![slot])
        } else {
            (format!("nothing to say today number {at}"), Vec::new())
        };
        json!({ "text": text, "slots": slots }).to_string() + "\n"
    };
    (0..count).map(row).collect()
}

fn call_task(valid: &str) -> (Task, Splits) {
    let task = Task::parse("name = \"calls\"\nkind = \"slots-only\"\n", "task.toml".as_ref()).unwrap();
    let train = calls(200, 2, 1);
    let files = [("train.jsonl", train.as_str()), ("valid.jsonl", valid), ("test.jsonl", &train)];
    let splits = Dataset::parse(&task, &files.map(|(name, text)| (Path::new(name), text))).unwrap().split();
    (task, splits)
}

const SMALL: [(&str, &str); 5] =
    [("units", "16"), ("dim", "16"), ("epochs", "8"), ("least_steps", "0"), ("rate", "0.01")];

/// Rows enough, but without slots: there is nothing to calibrate on, and all is as it should be.
#[test]
fn tuning_rows_without_slots_tell_no_confidence_of_slots() {
    let (task, splits) =
        call_task(&calls(40, 1000, 2).lines().skip(1).map(|line| format!("{line}\n")).collect::<String>());
    let report = train(&task, &splits, &SMALL).report;
    let merit = report.merit.clone().unwrap();
    assert_eq!((report.slots.unwrap().temperature, merit.value, merit.rows), (1.0, 1.0, 39));
    assert!(
        report.notes.iter().any(|note| note.contains("too few slots to calibrate on")),
        "{:?}",
        report.notes
    );
    let (task, splits) = call_task(&calls(60, 2, 2));
    let report = train(&task, &splits, &SMALL).report;
    assert!(
        report.slots.unwrap().temperature != 1.0
            && report.notes.iter().all(|note| !note.contains("too few slots"))
    );
}

/// Rows without a slot prove nothing of slots: it says how many are missing, not that the model is wrong.
#[test]
fn a_promise_of_slots_counts_rows_with_slots() {
    let (task, splits) = call_task(&calls(240, 12, 2));
    let settings = [&SMALL[..], &[("max_error", "0.05")]].concat();
    let error = Trainer::new(recipe(&settings)).train(&task, &splits).unwrap_err();
    assert!(matches!(error, TrainError::TooFewToPromise { rows: 20, needed: 59, .. }), "{error}");
}

#[test]
fn a_row_of_two_labels_is_refused_where_there_is_one() {
    let single_label = task("single-label");
    let mut splits = splits(&single_label, &[("train.jsonl", &single(3, 30, 1))]);
    splits.train[3].labels.push("label0".to_string());
    let error = Trainer::new(Recipe::default()).train(&single_label, &splits).unwrap_err();
    assert!(matches!(error, TrainError::Labels { found: 2, .. }), "{error}");
}

#[test]
fn a_machine_that_does_not_fit_is_no_rival() {
    let task = task("single-label");
    let rows = single(40, 400, 1);
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    for (max_size, linear_labels) in [("30000", "100"), ("1100000", "4294967295"), ("4294967296", "8")] {
        train(&task, &splits, &[("max_size", max_size), ("linear_labels", linear_labels), ("epochs", "2")]);
    }
    let few = crate::support::splits(&task, &[("train.jsonl", &single(5, 40, 1))]);
    let settings = [("hidden", "4"), ("epochs", "5")];
    assert!(!train(&task, &few, &settings).report.linear, "a machine needs a wider layer");
}

#[test]
fn a_training_that_diverges_says_so() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(12, 200, 1))]);
    let recipe = recipe(&[("rate", "100"), ("table_rate", "100"), ("epochs", "5")]);
    match Trainer::new(recipe).train(&task, &splits) {
        Err(TrainError::Diverged) => {}
        Err(error) => panic!("{error}"),
        Ok(trained) => {
            let note = trained.report.notes.iter().any(|note| note.contains("commonest label"));
            assert!(note || trained.report.accuracy.unwrap() > 0.08, "{:?}", trained.report);
        }
    }
}

#[test]
fn a_pictograph_is_a_word() {
    let task = task("single-label");
    let row = |text: &str, label: &str| (text.to_string(), vec![label.to_string()]);
    let rows: Vec<Row> =
        (0..60).map(|i| if i % 2 == 0 { row("\u{1F44D}", "yes") } else { row("no thanks", "no") }).collect();
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    let trained = train(&task, &splits, &[]);
    let model = stonechat_engine::Model::open(&trained.model).unwrap();
    let mut engine = stonechat_engine::Engine::new(&model);
    let answer = engine.predict("\u{1F44D}");
    assert_eq!((answer.label().name, answer.read().known_words, answer.reason()), ("yes", 1, None));
    assert_eq!(engine.predict("!?").read().words, 0, "punctuation is no word");
}
