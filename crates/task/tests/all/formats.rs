//! Every format, clean and dirty.

use stonechat_task::{Dataset, Format, Kind, LabelLevel, ReadOptions, Split, Task};

use crate::support::{Folder, kinds, read, read_with, refused, rows};

fn options(format: Format) -> ReadOptions {
    ReadOptions { format: Some(format), ..ReadOptions::default() }
}

#[test]
fn names_of_formats_are_read_back() {
    for format in Format::all() {
        assert_eq!(format.to_string().parse(), Ok(*format));
    }
    let error = "jsnol".parse::<Format>().unwrap_err();
    assert!(error.contains("did you mean jsonl?"), "{error}");
}

#[test]
fn csv_with_quotes_line_breaks_and_crlf_counts_lines_right() {
    let data =
        read("a.csv", b"text,category\r\nplain,a\r\n\"two\r\nlines, \"\"quoted\"\"\",b\r\n\r\nlast,a\r\n");
    assert_eq!(
        rows(&data),
        [(2, "plain", "a".into()), (3, "two\r\nlines, \"quoted\"", "b".into()), (6, "last", "a".into())]
    );
}

#[test]
fn csv_takes_any_line_end_and_a_mark() {
    for bytes in [
        "\u{FEFF}Text,Label\nx,a\ny,b\n".as_bytes(),
        b"text,label\r\nx,a\r\ny,b",
        b"text,label\rx,a\ry,b\r",
        b"text;label\nx;a\ny;b\n",
        b"id,\"LABEL\",other,\"Utterance\"\n1,a,,x\n2,b,,y\n",
        b"text,label\nx, a \ny,\tb\n,\n,\n",
    ] {
        let data = read("a.csv", bytes);
        assert_eq!(rows(&data), [(2, "x", "a".into()), (3, "y", "b".into())], "{bytes:?}");
        assert!(data.warnings.is_empty());
    }
}

#[test]
fn csv_counts_empty_lines_of_every_kind() {
    for bytes in
        [&b"\n\ntext,label\n\n\nx,a\n\"y\n\",b\n\nz,a"[..], b"\r\rtext,label\r\r\rx,a\r\"y\r\",b\r\rz,a"]
    {
        let lines: Vec<u32> = read("a.csv", bytes).examples.iter().map(|e| e.source.line).collect();
        assert_eq!(lines, [6, 7, 10]);
    }
}

#[test]
fn csv_quoted_last_field_before_crlf_loses_no_character() {
    let data = read("a.csv", b"label,text\r\na,\"x\r\"\r\nb,\"y\"\r\n");
    assert_eq!(rows(&data), [(2, "x\r", "a".into()), (3, "y", "b".into())]);
}

#[test]
fn csv_errors_name_the_line_and_the_remedy() {
    for (bytes, message) in [
        (&b"foo,label\nx,a\n"[..], "a.csv:1: no text column among \"foo\", \"label\"; name it with --text"),
        (b"text,lable\nx,a\n", "a.csv:1: no label column among \"text\", \"lable\"; name it with --label"),
        (
            b"text,label\nx,a\nturn on, please,b\n",
            "a.csv:3: 3 fields, but line 1 has 2; in a csv put quotation",
        ),
        (b"text,label\nx,a\ny\n", "a.csv:3: no label: 1 fields, the label is field 2; write the row whole"),
        (b"text,label\nx,a\ny,  \n", "a.csv:3: the label is empty; write a label or remove the row"),
        (b"text,label\nx,a\n\"y,b\nz,a\n", "a.csv:3: a quotation mark opened in this row is never closed"),
        (b"text,label,split\nx,a,7\n", "a.csv:2: unknown split \"7\" in \"the split column\"; write train"),
        (b"text,label\n", "a.csv: no rows; add at least one text"),
        (b"", "a.csv: no rows; add at least one text"),
        (b"text,labels\nx,[a]\n", "a.csv:2: \"[a]\" is not a JSON list of labels; separate labels with |"),
    ] {
        let found = refused("a.csv", bytes);
        assert!(found.starts_with(message), "{found}");
    }
    // A quotation mark within a text is a plain character.
    assert_eq!(rows(&read("a.csv", b"text,label\n5\" pipe,a\n"))[0].1, "5\" pipe");
}

