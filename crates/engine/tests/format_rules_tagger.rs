//! Each rule of the sections of a tagger, at its border: the last value that it allows and the first that it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use stonechat_engine::Model;
use stonechat_engine::format::{Emissions, Phrases, Rows, Transitions};
use stonechat_engine::kernel::Requantizer;
use stonechat_engine::value::ValueType;
use support::frame::{Parts, put};
use support::models::Plan;
use support::rules::{Case, hold, hold_cases, outcome, section};
use support::taggers::{MUST, NEVER, OFTEN, ONCE, TaggerPlan, digits, rooms, taggers};

/// Four slots, `room`, `level`, `count` and `name`, of the types choice, regex, number and text; three labels.
const SLOTS: &[Case] = &[
    (0, 0, Some("the number of slots")),
    (0, 4096, Some("ends too early")),
    (0, 4097, Some("the number of slots")),
    (4, 2, Some("not as many rules as labels")),
    (4, 4, Some("not as many rules as labels")),
    (8, 0, Some("the language is not known")),
    (8, 4, None),
    (8, 5, Some("the language is not known")),
    (8, 0xff, None),
    (8, 0x100, Some("the language is out of its range")),
    (12, 0, Some("do not rise")),
    (12, 9, Some("do not rise")),
    (12, 8, None),
    (24, 17, Some("padding")),
    (24, u32::MAX, Some("ends too early")),
    (28, u32::from_le_bytes([b'r', 0xff, b'o', b'm']), Some("not UTF-8")),
    (44, u32::from_le_bytes([b'm', b'e', 0, 1]), Some("padding")),
    // The types.
    (48, 0x0002_0b0c, Some("the type of a slot is not known")),
    (48, 0x0002_0b00, Some("values that its type does not know")),
    (48, 0x0001_0b01, Some("the list ends too early")),
    (48, 0x0b02_0b01, Some("the automaton ends too early")),
    (48, 0x0a09_0b01, None),
    // The rules of the first label.
    (52, 0x0707_0707, None),
    (52, 0x0705_0300, None),
    (52, 0x0707_0708, Some("a rule is out of its range")),
    (52, 0x0707_0702, Some("a rule is out of its range")),
    (52, 0x0700_0407, Some("a rule is out of its range")),
    (52, 0x0607_0707, Some("a rule is out of its range")),
    // The ends of the values.
    (64, 0, Some("the list ends too early")),
    (68, 0, Some("the ends of the values do not rise")),
    (76, 1, Some("the ends of the values do not rise")),
    (76, u32::MAX, Some("ends too early")),
    // The list itself: its table, and the values that phrases stand for.
    (88, 3, Some("no power of two")),
    (80 + 20 + 264 + 5 * 12, 3, Some("a phrase stands for a value")),
];
/// Tokens and states of 16 numbers.
const TAGGER: &[Case] = &[
    (0, 0, Some("a size")),
    (0, 8, Some("a size")),
    (0, 17, Some("a size")),
    (0, 1024, Some("ends too early")),
    (0, 1040, Some("a size")),
    (4, 0, Some("a size")),
    (4, 24, Some("a size")),
    (4, 1024, Some("ends too early")),
    (4, 1040, Some("a size")),
    (8, 0, Some("max_tokens or max_phrase")),
    (8, 1, None),
    (8, 1 << 14, None),
    (8, (1 << 14) + 1, Some("max_tokens or max_phrase")),
    (12, 0, Some("max_tokens or max_phrase")),
    (12, 1, None),
    (12, 16, None),
    (12, 17, Some("max_tokens or max_phrase")),
    (16, 0, None),
    (16, i32::MAX as u32, None),
    (16, 1 << 31, Some("a scale")),
    (20, 0, Some("a scale")),
    (20, 1, None),
    (20, 62, None),
    (20, 63, Some("a scale")),
    (24, i32::MAX as u32, None),
    (24, 1 << 31, Some("a scale")),
    (28, 0, Some("a scale")),
    (28, 62, None),
    (28, 63, Some("a scale")),
    (32, 0, None),
    (32, 31, None),
    (32, 32, Some("the shift of the gates")),
    (36, 0, None),
    (36, 8, None),
    (36, 9, Some("the sums of a token")),
    (36, 32, Some("the sums of a token")),
    (40, 1 << 28, None),
    (40, (1 << 28) + 1, Some("a bias")),
    (228, -(1 << 28) as u32, None),
    (228, 1 << 31, Some("a bias")),
    (232, 0x0000_7fff, None),
    (232, 0x0000_8000, Some("a multiplier")),
    (324, 0xffff_0000, Some("a multiplier")),
    (328, 1, Some("padding")),
    (380, 1 << 31, Some("padding")),
    (384, 0x817f_7f81, None),
    (384, 0x0000_0080, Some("a weight is -128")),
    (1916, 0x8000_0000, Some("a weight is -128")),
    // Backward.
    (1920, (1 << 28) + 1, Some("a bias")),
    (2112, 0x0000_8000, Some("a multiplier")),
    (2208, 1, Some("padding")),
    (2240, 0x0000_0080, Some("a weight is -128")),
    (3772, 0x8000_0000, Some("a weight is -128")),
    (3772, 0x7f7f_7f7f, None),
];
/// Nine tags.
const EMISSIONS: &[Case] = &[
    (0, 31, Some("a weight beyond the inputs")),
    (0, 4097, Some("the size of the layer")),
    (8, 1 << 30, None),
    (8, (1 << 30) + 1, Some("a bias")),
    (44, 1 << 31, Some("a multiplier")),
    (80, 0, Some("a shift")),
];
const TRANSITIONS: &[Case] = &[
    (0, 0, Some("the number of tags or labels")),
    (0, 8, Some("the number of tags or labels")),
    (0, 8193, Some("ends too early")),
    (0, 8195, Some("the number of tags or labels")),
    (4, 2, Some("longer than its content")),
    (4, 1 << 20, Some("ends too early")),
    (4, (1 << 20) + 1, Some("the number of tags or labels")),
    (8, 0x8000_7fff, None),
    (240, 0x0001_0000, Some("padding")),
];
/// Five phrases in two groups.
const PHRASES: &[Case] = &[
    (0, 4, Some("the groups do not follow")),
    (0, (1 << 24) + 1, Some("the number of hashes or groups")),
    (4, 0, Some("the number of hashes or groups")),
    (4, 20, Some("the number of hashes or groups")),
    (4, 21, Some("the number of hashes or groups")),
    (8, 1, Some("the groups do not follow")),
    (12, 6, Some("the groups do not follow")),
    (16, 4, Some("the groups do not follow")),
    (16, 6, Some("the groups do not follow")),
    (40, 0x0003_0003, None),
    (40, 0x0003_0004, Some("a slot does not exist")),
    (40, 0x0100_0003, Some("a slot does not exist")),
    (48, 0x0001_0000, Some("padding")),
];
const DECISION: &[Case] = &[
    (0, 1, Some("a tagger has one label at the most")),
    (20, 3, Some("the decision rule")),
    (24, 0, None),
    (24, 1 << 24, None),
    (24, (1 << 24) + 1, Some("the decision rule")),
];
/// Of the first answer, three labels and then slots: their number, and of each its place, its limits and its confidence.
const RECORDED: &[Case] = &[
    (8, 4, None),
    (8, 6, None),
    (8, 7, Some("a recorded answer")),
    (52, 1 << 20, Some("ends too early")),
    (52, u32::MAX, Some("a recorded answer")),
    (56, 3, None),
    (56, 4, Some("a recorded answer")),
    (60, u32::MAX, None),
    (64, 0, None),
    (68, 1 << 16, None),
    (68, (1 << 16) + 1, Some("a recorded answer")),
];

