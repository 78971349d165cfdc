//! Formats that mark slots, clean and dirty.

use stonechat_task::{Dataset, Error, Format, Kind, ReadOptions, Split, Task, write};

use crate::support::{Folder, example, kinds, phrases, read, read_with, refused, rows, slot};

fn lines(data: &Dataset, finding: usize) -> Vec<u32> {
    data.warnings[finding].places.iter().map(|place| place.line).collect()
}

#[test]
fn conll_of_every_scheme_is_read_alike() {
    let words = ["EU", "rejects", "New", "York", "Boston", "call", "Peter"];
    let iob1 = "I-ORG O I-LOC I-LOC B-LOC O I-PER";
    let bio = "B-ORG O B-LOC I-LOC B-LOC O B-PER";
    let bioes = "S-ORG O B-LOC E-LOC S-LOC O S-PER";
    let bilou = "U-ORG O B-LOC L-LOC U-LOC O U-PER";
    for tags in [iob1, bio, bioes, bilou] {
        for (between, end) in [("\t", "\n"), (" ", "\r\n"), ("\tNN\t", "\n"), (" NN I-NP ", "\r")] {
            let body: String = words
                .iter()
                .zip(tags.split(' '))
                .map(|(word, tag)| format!("{word}{between}{tag}{end}"))
                .collect();
            let file = format!("\u{FEFF}-DOCSTART- -X- O O{end}{end}{body}\t{end} {end}{body}");
            let data = read("eng.testa", file.as_bytes());
            assert!(data.warnings.is_empty(), "{file}");
            let found: Vec<_> =
                data.examples.iter().map(|e| (e.source.line, e.text.as_str(), e.split)).collect();
            let text = "EU rejects New York Boston call Peter";
            assert_eq!(found, [(3, text, Some(Split::Valid)), (12, text, Some(Split::Valid))]);
            let expected = [("ORG", "EU"), ("LOC", "New York"), ("LOC", "Boston"), ("PER", "Peter")];
            assert_eq!(phrases(&data.examples[1]), expected, "{file}");
        }
    }
}

#[test]
fn conll_tokens_are_kept_whatever_they_are() {
    let file = "\u{a0}\tO\nNew York\tB-creative-work\n\"\tO\n#\tO\n\n|\tO\n";
    let data = read("x.conll", file.as_bytes());
    assert_eq!(rows(&data), [(1, "\u{a0} New York \" #", String::new()), (6, "|", String::new())]);
    assert_eq!(phrases(&data.examples[0]), [("creative-work", "New York")]);
}

#[test]
fn conll_with_the_tag_in_the_second_of_four_columns() {
    let twice = b"a\tB-x\ta\tO\nb\tI-x\tb\tO\nc\tO\tc\tB-Code\n";
    let data = read("train.txt", twice);
    assert_eq!(phrases(&data.examples[0]), [("x", "a b")]);
    // One other token, and the columns are those of CoNLL: the last counts.
    let other = b"a\tB-x\ta\tO\nb\tI-x\tb\tO\nc\tO\td\tB-Code\n";
    assert_eq!(phrases(&read("train.txt", other).examples[0]), [("Code", "c")]);
    let given = ReadOptions {
        label_column: Some("2".into()),
        text_column: Some("3".into()),
        ..ReadOptions::default()
    };
    let data = read_with("train.txt", other, &given).unwrap();
    assert_eq!((data.examples[0].text.as_str(), phrases(&data.examples[0])), ("a b d", vec![("x", "a b")]));
    let given = ReadOptions { label_column: Some("tag".into()), ..ReadOptions::default() };
    let error = read_with("train.txt", other, &given).unwrap_err();
    assert!(
        error.starts_with("train.txt:1: no label column \"tag\" among 4 columns; give its number"),
        "{error}"
    );
}