#[test]
fn columns_are_named_or_numbered() {
    let ag = b"\"3\",\"Title, one\",\"Body\"\n\"4\",\"Two\",\"More\"\n";
    let headless = ReadOptions {
        header: Some(false),
        text_column: Some("2,3".into()),
        label_column: Some("1".into()),
        ..ReadOptions::default()
    };
    let data = read_with("x.csv", ag, &headless).unwrap();
    assert_eq!(rows(&data), [(1, "Title, one Body", "3".into()), (2, "Two More", "4".into())]);

    let named = ReadOptions {
        text_column: Some("title, BODY".into()),
        label_column: Some("3".into()),
        ..ReadOptions::default()
    };
    let data = read_with("x.csv", b"title,body,k\nx,y,a\n", &named).unwrap();
    assert_eq!(rows(&data), [(2, "x y", "a".into())]);

    for (text, label, message) in [
        ("2,9", "1", "x.csv:1: no text column \"9\" among 3 columns without header; give its number"),
        ("title", "1", "x.csv:1: \"title\" is no column number; give its number"),
        ("2", "2", "x.csv:1: column 2 is both text and label; name two different columns"),
        ("2", "1,3", "x.csv:1: \"1,3\" names several label columns; name one"),
        ("0", "1", "x.csv:1: no text column \"0\" among"),
    ] {
        let bad = ReadOptions {
            text_column: Some(text.into()),
            label_column: Some(label.into()),
            ..headless.clone()
        };
        let found = read_with("x.csv", ag, &bad).err().unwrap();
        assert!(found.starts_with(message), "{found}");
    }
}

#[test]
fn tsv_has_plain_quotes_and_csv_by_name_may_be_tsv() {
    let bytes =
        b"index_id\tcategory\ttext\n1\tscience/technology\t\"open, but never closed\n2\ttwo words\tb\" c\n";
    for name in ["a.tsv", "a.csv", "a.txt", "noext"] {
        if name == "a.csv" {
            // The comma in the text must not matter, only the first line counts.
            assert_eq!(read(name, bytes).examples.len(), 2);
        }
        let expected =
            [(2, "\"open, but never closed", "science/technology".into()), (3, "b\" c", "two words".into())];
        assert_eq!(rows(&read(name, bytes)), expected, "{name}");
    }
}

#[test]
fn wrong_bytes_are_replaced_with_a_warning() {
    let data = read("TREC.train", b"LOC:city sister\xF0city\nHUM:ind who\n");
    assert_eq!(data.examples[0].text, "sister\u{FFFD}city");
    assert_eq!(kinds(&data.warnings), ["not-utf8"]);
    let shown = data.warnings[0].to_string();
    assert!(
        shown.ends_with(
            "TREC.train:1: a byte sequence is not UTF-8 and is read as U+FFFD; save the file as UTF-8"
        ),
        "{shown}"
    );
    assert!(refused("a.csv", b"\xFF\xFEt\0").contains("UTF-16"));
}

#[test]
fn jsonl_offsets_count_characters() {
    let data = read(
        "a.jsonl",
        "{\"text\": \"süß, dim the kitchen 🍎\", \"label\": \" dim \", \"slots\": [{\"name\": \"room\", \"start\": 13, \
         \"end\": 20}, {\"name\": \"fruit\", \"start\": 21, \"end\": 22}]}\n"
            .as_bytes(),
    );
    let example = &data.examples[0];
    assert_eq!(example.labels, ["dim"]);
    let spans: Vec<&str> = example.slots.iter().map(|slot| &example.text[slot.start..slot.end]).collect();
    assert_eq!(spans, ["kitchen", "🍎"]);
}

