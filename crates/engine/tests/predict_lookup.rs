//! What a look-up answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use stonechat_engine::format::{DecisionRule, Tier};
use stonechat_engine::{Decision, Engine, Model, Reason, verify};
use support::lookups::{LookupPlan, lookups};
use support::models::RULE;

fn plan() -> LookupPlan {
    let known = ["lights on", "lights off", "what is the time?", "dim"].map(str::to_string).to_vec();
    LookupPlan { known, ..LookupPlan::small() }
}

#[test]
fn a_known_text_has_its_label_and_the_confidence_of_the_file() {
    let file = plan().build();
    let model = Model::open(&file).unwrap();
    assert_eq!((model.tier(), model.tier().name(), model.tier().code()), (Tier::Lookup, "lookup", 3));
    let mut engine = Engine::new(&model);
    for (text, label) in [
        ("lights on", "lights.on"),
        ("Lights  OFF!", "lights.off"),
        ("WHAT is the time", "oos"),
        ("dim...", "lights.on"),
    ] {
        let answer = engine.predict(text);
        assert_eq!((answer.decision(), answer.label().name), (Decision::Accept, label), "{text}");
        assert_eq!(answer.confidence().raw(), 60_000);
        assert_eq!(answer.label().confidence.raw(), 60_000);
        // The rest goes to the others evenly.
        let rest: Vec<u32> = answer.ranking().skip(1).map(|label| label.confidence.raw()).collect();
        assert_eq!(rest, [2768, 2768]);
        assert_eq!(answer.read().known_words, answer.read().words);
        assert_eq!(answer.read().features, 1);
    }
}

#[test]
fn of_any_other_text_nothing_is_known() {
    let file = plan().build();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    let long = format!("lights on{}", " ".repeat(300));
    for text in ["lights", "lights on please", "lightson", "", "!", long.as_str()] {
        let answer = engine.predict(text);
        assert_eq!(answer.reason(), Some(Reason::NoKnownWords), "{text}");
        assert_eq!((answer.label().name, answer.confidence().raw()), ("lights.off", 0), "{text}");
        assert!(answer.ranking().all(|label| label.confidence.raw() == 0));
        assert_eq!((answer.read().known_words, answer.read().features), (0, 0));
    }
}

#[test]
fn the_decision_rule_holds_as_elsewhere() {
    let rule = DecisionRule { out_of_scope: Some(2), ..RULE };
    let file = LookupPlan { rule, ..plan() }.build();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    assert_eq!(engine.predict("what is the time").reason(), Some(Reason::OutOfScope));
    assert_eq!(engine.predict("what time").reason(), Some(Reason::NoKnownWords));
    let file = LookupPlan { confidence: 20_000, ..plan() }.build();
    let model = Model::open(&file).unwrap();
    assert_eq!(Engine::new(&model).predict("dim").reason(), Some(Reason::LowConfidence));
}

#[test]
fn its_cost_is_stated_and_its_answers_are_recorded() {
    for file in lookups() {
        let model = Model::open(&file).unwrap();
        assert_eq!(verify(&model), Ok(6));
        let worst = model.worst_case(100);
        assert_eq!((worst.multiply_adds, worst.row_bytes), (0, 8));
        assert!((4..=20).contains(&worst.rows), "{worst:?}");
        assert!(model.slots().is_none() && model.max_tokens().is_none() && model.hidden() == 0);
        assert_eq!(model.table(), (0, 0, 0));
    }
}
