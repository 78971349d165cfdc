//! Each rule of the format, at its border: the last value that it allows and the first that it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use stonechat_engine::format::{LabelLimits, Labels, ScopeRule, SectionKind, pack, unpack};
use stonechat_engine::{Engine, FormatError, Model, Score};
use support::frame::{ENTRY, HEADER, Parts, put, restamp};
use support::models::Plan;
use support::rules::{Case, hold, hold_cases, outcome, section};
use support::taggers::{TaggerPlan, taggers};

const LABELS: &[Case] = &[
    (0, 0, Some("longer than its content")),
    (0, (1 << 20) + 1, Some("the number of labels")),
    (0, 1 << 20, Some("ends too early")),
    (4, 0, Some("do not rise")),
    (4, 19, Some("do not rise")),
    (4, 18, None),
    (8, 23, Some("do not rise")),
    (12, 21, Some("longer than its content")),
    (12, 23, Some("ends too early")),
    (12, u32::MAX, Some("ends too early")),
];
const FEATURES: &[Case] = &[
    (0, 0, Some("out of its range")),
    (0, 1, None),
    (0, 1 << 16, None),
    (0, (1 << 16) + 1, Some("out of its range")),
    // Longest n-gram of words, then shortest and longest of characters, then the shortest of scripts without spaces.
    (4, 0x0104_0202, None),
    (4, 0x0104_0200, Some("out of its range")),
    (4, 0x0104_0203, Some("out of its range")),
    (4, 0x0104_0002, Some("out of its range")),
    (4, 0x0101_0202, Some("out of its range")),
    (4, 0x0107_0202, Some("out of its range")),
    (4, 0x0106_0602, None),
    (4, 0x0404_0202, Some("out of its range")),
    (8, 6, None),
    (8, 7, Some("out of its range")),
    (8, 0x103, Some("padding")),
];
const FILTER: &[Case] = &[
    (0, u32::MAX, None),
    (4, 0, Some("the length of a segment")),
    (4, 1, Some("longer than its content")),
    (4, 1 << 22, Some("ends too early")),
    (4, (1 << 22) + 1, Some("the length of a segment")),
    (8, 1, Some("ends too early")),
    (8, 2, Some("neither 0 nor 1")),
    (12, 0, Some("neither of 8 nor of 16 bits")),
    (12, 16, Some("ends too early")),
    (12, 24, Some("neither of 8 nor of 16 bits")),
];
const ROWS: &[Case] = &[
    (0, 0, Some("the number of rows")),
    (0, 23, Some("longer than its content")),
    (0, 25, Some("ends too early")),
    (0, 1 << 24, Some("ends too early")),
    (0, (1 << 24) + 1, Some("the number of rows")),
    (4, 0, Some("the length of a row")),
    (4, 7, Some("the length of a row")),
    (4, 6, Some("longer than its content")),
    (4, 8, Some("longer than its content")),
    (4, 1024, Some("ends too early")),
    (4, 1026, Some("the length of a row")),
    (8, 4, Some("longer than its content")),
    (8, 16, Some("neither of 8 nor of 4 bits")),
    (12, i32::MAX as u32, None),
    (12, 1 << 31, Some("the scale of the rows")),
    (16, 0, None),
    (16, 1 << 31, Some("the scale of the rows")),
    (20, 0, Some("the scale of the rows")),
    (20, 1, None),
    (20, 40, None),
    (20, 41, Some("the scale of the rows")),
    (24, 1, Some("padding")),
    (60, 1 << 31, Some("padding")),
    // A row may hold any byte.
    (64, 0x8080_8080, None),
];
const HIDDEN: &[Case] = &[
    (0, 0, Some("the size of the layer")),
    (0, 4097, Some("the size of the layer")),
    (0, 4096, Some("ends too early")),
    (0, 15, Some("a weight beyond the inputs")),
    (4, 0, Some("the size of the layer")),
    (4, (1 << 20) + 1, Some("the size of the layer")),
    (4, 1 << 20, Some("ends too early")),
    (8, 1 << 30, None),
    (8, (1 << 30) + 1, Some("a bias")),
    (36, -(1 << 30) as u32, None),
    (36, 1 << 31, Some("a bias")),
    (40, i32::MAX as u32, None),
    (40, 0, None),
    (68, 1 << 31, Some("a multiplier")),
    (72, 0x1c1c_1c01, None),
    (72, 0x1c1c_1c3e, None),
    (72, 0x1c1c_1c3f, Some("a shift")),
    (76, 0x001c_1c1c, Some("a shift")),
    (80, 1, Some("padding")),
    (128, 0x8181_7f7f, None),
    // Of sixteen outputs in a block eight are there.
    (156, 0x0100_0000, None),
    (160, 1, Some("a weight beyond the inputs or outputs")),
    (348, 0x8000_0000, Some("a weight is -128")),
];
const OUTPUT: &[Case] = &[
    (0, 9, Some("does not take what the hidden layer gives")),
    // Of sixteen outputs in a block three are there, of four groups of inputs two.
    (72, 0x7f7f_7f7f, None),
    (76, 1, Some("a weight beyond the inputs or outputs")),
    (136, 0x7f7f_7f7f, None),
    (140, 1 << 24, Some("a weight beyond the inputs or outputs")),
    (192, 1, Some("a weight beyond the inputs or outputs")),
];
const DECISION: &[Case] = &[
    (0, 1, None),
    (0, 2, Some("the decision rule")),
    (4, 0, None),
    (4, 1 << 24, None),
    (4, (1 << 24) + 1, Some("the decision rule")),
    // An offset belongs to tasks with any number of labels.
    (8, 1, Some("the decision rule")),
    (12, 1 << 16, None),
    (12, (1 << 16) + 1, Some("the decision rule")),
    (16, 1 << 16, None),
    (16, (1 << 16) + 1, Some("the decision rule")),
    (20, 2, None),
    (20, 3, Some("the decision rule")),
    (20, u32::MAX, None),
    (24, 1 << 24, None),
    (24, (1 << 24) + 1, Some("the decision rule")),
];
const SCOPE: &[Case] = &[
    (0, 1, Some("the scope")),
    (4, 1 << 30, None),
    (4, (1 << 30) + 1, Some("the scope")),
    (8, (1 << 30) + 1, Some("the scope")),
    (12, u32::MAX, None),
    (16, 1 << 16, None),
    (16, (1 << 16) + 1, Some("the scope")),
];
const LIMITS: &[Case] = &[(0, 65_537, None), (0, 65_538, Some("the limit of a label"))];
const RECORDED: &[Case] = &[
    (0, 2, Some("longer than its content")),
    (0, 4, Some("ends too early")),
    (0, 4096, Some("ends too early")),
    (0, 4097, Some("more than 4,096")),
    (4, u32::MAX, Some("ends too early")),
    (8, 4, None),
    (8, 6, None),
    (8, 7, Some("a recorded answer")),
    (12, 1 << 16, None),
    (12, (1 << 16) + 1, Some("a recorded answer")),
    (16, 7, None),
    (24, 4, Some("a recorded answer")),
    (24, u32::MAX, Some("a recorded answer")),
    (28, 2, None),
    (28, 3, Some("a recorded answer")),
    (32, 1 << 31, None),
    // A model without slots finds none.
    (52, u32::MAX, Some("a recorded answer")),
    // The 27 bytes of the first text end here; one byte fills them up.
    (80, 0x0166_666f, Some("padding")),
    (80, 0x00ff_666f, Some("not UTF-8")),
];

