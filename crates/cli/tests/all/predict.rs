use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use serde_json::Value;

use crate::support::Folder;

fn documents(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("one document a line")).collect()
}

#[test]
fn a_text_is_answered() {
    let folder = Folder::trained();
    let line = folder.run(&["predict", "lights.stone", "turn off the light in the kitchen"]).done();
    let fields: Vec<_> = line.split_whitespace().collect();
    assert_eq!(fields[..2], ["accept", "off"], "{line}");
    assert!(line.ends_with("turn off the light in the kitchen\n"), "{line}");
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let folder = Folder::trained();
    let answer =
        folder.run(&["predict", "lights.stone", "--json", "turn off the light in the kitchen"]).json();
    let keys: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["decision", "label", "model", "ranking", "read", "slots", "text"]);
    assert_eq!(answer["decision"], "accept");
    assert_eq!(answer["label"]["name"], "off");
    assert_eq!(answer["label"]["confidence"], answer["ranking"][0]["confidence"]);
    assert!((0.0..=1.0).contains(&answer["label"]["confidence"].as_f64().unwrap()));
    assert_eq!(answer["slots"], Value::Array(Vec::new()));
    assert_eq!(answer["read"]["characters"], 33);
    assert_eq!(answer["read"]["truncated"], false);
    assert_eq!(answer["model"]["name"], "lights");
    assert!(answer["model"]["digest"].as_str().unwrap().starts_with("blake3:"));
}

#[test]
fn an_abstention_says_why() {
    let folder = Folder::trained();
    let answer = folder.run(&["predict", "lights.stone", "--json", "zyxwv 灯"]).json();
    assert_eq!(answer["decision"], "abstain");
    assert_eq!(answer["reason"], "no_known_words");
    assert!(answer["label"]["name"].is_string(), "the best guess is still told");
    let line = folder.run(&["predict", "lights.stone", "zyxwv 灯"]).done();
    assert!(line.starts_with("abstain") && line.ends_with("zyxwv 灯  (no known words)\n"), "{line}");
}

#[test]
fn several_texts_are_several_lines() {
    let folder = Folder::trained();
    let texts = ["dim the hall lights", "", "porch lights on please"];
    let mut arguments = vec!["predict", "lights.stone", "--json", "--"];
    arguments.extend(texts);
    let answers = documents(&folder.run(&arguments).done());
    assert_eq!(answers.iter().map(|answer| &answer["text"]).collect::<Vec<_>>(), texts);
    let fed = folder.feed(&["predict", "lights.stone", "--json"], texts.join("\n").as_bytes());
    assert_eq!(documents(&fed.done()), answers);
}

#[test]
fn lines_of_any_bytes_are_answered() {
    let folder = Folder::trained();
    let run =
        folder.feed(&["predict", "lights.stone", "--json"], b"\xEF\xBB\xBFlights on\r\nb\xFFd\n\n\0\x1b[2J");
    assert!(run.err.contains("<stdin>:2: not UTF-8"), "{}", run.err);
    let answers = documents(&run.done());
    let texts: Vec<_> = answers.iter().map(|answer| answer["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["lights on", "b\u{FFFD}d", "", "\0\x1b[2J"]);
    let run = folder.feed(&["predict", "lights.stone", "--quiet"], b"b\xFFd\n\x1b[2J\n");
    assert_eq!(run.err, "");
    assert!(!run.out.contains('\x1b'), "a text cannot steer the terminal");
    assert_eq!(folder.feed(&["predict", "lights.stone"], b"").done(), "");
}

#[test]
fn a_long_text_is_read_in_part() {
    let folder = Folder::trained();
    let text = "lights on ".repeat(200_000);
    let answer = folder.feed(&["predict", "lights.stone", "--json"], text.as_bytes()).json();
    assert_eq!(answer["read"]["truncated"], true);
}

#[test]
fn each_line_is_answered_before_the_next_is_read() {
    let folder = Folder::trained();
    let mut child = folder
        .command(&["predict", "lights.stone"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for text in ["attic lights on please", "make the hall dark"] {
        writeln!(stdin, "{text}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert!(answer.trim_end().ends_with(text), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::trained();
    let texts = "turn on the light in the hall\n".repeat(50_000);
    folder.write("texts.txt", texts.as_bytes());
    let mut child = folder
        .command(&["predict", "lights.stone"])
        .stdin(std::fs::File::open(folder.path("texts.txt")).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    assert_eq!(messages, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_kernel_can_be_forced() {
    let folder = Folder::trained();
    let with = |kernel: &str| {
        let arguments = ["predict", "lights.stone", "--json", "cellar lights to half"];
        folder.command(&arguments).env("STONECHAT_KERNEL", kernel).output().unwrap()
    };
    let free = folder.run(&["predict", "lights.stone", "--json", "cellar lights to half"]).done();
    assert_eq!(String::from_utf8(with("reference").stdout).unwrap(), free);
    let refused = with("abacus");
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("abacus") && message.contains("reference"), "{message}");
}

#[test]
fn any_number_of_labels() {
    let mut data = String::new();
    for (index, row) in crate::support::lights().lines().skip(1).enumerate() {
        let (text, label) = row.split_once(',').unwrap();
        let also = if index % 2 == 0 { ",\"even\"" } else { "" };
        let mark = if index % 2 == 0 { " even" } else { "" };
        data.push_str(&format!("{{\"text\":\"{text}{mark}\",\"labels\":[\"{label}\"{also}]}}\n"));
    }
    let folder = Folder::new(&[("many.jsonl", data.as_bytes())]);
    folder.run(&["train", "many.jsonl", "-o", "many.stone"]).done();
    let answer = folder.run(&["predict", "many.stone", "--json", "hall lights off please even"]).json();
    assert!(answer.get("label").is_none());
    let names: Vec<_> = answer["labels"].as_array().unwrap().iter().map(|label| &label["name"]).collect();
    assert_eq!(names, ["even", "off"]);
}

#[test]
fn a_line_without_end_is_refused() {
    let folder = Folder::trained();
    let run = folder.feed(&["predict", "lights.stone"], &vec![b'x'; (64 << 20) + 1]);
    assert!(run.failed(2).starts_with("stonechat: <stdin>:1: a line of 64 MB or more; "));
}
