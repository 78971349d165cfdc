use crate::support::Folder;

const NATIVE: &str = concat!(
    r#"{"text":"dim the küche to 30%","label":"dim","slots":[{"name":"room","start":8,"end":13}],"split":"train"}"#,
    "\n",
    r#"{"text":"lights, \"all\" off","label":"off","split":"test"}"#,
    "\n",
);

#[test]
fn the_native_format_keeps_everything() {
    let folder = Folder::new(&[("in.jsonl", NATIVE.as_bytes())]);
    let made = folder.run(&["convert", "in.jsonl", "out.ndjson", "--json"]).json();
    assert_eq!((made["rows"].as_u64(), made["format"].as_str()), (Some(2), Some("jsonl")));
    assert_eq!(made["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(String::from_utf8(folder.read("out.ndjson")).unwrap(), NATIVE);
}

#[test]
fn splits_survive_and_losses_are_told() {
    let folder = Folder::new(&[("in.jsonl", NATIVE.as_bytes())]);
    let run = folder.run(&["convert", "in.jsonl", "out.csv"]);
    assert!(run.err.contains("slots are not written"), "{}", run.err);
    run.done();
    folder.run(&["convert", "out.csv", "back.jsonl", "--quiet"]).done();
    let back = String::from_utf8(folder.read("back.jsonl")).unwrap();
    let splits: Vec<_> = back
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["split"].clone())
        .collect();
    assert_eq!(splits, ["train", "test"]);
}

#[test]
fn the_format_can_be_named() {
    let folder = Folder::new(&[("in.txt", b"__label__on lights on\n")]);
    folder.run(&["convert", "in.txt", "out.txt", "--from", "fasttext", "--to", "tsv"]).done();
    assert_eq!(folder.read("out.txt"), b"text\tlabel\nlights on\ton\n");
    let message = folder.run(&["convert", "in.txt", "out.txt"]).failed(2);
    assert!(message.contains("out.txt: ") && message.contains("--to"), "{message}");
    let message = folder.run(&["convert", "in.txt", "out", "--to", "folder"]).failed(2);
    assert!(message.contains("cannot be written"), "{message}");
}

#[test]
fn a_failure_leaves_the_old_file() {
    let folder =
        Folder::new(&[("in.jsonl", b"{\"text\":\"a\",\"labels\":[\"x\",\"y\"]}\n"), ("out.csv", b"old")]);
    folder.run(&["convert", "in.jsonl", "out.trec", "--to", "trec"]).failed(2);
    folder.run(&["convert", "missing.jsonl", "out.csv"]).failed(2);
    assert_eq!(folder.read("out.csv"), b"old");
    assert_eq!(folder.names(), ["in.jsonl", "out.csv"]);
}

/// What a row cannot have is told of that row, and rows that are left out are not counted.
#[test]
fn what_a_format_cannot_hold_is_told_of_its_row() {
    let folder = Folder::new(&[]);
    let rows = ["plain", "a [b] c"].map(|text| format!("{{\"text\":\"{text}\",\"label\":\"x\"}}\n")).concat();
    folder.write("marks.jsonl", rows.as_bytes());
    let message = folder.run(&["convert", "marks.jsonl", "out", "--to", "massive"]).failed(2);
    assert!(
        message.contains("marks.jsonl:2: the brackets in \"a [b] c\"")
            && message.contains("; choose another format"),
        "{message}"
    );
    assert!(!folder.path("out").exists());
    let rows = ["one", " ", "two", ""].map(|text| format!("{{\"text\":\"{text}\"}}\n")).concat();
    folder.write("blank.jsonl", rows.as_bytes());
    folder.write("task.toml", b"kind = \"slots-only\"\ndata.train = [\"blank.jsonl\"]\n");
    let run = folder.run(&["convert", "task.toml", "out.conll"]);
    assert!(
        run.out.contains("out.conll: 2 rows as conll") && run.err.contains("(2 times)"),
        "{} {}",
        run.out,
        run.err
    );
}