fn small() -> TaggerPlan {
    TaggerPlan { rules: vec![vec![OFTEN; 4]; 3], eager: [4096, 0], ..TaggerPlan::small(65) }
}

#[test]
fn every_rule_of_every_section() {
    let file = small().build();
    let recorded = Model::open(&file).unwrap().recorded();
    assert!(recorded.iter().next().is_some_and(|first| first.slots().count() > 0), "a slot to break");
    let parts = Parts::of(&file);
    let all = [
        (*b"SLOT", SLOTS),
        (*b"TAGR", TAGGER),
        (*b"EMIT", EMISSIONS),
        (*b"TRAN", TRANSITIONS),
        (*b"PHRA", PHRASES),
        (*b"DECI", DECISION),
        (*b"RECO", RECORDED),
    ];
    for (name, cases) in all {
        hold_cases(&parts, name, cases);
    }
}

#[test]
fn the_padding_of_slots() {
    // Three types and three rules, then two bytes of padding.
    let parts = Parts::of(&TaggerPlan::eager(62, 3).build());
    let cases: &[Case] = &[
        (48, 0x0000_0101, None),
        (48, 0x0001_0101, Some("padding")),
        (48, 0x0100_0101, Some("padding")),
        (60, 1, Some("ends too early")),
    ];
    hold_cases(&parts, *b"SLOT", cases);
    // A list that leaves its section at an odd place.
    let mut plan = small();
    plan.slots[3] = ("code".to_string(), ValueType::Regex, digits());
    let taken: usize = plan.slots.iter().map(|(.., values)| values.len()).sum();
    assert_ne!(taken % 4, 0, "there is padding behind the values");
    let mut parts = Parts::of(&plan.build());
    if let Some(last) = section(&mut parts, *b"SLOT").last_mut() {
        *last = 1;
    }
    hold("the last byte", outcome(&parts.join()).as_ref(), Some("padding"));
}

