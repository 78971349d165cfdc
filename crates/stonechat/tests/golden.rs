//! A program that depends on the facade alone gets the answers of the golden tables; `golden/README.md` defines them.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::path::Path;
use stonechat::value::Reference;
use stonechat::{Engine, Model, verify};

#[test]
fn the_facade_answers_as_the_tables_say() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden");
    let (mut cases, mut slots) = (0, 0);
    for entry in fs::read_dir(golden.join("cases/v1")).unwrap() {
        let table = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut lines = table.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.next().unwrap();
        let bytes = fs::read(golden.join(head["model"].as_str().unwrap())).unwrap();
        assert_eq!(head["digest"], stonechat::eval::digest(&bytes));
        let model = Model::open(&bytes).unwrap();
        assert!(verify(&model).unwrap() > 0);
        let mut engine = Engine::new(&model);
        for case in lines {
            let answer = engine.predict(case["text"].as_str().unwrap());
            let place = format!("{} of {}", case["name"], head["model"]);
            assert_eq!(answer.decision().name(), case["decision"], "{place}");
            assert_eq!(answer.confidence().raw(), case["confidence"], "{place}");
            // A model of slots alone has no label.
            let best = answer.ranking().next();
            assert_eq!(best.map_or(Value::Null, |best| best.name.into()), case["top"][0]["label"], "{place}");
            assert_eq!(
                best.map_or(Value::Null, |best| best.score.0.into()),
                case["top"][0]["score"],
                "{place}"
            );
            let hash = format!("{:016x}", stonechat::format::score_hash(answer.scores()));
            assert_eq!(hash, case["score_hash"], "{place}");
            let due = case.get("slots").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            assert_eq!(answer.slots().len(), due.len(), "{place}");
            for (slot, due) in answer.slots().zip(due) {
                assert_eq!(slot.name, due["name"], "{place}");
                assert_eq!(slot.confidence.raw(), due["confidence"], "{place}");
                let [start, end] = ["start", "end"].map(|limit| due[limit].as_u64().unwrap() as usize);
                assert!(slot.text.chars().eq(answer.text().chars().skip(start).take(end - start)), "{place}");
                let now: Reference = head["reference"].as_str().unwrap().parse().unwrap();
                let value = answer.value(&slot, Some(&now)).map(|value| value.to_string());
                assert_eq!(Value::from(value), due["value"], "{place}");
                slots += 1;
            }
            cases += 1;
        }
    }
    assert!(cases >= 300 && slots >= 50, "{cases} cases, {slots} slots");
}
