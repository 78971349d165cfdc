//! The golden models through the command line; `golden/README.md` defines the tables.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stonechat_engine::Kernel;

use crate::support::Folder;

fn golden(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden").join(path)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Each golden model with the head and the cases of its table.
fn tables() -> Vec<(PathBuf, Value, Vec<Value>)> {
    let paths: Vec<_> = entries(&golden("cases")).iter().flat_map(|version| entries(version)).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let head = lines.next().unwrap();
        (golden(head["model"].as_str().unwrap()), head, lines.collect())
    };
    paths.into_iter().map(read).collect()
}

/// A confidence as `--json` shows it.
fn decimal(raw: &Value) -> f64 {
    ((raw.as_u64().unwrap() * 10_000 + (1 << 15)) >> 16) as f64 / 10_000.0
}

fn compare(head: &Value, case: &Value, answer: &Value) {
    let place = format!("{} of {}", case["name"], head["model"]);
    assert_eq!(answer["text"], case["text"], "{place}");
    assert_eq!(answer["decision"], case["decision"], "{place}");
    let reason = match case["reason"].as_str() {
        Some("missing_slot") => format!("missing_slot {}", case["missing_slot"].as_str().unwrap()).into(),
        _ => case["reason"].clone(),
    };
    assert_eq!(answer.get("reason").unwrap_or(&Value::Null), &reason, "{place}");
    let names = |list: &Value, key: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|label| label[key].clone()).collect()
    };
    if head["kind"] == "multi-label" {
        assert!(answer.get("label").is_none(), "{place}");
        assert_eq!(Value::Array(names(&answer["labels"], "name")), case["labels"], "{place}");
    } else if head["kind"] == "slots-only" {
        assert_eq!(answer.get("label"), Some(&Value::Null), "{place}");
    } else {
        assert!(answer.get("labels").is_none(), "{place}");
        assert_eq!(answer["label"]["name"], case["labels"][0], "{place}");
        assert_eq!(answer["label"]["confidence"], decimal(&case["confidence"]), "{place}");
    }
    assert_eq!(names(&answer["ranking"], "name"), names(&case["top"], "label"), "{place}");
    for (shown, due) in answer["ranking"].as_array().unwrap().iter().zip(case["top"].as_array().unwrap()) {
        assert_eq!(shown["confidence"], decimal(&due["confidence"]), "{place}");
    }
    compare_slots(case, answer, &place);
    assert_eq!(answer["read"]["truncated"], case["read"]["truncated"], "{place}");
    assert_eq!(answer["read"]["characters"], case["read"]["characters"], "{place}");
    assert_eq!(answer["model"]["digest"], head["digest"], "{place}");
}

/// The slots of an answer; a table of a model that finds none does not speak of them.
fn compare_slots(case: &Value, answer: &Value, place: &str) {
    let due = case.get("slots").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let shown = answer["slots"].as_array().unwrap();
    assert_eq!(shown.len(), due.len(), "{place}");
    for (shown, due) in shown.iter().zip(due) {
        for key in ["name", "start", "end", "unit", "distance"] {
            assert_eq!(shown.get(key).unwrap_or(&Value::Null), &due[key], "{key}: {place}");
        }
        assert_eq!(shown["confidence"], decimal(&due["confidence"]), "{place}");
        // The table has texts; numbers are shown as such.
        let value = match &shown["value"] {
            Value::Number(number) => number.to_string().into(),
            other => other.clone(),
        };
        assert_eq!(value, due["value"], "{place}");
        assert_eq!(shown.get("unresolved").is_some(), value.is_null(), "{place}");
    }
}

fn documents(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn answers_are_those_of_the_tables() {
    let folder = Folder::new(&[]);
    for (model, head, cases) in tables() {
        let model = model.to_str().unwrap();
        // An argument cannot hold a zero, a line no line end.
        let (fed, given): (Vec<&Value>, Vec<&Value>) =
            cases.iter().partition(|case| case["text"].as_str().unwrap().contains('\0'));
        assert!(!fed.is_empty() && given.len() >= 60);
        let text = |case: &&Value| case["text"].as_str().unwrap().to_string();
        let mut options = vec!["predict", model, "--json"];
        if let Some(reference) = head["reference"].as_str() {
            options.extend(["--now", reference]);
        }
        let mut arguments: Vec<String> = options.iter().map(|option| option.to_string()).collect();
        arguments.push("--".to_string());
        arguments.extend(given.iter().map(text));
        let lines: Vec<String> = fed.iter().map(text).collect();
        assert!(lines.iter().all(|line| !line.contains(['\n', '\r'])));
        for (cases, run) in
            [(given, folder.run(&arguments)), (fed, folder.feed(&options, lines.join("\n").as_bytes()))]
        {
            let answers = documents(&run.done());
            assert_eq!(answers.len(), cases.len());
            for (case, answer) in cases.into_iter().zip(&answers) {
                compare(&head, case, answer);
            }
        }
    }
}

#[test]
fn every_model_verifies_with_every_kernel() {
    let folder = Folder::new(&[]);
    for (model, head, _) in tables() {
        for kernel in Kernel::available() {
            let mut command = folder.command(&["verify", model.to_str().unwrap(), "--json"]);
            let output = command.env("STONECHAT_KERNEL", kernel.name()).output().unwrap();
            assert!(output.status.success(), "{}: {}", model.display(), kernel.name());
            let told: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(told["ok"], true);
            assert_eq!(told["kernels"], serde_json::json!([kernel.name()]));
            assert_eq!(told["model"]["digest"], head["digest"]);
            assert!(told["examples"].as_u64().unwrap() > 0);
        }
    }
}