#[test]
fn jsonl_understands_other_names_and_several_labels() {
    let massive = "{\"id\": \"0\", \"partition\": \"dev\", \"scenario\": \"alarm\", \"intent\": \"alarm_set\", \"utt\": \"weck mich\"}";
    let data = read("de.jsonl", massive.as_bytes());
    assert_eq!(rows(&data), [(1, "weck mich", "alarm_set".into())]);
    assert_eq!(data.examples[0].split, Some(Split::Valid));

    let scenario = ReadOptions { label_column: Some("scenario".into()), ..ReadOptions::default() };
    assert_eq!(rows(&read_with("x", massive.as_bytes(), &scenario).unwrap())[0].2, "alarm");

    let folder = Folder::new(&[(
        "m.jsonl",
        b"{\"text\": \"x\", \"labels\": [\"a\", \"b\", \"a\"]}\n\n{\"text\": \"y\", \"labels\": []}\n{\"text\":\"z\",\"label\":1}",
    )]);
    let task = Task::read(&folder.path("m.jsonl")).unwrap();
    assert_eq!((task.kind, task.name.as_str()), (Kind::MultiLabel, "m"));
    let data = Dataset::read(&task).unwrap();
    assert_eq!(rows(&data), [(1, "x", "a|b".into()), (3, "y", "".into()), (4, "z", "1".into())]);
    let single = Task { kind: Kind::SingleLabel, ..task };
    let error = folder.message(&Dataset::read(&single).unwrap_err());
    assert!(error.starts_with("m.jsonl:1: 2 labels in a single-label task; "), "{error}");
}

#[test]
fn jsonl_errors_name_the_line() {
    let ok = "{\"text\": \"x\", \"label\": \"a\"}\n";
    for (line, message) in [
        ("{\"text\": \"x\"", "not a JSON object on one line: EOF"),
        ("[1]", "not a JSON object on one line: "),
        ("{\"text\": \"x\"}", "no label among the keys \"text\"; add \"label\", or name the key"),
        ("{\"label\": \"x\"}", "no text among the keys \"label\"; add \"text\""),
        ("{\"text\": 7, \"label\": \"a\"}", "\"text\" is not a text; "),
        ("{\"text\": \"x\", \"label\": \" \"}", "a label in \"label\" is empty or not a text; "),
        ("{\"text\": \"x\", \"label\": {}}", "a label in \"label\" is empty or not a text; "),
        ("{\"text\": \"x\", \"label\": \"a\", \"slots\": 3}", "\"slots\" is not a list; write [{"),
        (
            "{\"text\": \"x\", \"label\": \"a\", \"slots\": [{\"start\": 0, \"end\": 1}]}",
            "a slot has no name; ",
        ),
        (
            "{\"text\": \"ü\", \"label\": \"a\", \"slots\": [{\"name\": \"s\", \"start\": 0, \"end\": 2}]}",
            "slot \"s\" has no span within the text of 1 characters; ",
        ),
        (
            "{\"text\": \"x\", \"label\": \"a\", \"slots\": [{\"name\": \"s\", \"start\": 1, \"end\": 1}]}",
            "slot \"s\" has no span within",
        ),
        (
            "{\"text\": \"x\", \"label\": \"a\", \"slots\": [{\"name\": \"s\", \"start\": -1, \"end\": 1e99}]}",
            "slot \"s\" has no span within",
        ),
        ("{\"text\": \"x\", \"label\": \"a\", \"split\": \"tran\"}", "unknown split \"tran\" in \"split\"; "),
    ] {
        let found = refused("a.jsonl", format!("{ok}{line}\n").as_bytes());
        assert!(found.starts_with(&format!("a.jsonl:2: {message}")), "{found}");
    }
    let none = ReadOptions { split_column: Some(String::new()), ..ReadOptions::default() };
    let line = b"{\"text\": \"x\", \"label\": \"a\", \"split\": 7}";
    assert_eq!(read_with("a.jsonl", line, &none).unwrap().examples[0].split, None);
}

