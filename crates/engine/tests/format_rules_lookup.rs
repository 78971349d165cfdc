//! Each rule of the sections of a look-up, at its border: the last value that it allows and the first that it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use stonechat_engine::format::{FeatureSettings, SectionKind, Texts};
use stonechat_engine::{Confidence, FormatError, Model};
use support::frame::{Parts, put};
use support::lookups::LookupPlan;
use support::rules::{Case, hold, hold_cases, outcome, section};

/// Three labels; two texts in each of the two groups: the groups stand from 16 on, the hashes from 32, the labels from 64.
const TEXTS: [(u64, u32); 4] = [(5, 0), (1 << 62, 1), (1 << 63, 2), ((1 << 63) + 7, 0)];
const LOOK: &[Case] = &[
    (0, 3, Some("the groups do not follow")),
    (0, 5, Some("the groups do not follow")),
    (0, 1 << 24, Some("the number of texts or groups")),
    (0, (1 << 24) + 1, Some("the number of texts or groups")),
    (4, 0, Some("the number of texts or groups")),
    (4, 2, Some("the number of texts or groups")),
    (4, 32, Some("the number of texts or groups")),
    (4, u32::MAX, Some("the number of texts or groups")),
    (8, 2, None),
    (8, 3, Some("the guess or the confidence")),
    (8, u32::MAX, Some("the guess or the confidence")),
    (12, 0, None),
    (12, 1 << 16, None),
    (12, (1 << 16) + 1, Some("the guess or the confidence")),
    (16, 1, Some("the groups do not follow")),
    (20, 5, Some("the groups do not follow")),
    (20, 1, Some("not in its group")),
    (20, 3, Some("not in its group")),
    (24, 3, Some("the groups do not follow")),
    (28, 1, Some("padding")),
    // A hash: its lower half, then its upper.
    (32, u32::MAX, None),
    (36, 1 << 30, Some("do not rise")),
    (36, (1 << 30) - 1, None),
    (44, 0, Some("do not rise")),
    (44, 1 << 31, Some("not in its group")),
    (48, 7, Some("do not rise")),
    (52, 0, Some("not in its group")),
    (64, 2, None),
    (64, 3, Some("a label does not exist")),
    (76, u32::MAX, Some("a label does not exist")),
];

fn parts() -> Parts {
    let plan = LookupPlan { recorded: Vec::new(), ..LookupPlan::small() };
    Parts::of(&plan.build_of(Texts::write(&TEXTS, 1, Confidence::from_raw(50_000))))
}

#[test]
fn every_rule_of_the_texts() {
    let mut parts = parts();
    assert_eq!(section(&mut parts, *b"LOOK").len(), 80);
    hold_cases(&parts, *b"LOOK", LOOK);
}

#[test]
fn equal_hashes_are_refused() {
    let mut parts = parts();
    put(section(&mut parts, *b"LOOK"), 40, &5u64.to_le_bytes());
    hold("two of a kind", outcome(&parts.join()).as_ref(), Some("do not rise"));
}

#[test]
fn one_label_a_text_and_one_at_least() {
    let mut many = parts();
    put(section(&mut many, *b"DECI"), 0, &1u32.to_le_bytes());
    hold("any number", outcome(&many.join()).as_ref(), Some("a look-up has one label"));
    let mut none = parts();
    *section(&mut none, *b"LABL") = vec![0; 4];
    hold("no label", outcome(&none.join()).as_ref(), Some("the number of labels"));
}

#[test]
fn missing_sections() {
    for kind in [SectionKind::Texts, SectionKind::Features] {
        let mut parts = parts();
        parts.sections.retain(|section| section.0 != kind.name());
        assert_eq!(Model::open(&parts.join()).map(|_| ()), Err(FormatError::Missing(kind)));
    }
}

/// The groups of every size that the writer makes are those that the reader asks for, and every text is found.
#[test]
fn what_is_written_is_found() {
    for count in [0u64, 1, 7, 8, 15, 16, 63, 64, 1000, 5000] {
        let hash = |index: u64| (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut texts: Vec<(u64, u32)> = (0..count).map(|index| (hash(index), (index % 3) as u32)).collect();
        texts.sort_unstable();
        let plan = LookupPlan { recorded: Vec::new(), ..LookupPlan::small() };
        let plan = LookupPlan { settings: FeatureSettings { max_characters: 9, ..plan.settings }, ..plan };
        let file = plan.build_of(Texts::write(&texts, 2, Confidence::ONE));
        let model = Model::open(&file).unwrap_or_else(|error| panic!("{count}: {error}"));
        let found = model.texts().unwrap();
        assert_eq!((found.len() as u64, found.is_empty(), found.guess), (count, count == 0, 2));
        for &(hash, label) in &texts {
            assert_eq!(found.label(hash), Some(label));
        }
        for other in (count..count + 1000).map(hash).chain([0, u64::MAX]) {
            assert_eq!(found.label(other), None);
        }
        assert!(found.most_reads() <= 4 + u64::BITS - count.leading_zeros(), "{count}");
    }
}
