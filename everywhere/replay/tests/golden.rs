//! What is replayed is what the golden tables say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::Value;
use std::fs;
use std::mem::MaybeUninit;
use std::path::Path;
use stonechat_engine::Kernel;
use stonechat_replay::{Detail, Failed, Suite, Written, agreement, memory, replay, write};

fn golden(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden").join(path)).unwrap()
}

/// The cases of a table.
fn cases(name: &str) -> Vec<Value> {
    let table = String::from_utf8(golden(&format!("cases/v1/{name}.jsonl"))).unwrap();
    table.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn run(suite: &[u8], kernel: Kernel) -> Result<String, Failed> {
    let mut memory = vec![MaybeUninit::new(0xaa); memory(suite)?];
    let mut out = String::new();
    replay(suite, kernel, &mut memory, &mut out)?;
    Ok(out)
}

#[test]
fn answers_are_those_of_the_tables() {
    for name in ["smart-home", "repairs", "travel", "travel-lookup", "parts", "confirm"] {
        let model = golden(&format!("models/v1/{name}.stone"));
        let cases = cases(name);
        let texts: Vec<&str> = cases.iter().map(|case| case["text"].as_str().unwrap()).collect();
        let part = |detail| Written { detail, name, model: &model, texts: &texts };
        let suite = write(&[part(Detail::Answers), part(Detail::Digest)]);
        let mut before: Option<String> = None;
        for kernel in Kernel::available() {
            let out = run(&suite, *kernel).unwrap();
            let lines: Vec<&str> = out.lines().collect();
            assert_eq!(lines.len(), 1 + cases.len() + 2);
            assert_eq!(lines[0], format!("kernel {}", kernel.name()));
            for (case, line) in cases.iter().zip(&lines[1..]) {
                let mut wanted = case.clone();
                wanted.as_object_mut().unwrap().retain(|key, _| key != "name" && key != "text");
                assert_eq!(serde_json::from_str::<Value>(line).unwrap(), wanted, "{}", case["name"]);
                assert!(line.is_ascii());
            }
            let part = lines[lines.len() - 1];
            assert_eq!(part, lines[lines.len() - 2], "the detail changes no digest");
            assert!(part.starts_with(&format!("part {name}: {} texts, scores ", texts.len())), "{part}");
            assert_eq!(before.get_or_insert_with(|| part.to_string()), part);
        }
    }
}

#[test]
fn digests_tell_texts_apart() {
    let model = golden("models/v1/confirm.stone");
    let digest = |texts: &[&str]| {
        let part = Written { detail: Detail::Digest, name: "x", model: &model, texts };
        let out = run(&write(&[part]), Kernel::REFERENCE).unwrap();
        out.lines().last().unwrap().to_string()
    };
    assert_ne!(digest(&["yes", "no"]), digest(&["no", "yes"]));
    assert_eq!(digest(&["yes", "no"]), digest(&["yes", "no"]));
}

#[test]
fn what_is_no_suite_is_refused() {
    let model = golden("models/v1/confirm.stone");
    let part = Written { detail: Detail::Answers, name: "x", model: &model, texts: &["yes", "é"] };
    let suite = write(&[part]);
    assert_eq!(Suite::open(&suite).unwrap().parts().count(), 1);
    for end in (0..suite.len()).step_by(97).chain(suite.len() - 30..suite.len()) {
        assert!(Suite::open(&suite[..end]).is_err(), "{end} bytes");
    }
    assert!(Suite::open(&[&suite[..], &[0]].concat()).is_err());
    let mut broken = suite.clone();
    *broken.last_mut().unwrap() = 0xc3;
    assert_eq!(Suite::open(&broken).unwrap_err().to_string(), "no suite: a text is not UTF-8");
    // A model that is none, and memory that is too short.
    let part = Written { model: b"no model", ..part };
    assert!(matches!(run(&write(&[part]), Kernel::REFERENCE), Err(Failed::Model(_))));
    let mut out = String::new();
    let refused = replay(&suite, Kernel::REFERENCE, &mut [MaybeUninit::uninit(); 8], &mut out);
    assert!(matches!(refused, Err(Failed::Memory(_))));
}

#[test]
fn every_kernel_agrees() {
    for kernel in Kernel::available() {
        let mut out = String::new();
        agreement(kernel, &mut out).unwrap();
        assert!(out.starts_with(&format!("agreement {}: ", kernel.name())), "{out}");
    }
}
