use crate::support::Folder;

#[test]
fn json_has_the_fields_of_the_contract() {
    let folder = Folder::trained();
    let run = folder.run(&["eval", "lights.stone", "lights.csv", "--split", "all", "--json"]);
    assert!(run.err.contains("lights.csv: all 108 rows"), "{}", run.err);
    let judged = run.json();
    assert_eq!(judged["examples"], 108);
    for pointer in [
        "/label/accuracy",
        "/label/macro_f1",
        "/label/micro_f1",
        "/abstention/coverage",
        "/calibration/ece",
        "/per_label/0/f1",
        "/per_label/0/support",
        "/model/bytes",
        "/model/memory_bytes",
    ] {
        assert!(judged.pointer(pointer).is_some_and(serde_json::Value::is_number), "{pointer}: {judged}");
    }
    assert!(judged.get("slots").is_none() && judged.get("oos").is_none());
    assert!(judged["label"]["accuracy"].as_f64() > Some(0.9), "{}", judged["label"]);
}

#[test]
fn it_says_which_rows_are_judged() {
    let folder = Folder::trained();
    let run = folder.run(&["eval", "lights.stone", "lights.csv"]);
    assert!(run.err.contains("test rows of 108, set aside by the hash"), "{}", run.err);
    folder.write("given.jsonl", b"{\"text\":\"hall lights to half\",\"label\":\"dim\",\"split\":\"test\"}\n");
    let run = folder.run(&["eval", "lights.stone", "given.jsonl"]);
    assert!(run.err.contains("1 test rows, given by the data"), "{}", run.err);
    let message = folder.run(&["eval", "lights.stone", "given.jsonl", "--split", "valid"]).failed(2);
    assert!(message.contains("no valid rows (there are: 1 test)"), "{message}");
    assert!(message.contains("--split"), "{message}");
}

#[test]
fn it_says_that_the_rows_to_judge_on_were_learned_from() {
    let folder = Folder::trained();
    let row = |at: usize| {
        let (word, label) = if at.is_multiple_of(2) { ("turn on", "on") } else { ("make it dark in", "off") };
        let split = if at < 40 { "train" } else { "valid" };
        format!("{{\"text\":\"{word} room {at}\",\"label\":\"{label}\",\"split\":\"{split}\"}}\n")
    };
    let rows: String = (0..70).map(row).collect();
    folder.write("named.jsonl", rows.as_bytes());
    let judge = |learn: &str| {
        let set = format!("learn_valid={learn}");
        folder.run(&["train", "--tier", "bag", "-o", "named.stone", "--set", &set, "named.jsonl"]).done();
        folder.run(&["eval", "named.stone", "named.jsonl", "--split", "valid"]).err
    };
    let learned = judge("1");
    assert!(
        learned
            .contains("30 valid rows, given by the data; a model trained on this data has learned from them")
    );
    let apart = judge("0");
    assert!(apart.contains("30 valid rows, given by the data") && !apart.contains("learned from"), "{apart}");
}

#[test]
fn the_threads_change_nothing() {
    let folder = Folder::trained();
    let with = |threads: &str| {
        folder
            .run(&["eval", "lights.stone", "lights.csv", "--json", "--split", "all", "--threads", threads])
            .done()
    };
    assert_eq!(with("1"), with("3"));
}

#[test]
fn a_goal_that_is_missed_ends_with_1() {
    let folder = Folder::trained();
    folder.write("wrong.csv", b"text,label\nturn on the light in the attic,off\nmake the porch dark,off\n");
    let with = |least: &str| {
        folder.run(&["eval", "lights.stone", "wrong.csv", "--split", "all", "--min-accuracy", least])
    };
    assert!(with("0.75").failed(1).contains("accuracy 0.5000 is below --min-accuracy 0.75"));
    with("0.5").done();
    let run =
        folder.run(&["eval", "lights.stone", "wrong.csv", "--split", "all", "--min-accuracy", "1", "--json"]);
    serde_json::from_str::<serde_json::Value>(&run.out).expect("the result comes all the same");
    run.failed(1);
}

#[test]
fn texts_outside_the_task_are_judged_apart() {
    let folder = Folder::trained();
    folder.write("mixed.csv", b"text,label\nmake the porch dark,off\nzyx wvu,oos\n");
    let judged = folder.run(&["eval", "lights.stone", "mixed.csv", "--split", "all", "--json"]).json();
    assert_eq!(judged["oos"]["examples"], 1);
    assert_eq!(judged["oos"]["recall"], 1.0);
    assert_eq!(judged["label"]["accuracy"], 1.0);
}

#[test]
fn a_report_is_written() {
    let folder = Folder::trained();
    folder.run(&["eval", "lights.stone", "lights.csv", "--report", "report.html"]).done();
    let page = String::from_utf8(folder.read("report.html")).unwrap();
    assert!(page.contains("lights"), "{page}");
    let message = folder.run(&["eval", "lights.stone", "lights.csv", "--report", "none/r.html"]).failed(2);
    assert!(message.contains("none/r.html: "), "{message}");
}