#[test]
fn conll_errors_name_the_line_and_the_remedy() {
    for (line, message) in [
        ("b\tNOUN", "x.conll:2: \"NOUN\" is no tag; write O, or B-NAME,"),
        ("b\tX-a", "x.conll:2: \"X-a\" is no tag; "),
        ("b\tB-", "x.conll:2: the tag \"B-\" names no slot; "),
        ("b\tB", "x.conll:2: the tag \"B\" names no slot; "),
        ("b", "x.conll:2: a token without a tag; write TOKEN, a tab, and TAG"),
        ("b\tO\tO", "x.conll:2: 3 columns, but line 1 has 2; "),
        ("\tO", "x.conll:2: the token is empty; "),
    ] {
        let file = format!("a\tO\n{line}\nc\tO\n");
        let conll = ReadOptions { format: Some(Format::Conll), ..ReadOptions::default() };
        let found = read_with("x.conll", file.as_bytes(), &conll).unwrap_err();
        assert!(found.starts_with(message), "{found}");
        // The name tells the format too, and many lines tell it where the name does not.
        assert!(refused("x.conll", file.as_bytes()).starts_with(message));
        let long = format!("{file}{}", "c\tO\n".repeat(20));
        assert!(refused("x.txt", long.as_bytes()).starts_with(&message.replace("x.conll", "x.txt")));
    }
    assert!(refused("x.conll", b"\n\n").contains("no rows"));
}

#[test]
fn tags_that_break_their_scheme_are_told() {
    // BIO: an I- behind O and one behind another type.
    let data = read("x.conll", b"a\tB-x\nb\tI-x\nc\tO\nd\tI-x\ne\tI-y\nf\tB-y\n\ng\tB-x\n");
    assert_eq!(kinds(&data.warnings), ["invalid-tag-sequence"]);
    assert_eq!((data.warnings[0].count, lines(&data, 0)), (2, vec![4, 5]));
    assert_eq!(phrases(&data.examples[0]), [("x", "a b"), ("x", "d"), ("y", "e"), ("y", "f")]);
    assert!(data.warnings[0].message.contains("BIO"));
    // IOB1: a B- that separates nothing.
    let data = read("x.conll", b"a\tI-x\nb\tB-x\nc\tO\nd\tB-x\ne\tI-x\n\ng\tI-x\n");
    assert_eq!((kinds(&data.warnings), lines(&data, 0)), (vec!["invalid-tag-sequence"], vec![4]));
    assert_eq!(phrases(&data.examples[0]), [("x", "a"), ("x", "b"), ("x", "d e")]);
    // BIOES: an end without its beginning, a beginning without its end.
    let data = read("x.conll", b"a\tE-x\nb\tO\nc\tB-x\nd\tI-x\n\ne\tS-x\nf\tI-x\ng\tE-x\n");
    assert_eq!(lines(&data, 0), [1, 4, 7]);
    assert_eq!(phrases(&data.examples[0]), [("x", "a"), ("x", "c d")]);
    assert_eq!(phrases(&data.examples[1]), [("x", "e"), ("x", "f g")]);
    // The true number is told, however many there are.
    let many = format!("a\tB-x\n\n{}{}", "b\tB-y\n\n".repeat(40), "b\tO\nc\tI-x\n\n".repeat(30));
    let data = read("x.conll", many.as_bytes());
    assert_eq!((data.warnings[0].count, data.warnings[0].more_places), (30, 10));
}

#[test]
fn conll_is_told_from_other_tables() {
    let format = |name: &str, bytes: &[u8]| read(name, bytes).examples[0].slots.len();
    assert_eq!(format("train.tsv", b"a\tB-x\nb\tO\nc\tO\n"), 1);
    assert_eq!(format("noext", b"a B-x\nb O\nc O\n"), 1);
    // Two lines are few, unless the name says so.
    assert!(refused("x.txt", b"vitamin B-12\nvitamin B-6\n").contains("not recognised"));
    assert_eq!(format("x.bio", b"vitamin B-12\nvitamin B-6\n"), 2);
    assert_eq!(rows(&read("a.tsv", b"text\tlabel\na\tO\nb\tO\nc\tO\n")).len(), 3);
}

const SNIPS: [(&str, &[u8]); 6] = [
    ("d/train/seq.in", b"play some jazz \nstop\n"),
    ("d/train/seq.out", b"O O B-genre \nO\n"),
    ("d/train/label", b"play\nstop#now\n"),
    ("d/test/seq.in", b"play new wave\n"),
    ("d/test/seq.out", b"O B-genre I-genre\n"),
    ("d/test/label", b"play\n"),
];

