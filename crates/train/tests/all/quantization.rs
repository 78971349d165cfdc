//! What integers lose against floating point.

use stonechat_engine::format::Tier;
use stonechat_task::{Origin, Splits, Task};
use stonechat_train::Trainer;

use crate::support::{data_set, recipe, smart_home};

/// Points of accuracy lost on average over three seeds, on rows that were not learned from.
fn loss(task: &Task, mut splits: Splits, tier: Tier, settings: &[(&str, &str)]) -> f64 {
    // The more rows are compared, the finer the measure: the test rows stand in for the tuning rows.
    splits.valid = std::mem::take(&mut splits.test);
    splits.valid_origin = Origin::Given;
    let losses = [1, 2, 3].map(|seed| {
        let mut recipe = recipe(settings);
        recipe.seed = seed;
        let trained = Trainer::new(recipe).tier(tier).train(task, &splits).unwrap();
        trained.report.quantization_loss_points.unwrap()
    });
    println!("{}: {losses:?}", task.name);
    losses.iter().sum::<f64>() / 3.0
}

#[test]
fn of_the_smart_home() {
    // Rows of 4 bits are for files that would otherwise be too small; they cost something, but not much.
    for (bits, most) in [("0", 0.3), ("4", 1.5)] {
        let (task, splits) = smart_home();
        let loss = loss(&task, splits, Tier::Bag, &[("bits", bits)]);
        assert!(loss.abs() <= most, "{bits} bits: {loss} points");
    }
    let (task, splits) = smart_home();
    let loss = loss(&task, splits, Tier::Tagger, &[]);
    assert!(loss.abs() <= 0.3, "a tagger: {loss} points");
}

#[test]
fn of_banking77() {
    let Some((task, splits)) = data_set("banking77") else { return };
    let loss = loss(&task, splits, Tier::Bag, &[("epochs", "5")]);
    assert!(loss.abs() <= 0.3, "{loss} points");
}
