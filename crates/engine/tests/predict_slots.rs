//! Slots, whatever the weights and the text: parts of the text, in order, apart, and what the task declares for the label. What
//! every answer promises is held by `support::models::ask`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::Instant;
use stonechat_engine::format::{DecisionRule, SlotRule};
use stonechat_engine::text::{FeatureSettings, Group, TokenHash, TokenKind, token_features, token_hashes};
use stonechat_engine::value::{Value, ValueType};
use stonechat_engine::{Confidence, Decision, Engine, Kernel, Model, Reason, Slot, ValuesError, verify_with};
use support::models::{RULE, SETTINGS, TEXTS, Whole, ask};
use support::taggers::{MUST, NEVER, OFTEN, ONCE, ORDERS, TaggerPlan, taggers};

/// Texts whose tokens and characters are not each other's.
const HOSTILE: [&str; 24] = [
    "",
    " ",
    "!",
    "½",
    "1½ ⅓a ½½",
    "ﷺ",
    "㍿ ㍿a ㎏",
    "e\u{301}\u{323}e\u{301}",
    "\u{301}\u{301}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}b",
    "👨\u{200D}👩\u{200D}👧🏽\u{FE0F} 🇩🇪🇪",
    "שלום \u{202E}עולם\u{202C} abc",
    "السلام عليكم ١٢٣",
    "ｔｕｒｎ　ｏｎ　１２",
    "ﾊﾛｰ ﾜｰﾙﾄﾞ",
    "关灯电气",
    "ปิดไฟในห้องครัว",
    "don't 'a' a' 'b",
    "\u{1100}\u{1161}\u{11A8} 한국어",
    "\0\u{200B}\u{AD}a\u{AD}b\u{200B}",
    "\u{2028}a\u{85}b\tc\r\nd",
    "ǅ ẞ İ ı ς Σ",
    "\u{FFFD}\u{FFFF}\u{10FFFF}",
    "kitchen灯kitchen½kitchen!12%",
];

/// The answers of every kernel, which are the same.
fn ask_all(model: &Model<'_>, text: &str) -> Whole {
    let mut answers =
        Kernel::available().iter().map(|&kernel| ask(&mut Engine::with_kernel(model, kernel), text));
    let first = answers.next().unwrap();
    assert!(answers.all(|answer| answer == first), "kernels differ");
    first
}

fn rules() -> impl Strategy<Value = SlotRule> {
    prop_oneof![
        Just(ONCE),
        Just(ONCE),
        Just(OFTEN),
        Just(MUST),
        Just(NEVER),
        Just(SlotRule { required: true, ..OFTEN })
    ]
}