#[test]
fn seqio_folders() {
    let folder = Folder::new(&SNIPS);
    let data = folder.read("d", &ReadOptions::default()).unwrap();
    assert_eq!(
        rows(&data),
        [
            (1, "play new wave", "play".into()),
            (1, "play some jazz", "play".into()),
            (2, "stop", "stop#now".into())
        ]
    );
    assert!(data.warnings.is_empty());
    assert_eq!(phrases(&data.examples[0]), [("genre", "new wave")]);
    assert!(data.examples[0].source.file.ends_with("test/seq.in"));
    let splits: Vec<_> = data.examples.iter().map(|e| e.split.unwrap()).collect();
    assert_eq!(splits, [Split::Test, Split::Train, Split::Train]);
    // One folder of a split, by its own name; the format may be named.
    for options in
        [ReadOptions::default(), ReadOptions { format: Some(Format::Seqio), ..ReadOptions::default() }]
    {
        let data = folder.read("d/test", &options).unwrap();
        assert_eq!((data.examples.len(), data.examples[0].split), (1, Some(Split::Test)));
    }
    // Without labels there are slots only.
    std::fs::remove_file(folder.path("d/train/label")).unwrap();
    let task = Task::read(&folder.path("d/train")).unwrap();
    assert_eq!(task.kind, Kind::SlotsOnly);
    assert_eq!(Dataset::read(&task).unwrap().examples[1].labels, [""; 0]);
    let error = folder.message(&folder.read("d", &ReadOptions::default()).unwrap_err());
    assert!(error.starts_with("d/train/seq.in:1: no label in a single-label task; "), "{error}");
}

#[test]
fn seqio_errors_name_both_files() {
    for (name, bytes, message) in [
        (
            "d/train/seq.out",
            &b"O O B-genre\nO O\n"[..],
            "d/train/seq.out:2: 2 tags, but d/train/seq.in:2 has 1 tokens; give every token one tag",
        ),
        ("d/train/seq.out", b"O O B-genre\n", "d/train/seq.out:2: 0 tags, but d/train/seq.in:2 has 1 tokens"),
        (
            "d/train/seq.out",
            b"O O B-genre\nO\nO\n",
            "d/train/seq.out:3: 1 tags, but d/train/seq.in:3 has 0 tokens",
        ),
        ("d/train/seq.out", b"O O genre\nO\n", "d/train/seq.out:1: \"genre\" is no tag; write O, or B-NAME"),
        ("d/train/label", b"play\n", "d/train/label:2: no label for the text of d/train/seq.in:2; "),
        ("d/train/label", b"play\nstop\nx\n", "d/train/label:3: a label, but no text in d/train/seq.in:3; "),
    ] {
        let folder = Folder::new(&SNIPS);
        std::fs::write(folder.path(name), bytes).unwrap();
        let error: Error = folder.read("d", &ReadOptions::default()).unwrap_err();
        assert!(folder.message(&error).starts_with(message), "{error}");
    }
    let folder = Folder::new(&SNIPS);
    std::fs::write(folder.path("d/train/seq.out"), "O O I-genre\n\u{2028}\n").unwrap();
    assert!(folder.read("d", &ReadOptions::default()).is_err());
    std::fs::remove_file(folder.path("d/train/seq.out")).unwrap();
    let error = folder.message(&folder.read("d", &ReadOptions::default()).unwrap_err());
    assert!(error.starts_with("d/train/seq.out: "), "{error}");
    let seqio = ReadOptions { format: Some(Format::Seqio), ..ReadOptions::default() };
    let error = folder.message(&folder.read("d/test/seq.in", &seqio).unwrap_err());
    assert!(error.starts_with("d/test/seq.in: a file, but the format `seqio` reads a folder"), "{error}");
}

fn massive(utt: &str, annotated: &str) -> String {
    let line =
        serde_json::json!({"id": "1", "partition": "dev", "intent": "a", "utt": utt, "annot_utt": annotated});
    format!("{line}\n")
}

