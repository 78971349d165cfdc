//! Every golden model, of every format version, answers its table bit for bit with every kernel of this machine.
//! `golden/README.md` defines the tables.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use stonechat_engine::format::score_hash;
use stonechat_engine::value::{Reference, Value as SlotValue};
use stonechat_engine::{Engine, Kernel, Model, Prediction, verify_with};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden")
}

/// Paths inside a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The tables of all versions.
fn tables() -> Vec<PathBuf> {
    entries(&golden().join("cases")).iter().flat_map(|version| entries(version)).collect()
}

/// The slots of an answer as a table writes them.
fn slots(found: &Prediction<'_>, reference: &Reference) -> Value {
    let characters = |end: u32| found.text()[..end as usize].chars().count();
    let slot = |slot: stonechat_engine::Slot<'_>| {
        let value = found.value(&slot, Some(reference));
        assert_eq!(slot.text, &found.text()[slot.start as usize..slot.end as usize]);
        json!({
            "name": slot.name,
            "start": characters(slot.start),
            "end": characters(slot.end),
            "confidence": slot.confidence.raw(),
            "value": value.map(|value| value.to_string()),
            "unit": value.and_then(|value| value.unit()),
            "distance": match value {
                Some(SlotValue::Choice { distance, .. }) => Some(distance),
                _ => None,
            },
        })
    };
    found.slots().map(slot).collect()
}

/// An answer as a table writes it, without its slots.
fn written(found: &Prediction<'_>) -> Value {
    let read = found.read();
    let names = found.labels().map(|label| label.name).filter(|name| !name.is_empty());
    let top = |label: stonechat_engine::Label<'_>| json!({ "label": label.name, "score": label.score.0, "confidence": label.confidence.raw() });
    json!({
        "decision": found.decision().name(),
        "reason": found.reason().map(|reason| reason.name()),
        "confidence": found.confidence().raw(),
        "labels": names.collect::<Vec<_>>(),
        "top": found.ranking().map(top).collect::<Vec<_>>(),
        "score_hash": format!("{:016x}", score_hash(found.scores())),
        "read": {
            "characters": read.characters,
            "truncated": read.truncated,
            "words": read.words,
            "known_words": read.known_words,
            "features": read.features,
        },
    })
}

#[test]
fn every_table_with_every_kernel() {
    let tables = tables();
    assert!(tables.len() >= 7, "{tables:?}");
    let (mut types, mut reasons, mut near) = (BTreeSet::new(), BTreeSet::<&str>::new(), 0);
    for path in tables {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.next().unwrap();
        let cases: Vec<Value> = lines.collect();
        assert!(cases.len() >= 60, "{}", path.display());
        let bytes = fs::read(golden().join(head["model"].as_str().unwrap())).unwrap();
        let model = Model::open(&bytes).unwrap();
        assert_eq!(head["labels"], json!(model.labels().iter().collect::<Vec<_>>()));
        assert_eq!(head["kind"] == "multi-label", model.rule().multi_label);
        assert_eq!(head["kind"] == "slots-only", model.labels().is_empty());
        let slot_names = model.slots().map(|slots| slots.names().collect::<Vec<_>>());
        assert_eq!(head.get("slots").cloned(), slot_names.map(|names| json!(names)));
        let reference = head.get("reference").map(|moment| moment.as_str().unwrap().parse().unwrap());
        for kernel in Kernel::available() {
            let place = |case: &Value| format!("{}, {}, {}", path.display(), case["name"], kernel.name());
            assert!(verify_with(&model, *kernel).unwrap() > 0, "{}", path.display());
            let mut engine = Engine::with_kernel(&model, *kernel);
            // There and back: an answer does not depend on what was asked before.
            for case in cases.iter().chain(cases.iter().rev()) {
                let found = engine.predict(case["text"].as_str().unwrap());
                for (field, value) in written(&found).as_object().unwrap() {
                    assert_eq!(*value, case[field], "{field}: {}", place(case));
                }
                let Some(reference) = &reference else { continue };
                assert_eq!(slots(&found, reference), case["slots"], "{}", place(case));
                assert_eq!(json!(found.missing_slot()), case["missing_slot"], "{}", place(case));
                reasons.extend(found.reason().map(|reason| reason.name()));
                for value in found.slots().filter_map(|slot| found.value(&slot, Some(reference))) {
                    types.insert(value.value_type());
                    near += u32::from(matches!(value, SlotValue::Choice { distance: 1.., .. }));
                }
            }
        }
    }
    // The tables would prove little of slots if they held few kinds of answers.
    assert!(types.len() >= 10 && near > 0, "{types:?}, {near} choices misspelt");
    assert!(reasons.contains("missing_slot") && reasons.len() == 5, "{reasons:?}");
}

#[test]
fn every_model_has_a_table() {
    let names = |kind: &str| -> Vec<String> {
        entries(&golden().join(kind))
            .iter()
            .flat_map(|version| entries(version))
            .filter(|path| path.extension().is_some())
            .map(|path| {
                let version = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
                format!("{version}/{}", path.file_stem().unwrap().to_string_lossy())
            })
            .collect()
    };
    assert_eq!(names("models"), names("cases"));
}

/// What is equal under normalisation is answered alike, and the table shows it.
#[test]
fn normalisation_shows_in_the_tables() {
    for path in tables() {
        let text = fs::read_to_string(&path).unwrap();
        let cases: Vec<Value> =
            text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
        let hash = |name: &str| {
            let case = cases.iter().find(|case| case["name"] == name);
            case.unwrap_or_else(|| panic!("{}: no case {name}", path.display()))["score_hash"].clone()
        };
        let spaces = ["spaces around", "tab and newline between", "zero-width characters"];
        // A tagger sees capitals, which tell names from words.
        let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let model = fs::read(golden().join(head["model"].as_str().unwrap())).unwrap();
        let is_tagger = Model::open(&model).unwrap().max_tokens().is_some();
        let capitals = ["capitals", "mixed case"].iter().filter(|_| !is_tagger);
        for name in spaces.iter().chain(capitals) {
            assert_eq!(hash(name), hash("command"), "{}: {name}", path.display());
        }
        assert_eq!(hash("accents decomposed"), hash("accents composed"), "{}", path.display());
        assert_eq!(hash("white space only"), hash("empty"), "{}", path.display());
    }
}