#[test]
fn names_of_slots_end_between_characters() {
    let mut plan = small();
    plan.slots[0].0 = "zimmér".to_string();
    let parts = Parts::of(&plan.build());
    hold_cases(&parts, *b"SLOT", &[(12, 5, Some("cut a character")), (12, 4, None), (12, 6, None)]);
}

/// A second recurrent layer has a size, a shift and a lift of its own, and tells labels.
#[test]
fn a_second_recurrent_layer() {
    let parts = Parts::of(&TaggerPlan { second: 16, ..small() }.build());
    let mut one = Parts::of(&small().build());
    let first = section(&mut one, *b"TAGR").len();
    let cases: &[Case] = &[
        (first, 16, None),
        (first, 0, Some("a size is not a multiple of 16")),
        (first, 24, Some("a size is not a multiple of 16")),
        (first, 2048, Some("beyond 1,024")),
        (first, 1008, Some("ends too early")),
        (first + 4, 31, None),
        (first + 4, 32, Some("the shift of the gates is beyond 31")),
        (first + 8, 8, None),
        (first + 8, 9, Some("the sums of a token are lifted too far")),
        (first + 12, 1 << 28, None),
        (first + 12, (1 << 28) + 1, Some("a bias is beyond 2^28")),
        (first + 12 + 3 * 16 * 4, 0x8000, Some("a multiplier is below 0")),
    ];
    hold_cases(&parts, *b"TAGR", cases);
    let mut longer = parts.clone();
    section(&mut longer, *b"TAGR").extend([0; 4]);
    hold("a third layer", outcome(&longer.join()).as_ref(), Some("longer than its content"));
}

/// A section as another model has it, and the rule that refuses it.
fn exchanged(name: [u8; 4], with: &TaggerPlan, rule: &str) {
    let mut parts = Parts::of(&small().build());
    let mut other = Parts::of(&with.build());
    *section(&mut parts, name) = section(&mut other, name).clone();
    hold(&format!("another {}", name.escape_ascii()), outcome(&parts.join()).as_ref(), Some(rule));
}

#[test]
fn sections_fit_together() {
    let wide = TaggerPlan { units: 32, ..small() };
    let deep = TaggerPlan { dim: 32, ..small() };
    let two = TaggerPlan { second: 16, ..small() };
    let mut fewer_slots = small();
    fewer_slots.slots.pop();
    fewer_slots.rules.iter_mut().for_each(|rules| rules.truncate(3));
    fewer_slots.phrases.retain(|(_, slot)| *slot < 3);
    let mut fewer_labels = small();
    fewer_labels.labels.pop();
    fewer_labels.rules.pop();
    let nameless = TaggerPlan { labels: Vec::new(), rules: vec![vec![ONCE, MUST, NEVER, ONCE]], ..small() };

    exchanged(*b"SLOT", &fewer_labels, "not as many rules as labels");
    exchanged(*b"SLOT", &nameless, "not as many rules as labels");
    exchanged(*b"SLOT", &fewer_slots, "does not exist");
    exchanged(*b"TAGR", &wide, "EMIT");
    exchanged(*b"TAGR", &deep, "a row has not as many numbers as a token");
    exchanged(*b"ROWS", &deep, "a row has not as many numbers as a token");
    exchanged(*b"EMIT", &wide, "does not take two states");
    exchanged(*b"EMIT", &fewer_slots, "does not give one score for each tag");
    exchanged(*b"TRAN", &fewer_slots, "not as many tags as slots");
    exchanged(*b"TRAN", &fewer_labels, "not as many labels as names");
    exchanged(*b"TRAN", &nameless, "not as many labels as names");
    exchanged(*b"OUTP", &wide, "does not take two states and a token");
    exchanged(*b"OUTP", &deep, "does not take two states and a token");
    exchanged(*b"TAGR", &two, "does not take two states and a token");
    exchanged(*b"OUTP", &two, "does not take two states and a token");
    exchanged(*b"OUTP", &fewer_labels, "does not give one score for each label");
}

