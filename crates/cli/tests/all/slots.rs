//! Slots and their values through the commands.

use serde_json::{Value, json};

use crate::support::{DIMMER, Folder, SMALL};

const MODEL: &str = "dimmer.stone";

/// The one slot of this name in an answer.
fn slot<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let slots = answer["slots"].as_array().unwrap();
    let found: Vec<_> = slots.iter().filter(|slot| slot["name"] == name).collect();
    assert_eq!(found.len(), 1, "{name} in {answer}");
    found[0]
}

#[test]
fn json_has_the_fields_of_the_contract() {
    let folder = Folder::with_slots();
    let text = "dïm the lounge lights to 12.5 percent";
    let run = folder.run(&["predict", MODEL, "--json", text]).done();
    // In the order of the contract, and every digit as it is.
    let place = run.find(r#""slots":[{"name":"room","type":"choice","text":"lounge","start":8,"end":14,"#);
    assert!(place.is_some(), "{run}");
    assert!(run.contains(r#""value":12.5,"#), "{run}");
    let answer: Value = serde_json::from_str(&run).unwrap();
    let mut room = slot(&answer, "room").clone();
    assert!((0.0..=1.0).contains(&room["confidence"].as_f64().unwrap()));
    room["confidence"] = json!(0);
    assert_eq!(
        room,
        json!({"name": "room", "type": "choice", "text": "lounge", "start": 8, "end": 14,
            "value": "living room", "match": "exact", "distance": 0, "confidence": 0,
            "decision": "accept"})
    );
    let mut level = slot(&answer, "level").clone();
    level["confidence"] = json!(0);
    assert_eq!(
        level,
        json!({"name": "level", "type": "percent", "text": "12.5 percent", "start": 25, "end": 37,
            "value": 12.5, "confidence": 0, "decision": "accept"})
    );
}

#[test]
fn a_misspelled_value_is_near_and_a_vague_one_is_left_open() {
    let folder = Folder::with_slots();
    let texts = ["bathrom dark please", "lounge down to a bit please"];
    let run = folder.run(&["predict", MODEL, "--json", texts[0]]).json();
    let room = slot(&run, "room");
    assert_eq!(
        (&room["value"], &room["match"], &room["distance"]),
        (&json!("bathroom"), &json!("near"), &json!(1))
    );
    let run = folder.run(&["predict", MODEL, "--json", texts[1]]).json();
    let level = slot(&run, "level");
    assert_eq!((&level["value"], &level["unresolved"]), (&Value::Null, &json!(true)));
    let lines = folder.run(&["predict", MODEL, texts[0], texts[1]]).done();
    let lines: Vec<&str> = lines.lines().collect();
    assert!(lines[0].ends_with("  bathrom dark please  [room=bathroom \"bathrom\"]"), "{lines:?}");
    assert!(lines[1].ends_with("  [room=living room, level=? \"a bit\"]"), "{lines:?}");
}

#[test]
fn what_is_relative_counts_from_the_given_time() {
    let folder = Folder::with_slots();
    let answer = |arguments: &[&str]| folder.run(&[&["predict", MODEL, "--json"], arguments].concat()).json();
    let text = "turn off the kitchen tomorrow";
    assert_eq!(slot(&answer(&[text]), "day")["unresolved"], true);
    let now = ["--now", "2026-11-22T14:00:00", text];
    assert_eq!(slot(&answer(&now), "day")["value"], "2026-11-23");
    let text = "dim the kitchen at half past six";
    let answered = answer(&[text]);
    let said = slot(&answered, "time");
    assert_eq!((&said["value"], &said["meridiem_known"]), (&json!("06:30"), &json!(false)));
    assert_eq!(slot(&answer(&["--now", "2026-11-22 14:00", text]), "time")["value"], "18:30");
    assert!(slot(&answer(&["dim the kitchen at 7 pm"]), "time").get("meridiem_known").is_none());
    let line = folder.run(&["predict", MODEL, "dim the kitchen lights to half"]).done();
    assert!(line.ends_with("[room=kitchen, level=50 percent]\n"), "{line}");
    for wrong in ["tomorrow", "2026-11-31T10:00", "now"] {
        let message = folder.run(&["predict", MODEL, "--now", wrong, text]).failed(2);
        assert!(message.contains("--now") && message.contains("2026-11-22T18:30:00"), "{message}");
    }
}

#[test]
fn a_missing_slot_is_named() {
    let folder = Folder::with_slots();
    let text = "dim the lights to 20%";
    let answer = folder.run(&["predict", MODEL, "--json", text]).json();
    assert_eq!((&answer["decision"], &answer["reason"]), (&json!("abstain"), &json!("missing_slot room")));
    assert_eq!(answer["label"]["name"], "dim");
    let line = folder.run(&["predict", MODEL, text]).done();
    assert!(line.ends_with("  [level=20 percent]  (missing slot room)\n"), "{line}");
}

#[test]
fn values_can_be_changed_without_training() {
    let folder = Folder::with_slots();
    folder.write("rooms.tsv", b"sauna\tsteam room\nwhirlpool\n");
    let with = |arguments: &[&str]| folder.run(&[&["predict", MODEL], arguments].concat());
    let text = "dim the steam room lights to 20%";
    let answer = with(&["--json", "--values", "room=rooms.tsv", text]).json();
    assert_eq!(slot(&answer, "room")["value"], "sauna", "{answer}");
    // The old list is gone.
    let answer = with(&["--json", "--values", "room=rooms.tsv", "dim the kitchen lights to 20%"]).json();
    let rooms = answer["slots"].as_array().unwrap().iter().filter(|slot| slot["name"] == "room");
    assert!(rooms.clone().all(|room| room["value"].is_null()), "{answer}");

    folder.write("twice.tsv", b"sauna\nwhirlpool\tsauna\n");
    for (values, words) in [
        ("rooms=rooms.tsv", &["no slot \"rooms\"; did you mean \"room\"?"][..]),
        ("level=rooms.tsv", &["of type percent, which has no list of values; its choices: room"]),
        ("room=none.tsv", &["stonechat: none.tsv: "]),
        ("room=twice.tsv", &["stonechat: twice.tsv:2: ", "\"sauna\"", "; "]),
        ("room", &["--values", "room=rooms.txt"]),
        ("=rooms.tsv", &["--values", "room=rooms.txt"]),
    ] {
        let message = with(&["--values", values, text]).failed(2);
        for word in words {
            assert!(message.contains(word), "{values}: {message}");
        }
    }
    let plain = Folder::trained();
    plain.write("rooms.tsv", b"sauna\n");
    let message = plain.run(&["predict", "lights.stone", "--values", "room=rooms.tsv", "x"]).failed(2);
    assert!(message.contains("it has no slot of type choice, so leave --values out"), "{message}");
}

#[test]
fn slots_are_judged() {
    let folder = Folder::with_slots();
    let arguments = ["eval", MODEL, "dimmer", "--split", "all"];
    let judged = folder.run(&[&arguments[..], &["--json", "--now", "2026-11-22T14:00"]].concat()).json();
    assert!(judged["slots"]["f1"].as_f64() > Some(0.9), "{}", judged["slots"]);
    assert!(judged["exact_match"].as_f64() > Some(0.9), "{judged}");
    let resolved = |judged: &Value| judged["values"]["resolved"].as_f64().unwrap();
    let without = folder.run(&[&arguments[..], &["--json"]].concat()).json();
    assert!(resolved(&judged) > resolved(&without), "days need a reference: {judged}");
    assert!(folder.run(&arguments).done().contains("\nslots          F1 "));
}

#[test]
fn the_file_tells_its_slots() {
    let folder = Folder::with_slots();
    let facts = folder.run(&["inspect", MODEL, "--json"]).json();
    assert_eq!(facts["tier"], "tagger");
    assert_eq!(facts["tagger"], json!({"units": 32, "max_tokens": 256}));
    let slots = &facts["slots"];
    assert_eq!(slots["language"], "en");
    assert_eq!(slots["names"][0], json!({"name": "room", "type": "choice", "values": 3, "phrases": 4}));
    assert_eq!(slots["names"][3], json!({"name": "day", "type": "date"}));
    assert_eq!(
        slots["rules"][0],
        json!({"label": "dim", "slots": ["room", "level", "time"], "required": ["room"], "repeated": []})
    );
    let told = folder.run(&["inspect", MODEL]).done();
    for words in ["room (choice of 3)", "dim: room!, level, time\n", "units 32", "max_tokens 256"] {
        assert!(told.contains(words), "{words} is not in {told}");
    }
    assert!(folder.run(&["verify", MODEL]).done().contains("every score and slot as recorded"));
    let speed = folder.run(&["bench", MODEL, "dimmer", "--split", "all", "--json"]).json();
    assert!(speed["latency_us"]["p50"].as_f64() > Some(0.0), "{speed}");
}

#[test]
fn a_schema_is_printed_to_adopt() {
    let folder = Folder::new(&[]);
    folder.write_dimmer("[data]\npath = \"rows.jsonl\"\n");
    let run = folder.run(&["check", "dimmer", "--schema"]);
    assert_eq!(run.err, "");
    let schema = run.done();
    assert!(schema.contains("[intents.off]\nslots = [\"day\", \"room\"]\n"), "{schema}");
    assert!(schema.contains("[slots.level]\ntype = \"text\"\n"), "{schema}");
    assert_eq!(folder.run(&["check", "dimmer", "--schema", "--json"]).json()["schema"], schema.as_str());
    // What it prints is a task file, and it prints the same of that.
    folder.write("dimmer/task.toml", format!("[data]\npath = \"rows.jsonl\"\n{schema}").as_bytes());
    assert_eq!(folder.run(&["check", "dimmer", "--schema"]).done(), schema);
    assert!(folder.run(&["check", "dimmer"]).done().contains("; 0 errors, 0 warnings, "));
}

#[test]
fn the_tier_can_be_chosen() {
    let folder = Folder::new(&[]);
    folder.write_dimmer(DIMMER);
    let run = folder.run(&["train", "dimmer", "-o", "bag.stone", "--tier", "bag"]);
    assert!(run.err.contains("a bag finds no slots"), "{}", run.err);
    run.done();
    assert_eq!(folder.run(&["inspect", "bag.stone", "--json"]).json()["tier"], "bag");
    let with = |tier: &str| {
        let arguments = ["train", "dimmer", "-o", "a.stone", "--tier", tier];
        folder.run(&[&arguments[..], &SMALL].concat()).done();
        folder.run(&["inspect", "a.stone", "--json"]).json()["tier"].as_str().unwrap().to_string()
    };
    assert_eq!([with("auto"), with("tagger")], ["tagger", "tagger"]);
    // A program has to be told that the data, and not the task file, says which slots a label has.
    folder.write("dimmer/task.toml", b"[data]\npath = \"rows.jsonl\"\n");
    let told = folder.run(&[&["train", "dimmer", "-o", "a.stone"][..], &SMALL].concat()).done();
    assert!(told.contains("check --schema"), "{told}");
    // Any label may have all of them, which need no names then.
    let told = folder.run(&["inspect", "a.stone"]).done();
    assert!(told.contains("off: any, any number of times\n") && !told.contains("room+"), "{told}");
}

#[test]
fn a_model_of_slots_alone_has_no_label() {
    let rooms = ["kitchen", "bedroom", "hall", "garage"];
    let rows: String = (0..60)
        .map(|i| format!("dim O\nthe O\n{} B-room\nto O\n{} B-level\n% I-level\n\n", rooms[i % 4], 5 + i))
        .collect();
    let folder = Folder::new(&[("rooms.conll", rows.as_bytes())]);
    folder.run(&[&["train", "rooms.conll", "-o", "rooms.stone"][..], &SMALL].concat()).done();
    let answer = folder.run(&["predict", "rooms.stone", "--json", "dim the hall to 7 %"]).json();
    assert_eq!((&answer["label"], &answer["ranking"]), (&Value::Null, &json!([])));
    assert!(answer.as_object().unwrap().contains_key("label"));
    assert_eq!(slot(&answer, "room")["value"], "hall", "{answer}");
    let line = folder.run(&["predict", "rooms.stone", "dim the hall to 7 %"]).done();
    assert_eq!(line.split_whitespace().nth(1), Some("-"), "{line}");
    let facts = folder.run(&["inspect", "rooms.stone", "--json"]).json();
    assert_eq!(facts["labels"], json!([]));
    assert_eq!(facts["slots"]["rules"][0]["label"], Value::Null);
    assert!(folder.run(&["inspect", "rooms.stone"]).done().contains("labels             none\n"));
    let judged = folder.run(&["eval", "rooms.stone", "rooms.conll", "--json"]).json();
    assert!(judged.get("label").is_none() && judged["slots"]["f1"].is_number(), "{judged}");
}

#[test]
fn a_required_slot_that_is_too_uncertain_can_be_asked_for_again() {
    let folder = Folder::with_slots();
    let setting = ["train", "lights", "-o", "a.stone", "--tier", "tagger", "--min-accuracy", "0", "--quiet"];
    folder.run(&["new", "lights", "--template", "smart-home", "--quiet"]).done();
    let strict =
        ["--set", "min_slot_confidence=1", "--set", "epochs=4", "--set", "dim=32", "--set", "units=32"];
    folder.run(&[&setting[..], &strict].concat()).done();
    let text = "activate the movie night scene";
    let answer = folder.run(&["predict", "a.stone", text, "--json", "--quiet"]).json();
    if answer["label"]["name"] != "scene.activate" || answer["slots"].as_array().unwrap().is_empty() {
        panic!("the model learned too little to be asked: {answer}");
    }
    let scene = slot(&answer, "scene");
    assert_eq!((&answer["decision"], &scene["decision"]), (&json!("abstain"), &json!("abstain")), "{answer}");
    let reason = answer["reason"].as_str().unwrap();
    assert!(reason.starts_with("slot scene: 0.") && reason.ends_with(" < 1.00"), "{reason}");
}
