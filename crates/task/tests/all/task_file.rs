//! Task files, right and wrong.

use std::path::Path;

use stonechat_task::{Dataset, Format, Kind, LabelLevel, ReadOptions, Split, Task};

use crate::support::{Folder, kinds};

const FULL: &str = r#"
name = "lights"
language = "en"
kind = "multi-label"
labels = ["on", "off"]
out_of_scope = "none"

[data]
train = ["a.csv", "b.csv"]
test = "c.csv"
format = "csv"
text = [2, 3]
label = 1
header = false
label_level = "coarse"

[split]
valid = 0.2
test = 0

[goal]
min_accuracy = 0.9
max_size = "300KB"
max_latency_us = 50
max_error = 0.02
"#;

#[test]
fn everything_that_a_task_file_can_say() {
    let task = Task::parse(FULL, Path::new("dir/task.toml")).unwrap();
    assert_eq!(
        (task.name.as_str(), task.language.as_deref(), task.kind),
        ("lights", Some("en"), Kind::MultiLabel)
    );
    assert_eq!(
        (task.labels, task.out_of_scope),
        (vec!["on".to_string(), "off".to_string()], "none".to_string())
    );
    assert_eq!(task.data.train, [Path::new("dir/a.csv"), Path::new("dir/b.csv")]);
    assert_eq!(task.data.test, [Path::new("dir/c.csv")]);
    let expected = ReadOptions {
        format: Some(Format::Csv),
        text_column: Some("2,3".into()),
        label_column: Some("1".into()),
        split_column: None,
        header: Some(false),
        label_level: Some(LabelLevel::Coarse),
    };
    assert_eq!(task.data.options, expected);
    assert_eq!((task.split.valid, task.split.test), (0.2, 0.0));
    assert_eq!(task.goal.min_accuracy, Some(0.9));
    assert_eq!(task.goal.max_size, Some(300_000));
    assert_eq!(task.goal.max_latency_us, Some(50.0));
    assert_eq!(task.goal.max_error, Some(0.02));
    assert_eq!(task.origin, Path::new("dir/task.toml"));
}

#[test]
fn errors_name_line_key_and_remedy() {
    for (toml, message) in [
        (
            "name = \"x\"\nlables = []",
            "t:2: unknown key `lables`; did you mean `labels`? Known keys here: `data`,",
        ),
        ("elephant = 1", "t:1: unknown key `elephant`; known keys here: `data`, `goal`,"),
        ("[data]\ntrian = \"x\"", "t:2: unknown key `trian` under [data]; did you mean `train`?"),
        ("[goal]\n\nmax_sise = 3", "t:3: unknown key `max_sise` under [goal]; did you mean `max_size`?"),
        (
            "[split]\nvalid = 1.0",
            "t:2: `valid` under [split] is out of range; write a number from 0 to below 1",
        ),
        ("[split]\ntest = nan", "t:2: `test` under [split] is out of range"),
        (
            "[goal]\nmin_accuracy = 93",
            "t:2: `min_accuracy` under [goal] is out of range; write a number from 0 to 1",
        ),
        (
            "[goal]\nmax_size = 0",
            "t:2: `max_size` under [goal] is out of range; write a number of at least 4096",
        ),
        (
            "[goal]\nmax_size = \"big\"",
            "t:2: `max_size` under [goal]: \"big\" is not a size; write a number of bytes",
        ),
        (
            "[goal]\nmax_latency_us = true",
            "t:2: `max_latency_us` under [goal] is true or false; write a number",
        ),
        ("name = 3", "t:1: `name` is an integer; write a text, as name = \"...\""),
        ("name = \"\"", "t:1: `name`: is empty; write a name or leave it out"),
        (
            "\nkind = \"multi\"",
            "t:2: `kind`: unknown kind \"multi\"; write \"single-label\", \"multi-label\" or \"slots-only\"",
        ),
        ("labels = [\"a\", 2.5]", "t:1: `labels` is a number; write a text or a list of texts"),
        ("labels = [\"a\", \"b\",\n \"a \"]", "t:1: `labels`: \"a\" stands there twice; name it once"),
        ("labels = [\"\"]", "t:1: `labels`: a label is empty; give it a name"),
        ("data = \"x\"", "t:1: `data` is a text; write a table, as [data]"),
        ("[data]\ntrain = \"\"", "t:2: `train` under [data]: a path is empty; name a file or a folder"),
        ("[data]\nformat = \"cvs\"", "t:2: `format` under [data]: unknown format \"cvs\"; did you mean csv?"),
        (
            "[data]\nheader = \"no\"",
            "t:2: `header` under [data] is a text; write header = true or header = false",
        ),
        ("a = 1\na = 2", "t:2: duplicate key; write it as TOML asks for"),
        ("name = \"x", "t:1: invalid basic string"),
    ] {
        let toml = format!("{toml}\n");
        let error = Task::parse(&toml, Path::new("t")).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}\n{toml}");
    }
}

