//! What a model accepts: its scope, what it promises, and a cheaper model that answers first.

use stonechat_engine::format::Tier;
use stonechat_engine::{Decision, Engine, Model, Reason, verify};
use stonechat_eval::{Options, evaluate};
use stonechat_train::{Limits, TrainError, Trained, Trainer};

use crate::order::{SMALL, ordered};
use crate::support::{Row, many, meta, recipe, scores, single, splits, task, train};

/// Rows of which every `noisy`th has a label of another.
fn noisy(count: usize, noisy: usize) -> Vec<Row> {
    let mut rows = single(4, count, 1);
    let labels: Vec<Vec<String>> = rows.iter().map(|row| row.1.clone()).collect();
    for at in (0..rows.len()).step_by(noisy) {
        rows[at].1.clone_from(&labels[(at + 1) % labels.len()]);
    }
    rows
}

#[test]
fn texts_unlike_the_examples_are_refused() {
    let task = task("single-label");
    let rows = single(4, 800, 1);
    let trained = train(&task, &splits(&task, &[("train.jsonl", &rows)]), &[("max_size", "60000")]);
    let scope = trained.report.scope.unwrap();
    assert!(scope.rows_inside >= 20 && scope.refused_inside <= 0.04, "{scope:?}");
    assert_eq!((scope.rows_outside, scope.learned, scope.abstained_outside), (0, 0, None));
    let model = Model::open(&trained.model).unwrap();
    let mut engine = Engine::new(&model);
    let known = rows[0].0.clone();
    assert_eq!(engine.predict(&known).decision(), Decision::Accept);
    // A known word among many that are not.
    let word = known.split(' ').next().unwrap();
    let strange = format!("{word} qxzvk wjpfq zzkrv bqxjw vvkqz jjxqw");
    assert_eq!(engine.predict(&strange).reason(), Some(Reason::OutOfScope), "{strange}");
    let long = known.repeat(4096 / known.len() + 2);
    assert_eq!(engine.predict(&long).reason(), Some(Reason::TooLong));
    // Without a scope nothing is told of it.
    let open = [("max_size", "60000"), ("scope_loss", "0")];
    let trained = train(&task, &splits(&task, &[("train.jsonl", &rows)]), &open);
    let model = Model::open(&trained.model).unwrap();
    assert!(trained.report.scope.is_none() && model.scope().is_none());
    assert_eq!(Engine::new(&model).predict(&known).outsideness(), None);
}

#[test]
fn a_promise_is_kept_by_the_very_file() {
    let task = task("single-label");
    let rows = noisy(2400, 12);
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    let settings = [("max_size", "60000"), ("max_error", "0.15"), ("epochs", "6")];
    let trained = train(&task, &splits, &settings);
    let promise = trained.report.promise.clone().unwrap();
    assert!(promise.bound <= 0.15 && promise.accepted > 0 && promise.rows >= 180, "{promise:?}");
    assert_eq!(promise.coverage, promise.accepted as f64 / promise.rows as f64);
    assert!(!trained.report.draft, "what ships is what the promise rests on");
    assert!(trained.report.train_rows + trained.report.valid_rows <= splits.train.len() + splits.valid.len());
    assert_eq!(meta(&trained.model)["training"]["promise"]["max_error"], 0.15);
    // The tuning rows give the numbers of the promise again.
    let model = Model::open(&trained.model).unwrap();
    let mut wide = splits.clone();
    wide.set_aside(10.0 * 19.0 / 2400.0);
    let found = evaluate(&model, &wide.valid, &Options::default());
    let abstention = found.abstention.unwrap();
    assert_eq!(wide.valid.len(), promise.rows);
    assert_eq!(abstention.coverage, promise.coverage);
    assert_eq!(abstention.error_when_accepted, Some(promise.wrong as f64 / promise.accepted as f64));
    assert_eq!(abstention.target, Some(0.15), "what the file promises is what it is held against");
}

#[test]
fn what_rows_do_not_prove_is_refused() {
    let task = task("single-label");
    let rows = single(4, 400, 1);
    let few = splits(&task, &[("train.jsonl", &rows)]);
    let run =
        |splits, settings: &[(&str, &str)]| Trainer::new(recipe(settings)).train(&task, splits).map(drop);
    let result = run(&few, &[("max_size", "60000"), ("max_error", "0.01"), ("linear_labels", "0")]);
    let Err(TrainError::TooFewToPromise { needed: 299, rows, .. }) = result else { panic!("{result:?}") };
    assert!(rows < 299);
    // Labels that are chance.
    let rows = single(4, 900, 1);
    let label = |at: usize| rows[at / 4 % 4].1.clone();
    let chance: Vec<Row> = rows.iter().enumerate().map(|(at, row)| (row.0.clone(), label(at))).collect();
    let chance = splits(&task, &[("train.jsonl", &chance)]);
    let result = run(&chance, &[("max_size", "60000"), ("max_error", "0.1"), ("epochs", "3")]);
    assert!(matches!(result, Err(TrainError::NoPromise { .. })), "{result:?}");
}

