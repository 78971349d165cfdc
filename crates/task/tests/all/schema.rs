//! Declared and inferred schemas.

use std::path::Path;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use stonechat_task::{
    ChoiceValue, Example, Intent, Kind, Schema, SlotKind, SlotSchema, Split, SplitShares, Task, read_values,
    schema_violations, slot_names,
};

use crate::support::{Folder, example, slot};

const FULL: &str = r#"kind = "single-label"
[intents."lights.dim"]
slots = ["room", "level"]
required = ["level"]
repeated = ["room"]
[intents.stop]
[slots.level]
type = "percent"
[slots.room.values]
kitchen = ["cooking area"]
"living room" = ["lounge", "front room"]
bath = []
[slots.room]
type = "choice"
[slots.part]
type = "regex"
pattern = "[A-Z]{2}-[0-9]{4}"
[slots.mood]
type = "choice"
values = ["calm", "bright"]
[slots.note]
"#;

fn value(value: &str, synonyms: &[&str]) -> ChoiceValue {
    ChoiceValue { value: value.into(), synonyms: synonyms.iter().map(|s| s.to_string()).collect() }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| text.to_string()).collect()
}

fn task(toml: &str) -> Task {
    Task::parse(toml, Path::new("t")).unwrap()
}

#[test]
fn everything_that_a_schema_can_say() {
    let schema = task(FULL).schema;
    let dim = Intent {
        label: "lights.dim".into(),
        slots: texts(&["room", "level"]),
        required: texts(&["level"]),
        repeated: texts(&["room"]),
    };
    assert_eq!(schema.intents, [dim, Intent { label: "stop".into(), ..Intent::default() }]);
    let rooms = vec![
        value("kitchen", &["cooking area"]),
        value("living room", &["lounge", "front room"]),
        value("bath", &[]),
    ];
    let kinds: Vec<_> = schema.slots.iter().map(|slot| (slot.name.as_str(), slot.kind.clone())).collect();
    assert_eq!(
        kinds,
        [
            ("level", SlotKind::Percent),
            ("room", SlotKind::Choice { values: rooms }),
            ("part", SlotKind::Regex { pattern: "[A-Z]{2}-[0-9]{4}".into() }),
            ("mood", SlotKind::Choice { values: vec![value("calm", &[]), value("bright", &[])] }),
            ("note", SlotKind::Text),
        ]
    );
    assert_eq!(task("kind = \"single-label\"").schema, Schema::default());
}

#[test]
fn names_of_types_are_read_back() {
    for name in [
        "text",
        "choice",
        "number",
        "ordinal",
        "percent",
        "temperature",
        "duration",
        "date",
        "time",
        "datetime",
        "money",
        "regex",
    ] {
        assert_eq!(name.parse::<SlotKind>().unwrap().to_string(), name);
    }
}

