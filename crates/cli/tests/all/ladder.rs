//! `train` without a tier climbs the ladder; with one it trains that.

use serde_json::Value;

use crate::support::{Folder, SMALL, lights};

fn folder() -> Folder {
    Folder::new(&[("lights.csv", lights().as_bytes())])
}

#[test]
fn the_table_is_printed_and_travels_in_the_file_without_times() {
    let folder = folder();
    let made = folder.run(&["train", "lights.csv", "-o", "a.stone", "--json"]).json();
    let rungs = made["report"]["ladder"]["rungs"].as_array().unwrap();
    let tiers: Vec<&str> = rungs.iter().map(|rung| rung["tier"].as_str().unwrap()).collect();
    assert_eq!(tiers, ["lookup", "bag", "bag", "bag", "bag", "tagger"]);
    assert_eq!(rungs[1]["max_size"], 100_000);
    assert!(rungs[1]["p50_us"].as_f64() > Some(0.0), "{made}");
    let chosen: Vec<&Value> = rungs.iter().filter(|rung| rung["chosen"] == true).collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0]["bytes"], made["model"]["bytes"]);

    let facts = folder.run(&["inspect", "a.stone", "--json"]).json();
    let mut told = made["report"]["ladder"].clone();
    for rung in told["rungs"].as_array_mut().unwrap() {
        rung.as_object_mut().unwrap().remove("p50_us");
    }
    assert_eq!(facts["meta"]["training"]["ladder"], told);
    let shown = folder.run(&["inspect", "a.stone"]).done();
    for word in ["ladder        accuracy on", "lookup in 2.5 MB", "bag    in 100 KB", "chosen        "] {
        assert!(shown.contains(word), "{word} is not in {shown}");
    }
    assert!(!shown.contains("µs"), "{shown}");
    let shown = folder.run(&["train", "lights.csv", "-o", "b.stone"]).done();
    assert!(shown.contains(" µs") && shown.contains("as the rung below"), "{shown}");
    assert_eq!(folder.read("a.stone"), folder.read("b.stone"), "times are not in the file");
    folder.run(&["verify", "a.stone"]).done();
}

#[test]
fn the_first_rung_that_is_good_enough() {
    let folder = folder();
    let made =
        folder.run(&["train", "lights.csv", "-o", "a.stone", "--json", "--min-accuracy", "0.5"]).json();
    let ladder = &made["report"]["ladder"];
    assert_eq!(ladder["rungs"].as_array().unwrap().len(), 2, "{ladder}");
    assert_eq!((&ladder["rungs"][1]["chosen"], &ladder["missed"]), (&true.into(), &Value::Null));
    // The option is stronger than the task's goal.
    folder.write(
        "task.toml",
        b"[data]\npath = \"lights.csv\"\n[goal]\nmin_accuracy = 1.0\nmax_size = \"90KB\"\n",
    );
    let made = folder.run(&["train", ".", "-o", "a.stone", "--json", "--min-accuracy", "0.5"]).json();
    let limits = &made["report"]["ladder"]["limits"];
    assert_eq!((&limits["min_accuracy"], &limits["max_size"]), (&0.5.into(), &90_000.into()));
    assert!(folder.read("a.stone").len() <= 90_000);
}

#[test]
fn limits_that_nothing_keeps_end_with_1_and_leave_the_best() {
    let folder = folder();
    for tier in ["auto", "bag"] {
        let run =
            folder.run(&["train", "lights.csv", "-o", "a.stone", "--tier", tier, "--max-latency", "0.001ns"]);
        assert!(run.out.contains("a.stone: "), "{}", run.out);
        let message = run.failed(1);
        assert!(message.contains("µs") && message.contains("the file is written all the same"), "{message}");
        folder.run(&["verify", "a.stone"]).done();
    }
    folder.run(&["train", "lights.csv", "-o", "a.stone", "--tier", "bag", "--max-latency", "10s"]).done();
    let run =
        folder.run(&["train", "lights.csv", "-o", "a.stone", "--tier", "lookup", "--min-accuracy", "0.9"]);
    let message = run.failed(1);
    assert!(message.contains("is below min_accuracy = 0.9"), "{message}");
}

#[test]
fn wrong_limits_are_refused() {
    let folder = folder();
    for (option, value, word) in [
        ("--max-latency", "50", "has no unit; write a time as 50us"),
        ("--max-latency", "0us", "is not a time"),
        ("--max-latency", "soon", "is not a time"),
        ("--min-accuracy", "93", "write a share from 0 to 1, as 0.93"),
        ("--min-accuracy", "-1", "is no share"),
        ("--min-accuracy", "93%", "is no share"),
        ("--min-accuracy", "NaN", "is no share"),
    ] {
        let option = format!("{option}={value}");
        let message = folder.run(&["train", "lights.csv", "-o", "a.stone", &option]).failed(2);
        assert!(message.contains(word), "{option}: {message}");
    }
    assert_eq!(folder.names(), ["lights.csv"]);
}

#[test]
fn a_look_up_answers_what_it_was_shown() {
    let folder = folder();
    let told = folder.run(&["train", "lights.csv", "-o", "a.stone", "--tier", "lookup"]).done();
    assert!(told.contains("a look-up of 97 texts"), "{told}");
    folder.run(&["verify", "a.stone"]).done();
    let answer = folder.run(&["predict", "a.stone", "--json", "Make the HALL dark!"]).json();
    assert_eq!((&answer["decision"], &answer["label"]["name"]), (&"accept".into(), &"off".into()));
    let answer = folder.run(&["predict", "a.stone", "--json", "make the whole hall dark"]).json();
    assert_eq!((&answer["decision"], &answer["reason"]), (&"abstain".into(), &"no_known_words".into()));
    assert_eq!(answer["label"]["confidence"], 0.0);
    let facts = folder.run(&["inspect", "a.stone", "--json"]).json();
    assert_eq!((&facts["tier"], &facts["table"]["texts"]), (&"lookup".into(), &97.into()));
    folder.run(&["inspect", "a.stone"]).done();
    folder.run(&["eval", "a.stone", "lights.csv"]).done();
    folder.run(&["bench", "a.stone", "lights.csv"]).done();
}

#[test]
fn slots_climb_taggers_and_are_no_task_for_a_look_up() {
    let folder = Folder::with_slots();
    let message = folder.run(&["train", "dimmer", "-o", "a.stone", "--tier", "lookup"]).failed(2);
    assert!(message.contains("one label for each text, and the rows have slots; "), "{message}");
    let arguments = [&["train", "dimmer", "-o", "a.stone", "--json"][..], &SMALL].concat();
    let made = folder.run(&arguments).json();
    let ladder = &made["report"]["ladder"];
    assert_eq!((&ladder["measure"], &ladder["rungs"][0]["tier"]), (&"exact_match".into(), &"tagger".into()));
    assert_eq!(ladder["rungs"].as_array().unwrap().len(), 3);
    assert_eq!(ladder["rungs"][2]["note"], "as the rung below: everything fits there", "{ladder}");
}