#[test]
fn half_of_the_rows_prove_what_fewer_do_not() {
    let task = task("single-label");
    let rows = single(4, 400, 1);
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    // 149 right answers are needed, and a third of the rows are too few.
    let settings = [("max_size", "60000"), ("max_error", "0.02"), ("epochs", "20"), ("linear_labels", "0")];
    let trained = train(&task, &splits, &settings);
    let promise = trained.report.promise.unwrap();
    let count = splits.train.len() + splits.valid.len();
    assert!((count * 2 / 5..count * 3 / 5).contains(&promise.rows), "{promise:?}");
    assert!(promise.bound <= 0.02 && promise.confidence == 0.95, "{promise:?}");
}

#[test]
fn slots_are_promised_too() {
    let (task, splits) = crate::support::smart_home();
    let settings =
        [("max_size", "200000"), ("dim", "32"), ("units", "32"), ("epochs", "6"), ("max_error", "0.3")];
    let trained = train(&task, &splits, &settings);
    let promise = trained.report.promise.unwrap();
    let slots = promise.slots.unwrap();
    assert!(slots.bound <= 0.3 && slots.accepted <= slots.rows, "{slots:?}");
    let model = Model::open(&trained.model).unwrap();
    let least = f64::from(model.rule().min_slot_confidence.raw()) / 65_536.0;
    assert!((least - slots.least_confidence).abs() < 1e-9);
}

#[test]
fn a_cascade_answers_as_the_dear_one_would_where_the_cheap_one_is_unsure() {
    let task = task("single-label");
    let rows = noisy(1600, 15);
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    let settings = [("max_size", "200000"), ("epochs", "6")];
    let trained = Trainer::new(recipe(&settings)).train_cascade(&task, &splits).unwrap();
    let model = Model::open(&trained.model).unwrap();
    verify(&model).unwrap();
    assert!(trained.model.len() <= 200_000);
    let (_, least) = model.first().unwrap();
    let report = trained.report.cascade.unwrap();
    assert!(report.share > 0.2 && report.accuracy >= report.accuracy_alone, "{report:?}");
    let mut engine = Engine::new(&model);
    let (mut first, mut second) = (0, 0);
    for (text, _) in &rows {
        let answer = engine.predict(text);
        if answer.by_first() {
            assert!(answer.confidence() >= least && answer.decision() == Decision::Accept);
            first += 1;
        } else {
            second += 1;
        }
    }
    assert!(first > 0 && second > 0, "{first} and {second}");
    let again = Trainer::new(recipe(&settings)).threads(2).train_cascade(&task, &splits).unwrap();
    assert!(again.model == trained.model, "the threads change nothing");
}

#[test]
fn a_cascade_says_how_small_it_may_be() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(4, 300, 1))]);
    let result = Trainer::new(recipe(&[("max_size", "15000")])).train_cascade(&task, &splits).map(drop);
    let Err(error @ TrainError::Size { max_size: 15_000, least: 16_384 }) = result else {
        panic!("{result:?}")
    };
    assert!(error.to_string().contains("15000 bytes; allow 16384"), "{error}");
}

#[test]
fn a_cascade_is_for_one_label_a_text() {
    let task = task("multi-label");
    let splits = splits(&task, &[("train.jsonl", &many(4, 300, 1))]);
    let result = Trainer::new(recipe(&[])).train_cascade(&task, &splits).map(drop);
    assert!(matches!(result, Err(TrainError::NoCascade { .. })), "{result:?}");
}

#[test]
fn what_proves_a_promise_chooses_nothing() {
    let task = task("single-label");
    let rows = ordered(600, 1);
    let clean = ordered(200, 2);
    let mut wrong = ordered(200, 3);
    wrong
        .iter_mut()
        .step_by(4)
        .for_each(|row| row.1 = vec![if row.1[0] == "cat" { "dog" } else { "cat" }.to_owned()]);
    let recipe = recipe(&[&SMALL[..], &[("max_error", "0.4")]].concat());
    let texts: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    let climb = |valid: &[Row]| {
        let splits = splits(&task, &[("train.jsonl", &rows), ("valid.jsonl", valid)]);
        let trainer = Trainer::new(recipe.clone());
        let trained = trainer.climb(&task, &splits, &Limits::default(), &mut |_| None).unwrap();
        assert_eq!((trained.report.train_rows, trained.report.valid_rows), (splits.train.len(), 200));
        trained
    };
    let (one, other) = (climb(&clean), climb(&wrong));
    // The rung and its weights are the same, whatever the rows to tune on say; what is accepted is not.
    let found = |trained: &Trained| -> Vec<_> {
        let ladder = trained.report.ladder.clone().unwrap();
        assert!((30..100).contains(&ladder.tuning_rows), "{ladder}");
        ladder
            .rungs
            .into_iter()
            .map(|rung| (rung.note, rung.model.map(|model| (model.accuracy, model.chosen))))
            .collect()
    };
    assert_eq!(found(&one), found(&other));
    assert_eq!(one.report.tier, "tagger");
    assert_eq!(scores(&one.model, texts.iter().copied()), scores(&other.model, texts.iter().copied()));
    let (one, other) = (one.report.promise.unwrap(), other.report.promise.unwrap());
    assert!(one.wrong < 5 && other.wrong > 20, "{one:?} {other:?}");
}