#[test]
fn rows_of_features_and_of_lists() {
    let parts = Parts::of(&small().build());
    let with = |parts: &Parts, buckets: u32, bits: u32| {
        let data = vec![0x11; (buckets * 16 * bits / 8) as usize];
        let mut parts = parts.clone();
        *section(&mut parts, *b"ROWS") =
            Rows { buckets, dim: 16, bits, multipliers: [0; 2], shift: 1, data: &data }.write();
        outcome(&parts.join())
    };
    let rule = Some("as many rows as the filter has places and the slots have lists");
    // Four slots have two lists each, of four rows.
    hold("one row beside the lists", with(&parts, 33, 8).as_ref(), None);
    hold("no row beside the lists", with(&parts, 32, 8).as_ref(), rule);
    hold("rows of 4 bits", with(&parts, 72, 4).as_ref(), Some("not of 8 bits"));
    let owned = TaggerPlan { owned: true, ..small() };
    let mut parts = Parts::of(&owned.build());
    let rows = section(&mut parts, *b"ROWS");
    let buckets = rows.first_chunk().map_or(0, |&bytes| u32::from_le_bytes(bytes));
    hold("a row for each place", with(&parts, buckets, 8).as_ref(), None);
    hold("a row more", with(&parts, buckets + 1, 8).as_ref(), rule);
    hold("a row less", with(&parts, buckets - 1, 8).as_ref(), rule);
}

#[test]
fn a_model_without_labels() {
    let plan = TaggerPlan { labels: Vec::new(), rules: vec![vec![ONCE, MUST, NEVER, ONCE]], ..small() };
    let mut parts = Parts::of(&plan.build());
    assert!(parts.sections.iter().all(|section| &section.0 != b"OUTP"));
    assert_eq!(section(&mut parts, *b"LABL"), &[0; 4]);
    hold_cases(&parts, *b"DECI", &[(20, 0, Some("the decision rule"))]);
    hold_cases(
        &parts,
        *b"SLOT",
        &[(4, 0, Some("not as many rules as labels")), (4, 2, Some("not as many rules"))],
    );
    // Slots are what such a model has: a bag cannot.
    let mut bag = Parts::of(&Plan::small(63).build());
    *section(&mut bag, *b"LABL") = vec![0; 4];
    put(section(&mut bag, *b"DECI"), 20, &u32::MAX.to_le_bytes());
    hold("a bag without labels", outcome(&bag.join()).as_ref(), Some("the number of labels"));
    bag.tier = 2;
    hold("a bag that says it is a tagger", outcome(&bag.join()).as_ref(), Some("SLOT"));
    *section(&mut bag, *b"LABL") = section(&mut Parts::of(&Plan::small(63).build()), *b"LABL").clone();
    hold("a bag with labels that says so", outcome(&bag.join()).as_ref(), Some("TAGR"));
}

#[test]
fn a_model_without_slots() {
    let parts = Parts::of(&TaggerPlan::slotless(66).build());
    let of_slots = [*b"SLOT", *b"PHRA", *b"EMIT", *b"TRAN"];
    assert!(parts.sections.iter().all(|(name, ..)| !of_slots.contains(name)));
    hold("labels alone", outcome(&parts.join()).as_ref(), None);
    // One of the four sections asks for the others.
    let mut full = Parts::of(&small().build());
    for name in of_slots {
        let mut parts = parts.clone();
        let content = section(&mut full, name).clone();
        parts.sections.push((name, 0, content));
        let missing = if name == *b"SLOT" { "PHRA" } else { "SLOT" };
        let what = format!("{} beside nothing else of slots", name.escape_ascii());
        hold(&what, outcome(&parts.join()).as_ref(), Some(missing));
    }
    // No rows are kept for phrases: a row is enough, and none is too little.
    let mut rows = parts.clone();
    for (buckets, rule) in [(1, None), (0, Some("ROWS"))] {
        let data = vec![0x11; buckets as usize * 16];
        *section(&mut rows, *b"ROWS") =
            Rows { buckets, dim: 16, bits: 8, multipliers: [0; 2], shift: 1, data: &data }.write();
        hold(&format!("{buckets} rows"), outcome(&rows.join()).as_ref(), rule);
    }
    hold_cases(&parts, *b"OUTP", &[(0, 47, Some("OUTP"))]);
    hold_cases(
        &parts,
        *b"DECI",
        &[(0, 1, Some("a tagger has one label at the most")), (20, 3, Some("the decision rule"))],
    );
    // A recorded slot is one that does not exist: the first answer has three labels, and then slots.
    hold_cases(&parts, *b"RECO", &[(52, 0, None), (52, 1, Some("RECO"))]);
    // Neither labels nor slots.
    let mut neither = parts.clone();
    *section(&mut neither, *b"LABL") = vec![0; 4];
    put(section(&mut neither, *b"DECI"), 20, &u32::MAX.to_le_bytes());
    hold("neither labels nor slots", outcome(&neither.join()).as_ref(), Some("SLOT"));
}

