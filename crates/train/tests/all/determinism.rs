//! The same rows, recipe and seed give the same file.

use stonechat_task::{Origin, Splits, Task};
use stonechat_train::Trainer;

use crate::support::{many, recipe, rest, single, smart_home, splits, task, train};

/// Trains the same with different numbers of threads, then with another seed.
fn check(task: &Task, splits: &Splits, settings: &[(&str, &str)], bits: u32) {
    let with = |threads: usize| {
        let trained = Trainer::new(recipe(settings)).threads(threads).train(task, splits).unwrap();
        // Set-aside rows make a draft, which is what threads have to share.
        assert!(trained.report.draft && trained.report.valid_rows > 0);
        assert_eq!(trained.report.bits, bits);
        trained
    };
    let first = with(1);
    for threads in [1, 2, 3, 0] {
        let again = with(threads);
        assert!(again.model == first.model, "{threads} threads give another file");
        assert_eq!(again.report, first.report);
    }
    let mut told = 0;
    let listener = Box::new(|_: &stonechat_train::Progress| told += 1);
    let heard = Trainer::new(recipe(settings)).threads(2).on_progress(listener).train(task, splits).unwrap();
    assert!(heard.model == first.model && told > 0, "a listener changes nothing");
    let mut other = recipe(settings);
    other.seed += 1;
    let other = Trainer::new(other).train(task, splits).unwrap();
    assert!(rest(&other.model) != rest(&first.model), "the seed changes nothing");
}

#[test]
fn few_labels() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(5, 300, 1))]);
    check(&task, &splits, &[("max_size", "60000")], 8);
}

#[test]
fn more_labels() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(12, 400, 2))]);
    check(&task, &splits, &[("max_size", "150000"), ("epochs", "8"), ("bits", "8")], 8);
}

#[test]
fn rows_of_4_bits() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(12, 400, 2))]);
    check(&task, &splits, &[("max_size", "60000"), ("epochs", "8"), ("bits", "4")], 4);
}

#[test]
fn any_number_of_labels() {
    let task = task("multi-label");
    let splits = splits(&task, &[("train.jsonl", &many(12, 400, 3))]);
    check(&task, &splits, &[("max_size", "150000"), ("epochs", "8"), ("bits", "8")], 8);
}

/// Rows that get values of others get the same ones, whoever computes them.
#[test]
fn slots_with_values_of_other_rows() {
    let (task, splits) = smart_home();
    let with = |swaps: &str, threads: usize| {
        let recipe = recipe(&[("value_swaps", swaps), ("epochs", "2"), ("max_size", "100000")]);
        Trainer::new(recipe).threads(threads).train(&task, &splits).unwrap().model
    };
    let first = with("0.5", 1);
    assert!(with("0.5", 3) == first, "3 threads give another file");
    assert!(rest(&with("0", 1)) != rest(&first), "no values were swapped");
}

/// 360 rows, and 40 that a draft of these is tuned on and the model learns from, too.
fn drafted() -> (Task, Splits) {
    let (task, splits) = smart_home();
    let (train, valid) = (splits.train[..360].to_vec(), splits.train[360..400].to_vec());
    (task, Splits { train, valid, valid_origin: Origin::SetAside, ..splits })
}

/// Features are left out from so many rows on, and a draft of fewer of them learns as the model does.
#[test]
fn features_of_tokens_are_left_out_of_many_rows() {
    let (task, splits) = drafted();
    let with = |share: &str, from: usize| {
        let from = from.to_string();
        let settings =
            [("token_dropout", share), ("token_dropout_rows", &from), ("epochs", "1"), ("max_size", "60000")];
        Trainer::new(recipe(&settings)).train(&task, &splits).unwrap()
    };
    let none = with("0", 0);
    let rows = none.report.train_rows;
    assert!(none.report.draft && rows > 360, "a draft sees fewer rows than the {rows} of the model");
    let none = rest(&none.model);
    assert!(rest(&with("0.3", rows + 1).model) == none, "{rows} rows are too few");
    let some = with("0.3", 0);
    assert!(rest(&some.model) != none, "no features were left out");
    assert!(rest(&with("0.3", rows).model) == rest(&some.model), "the draft left none out");
}

/// Of few rows values are swapped, or not, as the model's rows are many, and not the draft's: one judges the other.
#[test]
fn values_are_swapped_in_draft_and_model_or_in_neither() {
    let (task, splits) = drafted();
    let with = |share: &str, up_to: usize| {
        let up_to = up_to.to_string();
        let swaps = [("value_swaps", share), ("swap_rows", &*up_to)];
        let small = [("strange_words", "0"), ("epochs", "1"), ("max_size", "60000")];
        Trainer::new(recipe(&[&swaps[..], &small].concat())).train(&task, &splits).unwrap()
    };
    let none = with("0", 3000);
    let rows = none.report.train_rows;
    assert!(none.report.draft && rows > 360, "a draft sees fewer rows than the {rows} of the model");
    let none = rest(&none.model);
    assert!(rest(&with("1", rows - 1).model) == none, "the draft's rows were swapped");
    assert!(rest(&with("1", rows).model) != none, "no values were swapped");
}

/// A change of one character of one row is another file: nothing is cached between trainings.
#[test]
fn other_rows_give_another_file() {
    let task = task("single-label");
    let mut rows = single(3, 90, 4);
    let first = Trainer::new(recipe(&[])).train(&task, &splits(&task, &[("train.jsonl", &rows)])).unwrap();
    rows[0].0.push('x');
    let other = Trainer::new(recipe(&[])).train(&task, &splits(&task, &[("train.jsonl", &rows)])).unwrap();
    assert!(rest(&first.model) != rest(&other.model));
}

/// The bytes depend on the rows, not on where they lie.
#[test]
fn the_place_of_the_data_is_not_in_the_file() {
    let task = task("single-label");
    let mut valid = single(3, 40, 2);
    valid[0].1 = vec!["strange".to_string()];
    let rows = single(3, 90, 1);
    let made = |folder: &str| {
        let (first, second) = (format!("{folder}/train.jsonl"), format!("{folder}/valid.jsonl"));
        train(&task, &splits(&task, &[(&first, &rows), (&second, &valid)]), &[]).model
    };
    assert!(made("here") == made("somewhere/else"));
}