#[test]
fn fasttext_lines() {
    let data = read("x.txt", b"__label__a  Turn it off \n\n__label__b __label__c\xC2\xA0both\n__label__a\n");
    assert_eq!(rows(&data), [(1, "Turn it off", "a".into()), (3, "both", "b|c".into()), (4, "", "a".into())]);
    let found = refused("x.txt", b"__label__a x\nno label\n");
    assert!(found.starts_with("x.txt:2: the line does not begin with __label__; "), "{found}");
    let found = refused("x.txt", b"__label__ x\n");
    assert!(found.starts_with("x.txt:1: __label__ without a name; "), "{found}");
}

#[test]
fn trec_lines_and_label_levels() {
    let bytes = b"DESC:manner How far ?\nHUM:ind Who is it ?\n";
    let labels = |options: &ReadOptions| {
        let data = read_with("TREC.test", bytes, options).unwrap();
        data.examples.iter().map(|example| example.labels.join("|")).collect::<Vec<_>>()
    };
    assert_eq!(labels(&ReadOptions::default()), ["DESC:manner", "HUM:ind"]);
    let level = |level| ReadOptions { label_level: Some(level), ..ReadOptions::default() };
    assert_eq!(labels(&level(LabelLevel::Coarse)), ["DESC", "HUM"]);
    assert_eq!(labels(&level(LabelLevel::Fine)), ["manner", "ind"]);
    assert_eq!(
        labels(&ReadOptions { label_column: Some("coarse".into()), ..ReadOptions::default() }),
        ["DESC", "HUM"]
    );
    let wrong = ReadOptions { label_column: Some("intent".into()), ..ReadOptions::default() };
    assert!(read_with("TREC.test", bytes, &wrong).err().unwrap().contains("no columns in the format trec"));

    let data = read("stsa.binary.dev", b"0 bad .\n1 good .\n");
    assert_eq!(rows(&data), [(1, "bad .", "0".into()), (2, "good .", "1".into())]);
    assert!(data.examples.iter().all(|example| example.split == Some(Split::Valid)));
    // Any label, if the format is named.
    let data = read_with("x.txt", b"ham call me\nspam win now\n", &options(Format::Trec)).unwrap();
    assert_eq!(rows(&data)[1], (2, "win now", "spam".into()));
}

#[test]
fn clinc_keys_are_splits() {
    let bytes = b"{\n \"oos_val\": [\n  [\n   \"who won\",\n   \"oos\"\n  ]\n ],\n \"train\": [[\"x\", \"a\"],\n  [\"y\\n\", \" b \"]],\n \"test\": [], \"oos_test\": [[\"z\", \"whatever\"]]}\n";
    let data = read("data.json", bytes);
    assert_eq!(
        rows(&data),
        [(3, "who won", "oos".into()), (8, "x", "a".into()), (9, "y\n", "b".into()), (10, "z", "oos".into())]
    );
    let splits: Vec<_> = data.examples.iter().map(|example| example.split.unwrap().name()).collect();
    assert_eq!(splits, ["valid", "train", "train", "test"]);

    for (bytes, message) in [
        (
            &b"{\"train\": [[\"x\", \"a\"],\n[\"y\"]]}"[..],
            "d.json:2: a row of \"train\" is not a pair of texts; ",
        ),
        (b"{\"train\": [[\"x\", \"a\"]],\n\"test\": 3}", "d.json:2: \"test\" is not a list; "),
        (b"{\"train\": [[\"x\", \"\"]]}", "d.json:1: the label is empty; "),
        (b"{\"train\": [[\"x\", \"a\"]\n", "d.json: its format is not recognised; "),
    ] {
        let found = refused("d.json", bytes);
        assert!(found.starts_with(message), "{found}");
    }
    let found =
        read_with("d.json", b"{\"train\":\n[[\"x\", \"a\"]\n", &options(Format::Clinc)).err().unwrap();
    assert!(found.starts_with("d.json:3: not a JSON object of lists: EOF while parsing"), "{found}");
}

