//! Confidences mean what they say.

use stonechat_engine::{Confidence, Engine, Model};
use stonechat_eval::metric::calibration;
use stonechat_task::{Example, Origin};

use crate::support::{smart_home, train};

/// The expected calibration error of the model's confidences, and of the softmax of its bare scores.
fn errors(file: &[u8], rows: &[&Example]) -> [f64; 2] {
    let model = Model::open(file).unwrap();
    let mut engine = Engine::new(&model);
    let (mut tuned, mut bare) = (Vec::new(), Vec::new());
    for row in rows {
        let answer = engine.predict(&row.text);
        let right = answer.label().name == row.labels[0];
        tuned.push((answer.confidence(), right));
        let logits = answer.scores().iter().map(|score| f64::from(score.0) / 65_536.0);
        let best = f64::from(answer.label().score.0) / 65_536.0;
        let share = 1.0 / logits.map(|logit| (logit - best).exp()).sum::<f64>();
        bare.push((Confidence::from_raw((share * 65_536.0).round() as u32), right));
    }
    [tuned, bare].map(|answers| calibration::calibration(answers).unwrap().ece)
}

#[test]
fn calibration_makes_them_truer() {
    let (task, mut splits) = smart_home();
    // As if the data named these rows: then the model itself is tuned on them, not a draft.
    splits.valid_origin = Origin::Given;
    let trained = train(&task, &splits, &[]);
    let valid: Vec<&Example> = splits.valid.iter().collect();
    let [tuned, bare] = errors(&trained.model, &valid);
    assert!(tuned < bare, "on the tuning rows: {tuned}, uncalibrated {bare}");
    let told = trained.report.ece.unwrap();
    assert!((told - tuned).abs() < 1e-9, "the report tells {told}, found {tuned}");
    let test: Vec<&Example> =
        splits.test.iter().filter(|row| !row.labels.contains(&task.out_of_scope)).collect();
    let [tuned, bare] = errors(&trained.model, &test);
    assert!(tuned < bare && tuned < 0.05, "on rows never seen: {tuned}, uncalibrated {bare}");
}