#[test]
fn every_needed_section() {
    for (file, outputs) in taggers().iter().zip([true, false, true, true, true]) {
        let whole = Parts::of(file);
        assert_eq!(whole.sections.iter().any(|section| &section.0 == b"OUTP"), outputs);
        for index in 0..whole.sections.len() {
            let mut parts = whole.clone();
            let (name, ..) = parts.sections.remove(index);
            let name = String::from_utf8_lossy(&name).into_owned();
            hold(&format!("without {name}"), outcome(&parts.join()).as_ref(), Some(&name));
        }
    }
}

/// Phrases are there once each, in order, in their group, so that looking one up is quick and none counts twice.
#[test]
fn phrases_rise() {
    let mut parts = Parts::of(&small().build());
    let rising = [(1, 0), (1, 3), (1 << 31, 1), (1 << 31, 2), (u32::MAX, 0)];
    let mut with = |change: &dyn Fn(&mut Vec<u8>)| {
        let phrases = section(&mut parts, *b"PHRA");
        *phrases = Phrases::write(&rising);
        change(phrases);
        outcome(&parts.join())
    };
    // The hashes begin at 20, the slots at 40.
    for (at, value, sound) in [
        (42, 2, true),
        (24, 2, true),
        (39, 0x80, true),
        (44, 0, true),
        (46, 3, true),
        // The same hash and slot twice, slots that fall, hashes that fall, and one that is not of its group.
        (42, 0, false),
        (46, 1, false),
        (46, 0, false),
        (20, 2, false),
        (31, 0x7f, false),
    ] {
        let found = with(&|phrases| put(phrases, at, &[value]));
        hold(&format!("byte {at} as {value}"), found.as_ref(), (!sound).then_some("PHRA"));
    }
    // Fewer or more groups than there are for so many phrases.
    let many: Vec<(u32, u16)> = (0..64).map(|at: u32| (at << 26, 0)).collect();
    let mut written = Phrases::write(&many);
    hold("64 phrases", with(&|phrases| *phrases = written.clone()).as_ref(), None);
    put(&mut written, 4, &1u32.to_le_bytes());
    let bits = [1u32.to_le_bytes(), [0; 4], 32u32.to_le_bytes(), 64u32.to_le_bytes()].concat();
    let fewer = [&written[..4], &bits, &written[8 + 4 * 17..]].concat();
    hold("two groups", with(&|phrases| *phrases = fewer.clone()).as_ref(), Some("PHRA"));
}

/// What the writers of the sections make of nothing, and of the most.
#[test]
fn empty_and_full_sections() {
    let mut parts = Parts::of(&small().build());
    *section(&mut parts, *b"PHRA") = Phrases::write(&[]);
    hold("no phrases", outcome(&parts.join()).as_ref(), None);
    let every: Vec<(u32, u16)> = (0..40_000).map(|at: u32| (at << 16, (at % 4) as u16)).collect();
    *section(&mut parts, *b"PHRA") = Phrases::write(&every);
    hold("many phrases", outcome(&parts.join()).as_ref(), None);
    let scale = Requantizer { multiplier: i32::MAX, shift: 1 };
    for weight in [127, -127] {
        let row = (if weight > 0 { 1 << 30 } else { -(1 << 30) }, scale, vec![weight; 32]);
        *section(&mut parts, *b"EMIT") = Emissions::write(32, &vec![row; 9]);
        for score in [i16::MIN, i16::MAX] {
            *section(&mut parts, *b"TRAN") = Transitions::write(&[score; 81], &[score; 9], &[score; 27]);
            hold("extreme scores of tags", outcome(&parts.join()).as_ref(), None);
        }
    }
    let mut plan = small();
    plan.slots[3] = ("name".to_string(), ValueType::Choice, rooms());
    hold("two lists", outcome(&plan.build()).as_ref(), None);
}
