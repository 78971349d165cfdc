//! The ladder: which rungs are climbed, which is chosen, and what travels in the file.

use stonechat_engine::format::Tier;
use stonechat_engine::{Model, verify};
use stonechat_task::{Splits, Task};
use stonechat_train::{Ladder, Limits, Recipe, TrainError, Trained, Trainer};

use crate::order::{SMALL, ordered};
use crate::support::{Row, many, recipe, rest, single, splits, task};

/// Climbs with so many threads, with a clock that says what this function says of a file's size.
fn climb_with(
    (task, rows): (&Task, &Splits),
    recipe: &Recipe,
    limits: &Limits,
    threads: usize,
    time: fn(usize) -> f64,
) -> Result<(Trained, Ladder), TrainError> {
    let mut clock = |model: &Model<'_>| Some(time(model.bytes().len()));
    let trainer = Trainer::new(recipe.clone()).threads(threads);
    let trained = trainer.climb(task, rows, limits, &mut clock)?;
    let ladder = trained.report.ladder.clone().unwrap();
    let model = Model::open(&trained.model).unwrap();
    verify(&model).unwrap();
    // What is in the file is what was told, without the times.
    let mut told = ladder.clone();
    for model in told.rungs.iter_mut().filter_map(|rung| rung.model.as_mut()) {
        model.p50_us = None;
    }
    let stored = format!("\"ladder\":{}", serde_json::to_string(&told).unwrap());
    assert!(model.meta().contains(&stored), "{} in {}", stored, model.meta());
    assert!(!model.meta().contains("p50"));
    let chosen: Vec<_> =
        ladder.rungs.iter().filter(|rung| rung.model.as_ref().is_some_and(|model| model.chosen)).collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].model.as_ref().unwrap().bytes, trained.model.len());
    assert_eq!(chosen[0].tier, model.tier().name());
    for rung in &ladder.rungs {
        assert!(rung.model.as_ref().is_none_or(|model| model.bytes as u64 <= rung.max_size), "{ladder}");
    }
    Ok((trained, ladder))
}

fn climb(data: (&Task, &Splits), recipe: &Recipe, limits: &Limits) -> (Trained, Ladder) {
    climb_with(data, recipe, limits, 1, |size| size as f64).unwrap()
}

/// The tiers, sizes and notes of the rungs.
fn outline(ladder: &Ladder) -> Vec<(&str, u64, Option<&str>)> {
    ladder.rungs.iter().map(|rung| (rung.tier.as_str(), rung.max_size, rung.note.as_deref())).collect()
}

fn chosen(ladder: &Ladder) -> usize {
    ladder.rungs.iter().position(|rung| rung.model.as_ref().is_some_and(|model| model.chosen)).unwrap()
}

const SAME: Option<&str> = Some("as the rung below: everything fits there");

fn fast() -> Recipe {
    recipe(&[("epochs", "3"), ("pieces", "0")])
}

#[test]
fn small_data_are_trained_once_for_all_sizes() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(20, 400, 1))]);
    let (trained, ladder) = climb((&task, &rows), &fast(), &Limits::default());
    assert_eq!(
        outline(&ladder),
        [
            ("lookup", 2_500_000, None),
            ("bag", 100_000, None),
            ("bag", 300_000, None),
            ("bag", 1_000_000, SAME),
            ("bag", 2_500_000, SAME),
            ("tagger", 2_500_000, Some("not tried: it has nothing to win")),
        ],
        "{ladder}"
    );
    assert_eq!((ladder.measure.as_str(), ladder.tuning_rows), ("accuracy", trained.report.valid_rows));
    // That a rung is skipped is right: its model would be the same but for the size in its recipe.
    let alone = |max_size: u64| {
        let recipe = Recipe { max_size, ..fast() };
        Trainer::new(recipe).train(&task, &rows).unwrap().model
    };
    assert!(rest(&alone(300_000)) == rest(&alone(2_500_000)));
    assert!(rest(&alone(100_000)) != rest(&alone(300_000)));
}

#[test]
fn the_same_file_with_any_number_of_threads() {
    let task = task("single-label");
    let (train, valid) = (single(20, 400, 1), single(20, 60, 2));
    let set_aside = splits(&task, &[("train.jsonl", &train)]);
    let given = splits(&task, &[("train.jsonl", &train), ("valid.jsonl", &valid)]);
    let few = single(3, 200, 4);
    let few = splits(&task, &[("train.jsonl", &few), ("valid.jsonl", &single(3, 60, 5))]);
    for (rows, min_accuracy) in [(&set_aside, None), (&given, None), (&given, Some(0.2)), (&few, None)] {
        let limits = Limits { min_accuracy, ..Limits::default() };
        let data = (&task, rows);
        let (first, ladder) = climb(data, &fast(), &limits);
        for threads in [1, 2, 3, 8] {
            let (again, other) = climb_with(data, &fast(), &limits, threads, |_| 7.0).unwrap();
            assert!(first.model == again.model, "{threads} threads give another file");
            assert_eq!(outline(&ladder), outline(&other));
        }
    }
}

