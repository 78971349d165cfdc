//! What is packed is what is opened; whatever is cut or flipped is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stonechat_engine::format::{DecisionRule, Slots, Tier};
use stonechat_engine::text::{FeatureSettings, MAX_CHARACTERS, MAX_NGRAM};
use stonechat_engine::value::Language;
use stonechat_engine::{Confidence, Engine, FormatError, Kernel, Model, verify, verify_with};
use support::frame::{Parts, restate_length};
use support::models::{Plan, TEXTS, ask, golden, kinds};
use support::random::Random;
use support::taggers::{MUST, NEVER, OFTEN, ONCE, ORDERS, TaggerPlan};

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
            slot_sharpness: 0,
            min_slot_confidence: Confidence::default(),
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
            wide: seed % 3 == 0,
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

/// Taggers of many shapes.
fn tagger(seed: u64) -> TaggerPlan {
    let mut random = Random(seed);
    let small = TaggerPlan::small(seed);
    let count = 1 + random.below(4);
    let labels = random.below(4);
    let mut rules = Vec::new();
    for _ in 0..labels.max(1) {
        rules.push((0..count).map(|_| *random.pick(&[ONCE, OFTEN, MUST, NEVER])).collect());
    }
    TaggerPlan {
        labels: (0..labels).map(|label| format!("étiquette {label}")).collect(),
        slots: small.slots.into_iter().take(count).collect(),
        rules,
        language: *random.pick(&[1, 2, 3, 4, Slots::NO_LANGUAGE]),
        buckets: 1 + random.below(50) as u32,
        owned: random.below(2) == 0,
        wide: random.below(2) == 0,
        dim: 16 * (1 + random.below(4)) as u32,
        units: 16 * (1 + random.below(4)) as u32,
        second: if labels > 0 { 16 * random.below(4) as u32 } else { 0 },
        max_tokens: 1 + random.below(40) as u32,
        max_phrase: 1 + random.below(16) as u32,
        phrases: small.phrases.into_iter().filter(|(_, slot)| usize::from(*slot) < count).collect(),
        ..TaggerPlan::small(seed)
    }
}

#[test]
fn taggers_opened_as_packed() {
    let mut recorded_slots = 0;
    for seed in 0..200 {
        let plan = tagger(seed);
        let file = plan.build();
        let model = Model::open(&file).unwrap();
        assert_eq!(model.tier(), Tier::Tagger);
        assert!(model.labels().iter().eq(plan.labels.iter().map(String::as_str)));
        assert_eq!(model.features(), &plan.settings);
        assert_eq!(model.rule(), &plan.rule);
        assert_eq!(
            (model.max_tokens(), model.hidden()),
            (Some(plan.max_tokens), 2 * (plan.units + plan.second))
        );
        let (rows, dim, bits) = model.table();
        assert_eq!((dim, bits), (plan.dim, 8));
        assert!(plan.owned || rows == plan.buckets + 8 * plan.slots.len() as u32);
        assert_eq!(model.language().map_or(Slots::NO_LANGUAGE, Language::code), plan.language);
        let slots = model.slots().unwrap();
        assert_eq!(slots.len(), plan.slots.len());
        for (index, (name, kind, values)) in plan.slots.iter().enumerate() {
            assert_eq!((slots.name(index), slots.values(index)), (name.as_str(), values.as_slice()));
            assert_eq!(model.slot_type(index as u32), *kind);
            for (label, rules) in plan.rules.iter().enumerate() {
                assert_eq!(slots.rule(label as u32, index as u32), rules[index]);
            }
        }
        assert_eq!(slots.name(slots.len()), "");
        assert_eq!(slots.rule(plan.rules.len() as u32, 0), NEVER);
        assert_eq!(verify(&model), Ok(plan.texts.len()));
        assert_eq!(Parts::of(&file).join(), file, "the frame, written a second time");

        // The same bytes at another address, and the records against answers given anew.
        let shift = 1 + seed as usize % 63;
        let moved = [&vec![0xaa; shift][..], &file].concat();
        let moved = Model::open(&moved[shift..]).unwrap();
        let (mut engine, mut other) = (Engine::new(&model), Engine::new(&moved));
        for (recorded, text) in model.recorded().iter().zip(&plan.texts) {
            let answer = engine.predict(text);
            let found = answer.slots().map(|slot| (slot.index, slot.start, slot.end, slot.confidence));
            assert!(
                recorded.slots().map(|slot| (slot.index, slot.start, slot.end, slot.confidence)).eq(found)
            );
            recorded_slots += recorded.slots().count();
            let read = answer.read();
            assert!(read.truncated || read.known_words == read.words);
        }
        for text in ORDERS.iter().chain(&TEXTS) {
            assert_eq!(ask(&mut engine, text), ask(&mut other, text));
        }
    }
    assert!(recorded_slots > 1000, "{recorded_slots}");
}

/// A tagger of labels alone: opened as packed, the same answers with every kernel, and no slot anywhere.
#[test]
fn taggers_of_labels_alone() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let plan = TaggerPlan {
            labels: (0..1 + random.below(4)).map(|label| format!("étiquette {label}")).collect(),
            owned: random.below(2) == 0,
            dim: 16 * (1 + random.below(4)) as u32,
            units: 16 * (1 + random.below(4)) as u32,
            max_tokens: 1 + random.below(40) as u32,
            ..TaggerPlan::slotless(seed)
        };
        let file = plan.build();
        let model = Model::open(&file).unwrap();
        assert_eq!((model.tier(), model.slots().is_none()), (Tier::Tagger, true));
        assert_eq!((model.language(), model.worst_case(100).tag_pairs), (None, 0));
        assert!(plan.owned || model.table().0 == plan.buckets);
        assert_eq!(Parts::of(&file).join(), file, "the frame, written a second time");
        for kernel in Kernel::available() {
            assert_eq!(verify_with(&model, *kernel), Ok(plan.texts.len()));
        }
        let mut engine = Engine::new(&model);
        let mut told = 0;
        for text in ORDERS.iter().chain(&TEXTS) {
            let answer = engine.predict(text);
            assert_eq!((answer.slots().len(), answer.missing_slot()), (0, None));
            assert_eq!(answer.scores().len(), plan.labels.len());
            told += usize::from(answer.scores().iter().any(|score| score.0 != 0));
        }
        assert!(told > 0, "no text has a score");
    }
}

/// A record of a slot that is not as it is answered is found out.
#[test]
fn a_wrong_slot_does_not_verify() {
    let file = TaggerPlan { rules: vec![vec![OFTEN; 4]; 3], ..TaggerPlan::small(65) }.build();
    let parts = Parts::of(&file);
    let at = parts.sections.iter().position(|section| &section.0 == b"RECO").unwrap();
    assert_eq!(verify(&Model::open(&file).unwrap()), Ok(7));
    // Of the first answer: the place, the limits and the confidence of its first slot.
    for (offset, bit) in [(56, 1), (60, 1), (64, 1), (68, 1)] {
        let mut parts = parts.clone();
        parts.sections[at].2[offset] ^= bit;
        let file = parts.join();
        let what = verify(&Model::open(&file).unwrap()).unwrap_err();
        assert_eq!((what.example, what.what), (0, "a slot is"), "byte {offset}");
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
                let error = Model::open(&cut).expect_err("a cut section").to_string();
                // Without its second layer a recurrent section is whole, and what reads both does not fit.
                let first_alone = name == b"TAGR" && error.contains("OUTP");
                assert!(
                    first_alone || error.contains(&String::from_utf8_lossy(name).into_owned()),
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
