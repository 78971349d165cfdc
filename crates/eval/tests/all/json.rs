//! The fields of the JSON documents.

use crate::model::{lights, rows};
use crate::tagger::{marked, tagger};
use serde_json::Value;
use stonechat_engine::Model;
use stonechat_eval::{LatencyUs, Options, Speed, evaluate};

/// The sections of `eval --json` that every task with labels has.
const EVAL: &str = r#"{"examples": 3080,
 "label": {"accuracy": 0.931, "macro_f1": 0.930, "micro_f1": 0.931},
 "abstention": {"coverage": 0.91, "error_when_accepted": 0.019, "target": 0.02},
 "oos": {"examples": 1000, "auroc": 0.967, "fpr95": 0.13, "recall": 0.87},
 "calibration": {"ece": 0.012},
 "per_label": [{"name": "...", "precision": 0, "recall": 0, "f1": 0, "support": 0}],
 "model": {"digest": "blake3:...", "bytes": 2100000, "tier": "...", "memory_bytes": 65536}}"#;

/// The sections that models with slots add; those of models of slots alone are these without the labels'.
const SLOTS: &str = r#"{"slots": {"precision": 0.95, "recall": 0.95, "f1": 0.95, "ece": 0.01},
 "exact_match": 0.90,
 "per_slot": [{"name": "...", "precision": 0, "recall": 0, "f1": 0, "support": 0}],
 "slot_errors": {"missing": 1, "extra": 1, "wrong_limits": 1, "wrong_slot": 1, "wrong_slot_and_limits": 1},
 "slot_confusions": [{"kind": "wrong_limits", "gold": "...", "predicted": "...", "count": 1, "gold_text": "...",
                      "predicted_text": "...", "example": "..."}],
 "values": {"resolved": 0.9, "typed": 100}}"#;

const BENCH: &str = r#"{"examples": 3080, "threads": 1,
 "latency_us": {"p50": 6.1, "p90": 8.0, "p99": 11.5, "max": 40.2},
 "throughput_per_s": 160000,
 "cold_start_ms": 0.9, "resident_bytes": 3200000, "model_bytes": 2100000, "memory_bytes": 65536,
 "kernel": "avx512"}"#;

/// Fails unless `found` has every field of `promised`, with a value of the same kind.
fn has_all(promised: &Value, found: &Value, path: &str) {
    match (promised, found) {
        (Value::Object(promised), Value::Object(found)) => {
            for (name, value) in promised {
                let path = format!("{path}.{name}");
                has_all(value, found.get(name).unwrap_or_else(|| panic!("{path} is missing")), &path);
            }
        }
        (Value::Array(promised), Value::Array(found)) => {
            for value in found {
                has_all(&promised[0], value, path);
            }
        }
        (Value::Number(_), Value::Number(_)) | (Value::String(_), Value::String(_)) => {}
        _ => panic!("{path} is {found}, not like {promised}"),
    }
}

#[test]
fn evaluation_keeps_the_contract() {
    let bytes = lights();
    let options = Options { target: Some(0.02), ..Options::default() };
    let evaluation = evaluate(&Model::open(&bytes).unwrap(), &rows(), &options);
    let found = serde_json::to_value(&evaluation).unwrap();
    has_all(&serde_json::from_str(EVAL).unwrap(), &found, "eval");
    assert!(found["model"]["digest"].as_str().unwrap().starts_with("blake3:"));
    assert_eq!(found["label"]["accuracy_interval"].as_array().unwrap().len(), 2);
}

#[test]
fn slots_keep_the_contract() {
    let rows = [marked("weather in [new oslo](city) [tomorrow](day)", &["weather"])];
    let judge = |labels, rows: &[_]| {
        let bytes = tagger(labels, false);
        let evaluation = evaluate(&Model::open(&bytes).unwrap(), rows, &Options::default());
        serde_json::to_value(&evaluation).unwrap()
    };
    // Found as two cities: one too many, one with other limits.
    for labels in [0, 2] {
        let mut found = judge(labels, &rows);
        let errors = found["slot_confusions"].as_array_mut().unwrap();
        let extra = errors.remove(0);
        assert_eq!((extra["kind"].as_str(), &extra["gold"]), (Some("extra"), &Value::Null));
        assert_eq!(errors[0]["kind"], "wrong_limits");
        has_all(&serde_json::from_str(SLOTS).unwrap(), &found, "eval");
    }
    let alone = judge(0, &rows);
    assert!(alone.get("label").is_none() && alone.get("per_label").is_none(), "{alone}");
    let unmarked = judge(2, &[crate::model::example("dim", &["lights.dim"])]);
    assert_eq!(unmarked["slots_not_judged"], "none_in_examples");
    assert!(["slots", "exact_match", "per_slot", "values"].iter().all(|name| unmarked.get(name).is_none()));
}

#[test]
fn sections_are_absent_not_null() {
    let bytes = lights();
    let rows = [crate::model::example("on", &["lights.on"])];
    let evaluation = evaluate(&Model::open(&bytes).unwrap(), &rows, &Options::default());
    let found = serde_json::to_value(&evaluation).unwrap();
    let names: Vec<_> = found.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["abstention", "calibration", "confusions", "examples", "label", "model", "per_label"];
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(found["abstention"]["target"], Value::Null, "no target was given");
}

#[test]
fn speed_keeps_the_contract() {
    let speed = Speed {
        examples: 1,
        threads: 1,
        latency_us: LatencyUs { p50: 1.0, p90: 1.0, p99: 1.0, max: 1.0 },
        throughput_per_s: 1,
        throughput_per_cpu_s: Some(1),
        cold_start_ms: 1.0,
        resident_bytes: Some(1),
        resident_beyond_file_bytes: Some(1),
        model_bytes: 1,
        memory_bytes: 1,
        kernel: "reference",
    };
    has_all(&serde_json::from_str(BENCH).unwrap(), &serde_json::to_value(&speed).unwrap(), "bench");
}