#[test]
fn a_task_is_found_in_a_folder_and_takes_its_name() {
    let folder = Folder::new(&[
        ("lights/task.toml", b"kind = \"single-label\"\n"),
        ("lights/train.csv", b"text,label\nx,a\ny,b\n"),
        ("lights/test.csv", b"text,label\nz,a\n"),
    ]);
    for name in ["lights", "lights/task.toml", "lights/../lights"] {
        let task = Task::read(&folder.path(name)).unwrap();
        assert_eq!(task.name, "lights");
        let splits = Dataset::read(&task).unwrap().split();
        assert_eq!(splits.test.len(), 1);
        assert_eq!(splits.train.len() + splits.valid.len(), 2);
    }
}

#[test]
fn named_splits_hold_before_what_rows_and_files_say() {
    let folder = Folder::new(&[
        ("task.toml", b"name = \"t\"\n[data]\ntrain = \"test.jsonl\"\nvalid = \"dir\"\n"),
        (
            "test.jsonl",
            b"{\"text\":\"x\",\"label\":\"a\",\"split\":\"test\"}\n{\"text\":\"y\",\"label\":\"a\"}\n",
        ),
        ("dir/train.csv", b"text,label\nz,a\n"),
    ]);
    let data = folder.read("task.toml", &ReadOptions::default()).unwrap();
    let splits: Vec<_> = data.examples.iter().map(|example| example.split).collect();
    assert_eq!(splits, [Some(Split::Train), Some(Split::Train), Some(Split::Valid)]);
    assert_eq!(kinds(&data.warnings), ["split-overridden"]);
    assert_eq!(data.warnings[0].places[0].line, 1);
}

#[test]
fn options_override_the_file() {
    let folder = Folder::new(&[
        ("task.toml", b"[data]\npath = \"d.csv\"\ntext = \"body\"\nlabel = \"kind\"\n"),
        ("d.csv", b"body,kind,topic\nx,a,t\n"),
    ]);
    let over = ReadOptions { label_column: Some("topic".into()), ..ReadOptions::default() };
    assert_eq!(folder.read("task.toml", &over).unwrap().examples[0].labels, ["t"]);
    assert_eq!(folder.read("task.toml", &ReadOptions::default()).unwrap().examples[0].labels, ["a"]);
}

#[test]
fn kind_is_inferred_where_it_is_not_said() {
    let folder = Folder::new(&[
        ("task.toml", b"[data]\npath = \"d.jsonl\"\n"),
        ("d.jsonl", b"{\"text\":\"x\",\"labels\":[\"a\"]}\n"),
    ]);
    assert_eq!(Task::read(&folder.path("task.toml")).unwrap().kind, Kind::MultiLabel);
    let missing = Folder::new(&[("task.toml", b"[data]\ntrain = \"gone.csv\"\n")]);
    let error = missing.message(&Task::read(&missing.path("task.toml")).unwrap_err());
    assert!(error.starts_with("gone.csv: ") && error.ends_with("check the path"), "{error}");
}

#[test]
fn texts_in_memory_read_like_files() {
    let task = Task::parse("kind = \"single-label\"", Path::new("task.toml")).unwrap();
    let files = [("train.jsonl", "{\"text\":\"x\",\"label\":\"a\"}"), ("test.csv", "text,label\ny,b\n")];
    let files = files.map(|(name, text)| (Path::new(name), text));
    let splits = Dataset::parse(&task, &files).unwrap().split();
    assert_eq!((splits.train.len() + splits.valid.len(), splits.test.len()), (1, 1));
    assert!(Dataset::parse(&task, &[]).is_err());
}