#[test]
fn massive_marks() {
    for (utt, annotated, expected) in [
        ("wake me at nine am", "wake me at [time : nine am]", vec![("time", "nine am")]),
        (
            "süß um 5:30 in köln",
            "süß um [time : 5:30] in [place_name:köln]",
            vec![("time", "5:30"), ("place_name", "köln")],
        ),
        (
            "今週は午前五時に",
            "[date : 今週] は [time : 午前五時] に",
            vec![("date", "今週"), ("time", "午前五時")],
        ),
        ("a  b c", "a [x : b c]", vec![("x", "b c")]),
        ("plain", "plain", vec![]),
    ] {
        let data = read("de-DE.jsonl", massive(utt, annotated).as_bytes());
        assert_eq!((data.examples[0].text.as_str(), phrases(&data.examples[0])), (utt, expected));
        assert_eq!((data.examples[0].split, data.warnings.len()), (Some(Split::Valid), 0));
    }
    let bytes = [massive("same", "same"), massive("wake me", "wake me at [time : nine]")].concat();
    let data = read("x", bytes.as_bytes());
    assert_eq!(
        (data.examples[1].text.as_str(), phrases(&data.examples[1])),
        ("wake me at nine", vec![("time", "nine")])
    );
    assert_eq!((kinds(&data.warnings), lines(&data, 0)), (vec!["annotation-differs"], vec![2]));
    // As plain lines the same file has no slots.
    let plain = ReadOptions { format: Some(Format::Jsonl), ..ReadOptions::default() };
    assert!(read_with("x", bytes.as_bytes(), &plain).unwrap().examples[1].slots.is_empty());
}

#[test]
fn massive_errors_name_the_line() {
    for (annotated, message) in [
        ("at [time : nine", "a [ without its ] in annot_utt; mark slots as [name : text]"),
        ("at nine]", "a ] without its [ in annot_utt; "),
        ("at [time : [x : nine]]", "a [ within brackets in annot_utt; "),
        ("at [nine]", "[nine] in annot_utt has no colon; "),
        ("at [ : nine]", "[ : nine] in annot_utt has no name; "),
        ("at [time : ]", "[time : ] in annot_utt has no text; "),
    ] {
        let found =
            refused("x.jsonl", [massive("a", "a"), massive("at nine", annotated)].concat().as_bytes());
        assert!(found.starts_with(&format!("x.jsonl:2: {message}")), "{found}");
    }
    let found = refused("x.jsonl", (massive("a", "a") + "{\"utt\": \"b\", \"intent\": \"a\"}\n").as_bytes());
    assert!(found.starts_with("x.jsonl:2: no text \"annot_utt\"; "), "{found}");
    // What is no text where one must be is told, and does not make the file another format, which has no slots.
    let found = refused("x.jsonl", b"{\"utt\": \"b\", \"annot_utt\": 5, \"intent\": \"a\"}\n");
    assert!(found.starts_with("x.jsonl:1: ") && found.contains("annot_utt"), "{found}");
    let line = massive("a", "a");
    let folder = Folder::new(&[
        ("all/de-DE.jsonl", line.as_bytes()),
        ("all/fr-FR.jsonl", line.as_bytes()),
        ("one/train.jsonl", line.as_bytes()),
        ("one/dev.jsonl", line.as_bytes()),
    ]);
    let error = folder.message(&folder.read("all", &ReadOptions::default()).unwrap_err());
    assert!(error.contains("de-DE.jsonl, fr-FR.jsonl; name one of them instead of the folder"), "{error}");
    assert_eq!(folder.read("one", &ReadOptions::default()).unwrap().examples.len(), 2);
}