#[test]
fn errors_name_the_line_and_the_remedy() {
    for (toml, message) in [
        (
            "[slots.a]\ntype = \"prcent\"",
            "t:2: `type` under [slots.a]: unknown type \"prcent\"; did you mean \"percent\"?",
        ),
        ("[slots.a]\ntyp = \"text\"", "t:2: unknown key `typ` under [slots.a]; did you mean `type`?"),
        ("[slots]\na = 3", "t:2: `a` under [slots] is an integer; write a table, as [slots.a]"),
        ("[slots.\"a b\"]\nx = 3", "t:2: unknown key `x` under [slots.\"a b\"]; "),
        ("\n[slots.a]\ntype = \"choice\"", "t:2: a slot of type choice without values; write values"),
        ("\n[slots.a]\ntype = \"regex\"", "t:2: a slot of type regex without a pattern; "),
        (
            "[slots.a]\nvalues = [\"x\"]",
            "t:2: `values` under [slots.a]: a slot of type text has none; write type = \"choice\"",
        ),
        (
            "[slots.a]\nvalues_file = \"x\"",
            "t:2: `values_file` under [slots.a]: a slot of type text has none; ",
        ),
        (
            "[slots.a]\ntype = \"date\"\npattern = \"x\"",
            "t:3: `pattern` under [slots.a]: a slot of type date has none; ",
        ),
        ("[slots.a]\ntype = \"choice\"\nvalues = []", "t:3: `values` under [slots.a]: is empty; "),
        (
            "[slots.a]\ntype = \"choice\"\nvalues = [\"x\"]\nvalues_file = \"y\"",
            "t:4: `values_file` under [slots.a]: stands beside",
        ),
        (
            "[slots.a]\ntype = \"choice\"\nvalues = [\n\"x\",\n\"X\"]",
            "t:5: the phrase \"X\" stands for another value already, on line 4; ",
        ),
        (
            "[slots.a]\ntype = \"choice\"\n[slots.a.values]\nx = [\"z\"]\ny = \"Z\"",
            "t:5: the phrase \"Z\" stands for another value already, on line 4",
        ),
        (
            "[slots.a]\ntype = \"choice\"\n[slots.a.values]\nx = [\"z\", \" \"]",
            "t:4: a value or a synonym is empty; ",
        ),
        (
            "[slots.a]\ntype = \"choice\"\n[slots.a.values]\nx = 1.5",
            "t:4: `x` under [slots.a.values] is a number; ",
        ),
        (
            "[slots.a]\ntype = \"regex\"\npattern = \"(\"",
            "t:3: `pattern` under [slots.a]: no regular expression: unclosed group; ",
        ),
        (
            "[slots.a]\ntype = \"regex\"\npattern = '\\bx'",
            "t:3: `pattern` under [slots.a]: looks at words or lines",
        ),
        ("[slots.\" a\"]", "t:1: the name \" a\" of a slot is empty or has white space around it; "),
        (
            "[intents.a]\nslots = [\"x\"]\nrequired = [\"y\"]",
            "t:3: the slot \"y\" is not among the slots of the intent; ",
        ),
        ("[intents.a]\nrepeated = [\"y\"]", "t:2: the slot \"y\" is not among the slots of the intent; "),
        ("[intents.a]\nslots = [\n\"x\",\n\"x\"]", "t:4: the slot \"x\" stands there twice; "),
        ("[intents.a]\nslot = [\"x\"]", "t:2: unknown key `slot` under [intents.a]; did you mean `slots`?"),
        (
            "[intents.a]\nslots = [\n\"room\",\n\"levle\"]\n[slots.room]\n[slots.level]",
            "t:4: the slot \"levle\" is not declared under [slots]; did you mean \"level\"?",
        ),
        (
            "labels = [\"lights.on\"]\n[intents.\"lights.no\"]",
            "t:2: the intent \"lights.no\" is not among the labels; did you mean \"lights.on\"?",
        ),
        ("kind = \"slots-only\"\n[intents.a]", "t:2: the intent \"a\" in a slots-only task; "),
        ("kind = \"slots-only\"\nlabels = [\"a\"]", "t:2: `labels`: a slots-only task has none; "),
        ("kind = \"single-label\"\n[intents.\"\"]", "t:2: an intent without a label; "),
    ] {
        let found = Task::parse(toml, Path::new("t")).map(|_| ()).unwrap_err().to_string();
        assert!(found.starts_with(message), "{found}\n{message}");
    }
}

#[test]
fn files_of_values() {
    let folder = Folder::new(&[
        ("good.txt", "\u{FEFF}Ann Smith\tAnn\t Annie \r\n\r\n# 1\t\nJosé\n".as_bytes()),
        (
            "task/task.toml",
            b"kind = \"single-label\"\n[slots.contact]\ntype = \"choice\"\nvalues_file = \"people.txt\"\n",
        ),
        ("task/people.txt", b"1 a\n2 b\n3 c\n"),
        ("task/train.csv", b"text,label\nx,a\ny,b\n"),
    ]);
    let values = read_values(&folder.path("good.txt")).unwrap();
    assert_eq!(values, [value("Ann Smith", &["Ann", "Annie"]), value("# 1", &[]), value("José", &[])]);
    for (bytes, message) in [
        (
            &b"a\tx\nb\n\nc\tX\n"[..],
            "v:4: the phrase \"X\" stands for another value already, on line 1; write it once",
        ),
        (b"a\na\n", "v:2: the value \"a\" stands there already, on line 1; write it once"),
        (b"a\tx\na\ty\n", "v:2: the value \"a\" stands there already, on line 1; write it once"),
        (b"a\nb\ta\n", "v:2: the phrase \"a\" stands for another value already, on line 1; "),
        (b"a\n\tx\n", "v:2: the line begins with a tab; "),
        (b"a\nb\xFF\n", "v:2: the file is not UTF-8; "),
        (b" \n", "v: no value in the file; "),
    ] {
        std::fs::write(folder.path("v"), bytes).unwrap();
        let found = folder.message(&read_values(&folder.path("v")).unwrap_err());
        assert!(found.starts_with(message), "{found}");
    }
    assert!(read_values(&folder.path("none")).unwrap_err().to_string().ends_with("check the path"));
    // Relative to the task file, and no data though it lies among it.
    let task = Task::read(&folder.path("task")).unwrap();
    let SlotKind::Choice { values } = &task.schema.slots[0].kind else { panic!("no choice") };
    assert_eq!(values.len(), 3);
    let data = stonechat_task::Dataset::read(&task).unwrap();
    assert_eq!((data.examples.len(), data.warnings.len()), (2, 0));
}