#[test]
fn folder_a_label() {
    let folder = Folder::new(&[
        ("flat/spam/1.txt", b"win now\n"),
        ("flat/ham/2.txt", b" call me\r\nback "),
        ("flat/ham/10.txt", b"b\xFFd"),
        ("flat/README.md", b"x"),
        ("deep/train/pos/a.txt", b"good"),
        ("deep/train/neg/a.txt", b"bad"),
        ("deep/test/pos/a.txt", b"fine"),
        ("languages/en/labels.txt", b"a\nb\n"),
        ("languages/en/train.tsv", b"text\tlabel\nx\ta\n"),
        ("languages/de/labels.txt", b"a\nb\n"),
    ]);
    let data = folder.read("flat", &ReadOptions::default()).unwrap();
    assert_eq!(
        rows(&data),
        [
            (1, "b\u{FFFD}d", "ham".into()),
            (1, "call me\r\nback", "ham".into()),
            (1, "win now", "spam".into())
        ]
    );
    assert_eq!(kinds(&data.warnings), ["not-utf8"]);
    let data = folder.read("deep", &ReadOptions::default()).unwrap();
    let splits: Vec<_> = data.examples.iter().map(|e| (e.text.as_str(), e.split.unwrap().name())).collect();
    assert_eq!(splits, [("fine", "test"), ("bad", "train"), ("good", "train")]);
    // Folders that hold something else are no labels.
    let error = folder.message(&folder.read("languages", &ReadOptions::default()).unwrap_err());
    assert!(
        error.starts_with("languages: no data file in the folder; name a file, or one of its 2 folders"),
        "{error}"
    );
}

#[test]
fn folder_of_files_tells_what_it_passes_over() {
    let folder = Folder::new(&[
        ("f/train.csv", b"text,label\nx,a\n"),
        ("f/valid/part.csv", b"text,label\ny,a\n"),
        ("f/README", b"text"),
        ("f/notices.csv", b"text,label\nz,b\n"),
        ("f/.hidden.csv", b"text,label\nz,b\n"),
        ("f/old.stone", b"\x00"),
        ("f/categories.json", b"[\"a\"]"),
        ("f/picture.bin", b"\x00\x01"),
        ("f/test-old.csv", b"text,label\n"),
    ]);
    let data = folder.read("f", &ReadOptions::default()).unwrap();
    let found: Vec<_> = data.examples.iter().map(|e| (e.text.as_str(), e.split)).collect();
    assert_eq!(found, [("z", None), ("x", Some(Split::Train)), ("y", Some(Split::Valid))]);
    assert_eq!(kinds(&data.warnings), ["unread-file", "unread-file", "empty-file"]);
    assert!(data.warnings[0].to_string().contains("categories.json: a list of names"));
    assert!(data.warnings[1].to_string().contains("picture.bin: not recognised"));

    let error = folder.read("f/picture.bin", &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("its format is not recognised; name it with --format"), "{error}");
    let error = folder.read("nothing", &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().ends_with("check the path"), "{error}");
}

#[test]
fn versions_of_clinc_data_are_not_mixed() {
    let row = b"{\"train\": [[\"x\", \"a\"]]}";
    let folder = Folder::new(&[
        ("a/data_full.json", row),
        ("a/data_small.json", row),
        ("b/one.json", row),
        ("b/two.json", row),
    ]);
    let data = folder.read("a", &ReadOptions::default()).unwrap();
    assert_eq!(data.examples.len(), 1);
    assert_eq!(kinds(&data.warnings), ["alternative-files"]);
    let error = folder.message(&folder.read("b", &ReadOptions::default()).unwrap_err());
    assert!(error.contains("one.json, two.json; name one of them"), "{error}");
}