#[test]
fn every_rule_of_every_section() {
    let parts = Parts::of(&Plan::small(41).build());
    let all = [
        (*b"LABL", LABELS),
        (*b"FEAT", FEATURES),
        (*b"FILT", FILTER),
        (*b"ROWS", ROWS),
        (*b"HIDN", HIDDEN),
        (*b"OUTP", OUTPUT),
        (*b"DECI", DECISION),
        (*b"RECO", RECORDED),
    ];
    for (name, cases) in all {
        hold_cases(&parts, name, cases);
    }
    let judged = Parts::of(&with_acceptance(&Plan::small(41).build()));
    for (name, cases) in [(*b"SCOP", SCOPE), (*b"LIMT", LIMITS)] {
        hold_cases(&judged, name, cases);
    }
}

/// The file with a scope and limits of its labels, which change no answer.
fn with_acceptance(file: &[u8]) -> Vec<u8> {
    let (tier, mut sections) = unpack(file).unwrap();
    let scope =
        ScopeRule { outside: 0, words: 1, characters: 1, most: Score(i32::MAX), most_unknown: 1 << 16 };
    let labels = Model::open(file).unwrap().labels().len();
    sections.push((SectionKind::Scope, scope.write()));
    sections.push((SectionKind::Limits, LabelLimits::write(&vec![0; labels])));
    pack(tier, &sections)
}

#[test]
fn a_model_that_answers_first_has_the_same_labels_and_is_no_tagger() {
    let plan = Plan::small(41);
    let file = plan.build();
    let with = |first: &[u8]| {
        let (tier, mut sections) = unpack(&file).unwrap();
        sections.push((SectionKind::First, first.to_vec()));
        pack(tier, &sections)
    };
    assert!(Model::open(&with(&file)).unwrap().first().is_some());
    let refused = |first: &[u8]| Model::open(&with(first)).unwrap_err().to_string();
    assert!(refused(b"").contains("no sound model file"));
    assert!(refused(&file[..file.len() - 1]).contains("no sound model file"));
    let (tier, sections) = unpack(&file).unwrap();
    let other: Vec<_> = sections
        .iter()
        .map(|(kind, content)| match kind {
            SectionKind::Labels => {
                let count = Model::open(&file).unwrap().labels().len();
                let names: Vec<String> = (0..count).map(|at| format!("other {at}")).collect();
                (*kind, Labels::write(&names))
            }
            _ => (*kind, content.clone()),
        })
        .collect();
    assert!(refused(&pack(tier, &other)).contains("its labels are others"));
    // One inside the other, which no answer needs: the inner one is not looked for.
    assert!(Model::open(&with(&with(&file))).is_ok());
}

