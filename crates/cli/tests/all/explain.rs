//! What made an answer, as `predict --explain` says it; cascades and promises as a user meets them.

use serde_json::Value;

use crate::support::{Folder, lights};

#[test]
fn words_examples_and_scope_are_told() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    folder
        .run(&["train", "lights.csv", "-o", "a.stone", "--tier", "bag", "--valid", "lights.csv", "--quiet"])
        .done();
    let text = "turn on the light in the zanzibar";
    let told = folder.run(&["predict", "a.stone", text, "--explain", "--examples", "lights.csv"]).done();
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains(text), "{told}");
    for word in ["  words ", "  unknown   zanzibar", "  nearest ", "  scope "] {
        assert!(lines.iter().any(|line| line.starts_with(word)), "{word}: {told}");
    }
    let told = folder.run(&["predict", "a.stone", text, "--explain", "--json"]).json();
    let words = told["explanation"]["words"].as_array().unwrap();
    assert_eq!(words.len(), 7);
    for word in words {
        let (start, end) = (word["start"].as_u64().unwrap() as usize, word["end"].as_u64().unwrap() as usize);
        assert_eq!(text[start..end], *word["text"].as_str().unwrap());
        assert_eq!(word["known"], Value::Bool(word["text"] != "zanzibar"));
    }
    assert_eq!(told["explanation"]["label"], told["label"]["name"]);
    assert_eq!(told["explanation"]["nearest"], Value::Array(Vec::new()));
    // Whoever does not ask is not told.
    let plain = folder.run(&["predict", "a.stone", text, "--json"]).json();
    assert!(plain.get("explanation").is_none());
    let message = folder.run(&["predict", "a.stone", text, "--examples", "lights.csv"]).failed(2);
    assert!(message.contains("--explain"), "{message}");
    // Nothing to explain is no fault.
    for text in ["", "!", "灯をつけて", "½"] {
        folder.run(&["predict", "a.stone", text, "--explain", "--examples", "lights.csv"]).done();
    }
}

#[test]
fn a_cascade_is_trained_and_told() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    folder
        .run(&[
            "train",
            "lights.csv",
            "-o",
            "a.stone",
            "--tier",
            "cascade",
            "--valid",
            "lights.csv",
            "--quiet",
        ])
        .done();
    folder.run(&["verify", "a.stone"]).done();
    let facts = folder.run(&["inspect", "a.stone", "--json"]).json();
    assert!(["bag", "lookup"].map(Value::from).contains(&facts["first"]["tier"]), "{facts}");
    assert!(facts["meta"]["training"]["cascade"]["share"].is_number());
    let message = folder
        .run(&["train", "lights.csv", "-o", "b.stone", "--tier", "cascade", "--max-error", "0.1"])
        .failed(2);
    assert!(message.contains("promises no error"), "{message}");
}

#[test]
fn what_is_promised_is_printed_stored_and_judged() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let arguments =
        ["train", "lights.csv", "-o", "a.stone", "--tier", "bag", "--max-error", "0.2", "--quiet"];
    let told = folder.run(&arguments).done();
    assert!(told.contains("promise       at most 0.2 of the accepted answers are wrong"), "{told}");
    let facts = folder.run(&["inspect", "a.stone", "--json"]).json();
    assert_eq!(facts["meta"]["training"]["promise"]["max_error"], 0.2);
    let judged = folder.run(&["eval", "a.stone", "lights.csv", "--json"]).json();
    assert_eq!(judged["abstention"]["target"], 0.2);
    let told = folder.run(&["eval", "a.stone", "lights.csv"]).done();
    assert!(told.contains("kept)"), "{told}");
    assert!(told.contains("no text is outside the task"), "{told}");
    // As a gate.
    folder.run(&["eval", "a.stone", "lights.csv", "--max-error", "0.5"]).done();
    let strange: String =
        lights().lines().skip(1).map(|row| format!("{},dark\n", row.split(',').next().unwrap())).collect();
    std::fs::write(folder.path("strange.csv"), format!("text,label\n{strange}")).unwrap();
    let arguments = ["eval", "a.stone", "strange.csv", "--split", "all", "--max-error", "0.01"];
    let message = folder.run(&arguments).failed(1);
    assert!(message.contains("of the accepted answers are wrong, more than --max-error 0.01"), "{message}");
    let told = folder.run(&arguments[..5]).done();
    assert!(told.contains("(asked for: at most 20.00 %: not kept)"), "{told}");
}
