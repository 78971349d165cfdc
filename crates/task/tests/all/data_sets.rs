//! Public data sets, where they are at hand: the counts that their descriptions state.

use std::path::PathBuf;

use stonechat_task::{
    Dataset, Example, Finding, Kind, LabelLevel, Origin, ReadOptions, Severity, Split, Splits, Task, check,
    label_names, slot_names,
};

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

/// Sets that mark slots, and what an independent count by the rules of conlleval finds in them: rows, slots, kinds of
/// slots, texts with two markings, phrases with two slots.
#[test]
fn marked_sets() {
    for (name, kind, rows, spans, slots, conflicts, phrases) in [
        ("conll2003", Kind::SlotsOnly, (14_041, 3250, 3453), [23_499, 5942, 5648], 4, 17, 190),
        ("wnut17", Kind::SlotsOnly, (3394, 1009, 1287), [1975, 836, 1079], 6, 13, 34),
        ("bc5cdr", Kind::SlotsOnly, (4560, 4581, 4797), [9385, 9593, 9809], 2, 1, 10),
        // Its description counts B- tags alone: 7, 3 and 1 spans begin with I-.
        ("stackoverflow_ner", Kind::SlotsOnly, (14_545, 4607, 4940), [13_460, 4337, 4654], 28, 5, 527),
        ("snips", Kind::SingleLabel, (13_084, 700, 700), [33_958, 1794, 1790], 39, 1, 32),
        ("atis", Kind::SingleLabel, (4478, 500, 893), [14_851, 1709, 2837], 83, 1, 334),
    ] {
        let Some(read) = read(name) else { continue };
        assert_eq!((read.task.kind, read.sizes()), (kind, rows), "{name}");
        assert_eq!(Split::ALL.map(|split| marked(read.splits.get(split))), spans, "{name}");
        assert_eq!(slot_names(&read.task, read.splits.all()).unwrap().len(), slots, "{name}");
        assert_eq!(
            (read.count("conflicting-slots"), read.count("ambiguous-phrase")),
            (conflicts, phrases),
            "{name}"
        );
        let faults = match name {
            // Two B-MISC that separate nothing.
            "conll2003" => 2,
            "stackoverflow_ner" => 11,
            _ => 0,
        };
        assert_eq!(read.count("invalid-tag-sequence"), faults, "{name}");
        assert!(read.findings.iter().all(|finding| finding.severity != Severity::Error), "{name}");
    }
}

#[test]
fn sec_filings_ner() {
    let Some(read) = read("sec_filings_ner") else { return };
    let all: Vec<Example> = read.splits.all().cloned().collect();
    assert_eq!(
        (all.len(), marked(&all), read.splits.test_origin),
        (1164 + 303, 1168 + 318, Origin::SetAside)
    );
}

#[test]
fn labelled_and_marked_sets() {
    let Some(snips) = read("snips") else { return };
    assert_eq!(snips.labels(), 7);
    assert_eq!((snips.count("test-in-train"), snips.count("valid-in-train")), (26, 15));
    assert_eq!(read("snips/test").unwrap().sizes(), (0, 0, 700));
    let atis = read("atis").unwrap();
    assert_eq!((atis.labels(), atis.count("few-slot-examples"), atis.count("unseen-slot")), (26, 19, 4));
    assert_eq!((atis.count("test-in-train"), atis.count("valid-in-train")), (13, 52));
}

#[test]
fn massive_slots() {
    for (name, spans) in [("de-DE", 16_215), ("ja-JP", 16_052), ("zh-CN", 16_105), ("en-US", 9847)] {
        let Some(read) = read(&format!("massive/{name}.jsonl")) else { return };
        assert_eq!(read.splits.all().map(|row| row.slots.len()).sum::<usize>(), spans, "{name}");
        assert_eq!(slot_names(&read.task, read.splits.all()).unwrap().len(), 55, "{name}");
        // Where spaces stand in the marked text alone, the slots are found in the text nevertheless.
        assert_eq!(read.count("annotation-differs"), 0, "{name}");
        let outer =
            |row: &Example| row.slots.iter().any(|s| row.text[s.start..s.end].trim().len() < s.end - s.start);
        assert!(!read.splits.all().any(outer), "{name}");
    }
    let error = Task::read(&data("massive").unwrap()).unwrap_err();
    assert!(error.to_string().ends_with("zh-CN.jsonl; name one of them instead of the folder"), "{error}");
}

fn marked(rows: &[Example]) -> usize {
    rows.iter().map(|row| row.slots.len()).sum()
}
