//! Public data sets, where they are at hand: the counts that their descriptions state.

use std::path::PathBuf;

use stonechat_task::{Dataset, Finding, LabelLevel, Origin, ReadOptions, Splits, Task, check, label_names};

/// The folder of the data sets: `$STONECHAT_DATA`, or `../shared/data` beside the workspace.
fn data(name: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os("STONECHAT_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let path = folder.join(name);
    if !path.exists() {
        println!("skipped: no data ({name})");
        return None;
    }
    Some(path)
}

struct Read {
    task: Task,
    splits: Splits,
    findings: Vec<Finding>,
}

impl Read {
    /// Rows to learn from, to tune on, to judge on.
    fn sizes(&self) -> (usize, usize, usize) {
        (self.splits.train.len(), self.splits.valid.len(), self.splits.test.len())
    }

    fn labels(&self) -> usize {
        label_names(&self.task, self.splits.all()).unwrap().len()
    }

    /// The count of a finding of every split together; 0 where there is none.
    fn count(&self, kind: &str) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.count).sum()
    }
}

fn read_with(name: &str, options: &ReadOptions) -> Option<Read> {
    let path = data(name)?;
    let task = Task::read_with(&path, options).unwrap();
    let splits = Dataset::read(&task).unwrap().split();
    let findings = check::all(&task, &splits);
    Some(Read { task, splits, findings })
}

fn read(name: &str) -> Option<Read> {
    read_with(name, &ReadOptions::default())
}

#[test]
fn banking77() {
    let Some(read) = read("banking77") else { return };
    assert_eq!((read.splits.train.len() + read.splits.valid.len(), read.splits.test.len()), (10_003, 3080));
    assert_eq!((read.splits.valid_origin, read.splits.test_origin), (Origin::SetAside, Origin::Given));
    assert_eq!(read.labels(), 77);
    assert_eq!(read.count("duplicate-text"), 4 + 1);
    assert_eq!(read.count("test-in-train"), 7);
    assert_eq!(read.count("conflicting-labels"), 0);
    let breaks = read.splits.all().filter(|row| row.text.contains('\n')).count();
    assert_eq!(breaks, 13);
    assert_eq!(read.count("unread-file"), 1);
}

#[test]
fn clinc150() {
    let Some(read) = read("clinc150") else { return };
    assert_eq!(read.sizes(), (15_100, 3100, 5500));
    assert_eq!((read.splits.valid_origin, read.splits.test_origin), (Origin::Given, Origin::Given));
    assert_eq!(read.labels(), 150);
    assert_eq!(read.count("duplicate-text"), 0);
    assert_eq!(read.count("test-in-train"), 2);
    assert_eq!(read.count("valid-in-train"), 3);
    assert_eq!(read.count("alternative-files"), 1);
    let oos = read.splits.test.iter().filter(|row| row.labels == ["oos"]).count();
    assert_eq!(oos, 1000);
    let small = self::read("clinc150/data_small.json").unwrap();
    assert_eq!(small.sizes(), (7600, 3100, 5500));
    let plus = self::read("clinc150/data_oos_plus.json").unwrap();
    assert_eq!(plus.sizes(), (15_250, 3100, 5500));
}

#[test]
fn trec() {
    let Some(read) = read("trec") else { return };
    assert_eq!((read.splits.train.len() + read.splits.valid.len(), read.splits.test.len()), (5452, 500));
    assert_eq!(read.labels(), 50);
    // 72 questions are repeated, one of them under another label.
    assert_eq!(read.count("duplicate-text"), 71);
    assert_eq!(read.count("test-in-train"), 11);
    assert_eq!(read.count("not-utf8"), 1);
    assert_eq!(read.count("replacement-character"), 1);
    let coarse = ReadOptions { label_level: Some(LabelLevel::Coarse), ..ReadOptions::default() };
    assert_eq!(read_with("trec", &coarse).unwrap().labels(), 6);
}

#[test]
fn sst2() {
    let Some(read) = read("sst2") else { return };
    assert_eq!(read.sizes(), (6920, 872, 1821));
    assert_eq!(read.labels(), 2);
    assert_eq!((read.count("duplicate-text"), read.count("test-in-train")), (9, 2));
}

#[test]
fn ag_news() {
    let options = ReadOptions {
        header: Some(false),
        text_column: Some("2,3".into()),
        label_column: Some("1".into()),
        ..ReadOptions::default()
    };
    let Some(read) = read_with("ag_news", &options) else { return };
    assert_eq!(read.sizes(), (0, 0, 7600));
    assert_eq!((read.labels(), read.count("duplicate-text")), (4, 0));
    assert!(read.splits.test.iter().any(|row| row.text.contains("\\team of rocketeers")));
    let Err(error) = Task::read(&data("ag_news").unwrap()) else { panic!("a file without header was taken") };
    assert!(error.to_string().contains("test.csv:1: no text column among \"3\","), "{error}");
}

#[test]
fn sib200() {
    let Some(read) = read("sib200/eng_Latn") else { return };
    assert_eq!(read.sizes(), (701, 99, 204));
    assert_eq!(read.labels(), 7);
    let error = Task::read(&data("sib200").unwrap()).unwrap_err();
    assert!(error.to_string().contains("one of its 12 folders"), "{error}");
}

#[test]
fn massive() {
    let Some(read) = read("massive/de-DE.jsonl") else { return };
    assert_eq!(read.sizes(), (11_514, 2033, 2974));
    assert_eq!((read.labels(), read.count("test-in-train")), (60, 115));
    let dev = self::read("massive/de-DE_dev.jsonl").unwrap();
    assert_eq!(dev.sizes(), (0, 2033, 0));
    let english = self::read("massive/en-US.jsonl").unwrap();
    assert_eq!(english.sizes(), (6650, 1178, 1755));
}