#[test]
fn slots_without_labels_make_the_kind() {
    let marked = "{\"text\": \"dim it\", \"slots\": [{\"name\": \"x\", \"start\": 0, \"end\": 3}]}\n";
    let folder = Folder::new(&[
        (
            "a.jsonl",
            format!("{marked}{{\"text\": \"stop\"}}\n{{\"text\": \"go\", \"label\": null}}\n").as_bytes(),
        ),
        ("b.jsonl", format!("{marked}{{\"text\": \"stop\", \"label\": \"a\"}}\n").as_bytes()),
        ("c.jsonl", b"{\"text\": \"stop\"}\n"),
        ("u/task.toml", b"labels = [\"a\", \"b\"]\n"),
        ("u/train.jsonl", marked.as_bytes()),
        ("t/task.toml", b"kind = \"slots-only\""),
        ("t/train.jsonl", format!("{marked}{{\"text\": \"stop\", \"label\": \"a\"}}\n").as_bytes()),
        ("t/test.jsonl", b"{\"text\": \"stop\"}\n"),
    ]);
    let task = Task::read(&folder.path("a.jsonl")).unwrap();
    let data = Dataset::read(&task).unwrap();
    assert_eq!((task.kind, data.examples.len(), data.labels().len()), (Kind::SlotsOnly, 3, 0));
    assert_eq!(stonechat_task::label_names(&task, &data.examples).unwrap(), [""; 0]);
    // One label, and a row without one is an error.
    let error = folder.message(&folder.read("b.jsonl", &ReadOptions::default()).unwrap_err());
    assert!(error.starts_with("b.jsonl:1: no label among the keys \"slots\", \"text\"; "), "{error}");
    let error = folder.message(&folder.read("c.jsonl", &ReadOptions::default()).unwrap_err());
    assert!(error.starts_with("c.jsonl:1: no label among the keys \"text\"; "), "{error}");
    // A task file that names labels asks for them.
    let error = folder.message(&folder.read("u", &ReadOptions::default()).unwrap_err());
    assert!(error.starts_with("u/train.jsonl:1: no label among"), "{error}");
    // Declared, labels do not count.
    let data = folder.read("t", &ReadOptions::default()).unwrap();
    assert_eq!(rows(&data), [(1, "stop", "".into()), (1, "dim it", "".into()), (2, "stop", "".into())]);
}

#[test]
fn conll_writes_what_fits_and_tells_the_rest() {
    let folder = Folder::new(&[]);
    let path = folder.path("x.conll");
    let written = |row: stonechat_task::Example| {
        let told = kinds(&write(&path, Format::Conll, &[row]).unwrap());
        (std::fs::read_to_string(&path).unwrap(), told)
    };
    let mut row = example(1, "set kitchenlight to 30%", &[]);
    row.slots = vec![slot("level", 20, 22), slot("room", 4, 11)];
    let (text, told) = written(row.clone());
    assert_eq!(text, "set\tO\nkitchen\tB-room\nlight\tO\nto\tO\n30\tB-level\n%\tO\n\n");
    assert_eq!(told, ["lossy-text"]);
    // Slots next to each other stay apart; of overlapping ones the first and longest stays.
    row = example(1, "new york boston", &[]);
    row.slots = vec![slot("city", 9, 15), slot("x", 4, 15), slot("x", 0, 3), slot("city", 0, 8)];
    let (text, told) = written(row);
    assert_eq!(text, "new\tB-city\nyork\tI-city\nboston\tB-city\n\n");
    assert_eq!(told, ["lossy-slots"]);
    row = example(1, "a b", &["label"]);
    row.slots = vec![slot("two words", 0, 2), slot("blank", 1, 2)];
    let (text, told) = written(row);
    assert_eq!(text, "a\tB-two_words\nb\tO\n\n");
    assert_eq!(told, ["lossy-slots", "lossy-label", "lossy-slot-name"]);
    assert_eq!(written(example(1, " ", &[])), (String::new(), vec!["lossy-row"]));
    let marker = example(1, "see -DOCSTART- there", &[]);
    let error = write(&path, Format::Conll, &[marker]).unwrap_err().to_string();
    assert!(error.contains("would be read as the beginning of a document; choose another format"), "{error}");
    let mut broken = example(1, "ü", &[]);
    broken.slots = vec![slot("s", 0, 1)];
    for format in [Format::Conll, Format::Massive] {
        assert!(write(&path, format, std::slice::from_ref(&broken)).is_err());
    }
    for text in ["a [b", "a ]"] {
        assert!(write(&path, Format::Massive, &[example(1, text, &["a"])]).is_err());
    }
}

#[test]
fn nothing_in_three_files_makes_it_panic() {
    let pieces = ["", "a\n", "a b\n", "O\n", "B-x I-x\n", "I-\n", "\r", "\u{a0}\n", "\u{FEFF}"];
    let folder = Folder::new(&[("d/seq.in", b"")]);
    for tokens in pieces {
        for tags in pieces {
            for label in pieces {
                for (name, content) in [("seq.in", tokens), ("seq.out", tags), ("label", label)] {
                    // A new file each time: some file systems wait for the disk where an old one is cut short.
                    let path = folder.path(&format!("d/{name}"));
                    let _ = std::fs::remove_file(&path);
                    std::fs::write(path, [content, "O\n"].concat()).unwrap();
                }
                let _ = folder.read("d", &ReadOptions::default());
            }
        }
    }
}