#[test]
fn what_a_bag_scores_is_added_to_a_tagger() {
    let plan = TaggerPlan::slotless(5);
    let bag = Plan { labels: plan.labels.clone(), ..Plan::small(41) }.build();
    let with = |outer: &[u8], inner: &[u8]| {
        let (tier, mut sections) = unpack(outer).unwrap();
        sections.push((SectionKind::First, inner.to_vec()));
        pack(tier, &sections)
    };
    let slots = TaggerPlan::small(6).build();
    for tagger in [&plan.build(), &slots] {
        let both = with(tagger, &bag);
        let [alone, both, bag] = [tagger, &both, &bag].map(|bytes| Model::open(bytes).unwrap());
        assert!(both.first().is_none() && alone.beside().is_none());
        assert_eq!(both.beside(), Some(bag.table()));
        assert!(both.worst_case(100).multiply_adds > alone.worst_case(100).multiply_adds);
        let scores = |model: &Model<'_>, text: &str| -> Vec<i32> {
            Engine::new(model).predict(text).scores().iter().map(|score| score.0).collect()
        };
        for text in ["", "1", "one two three", "turn the kitchen lights to 30 percent"] {
            let (own, other) = (scores(&alone, text), scores(&bag, text));
            let sums: Vec<i32> = own.iter().zip(&other).map(|(own, other)| own + other).collect();
            assert_eq!(scores(&both, text), sums, "{text:?}");
            assert_ne!(sums, own, "{text:?}: the bag tells nothing");
        }
        let refused = |inner: &[u8]| Model::open(&with(tagger, inner)).unwrap_err().to_string();
        assert!(refused(tagger).contains("of another tier"));
        assert!(refused(b"").contains("no sound model file"));
        assert!(refused(&Plan::small(41).build()).contains("its labels are others"));
    }
    // Where nothing is labelled there is nothing to add to.
    let unlabelled =
        taggers().into_iter().find(|file| Model::open(file).unwrap().labels().is_empty()).unwrap();
    let refused = Model::open(&with(&unlabelled, &bag)).unwrap_err().to_string();
    assert!(refused.contains("only a bag or a tagger of one label"), "{refused}");
}

#[test]
fn an_offset_for_any_number_of_labels() {
    let parts = Parts::of(&Plan::small(41).build());
    for (offset, rule) in [
        (1 << 24, None),
        ((1 << 24) + 1, Some("the decision rule")),
        (-(1 << 24), None),
        (i32::MIN, Some("the decision rule")),
    ] {
        let mut parts = parts.clone();
        let section = section(&mut parts, *b"DECI");
        put(section, 0, &1u32.to_le_bytes());
        put(section, 8, &offset.to_le_bytes());
        hold(&format!("offset {offset}"), outcome(&parts.join()).as_ref(), rule);
    }
}

#[test]
fn every_rule_of_the_frame() {
    let file = Plan::small(42).build();
    let entry = HEADER + ENTRY;
    let cases: &[(usize, u32, &str)] = &[
        (0, 0, "not a model file"),
        (8, 0, "format version 0"),
        (8, 2, "format version 2"),
        (12, 0, "the number of sections"),
        (12, 65, "the number of sections"),
        (12, 8, "a section is not where"),
        (16, 0, "states 0 bytes"),
        (20, 1, "bytes and has"),
        (28, 0, "tier 0"),
        (28, 3, "section LOOK is missing"),
        (28, 4, "tier 4"),
        (32, 1, "reserved bytes"),
        (56, 1 << 31, "reserved bytes"),
        (entry, u32::from_le_bytes(*b"META"), "stands twice"),
        (entry, u32::from_le_bytes(*b"labl"), "section `labl` is not known"),
        (entry + 4, 2, "reserved bits"),
        (entry + 8, 0, "a section is not where"),
        (entry + 12, 1, "a section is not where"),
        (entry + 16, u32::MAX, "longer than the file"),
        (entry + 20, u32::MAX, "longer than the file"),
        (entry + 28, 1, "reserved bits"),
    ];
    for &(at, value, rule) in cases {
        let mut file = file.clone();
        put(&mut file, at, &value.to_le_bytes());
        restamp(&mut file);
        hold(&format!("byte {at}: {value:#x}"), outcome(&file).as_ref(), Some(rule));
    }
}

#[test]
fn every_checksum() {
    let file = Plan::small(43).build();
    for (at, expected) in [
        (60, FormatError::HeaderChecksum),
        (24, FormatError::HeaderChecksum),
        (HEADER + 8, FormatError::HeaderChecksum),
    ] {
        let mut file = file.clone();
        file[at] ^= 1;
        assert_eq!(Model::open(&file).map(|_| ()), Err(expected), "byte {at}");
    }
    let last = file.len() - 4;
    let mut file = file;
    file[last] ^= 1;
    assert!(Model::open(&file).is_err_and(|error| matches!(error, FormatError::Checksum(_))));
}