fn marked(line: u32, label: &str, names: &[&str]) -> Example {
    let labels: Vec<&str> = Some(label).filter(|label| !label.is_empty()).into_iter().collect();
    let mut row = example(line, &"x ".repeat(names.len()), &labels);
    row.slots = names.iter().enumerate().map(|(at, name)| slot(name, 2 * at, 2 * at + 1)).collect();
    row
}

#[test]
fn names_of_slots() {
    let rows = [marked(1, "a", &["z", "b"]), marked(2, "b", &["levle"])];
    assert_eq!(slot_names(&task("kind = \"single-label\""), &rows).unwrap(), ["b", "levle", "z"]);
    let declared = task("kind = \"single-label\"\n[slots.z]\n[slots.level]\n[slots.b]");
    assert_eq!(slot_names(&declared, &rows[..1]).unwrap(), ["z", "level", "b"]);
    let error = slot_names(&declared, &rows).unwrap_err().to_string();
    assert_eq!(
        error,
        "made:2: the slot \"levle\" is not declared; did you mean \"level\"? Else add it to [slots] in t"
    );
    let intents = task("kind = \"single-label\"\n[intents.a]\nslots = [\"z\", \"y\"]");
    assert_eq!(slot_names(&intents, &rows).unwrap(), ["z", "y", "b", "levle"]);
}

#[test]
fn inferred_schemas() {
    let rows = [
        marked(1, "b", &["z", "y", "z"]),
        marked(2, "b", &["y"]),
        marked(3, "a", &["y"]),
        marked(4, "c", &[]),
        marked(5, "oos", &["q"]),
    ];
    let all: Vec<&Example> = rows.iter().collect();
    let intent = |label: &str, slots: &[&str], repeated: &[&str]| Intent {
        label: label.into(),
        slots: texts(slots),
        required: Vec::new(),
        repeated: texts(repeated),
    };
    let schema = Schema::infer(&task("kind = \"single-label\""), &all);
    assert_eq!(
        schema.intents,
        [intent("a", &["y"], &[]), intent("b", &["y", "z"], &["z"]), intent("c", &[], &[])]
    );
    assert_eq!(schema.slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>(), ["q", "y", "z"]);
    assert!(schema.slots.iter().all(|slot| slot.kind == SlotKind::Text));
    // Declared slots and intents stay as they are, and come first.
    let toml = "kind = \"single-label\"\nlabels = [\"c\", \"d\", \"b\", \"a\"]\n[intents.b]\nslots = [\"z\"]\n[slots.z]\ntype = \"date\"";
    let schema = Schema::infer(&task(toml), &all);
    assert_eq!(
        schema.intents,
        [intent("b", &["z"], &[]), intent("c", &[], &[]), intent("d", &[], &[]), intent("a", &["y"], &[])]
    );
    assert_eq!(schema.slots[0], SlotSchema { name: "z".into(), kind: SlotKind::Date });
    assert_eq!(schema.slots[1..].iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>(), ["q", "y"]);
    // Slots only: one intent.
    let rows = [marked(1, "", &["z", "y"]), marked(2, "", &[])];
    let schema = Schema::infer(&task("kind = \"slots-only\""), &rows.iter().collect::<Vec<_>>());
    assert_eq!(schema.intents, [intent("", &["y", "z"], &["y", "z"])]);
    let pasted = task(&format!("kind = \"slots-only\"\n{}", schema.to_toml()));
    assert_eq!(pasted.schema, schema);
}

