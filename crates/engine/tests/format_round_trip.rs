//! What is packed is what is opened; whatever is cut or flipped is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stonechat_engine::format::DecisionRule;
use stonechat_engine::text::{FeatureSettings, MAX_CHARACTERS, MAX_NGRAM};
use stonechat_engine::{Confidence, Engine, FormatError, Model, verify};
use support::frame::{Parts, restate_length};
use support::models::{Plan, TEXTS, ask, golden, kinds};

fn ngrams() -> impl Strategy<Value = (u8, u8)> {
    (1..=MAX_NGRAM).prop_flat_map(|longest| (1..=longest, Just(longest)))
}

fn settings() -> impl Strategy<Value = FeatureSettings> {
    (prop_oneof![1..40u32, Just(MAX_CHARACTERS)], 1..=2u8, ngrams(), ngrams()).prop_map(
        |(max_characters, word_ngrams, character_ngrams, unspaced_ngrams)| FeatureSettings {
            max_characters,
            word_ngrams,
            character_ngrams,
            unspaced_ngrams,
        },
    )
}

fn rule(labels: u32) -> impl Strategy<Value = DecisionRule> {
    let most = 1_u32 << 24;
    let confidence = || (0..=Confidence::ONE.raw()).prop_map(Confidence::from_raw);
    (any::<bool>(), 0..=most, -(most as i32)..=most as i32, confidence(), confidence(), 0..=labels).prop_map(
        move |(multi_label, sharpness, offset, min_confidence, label_threshold, out_of_scope)| DecisionRule {
            multi_label,
            sharpness,
            offset: if multi_label { offset } else { 0 },
            min_confidence,
            label_threshold,
            out_of_scope: (!multi_label && out_of_scope < labels).then_some(out_of_scope),
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let labels = prop::collection::vec("\\PC{1,9}", 1..7);
    let rest = (
        any::<u64>(),
        "\\PC{0,40}",
        settings(),
        1..70u32,
        1..8u32,
        prop_oneof![Just(4u32), Just(8u32)],
        1..40u32,
        prop::collection::vec("\\PC{0,30}|[a-c' ]{0,30}", 0..5),
    );
    (labels, rest).prop_flat_map(|(labels, (seed, meta, settings, buckets, blocks, bits, hidden, texts))| {
        rule(labels.len() as u32).prop_map(move |rule| Plan {
            seed,
            meta: meta.clone(),
            labels: labels.clone(),
            settings,
            buckets,
            owned: seed % 2 == 0,
            dim: 2 * blocks,
            bits,
            hidden,
            rule,
            texts: texts.clone(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn opened_as_packed(plan in plan(), shift in 1..64usize) {
        let file = plan.build();
        let model = Model::open(&file).unwrap();
        prop_assert_eq!(model.bytes(), &file[..]);
        prop_assert_eq!(model.meta(), &plan.meta);
        prop_assert!(model.labels().iter().eq(plan.labels.iter().map(String::as_str)));
        prop_assert_eq!(model.features(), &plan.settings);
        let (rows, dim, bits) = model.table();
        prop_assert_eq!((dim, bits), (plan.dim, plan.bits));
        prop_assert!(plan.owned || rows == plan.buckets);
        prop_assert_eq!(model.hidden(), plan.hidden);
        prop_assert_eq!(model.rule(), &plan.rule);
        prop_assert_eq!(verify(&model), Ok(plan.texts.len()));
        prop_assert_eq!(Parts::of(&file).join(), file.clone(), "the frame, written a second time");

        // The same bytes at another address, and the records against answers given anew.
        let moved = [&vec![0xaa; shift][..], &file].concat();
        let moved = Model::open(&moved[shift..]).unwrap();
        let (mut engine, mut other) = (Engine::new(&model), Engine::new(&moved));
        prop_assert_eq!(model.recorded().len(), plan.texts.len());
        prop_assert_eq!(model.recorded().iter().count(), plan.texts.len());
        for (recorded, text) in model.recorded().iter().zip(&plan.texts) {
            prop_assert_eq!(recorded.text, text);
            let answer = engine.predict(text);
            prop_assert_eq!(recorded.decision, (answer.decision(), answer.reason()));
            prop_assert_eq!(recorded.confidence, answer.confidence());
            prop_assert!(recorded.top().eq(answer.ranking().map(|label| (label.index, label.score))));
            // Every feature of a text that was learned from is known. (Where the shortest n-gram of a script without
            // spaces is longer, its characters are counted as words and no feature is one.)
            if plan.settings.unspaced_ngrams.0 == 1 {
                prop_assert_eq!(answer.read().known_words, answer.read().words);
            }
        }
        for text in TEXTS.iter().copied().chain(plan.texts.iter().map(String::as_str)) {
            prop_assert_eq!(ask(&mut engine, text), ask(&mut other, text));
        }
    }
}

#[test]
fn every_cut_is_refused() {
    for file in kinds() {
        for length in 0..file.len() {
            assert!(Model::open(&file[..length]).is_err(), "{length} bytes of {}", file.len());
            // Also when the header states the length that is left.
            let mut cut = file[..length].to_vec();
            restate_length(&mut cut);
            assert!(Model::open(&cut).is_err(), "{length} bytes of {}, as stated", file.len());
        }
        for more in 1..70 {
            let mut grown = file.clone();
            grown.resize(file.len() + more, 0);
            assert!(matches!(Model::open(&grown), Err(FormatError::Length { .. })), "{more} bytes more");
            restate_length(&mut grown);
            assert!(Model::open(&grown).is_err(), "{more} bytes more, as stated");
        }
    }
}

#[test]
fn every_cut_section_is_refused() {
    for file in kinds() {
        let whole = Parts::of(&file);
        for (index, (name, _, content)) in whole.sections.iter().enumerate() {
            if name == b"META" {
                continue; // Any text will do.
            }
            for length in 0..content.len() {
                let mut parts = whole.clone();
                parts.sections[index].2.truncate(length);
                let cut = parts.join();
                let error = Model::open(&cut).expect_err("a cut section");
                assert!(
                    error.to_string().contains(&String::from_utf8_lossy(name).into_owned()),
                    "{} cut to {length} bytes: {error}",
                    name.escape_ascii()
                );
            }
            let mut parts = whole.clone();
            parts.sections[index].2.push(0);
            assert!(Model::open(&parts.join()).is_err(), "{} grown", name.escape_ascii());
            parts.sections.remove(index);
            assert!(matches!(Model::open(&parts.join()), Err(FormatError::Missing(_))));
        }
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    for mut file in kinds() {
        for bit in 0..file.len() * 8 {
            file[bit / 8] ^= 1 << (bit % 8);
            assert!(Model::open(&file).is_err(), "bit {} of byte {}", bit % 8, bit / 8);
            file[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(Model::open(&file).is_ok());
    }
}

#[test]
fn released_models_open_and_verify() {
    for (name, file) in golden() {
        let model = Model::open(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            verify(&model).unwrap_or_else(|error| panic!("{name}: {error}")) > 0,
            "{name} records nothing"
        );
    }
}

#[test]
fn sections_that_may_be_left_out_are() {
    let file = Plan::small(9).build();
    let mut parts = Parts::of(&file);
    parts.sections.insert(3, (*b"NOTE", 1, vec![1, 2, 3]));
    let noted = parts.join();
    let model = Model::open(&noted).unwrap();
    assert_eq!(verify(&model), Ok(3));
    parts.sections[3].1 = 0;
    assert_eq!(Model::open(&parts.join()).map(|_| ()), Err(FormatError::Unknown { kind: *b"NOTE" }));
}
