//! A file is never larger than was asked for.

use stonechat_engine::{Model, verify};
use stonechat_train::{TrainError, Trainer};

use crate::support::{Numbers, many, recipe, single, splits, task};

/// Trains, or is told the least size, and trains with that. Returns whether the size asked for was enough.
fn check(kind: &str, labels: usize, settings: &[(&str, &str)], max_size: u64) -> bool {
    let task = task(kind);
    let rows = match kind {
        "multi-label" => many(labels, 2 * labels.max(20), 5),
        _ => single(labels, 3 * labels.max(10), 5),
    };
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    let mut recipe = recipe(settings);
    recipe.epochs = 1;
    recipe.max_size = max_size;
    let place = format!("{kind}, {labels} labels, {settings:?}, {max_size} bytes");
    let (enough, trained) = match Trainer::new(recipe.clone()).train(&task, &splits) {
        Ok(trained) => (true, trained),
        Err(TrainError::Size { max_size: stated, least }) => {
            assert!(stated == max_size && least > max_size, "{place}: {stated}, {least}");
            recipe.max_size = least;
            let trained = Trainer::new(recipe.clone()).train(&task, &splits);
            (false, trained.unwrap_or_else(|error| panic!("{place}: the least size is not enough: {error}")))
        }
        Err(error) => panic!("{place}: {error}"),
    };
    let bytes = trained.model.len() as u64;
    assert!(bytes <= recipe.max_size, "{place}: {bytes} bytes of {}", recipe.max_size);
    verify(&Model::open(&trained.model).unwrap()).unwrap();
    enough
}

#[test]
fn sizes_and_numbers_of_labels() {
    let mut enough = [0, 0];
    for kind in ["single-label", "multi-label"] {
        for labels in [2, 8, 9, 40, 150] {
            for max_size in [4096, 12_000, 14_000, 17_000, 25_000, 50_000, 110_000, 1_000_000] {
                enough[usize::from(check(kind, labels, &[], max_size))] += 1;
            }
        }
    }
    assert!(enough.iter().all(|&count| count > 10), "both must happen: {enough:?}");
}

#[test]
fn sizes_and_shapes() {
    let mut numbers = Numbers(11);
    for _ in 0..60 {
        let dim = (8 * numbers.below(12)).to_string();
        let hidden = numbers.below(100).to_string();
        let bits = ["0", "4", "8"][numbers.below(3)];
        let recorded = numbers.below(200).to_string();
        let settings = [("dim", dim.as_str()), ("hidden", &hidden), ("bits", bits), ("recorded", &recorded)];
        let kind = ["single-label", "multi-label"][numbers.below(2)];
        let labels = 2 + numbers.below(60);
        check(kind, labels, &settings, 4096 + numbers.below(90_000) as u64);
    }
}

#[test]
fn long_names_of_labels_count() {
    let task = task("single-label");
    let mut rows = single(20, 60, 6);
    for (_, labels) in &mut rows {
        labels[0] = labels[0].repeat(100);
    }
    let splits = splits(&task, &[("train.jsonl", &rows)]);
    for max_size in [16_000, 40_000] {
        let trained = Trainer::new(recipe(&[("epochs", "1"), ("max_size", &max_size.to_string())]));
        match trained.train(&task, &splits) {
            Ok(trained) => assert!(trained.model.len() <= max_size),
            Err(error) => assert!(matches!(error, TrainError::Size { .. }), "{error}"),
        }
    }
}

/// More room is used where there is something to put into it.
#[test]
fn room_is_used() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(20, 600, 7))]);
    let size = |max_size: &str| {
        let trained = Trainer::new(recipe(&[("epochs", "1"), ("max_size", max_size)])).train(&task, &splits);
        trained.unwrap().model.len()
    };
    assert!(size("60000") > 45_000);
    assert!(size("90000") > size("60000"));
}