#[test]
fn rows_that_the_schema_does_not_allow() {
    let declared = task("kind = \"single-label\"\n[intents.a]\nslots = [\"x\", \"y\"]\nrepeated = [\"x\"]");
    let rows = [
        marked(1, "a", &["x", "x", "y"]),
        marked(2, "a", &["y", "z", "y", "y"]),
        marked(3, "b", &["z"]),
        marked(4, "a", &[]),
    ];
    let errors: Vec<String> = schema_violations(&declared, &rows).iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "made:2: the slot \"z\" is none of the intent \"a\"; add it to its slots in t",
            "made:2: the slot \"y\" stands there more than once; add it to repeated of the intent \"a\" in t",
        ]
    );
    assert!(schema_violations(&task("kind = \"single-label\"\n[slots.x]"), &rows).is_empty());
    // With several labels a slot is of any of them.
    let multi = task("kind = \"multi-label\"\n[intents.a]\nslots = [\"x\"]\n[intents.b]\nslots = [\"z\"]");
    let row = |labels: &[&str]| Example { labels: texts(labels), ..marked(1, "a", &["x", "z"]) };
    assert!(schema_violations(&multi, &[row(&["a", "b"]), row(&["a", "c"]), row(&[])]).is_empty());
    assert_eq!(schema_violations(&multi, &[row(&["a"])]).len(), 1);
    let only = task("kind = \"slots-only\"\n[intents.\"\"]\nslots = [\"x\"]");
    assert_eq!(schema_violations(&only, &[marked(1, "", &["x"]), marked(2, "", &["x", "x"])]).len(), 1);
}

#[test]
fn the_digest_covers_slots() {
    let digest = |slots: Vec<stonechat_task::Slot>| {
        let row = Example { slots, split: Some(Split::Train), ..example(1, "dim it", &["a"]) };
        stonechat_task::digest(&stonechat_task::Dataset::new(vec![row], SplitShares::default()).split())
    };
    let digests =
        [vec![], vec![slot("x", 0, 3)], vec![slot("y", 0, 3)], vec![slot("x", 0, 6)], vec![slot("x", 4, 6)]]
            .map(digest);
    for (index, one) in digests.iter().enumerate() {
        assert!(digests[..index].iter().all(|other| other != one));
    }
}

#[test]
fn no_task_file_makes_it_panic() {
    let pieces = [
        "[slots]",
        "[slots.a]",
        "[slots.a.values]",
        "[intents.a]",
        "[intents.\"\"]",
        "[[slots]]",
        "slots = [\"a\"]",
        "slots = 3",
        "values = [1]",
        "values = {}",
        "type = \"choice\"",
        "type = 7",
        "pattern = \"[\"",
        "a = []",
        "required = \"a\"",
        "values_file = \"/\"",
        "values_file = \"\"",
        "slots.a.values.x = \"y\"",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                let _ = Task::parse(
                    &format!("kind = \"multi-label\"\n{first}\n{second}\n{third}"),
                    Path::new("t"),
                );
            }
        }
    }
}

/// Names with everything that TOML puts in quotation marks.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_-]{1,6}", "[a-z.\" \\\\\u{e4}\u{7f}\t\n#=\\[\\]']{0,6}x", any::<String>()]
        .prop_map(|name| name.trim().to_string())
        .prop_filter("blank", |name| !name.is_empty())
}

fn kind() -> impl Strategy<Value = SlotKind> {
    // Phrases that differ stand for one value each.
    let choice =
        btree_map("[a-z\" \\\\.]{0,5}[a-z]", vec("[0-9\" \\\\]{0,3}[0-9]", 0..3), 1..4).prop_map(|values| {
            let values = values.into_iter().enumerate().map(|(index, (value, synonyms))| ChoiceValue {
                value: format!("{index} {}", value.trim()),
                synonyms: synonyms.into_iter().map(|s| format!("{index}. {}", s.trim())).collect(),
            });
            SlotKind::Choice { values: values.collect() }
        });
    prop_oneof![
        Just(SlotKind::Text),
        Just(SlotKind::DateTime),
        choice,
        "[a-z.\u{e4}\"]{1,5}".prop_map(|pattern| SlotKind::Regex { pattern: pattern + "\\d\n" }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(
        slots in btree_map(name(), kind(), 0..4),
        intents in btree_map(name(), any::<[bool; 12]>(), 0..4),
    ) {
        let slots: Vec<SlotSchema> = slots.into_iter().map(|(name, kind)| SlotSchema { name, kind }).rev().collect();
        let pick = |bits: &[bool]| -> Vec<String> {
            slots.iter().zip(bits).filter(|(_, take)| **take).map(|(slot, _)| slot.name.clone()).collect()
        };
        let intents = intents.iter().map(|(label, bits)| {
            let of = pick(&bits[..4]);
            let within = |bits: &[bool]| pick(bits).into_iter().filter(|name| of.contains(name)).collect();
            Intent { label: label.clone(), required: within(&bits[4..8]), repeated: within(&bits[8..]), slots: of.clone() }
        });
        let schema = Schema { intents: intents.rev().collect(), slots: slots.clone() };
        let toml = format!("kind = \"{}\"\n{}", Kind::SingleLabel, schema.to_toml());
        prop_assert_eq!(task(&toml).schema, schema, "{}", toml);
    }
}