#[test]
fn the_ladder_promises_with_all_of_the_doubt() {
    let task = task("single-label");
    let rows = single(4, 700, 1);
    let splits = splits(&task, &[("train.jsonl", &rows[..500]), ("valid.jsonl", &rows[500..])]);
    let settings = [("max_size", "60000"), ("max_error", "0.02"), ("epochs", "20")];
    // Three rungs, and three plans of a bag, but 149 right answers prove an error of 2 %.
    let limits = Limits { max_size: Some(60_000), ..Limits::default() };
    let alone = train(&task, &splits, &settings).report;
    let climbed =
        Trainer::new(recipe(&settings)).climb(&task, &splits, &limits, &mut |_| None).unwrap().report;
    for report in [&alone, &climbed] {
        let promise = report.promise.as_ref().unwrap();
        assert_eq!((promise.wrong, report.train_rows, report.draft), (0, splits.train.len(), false));
        assert!(
            (promise.bound - (1.0 - 0.05f64.powf(1.0 / promise.accepted as f64))).abs() < 1e-6,
            "{promise:?}"
        );
    }
    // With a tier, the figures are those of the model on the rows that prove.
    assert_eq!(alone.merit.as_ref().map(|merit| merit.rows), Some(200));
    // Of so few rows to learn from none choose: the largest rung is it.
    let few = crate::support::splits(&task, &[("train.jsonl", &rows[..50]), ("valid.jsonl", &rows[500..])]);
    let settings = [("max_size", "60000"), ("max_error", "0.3"), ("epochs", "20")];
    let climbed = Trainer::new(recipe(&settings)).climb(&task, &few, &limits, &mut |_| None).unwrap().report;
    let ladder = climbed.ladder.unwrap();
    assert!(ladder.why.starts_with("the largest") && ladder.tuning_rows < 20, "{ladder}");
    assert_eq!((climbed.tier, climbed.train_rows, climbed.valid_rows), ("bag", few.train.len(), 200));
    assert!(climbed.promise.unwrap().bound <= 0.3);
    // With 200 rows nothing proves 1 %, whichever rung.
    let settings = [("max_size", "60000"), ("max_error", "0.01"), ("epochs", "3")];
    let result = Trainer::new(recipe(&settings)).climb(&task, &splits, &limits, &mut |_| None).map(drop);
    assert!(matches!(result, Err(TrainError::TooFewToPromise { needed: 299, .. })), "{result:?}");
}

#[test]
fn a_look_up_accepts_what_it_promises() {
    let task = task("single-label");
    let rows: Vec<Row> = (0..40).map(|at| (format!("text {at}"), vec![format!("label{}", at % 2)])).collect();
    // Of the tuning rows three in ten have another label.
    let other = |at: usize| vec![format!("label{}", (at + usize::from(at % 10 < 3)) % 2)];
    let valid: Vec<Row> = (0..400).map(|at| (format!("text {}", at % 40), other(at % 40))).collect();
    let splits = splits(&task, &[("train.jsonl", &rows), ("valid.jsonl", &valid)]);
    let trainer = |settings: &[(&str, &str)]| Trainer::new(recipe(settings)).tier(Tier::Lookup);
    let trained = trainer(&[("max_error", "0.4"), ("min_confidence", "0.9")]).train(&task, &splits).unwrap();
    let promise = trained.report.promise.unwrap();
    assert!(promise.accepted > 300 && promise.wrong > 80, "{promise:?}");
    let model = Model::open(&trained.model).unwrap();
    let found = evaluate(&model, &splits.valid, &Options::default()).abstention.unwrap();
    assert_eq!(found.coverage, promise.coverage);
    assert_eq!(found.error_when_accepted, Some(promise.wrong as f64 / promise.accepted as f64));
    assert_eq!(Engine::new(&model).predict("no such text").decision(), Decision::Abstain);
}