#[test]
fn labels_column_holds_lists() {
    let data = read("a.csv", b"text,labels\nx,a | b\ny,\nz,\"[\"\"c|d\"\"]\"\nw,e\n");
    let expected = [(2, "x", "a|b"), (3, "y", ""), (4, "z", "c|d"), (5, "w", "e")];
    assert_eq!(rows(&data), expected.map(|(line, text, labels)| (line, text, labels.to_string())));
    assert_eq!(data.examples[2].labels, ["c|d"]);
    // Without a list it is just another name for the label.
    let folder = Folder::new(&[("a.csv", b"text,labels\nx,a\ny,b\n")]);
    assert_eq!(Task::read(&folder.path("a.csv")).unwrap().kind, Kind::SingleLabel);
}

#[test]
fn many_rows_and_labels() {
    let mut csv = String::from("text,label\n");
    for row in 0..100_000 {
        csv.push_str(&format!("this is row number {row},label {}\n", row % 10_000));
    }
    let data = read("big.csv", csv.as_bytes());
    assert_eq!(data.examples.len(), 100_000);
    assert_eq!(data.labels().len(), 10_000);
    assert_eq!(data.examples[99_999].source.line, 100_001);
}

#[test]
fn nothing_at_all_makes_it_panic() {
    let pieces: [&[u8]; 18] = [
        b"\"",
        b",",
        b"\n",
        b"\r",
        b"\t",
        b"{",
        b"[[",
        b"\xFF",
        b"__label__",
        b"text,label\n",
        b"A:b x",
        b"0 ",
        b"\\u",
        b"\xEF\xBB\xBF",
        b"x B-y\n",
        b"-DOCSTART-",
        b"\tI-",
        b"{\"utt\": \"a\", \"intent\": \"b\", \"annot_utt\": \"[x : a\"}",
    ];
    let folder = Folder::new(&[]);
    for format in Format::all() {
        for first in pieces {
            for second in pieces {
                for third in [&b""[..], b"\n", b"\"\r\n,"] {
                    // A new file each time: some file systems wait for the disk where an old one is cut short.
                    let path = folder.path("file");
                    let _ = std::fs::remove_file(&path);
                    std::fs::write(&path, [first, second, third].concat()).unwrap();
                    let _ = folder.read("file", &options(*format));
                }
            }
        }
    }
}

#[test]
fn the_extension_tells_what_to_write() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("a.TSV", Some(Format::Tsv)),
        ("a.ndjson", Some(Format::Jsonl)),
        ("a.ft", Some(Format::Fasttext)),
        ("a.json", Some(Format::Clinc)),
        ("a.trec", Some(Format::Trec)),
        ("a.txt", None),
        ("csv", None),
    ] {
        assert_eq!(Format::by_extension(name.as_ref()), format, "{name}");
    }
}

/// A file of a folder that cannot be read may be any of its splits: it is an error, not passed over. What is
/// no file at all is passed over, and not waited for.
#[cfg(unix)]
#[test]
fn folders_with_unreadable_entries() {
    let folder = Folder::new(&[("data/train.csv", b"text,label\nx,a\n")]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("data/test.csv")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("data/valid.csv")).unwrap();
    let data = folder.read("data", &ReadOptions::default()).unwrap();
    assert_eq!(data.examples.len(), 1);
    assert_eq!(kinds(&data.warnings), ["unread-file", "unread-file"]);

    use std::os::unix::fs::PermissionsExt;
    let locked = folder.path("data/dev.csv");
    std::fs::write(&locked, "text,label\ny,b\n").unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        println!("skipped: permissions do not bind this user");
        return;
    }
    let error = folder.read("data", &ReadOptions::default()).unwrap_err();
    assert!(folder.message(&error).starts_with("data/dev.csv: "), "{error}");
}
