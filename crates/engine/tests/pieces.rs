//! Word pieces: how texts are cut into them, and what models make of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use std::collections::BTreeMap;
use stonechat_engine::kernel::Kernel;
use stonechat_engine::text::{piece_hash, pieces};
use stonechat_engine::{Engine, Model, verify};
use support::frame::Parts;
use support::models::{PIECES, TEXTS, ask, bags, with_pieces};
use support::rules::{Case, hold, hold_cases, outcome, section};
use support::taggers::taggers;

/// The pieces of a text, with where each begins.
fn cut(vocabulary: &[&str], text: &str) -> Vec<(String, u32)> {
    let hash = |piece: &str| match piece.strip_prefix("##") {
        Some(rest) => piece_hash(rest, true).unwrap().0,
        None => piece_hash(piece, false).unwrap().0,
    };
    let known: BTreeMap<u32, u32> = vocabulary.iter().map(|piece| hash(piece)).zip(0..).collect();
    let mut found = Vec::new();
    pieces(
        text,
        1000,
        32,
        |hash| known.get(&hash).copied(),
        |piece| {
            found.push((vocabulary[piece.row as usize].to_string(), piece.start));
        },
    );
    found
}

fn names(vocabulary: &[&str], text: &str) -> Vec<String> {
    cut(vocabulary, text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_longest_piece_from_the_left_wins() {
    let vocabulary = ["un", "##aff", "##able", "##a", "una", "##ff"];
    assert_eq!(names(&vocabulary, "unaffable"), ["una", "##ff", "##able"]);
    assert_eq!(names(&vocabulary[..4], "unaffable"), ["un", "##aff", "##able"]);
    // A word with a part that is no piece has none at all; its neighbours keep theirs.
    assert_eq!(names(&vocabulary[..4], "un unaffablex un"), ["un", "un"]);
}

#[test]
fn case_accents_and_marks_do_not_matter_and_symbols_stand_alone() {
    let vocabulary = ["resume", "don", "'", "t", "京", "都", "क", "%", "30"];
    assert_eq!(names(&vocabulary, "Résumé RE\u{301}SUME\u{301}"), ["resume", "resume"]);
    assert_eq!(names(&vocabulary, "don’t"), ["don", "'", "t"]);
    assert_eq!(names(&vocabulary, "京都"), ["京", "都"]);
    assert_eq!(names(&vocabulary, "कु"), ["क"]);
    assert_eq!(cut(&vocabulary, " 30%"), [("30".to_string(), 1), ("%".to_string(), 3)]);
}

#[test]
fn a_piece_that_no_text_has_gets_no_hash() {
    for text in ["", " ", "a b", "don't", "京都", "\u{301}", "…", &"x".repeat(33)] {
        assert_eq!(piece_hash(text, false), None, "{text:?}");
    }
    assert_ne!(piece_hash("s", false), piece_hash("s", true));
    assert_eq!(piece_hash("É", false), piece_hash("e", false));
}

#[test]
fn words_of_a_hundred_letters_are_cut_and_longer_ones_are_not() {
    let vocabulary = ["a", "##a"];
    assert_eq!(cut(&vocabulary, &"a".repeat(100)).len(), 100);
    assert_eq!(cut(&vocabulary, &format!("{} a", "a".repeat(101))).len(), 1);
}

#[test]
fn only_what_may_be_read_is_read() {
    let mut found = 0;
    pieces("ab ab ab", 4, 32, |_| Some(0), |_| found += 1);
    assert_eq!(found, 2);
}

#[test]
fn every_kernel_gives_the_same_answer_and_pieces_change_it() {
    for plain in [&bags()[0], &bags()[1], &taggers()[0], &taggers()[1]] {
        for bits in [4, 8] {
            let file = with_pieces(plain, bits);
            let model = Model::open(&file).unwrap();
            verify(&model).unwrap();
            assert_eq!(model.pieces(), Some((PIECES.len() as u32, bits)));
            let bare = Model::open(plain).unwrap();
            assert_eq!(bare.pieces(), None);
            let mut changed = false;
            for text in TEXTS {
                let expected = ask(&mut Engine::with_kernel(&model, Kernel::REFERENCE), text);
                for &kernel in Kernel::available() {
                    assert_eq!(
                        ask(&mut Engine::with_kernel(&model, kernel), text),
                        expected,
                        "{}",
                        kernel.name()
                    );
                }
                changed |= ask(&mut Engine::new(&bare), text) != expected;
            }
            assert!(changed, "pieces of {bits} bits say nothing");
            assert!(model.worst_case(100).rows > bare.worst_case(100).rows);
            assert!(Engine::memory(&model) > Engine::memory(&bare));
        }
    }
}

#[test]
fn a_word_that_only_pieces_know_is_known() {
    let file = with_pieces(&bags()[0], 8);
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    assert!(engine.predict("licht").read().known_words > 0);
    assert_eq!(engine.predict("zzzz").read().known_words, 0);
}

/// Twelve pieces: their longest, their number, the bits of a group, groups and hashes.
const PIECE_CASES: &[Case] = &[
    (0, 0, Some("the length of the longest piece")),
    (0, 1, None),
    (0, 32, None),
    (0, 33, Some("the length of the longest piece")),
    (4, 0, Some("the groups do not follow")),
    (4, 13, Some("the groups do not follow")),
    (4, (1 << 24) + 1, Some("the number of hashes or groups")),
    (8, 2, Some("the number of hashes or groups")),
    (12, 1, Some("the groups do not follow")),
    (16, 13, Some("the groups do not follow")),
    (24, 0, None),
    (24, u32::MAX, Some("the hashes do not rise")),
];
const ROW_CASES: &[Case] = &[
    (0, 11, Some("longer than its content")),
    (4, 14, Some("longer than its content")),
    (8, 16, Some("neither of 8 nor of 4 bits")),
    (12, i32::MAX as u32, None),
    (12, 1 << 31, Some("the scale of the rows")),
];

#[test]
fn every_rule_of_both_sections() {
    for plain in [&bags()[0], &taggers()[0]] {
        let parts = Parts::of(&with_pieces(plain, 8));
        hold_cases(&parts, *b"PIEC", PIECE_CASES);
        hold_cases(&parts, *b"PROW", ROW_CASES);
        let broken = |change: &dyn Fn(&mut Parts), rule| {
            let mut parts = parts.clone();
            change(&mut parts);
            hold(rule, outcome(&parts.join()).as_ref(), Some(rule));
        };
        broken(&|parts| parts.sections.retain(|section| &section.0 != b"PROW"), "PROW");
        broken(&|parts| section(parts, *b"PIEC").push(0), "longer than its content");
        broken(
            &|parts| {
                let bytes = section(parts, *b"PIEC");
                let second: [u8; 4] = *bytes[24..].first_chunk().unwrap();
                bytes[28..32].copy_from_slice(&second);
            },
            "a piece stands twice",
        );
        broken(
            &|parts| *section(parts, *b"PIEC") = [7u32, 0, 1, 0, 0, 0].map(u32::to_le_bytes).concat(),
            "no pieces",
        );
        broken(
            &|parts| {
                let rows = section(parts, *b"PROW");
                rows.truncate(rows.len() - 16);
                rows[0] = 11;
            },
            "as many rows as pieces",
        );
    }
}

proptest! {
    #[test]
    fn pieces_begin_where_characters_do_and_never_go_back(text in "\\PC{0,60}", longest in 0u32..40) {
        let mut last = 0;
        pieces(&text, 50, longest, |hash| hash.is_multiple_of(3).then_some(hash), |piece| {
            assert!(text.is_char_boundary(piece.start as usize) && piece.start >= last);
            last = piece.start;
        });
    }
}