/// Drafts choose the rung; its model is then the one that is trained alone.
#[test]
fn the_chosen_model_is_the_one_that_is_trained_alone() {
    let task = task("single-label");
    let bags = splits(&task, &[("train.jsonl", &single(20, 400, 1))]);
    let taggers = splits(&task, &[("train.jsonl", &ordered(400, 1))]);
    let named = splits(&task, &[("train.jsonl", &single(20, 400, 1)), ("valid.jsonl", &single(20, 60, 2))]);
    let learned = Recipe { learn_valid: 1, ..fast() };
    let ordered = recipe(&SMALL);
    let all = [(&bags, fast(), Tier::Bag), (&named, learned, Tier::Bag), (&taggers, ordered, Tier::Tagger)];
    for (rows, recipe, tier) in all {
        let (trained, ladder) = climb((&task, rows), &recipe, &Limits::default());
        let rung = &ladder.rungs[chosen(&ladder)];
        let recipe = Recipe { max_size: rung.max_size, ..recipe };
        let alone = Trainer::new(recipe).tier(tier).train(&task, rows).unwrap();
        assert_eq!(rung.tier, tier.name(), "{ladder}");
        assert!(rest(&trained.model) == rest(&alone.model), "{ladder}");
        assert!(trained.report.draft);
        assert_eq!(trained.report.train_rows, alone.report.train_rows);
    }
}

/// A draft that is fast enough, of a model that is not: another rung is taken.
#[test]
fn a_model_that_is_slower_than_its_draft_is_out() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(20, 400, 1))]);
    let limits = Limits { max_latency_us: Some(50.0), ..Limits::default() };
    let mut clock = |model: &Model<'_>| {
        let whole = model.tier() == Tier::Bag && model.meta().contains("\"draft\":true");
        Some(if whole { 60.0 } else { 40.0 })
    };
    let trained = Trainer::new(fast()).climb(&task, &rows, &limits, &mut clock).unwrap();
    let ladder = trained.report.ladder.unwrap();
    let slow = Some("slower than 50 µs");
    assert_eq!(outline(&ladder)[1..3], [("bag", 100_000, slow), ("bag", 300_000, slow)], "{ladder}");
    assert_eq!((trained.report.tier, chosen(&ladder), &ladder.missed), ("lookup", 0, &None), "{ladder}");
}

#[test]
fn the_limit_is_the_last_rung() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(20, 400, 1))]);
    let limit = |max_size| Limits { max_size: Some(max_size), ..Limits::default() };
    let (trained, ladder) = climb((&task, &rows), &fast(), &limit(150_000));
    let sizes: Vec<u64> = ladder.rungs.iter().map(|rung| rung.max_size).collect();
    assert_eq!(sizes, [150_000, 100_000, 150_000, 150_000]);
    assert!(trained.model.len() <= 150_000);
    // The recipe's own limit is one too, and a rung of the ladder that is the limit stands once.
    let recipe = Recipe { max_size: 300_000, ..fast() };
    let (_, ladder) = climb((&task, &rows), &recipe, &Limits::default());
    assert_eq!(outline(&ladder).len(), 4);
    assert_eq!(ladder.limits.max_size, Some(300_000));
    // Too small for a bag: only the look-up is left.
    let (trained, ladder) = climb((&task, &rows), &fast(), &limit(12_500));
    assert_eq!((trained.report.tier, chosen(&ladder)), ("lookup", 0), "{ladder}");
    let note = ladder.rungs[1].note.as_deref().unwrap();
    assert!(note.starts_with("needs ") && ladder.rungs[1].model.is_none(), "{note}");
    assert!(ladder.why.contains("nothing else is within the limits"), "{}", ladder.why);
    // Too small for anything.
    let error = climb_with((&task, &rows), &fast(), &limit(5000), 1, |_| 1.0).unwrap_err();
    let TrainError::Size { max_size: 5000, least } = error else { panic!("{error}") };
    climb((&task, &rows), &fast(), &limit(least));
}

#[test]
fn the_first_rung_that_is_good_enough_ends_the_climb() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(3, 300, 1))]);
    let limits = Limits { min_accuracy: Some(0.6), ..Limits::default() };
    let (_, ladder) = climb((&task, &rows), &fast(), &limits);
    assert_eq!((outline(&ladder).len(), chosen(&ladder), &ladder.missed), (2, 1, &None), "{ladder}");
    let limits = Limits { min_accuracy: Some(0.0), ..Limits::default() };
    let (trained, _) = climb((&task, &rows), &fast(), &limits);
    assert_eq!(trained.report.tier, "lookup", "nothing is asked for, so the cheapest does");
}