/// Taggers with up to eight slots and weights that want them again and again.
fn plan() -> impl Strategy<Value = TaggerPlan> {
    (1..=8usize, 0..=3usize).prop_flat_map(|(slots, labels)| {
        let rest = (
            any::<u64>(),
            prop_oneof![Just(1u32), 2..20u32],
            1..=4u32,
            prop_oneof![Just([0, 0]), Just([8 * 1024, 0]), Just([8 * 1024, 6 * 1024])],
            prop_oneof![Just(0i16), Just(2048), Just(i16::MAX)],
            prop_oneof![Just(0i16), Just(8 * 1024)],
            (0..=1u32 << 24, 1..3u8),
        );
        (prop::collection::vec(prop::collection::vec(rules(), slots), labels.max(1)), rest).prop_map(
            move |(
                rules,
                (seed, max_tokens, max_phrase, eager, reach, loyal, (slot_sharpness, word_ngrams)),
            )| {
                TaggerPlan {
                    labels: (0..labels).map(|label| format!("label {label}")).collect(),
                    rules,
                    max_tokens,
                    max_phrase,
                    reach,
                    loyal,
                    owned: seed % 2 == 0,
                    settings: FeatureSettings { word_ngrams, ..SETTINGS },
                    rule: DecisionRule { slot_sharpness, ..RULE },
                    phrases: vec![("a".to_string(), 0), ("a b".to_string(), slots as u16 - 1)],
                    ..TaggerPlan { eager, ..TaggerPlan::eager(seed, slots) }
                }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(3), failure_persistence: None, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn slots_of_any_text(plan in plan(), texts in prop::collection::vec("(?s).{0,40}|[ab½灯!' \u{301}]{0,40}|([a-c]{1,2} ){0,25}", 1..6)) {
        let file = plan.build();
        let model = Model::open(&file).unwrap();
        for kernel in Kernel::available() {
            prop_assert!(verify_with(&model, *kernel).is_ok());
        }
        let mut engine = Engine::new(&model);
        for text in texts.iter().map(String::as_str).chain(HOSTILE) {
            let answer = ask_all(&model, text);
            prop_assert_eq!(&answer, &ask(&mut engine, text), "an answer depends on what was asked before");
        }
    }
}

#[test]
fn small_models_and_hostile_texts() {
    let long: Vec<String> = ["½灯 a!", "👨\u{200D}👩 ", "e\u{301}", "a", " ", "灯", "kitchen "]
        .iter()
        .map(|part| part.repeat(100_000 / part.chars().count()))
        .collect();
    for file in taggers() {
        let model = Model::open(&file).unwrap();
        let texts =
            HOSTILE.iter().chain(&ORDERS).chain(&TEXTS).copied().chain(long.iter().map(String::as_str));
        for text in texts {
            ask_all(&model, text);
        }
    }
}

/// Eight slots that may occur once and that weights want everywhere; with each number of tokens the search ends with none twice.
#[test]
fn weights_that_want_repetition() {
    let text = "a b ".repeat(40);
    let mut most = 0;
    for seed in 0..24 {
        for (slots, tokens) in [(8, 1), (8, 2), (8, 7), (8, 64), (6, 12), (20, 40), (5, 2)] {
            for loyal in [0, 8 * 1024, 30_000] {
                let plan = TaggerPlan {
                    max_tokens: tokens,
                    loyal,
                    eager: [16 * 1024, 0],
                    ..TaggerPlan::eager(seed, slots)
                };
                let file = plan.build();
                most = most.max(ask(&mut Engine::new(&Model::open(&file).unwrap()), &text).slots.len());
            }
        }
    }
    assert!(most >= 8, "at most {most} slots were found: the weights want too little");
}

#[test]
fn tokens_beyond_the_last_are_not_read() {
    for max_tokens in [1, 2, 5, 12] {
        let plan = TaggerPlan { max_tokens, eager: [4096, 4096], ..TaggerPlan::small(71) };
        let file = plan.build();
        let model = Model::open(&file).unwrap();
        assert_eq!(model.max_tokens(), Some(max_tokens));
        let mut engine = Engine::new(&model);
        for part in ["ab ", "灯", "!", "½ "] {
            let fits = part.repeat(max_tokens as usize);
            let read = engine.predict(&fits).read();
            assert!(!read.truncated, "{max_tokens} times {part}");
            let whole = ask(&mut engine, fits.trim_end());
            for rest in ["x", " kitchen", "灯灯", "! ! !", "½"] {
                // Nothing that joins the last token.
                let long = format!("{} {rest}", fits.trim_end());
                let read = engine.predict(&long).read();
                assert!(read.truncated, "{max_tokens} times {part} and {rest}");
                let cut = ask(&mut engine, &long);
                assert_eq!((&cut.slots, cut.confidence), (&whole.slots, whole.confidence));
                // What was not read might change the answer.
                let known = !whole.decision.contains("NoKnownWords");
                let due = if known { "Abstain Some(TooLong)" } else { &whole.decision };
                assert_eq!(cut.decision, due);
            }
        }
    }
}

/// A text of `max_tokens` words, each of which may begin any slot: the search takes no longer than the sum of its parts.
#[test]
fn the_longest_text_ends() {
    let plan = TaggerPlan {
        max_tokens: 2048,
        settings: FeatureSettings { max_characters: 1 << 16, ..SETTINGS },
        loyal: 6 * 1024,
        ..TaggerPlan::eager(72, 48)
    };
    let file = plan.build();
    let model = Model::open(&file).unwrap();
    let text = "a b c d e f g h ".repeat(256);
    let start = Instant::now();
    let answer = ask(&mut Engine::new(&model), &text);
    println!("48 slots, 2,048 tokens: {} found in {:?}", answer.slots.len(), start.elapsed());
}

#[test]
fn a_missing_slot_is_said() {
    let plan = |rule| {
        let rule_of = DecisionRule { min_confidence: Confidence::default(), ..RULE };
        TaggerPlan {
            rules: vec![vec![rule]; 3],
            slots: vec![("room".to_string(), ValueType::Text, Vec::new())],
            phrases: Vec::new(),
            rule: rule_of,
            ..TaggerPlan::small(73)
        }
    };
    // Weights that never begin a slot, and weights that do everywhere.
    for (eager, missing) in [(-30_000, Some("room")), (30_000, None)] {
        let file = TaggerPlan { eager: [eager, 0], ..plan(MUST) }.build();
        let model = Model::open(&file).unwrap();
        let mut engine = Engine::new(&model);
        let answer = engine.predict("dim 42 lights in the kitchen, please");
        assert_eq!(answer.missing_slot(), missing);
        let expected = match missing {
            Some(_) => (Decision::Abstain, Some(Reason::MissingSlot)),
            None => (Decision::Accept, None),
        };
        assert_eq!((answer.decision(), answer.reason()), expected);
    }
    for (rule, slots) in [(NEVER, 0), (ONCE, 1)] {
        let file = TaggerPlan { eager: [30_000, 0], ..plan(rule) }.build();
        let model = Model::open(&file).unwrap();
        let mut engine = Engine::new(&model);
        assert_eq!(engine.predict("dim 42 lights").slots().len(), slots);
        assert_eq!(engine.predict("dim 42 lights").missing_slot(), None);
    }
}

/// A tagger whose lists say that a token begins a slot, and little else does.
fn listed() -> Vec<u8> {
    let plan = TaggerPlan { labels: Vec::new(), rules: vec![vec![OFTEN; 4]], ..TaggerPlan::small(74) };
    plan.build()
}

fn found<'a>(engine: &'a mut Engine<'_>, text: &'a str) -> Vec<(String, String, Option<String>)> {
    let answer = engine.predict(text);
    let value = |slot: &Slot<'_>| match answer.value(slot, None) {
        Some(Value::Choice { value, .. }) => Some(value.to_string()),
        _ => None,
    };
    answer.slots().map(|slot| (slot.name.to_string(), slot.text.to_string(), value(&slot))).collect()
}

/// A value does not lose the sign before its digits, wherever the slot begins.
#[test]
fn a_minus_before_a_slot_counts() {
    let plan = |kind| TaggerPlan {
        rules: vec![vec![OFTEN]; 3],
        slots: vec![("number".to_string(), kind, Vec::new())],
        phrases: Vec::new(),
        eager: [30_000, 0],
        ..TaggerPlan::small(73)
    };
    let value = |kind, text: &str| {
        let file = plan(kind).build();
        let model = Model::open(&file).unwrap();
        let mut engine = Engine::new(&model);
        let answer = engine.predict(text);
        // Every token is a slot of its own here.
        let slot = answer.slots().find(|slot| slot.text.starts_with(|first: char| first.is_ascii_digit()));
        answer.value(&slot.unwrap(), None).map(|value| value.to_string())
    };
    for (text, expected) in [
        ("set it to -7", Some("-7")),
        ("set it to \u{2212}7", Some("-7")),
        ("-7", Some("-7")),
        ("(-7)", Some("-7")),
        ("set it to 7", Some("7")),
        ("set it to - 7", Some("7")),
        ("part a-7", Some("7")),
        ("bus x -7", Some("-7")),
    ] {
        assert_eq!(value(ValueType::Number, text).as_deref(), expected, "{text}");
    }
    // A place in an order has no sign.
    assert_eq!(value(ValueType::Ordinal, "the -3rd").as_deref(), Some("3"));
}

#[test]
fn values_that_are_set_take_part() {
    let file = listed();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    let mut fresh = Engine::new(&model);
    // What the list says changes the sums of a token, hence the answer.
    let text = "zork in the blue annex";
    let before = ask(&mut engine, text);
    engine
        .set_values("room", [("Blue  ANNEX", 0), ("zork", 1)].into_iter(), &["annex", "zork hall"])
        .unwrap();
    let after = ask(&mut engine, text);
    assert_ne!(before, after, "new phrases take no part");
    assert_eq!(ask(&mut fresh, text), before, "another engine keeps its list");
    // A list that has nothing in the text leaves it as it would be without a list.
    engine.set_values("room", [("nowhere", 0)].into_iter(), &["nowhere"]).unwrap();
    let none = ask(&mut engine, text);
    engine.set_values("room", std::iter::empty(), &[]).unwrap();
    assert_eq!(ask(&mut engine, text), none);
    // Setting what the model has gives its own answers again.
    let rooms = [("kitchen", 0), ("Küche", 0), ("living room", 1), ("lounge", 1), ("灯", 2)];
    engine.set_values("room", rooms.into_iter(), &["kitchen", "living room", "lamp"]).unwrap();
    for text in ORDERS.iter().chain(&TEXTS) {
        assert_eq!(ask(&mut engine, text), ask(&mut fresh, text));
    }
    // Kernels agree on it.
    for &kernel in Kernel::available() {
        let mut copy = Engine::with_kernel(&model, kernel);
        copy.set_values("room", [("Blue  ANNEX", 0), ("zork", 1)].into_iter(), &["annex", "zork hall"])
            .unwrap();
        assert_eq!(ask(&mut copy, text), after);
    }
}

/// Whatever is found as a room stands for a value of the new list, from the next text on.
#[test]
fn values_that_are_set_resolve() {
    let rooms = vec![vec![OFTEN, NEVER, NEVER, NEVER]];
    let file =
        TaggerPlan { labels: Vec::new(), rules: rooms, eager: [1024, 0], ..TaggerPlan::small(76) }.build();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    let (mut rooms, mut texts) = (0, 0);
    for text in ORDERS.iter().chain(&TEXTS) {
        for (name, text_of_slot, _) in found(&mut engine, text) {
            texts += 1;
            if name != "room" {
                continue;
            }
            engine.set_values("room", [(text_of_slot.as_str(), 1)].into_iter(), &["no", "yes"]).unwrap();
            // The new list may move the slot; where it stays, it has a value now.
            for (name, text, value) in found(&mut engine, text) {
                if name == "room" && text == text_of_slot {
                    assert_eq!(value.as_deref(), Some("yes"), "{text}");
                    rooms += 1;
                }
            }
        }
    }
    assert!(rooms > 0, "no room among {texts} slots");
}

#[test]
fn values_that_cannot_be_set() {
    let file = listed();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    let before = ask(&mut engine, ORDERS[0]);
    let mut set =
        |slot, value| engine.set_values(slot, [("kitchen", 0), ("bath", value)].into_iter(), &["kitchen"]);
    assert_eq!(set("garden", 0), Err(ValuesError::UnknownSlot));
    assert_eq!(set("", 0), Err(ValuesError::UnknownSlot));
    assert_eq!(set("level", 0), Err(ValuesError::NotAChoice(ValueType::Regex)));
    assert_eq!(set("name", 0), Err(ValuesError::NotAChoice(ValueType::Text)));
    assert_eq!(set("room", 1), Err(ValuesError::UnknownValue));
    assert_eq!(set("room", u32::MAX), Err(ValuesError::UnknownValue));
    for error in
        [ValuesError::UnknownSlot, ValuesError::NotAChoice(ValueType::Regex), ValuesError::UnknownValue]
    {
        assert!(error.to_string().len() > 20);
    }
    assert_eq!(ask(&mut engine, ORDERS[0]), before, "what failed changed nothing");
    let bag = support::models::Plan::small(75).build();
    let bag = Model::open(&bag).unwrap();
    assert_eq!(Engine::new(&bag).set_values("room", std::iter::empty(), &[]), Err(ValuesError::UnknownSlot));
}

#[test]
fn ten_thousand_values() {
    let file = listed();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    let values: Vec<String> = (0..10_000).map(|at| format!("room {at} of house {}", at % 97)).collect();
    let names: Vec<&str> = values.iter().map(String::as_str).collect();
    let start = Instant::now();
    engine.set_values("room", names.iter().copied().zip(0..), &names).unwrap();
    let set = start.elapsed();
    let start = Instant::now();
    let rounds = 200;
    for _ in 0..rounds {
        ask(&mut engine, "lights in room 7 of house 7 please");
    }
    println!("10,000 values: set in {set:?}, then {:?} an answer", start.elapsed() / rounds);
}

const NO_TOKEN: TokenHash = TokenHash { hash: 0, kind: TokenKind::Symbol, start: 0, end: 0, shape: 0 };

#[test]
fn a_character_that_becomes_several_is_one_token_in_texts_and_lists() {
    for text in ["½ cup", "a ½", "㈱ 株 ok", "ﬁne ﷺ x", "don't 12½%"] {
        let mut tokens = [NO_TOKEN; 64];
        let (count, _) = token_features(text, &SETTINGS, &mut tokens, |_, _| {});
        let plain: Vec<_> = tokens[..count].iter().map(|token| TokenHash { shape: 0, ..*token }).collect();
        assert_eq!(plain, token_hashes(text).collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn tokens_without_white_space_between_them_know_their_chunk() {
    // Without pairs, what a token has beside itself and its two shapes is of its chunk.
    let settings = FeatureSettings { word_ngrams: 1, ..SETTINGS };
    let chunks = |text: &str| -> Vec<Vec<u32>> {
        let mut tokens = [NO_TOKEN; 64];
        let mut found = vec![Vec::new(); 64];
        let (count, _) = token_features(text, &settings, &mut tokens, |token, feature| {
            if feature.group == Group::Words {
                found[token].push(feature.hash);
            }
        });
        found.truncate(count);
        found.into_iter().map(|hashes| hashes[3..].to_vec()).collect()
    };
    // White space of any kind parts, and nothing else does; so do scripts without spaces.
    for text in ["", "ok", "Do it , now", "a\u{a0}b", "一二三", "a一", "5 %"] {
        assert!(chunks(text).iter().all(Vec::is_empty), "{text}");
    }
    let whole = chunks("see System.out now");
    assert_eq!(whole.iter().map(Vec::len).collect::<Vec<_>>(), [0, 2, 2, 2, 0]);
    // Where each stands, and the shape with that, are features of their own.
    let distinct: std::collections::BTreeSet<u32> = whole.iter().flatten().copied().collect();
    assert_eq!(distinct.len(), 6);
    let of = |text: &str| chunks(text).into_iter().filter(|own| !own.is_empty()).collect::<Vec<_>>();
    assert_eq!(of("Reader.to"), of("System.out"), "the same shape");
    let (small, long) = (of("system.out"), of("System.out.it"));
    for other in [&small, &long] {
        assert_eq!(other[0][0], of("System.out")[0][0], "the first of a chunk");
        assert_ne!(other[0][1], of("System.out")[0][1], "another shape");
    }
    assert_eq!(long[1][0], long[3][0], "in the middle");
    assert_ne!(long[1][0], long[4][0], "the last");
    // Of a chunk that is as long as texts may be, each token has as many features.
    let text = "a.".repeat(8000);
    let settings = FeatureSettings { max_characters: 16_384, ..settings };
    let mut tokens = vec![NO_TOKEN; 16_384];
    let mut features = 0;
    token_features(&text, &settings, &mut tokens, |_, _| features += 1);
    assert_eq!(
        features,
        16_000 * 5 + 8000 * 3,
        "itself, its shapes, its chunk; of a letter the n-grams with its ends"
    );
}