#[test]
fn what_is_not_reached_is_said_and_the_best_comes_out() {
    let task = task("single-label");
    let mut rows = single(3, 300, 1);
    // A third of the rows has a label that nothing tells.
    for (index, row) in rows.iter_mut().enumerate() {
        row.1 = vec![format!("label{}", (index * 7919 / 13) % 3)];
    }
    let rows = splits(&task, &[("train.jsonl", &rows)]);
    let limits = Limits { min_accuracy: Some(0.99), ..Limits::default() };
    let (_, ladder) = climb((&task, &rows), &fast(), &limits);
    let best = ladder.rungs[chosen(&ladder)].model.as_ref().unwrap().accuracy;
    assert!(ladder.rungs.iter().all(|rung| rung.model.as_ref().is_none_or(|model| model.accuracy <= best)));
    assert!(ladder.missed.as_deref().unwrap().starts_with("no rung reaches min_accuracy = 0.99"), "{ladder}");
}

#[test]
fn rungs_that_are_too_slow_are_out() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(20, 400, 1))]);
    let data = (&task, &rows);
    let limits = Limits { max_latency_us: Some(50.0), ..Limits::default() };
    let slow = |size: usize| if size > 100_000 { 60.0 } else { 40.0 };
    let (trained, ladder) = climb_with(data, &fast(), &limits, 1, slow).unwrap();
    assert!(trained.model.len() <= 100_000);
    assert_eq!(ladder.rungs[2].note.as_deref(), Some("slower than 50 µs"));
    assert_eq!((chosen(&ladder), &ladder.missed), (1, &None), "{ladder}");
    let (_, ladder) = climb_with(data, &fast(), &limits, 1, |_| 51.0).unwrap();
    assert_eq!(ladder.missed.as_deref(), Some("no rung answers in 50 µs"));
    assert_ne!(chosen(&ladder), 0, "the best is taken all the same: {ladder}");
}

#[test]
fn few_tuning_rows_choose_the_largest() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &single(20, 400, 1)), ("valid.jsonl", &single(20, 12, 2))]);
    let (_, ladder) = climb((&task, &rows), &fast(), &Limits::default());
    assert_eq!(chosen(&ladder), 2, "{ladder}");
    assert!(ladder.why.contains("fewer than 20 tuning rows"), "{}", ladder.why);
}

#[test]
fn any_number_of_labels_climb_bags_by_f1() {
    let task = task("multi-label");
    let rows = splits(&task, &[("train.jsonl", &many(12, 300, 3))]);
    let (trained, ladder) = climb((&task, &rows), &fast(), &Limits::default());
    assert_eq!((ladder.measure.as_str(), ladder.rungs[0].tier.as_str()), ("micro_f1", "bag"));
    let merit = trained.report.merit.unwrap();
    let figures = ladder.rungs[chosen(&ladder)].model.as_ref().unwrap();
    assert_eq!((figures.accuracy, figures.interval), (Some(merit.value), Some(merit.interval)));
    assert!(merit.interval[0] <= merit.value && merit.value <= merit.interval[1]);
}

#[test]
fn texts_that_repeat_make_the_look_up_good_enough() {
    let task = task("single-label");
    let rows = single(20, 400, 1);
    let valid: Vec<Row> = rows.iter().step_by(3).cloned().collect();
    let rows = splits(&task, &[("train.jsonl", &rows), ("valid.jsonl", &valid), ("test.jsonl", &valid)]);
    let (trained, ladder) = climb((&task, &rows), &fast(), &Limits::default());
    assert_eq!((trained.report.tier, chosen(&ladder)), ("lookup", 0), "{ladder}");
    let figures = ladder.rungs[0].model.as_ref().unwrap();
    assert_eq!((figures.accuracy, figures.multiply_adds), (Some(1.0), 0));
    assert!(figures.front && figures.rows_read < 20);
    let shown = trained.report.to_string();
    assert!(shown.contains(">* lookup in 2.5 MB") && shown.contains("a look-up of 400 texts"), "{shown}");
}

/// One label and texts from outside are two things to tell apart, for all rungs but the look-up.
#[test]
fn one_label_beside_texts_from_outside_climbs() {
    let task = task("single-label");
    let row = |at: usize| match at % 2 {
        0 => (format!("wake me at {at} please"), vec!["alarm".to_owned()]),
        _ => (format!("what is the price of {at} apples"), vec![task.out_of_scope.clone()]),
    };
    let rows = |from: usize, count: usize| (from..from + count).map(row).collect::<Vec<_>>();
    let files =
        [("train.jsonl", &rows(0, 120)[..]), ("valid.jsonl", &rows(200, 60)), ("test.jsonl", &rows(400, 20))];
    let (trained, ladder) = climb((&task, &splits(&task, &files)), &fast(), &Limits::default());
    assert_eq!(ladder.rungs[0].note.as_deref(), Some("there is one label alone"));
    assert_eq!(trained.report.tier, "bag");
    let inside: Vec<_> = rows(0, 120).into_iter().filter(|row| row.1[0] == "alarm").collect();
    let alone = splits(&task, &[("train.jsonl", &inside)]);
    let mut clock = |_: &Model<'_>| None;
    let error = Trainer::new(fast()).climb(&task, &alone, &Limits::default(), &mut clock).unwrap_err();
    assert!(matches!(error, TrainError::OneLabel { .. }), "{error}");
}
