//! Hostile texts: whatever is asked, the answer costs no more than the settings allow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::time::{Duration, Instant};
use stonechat_engine::text::{FeatureSettings, MAX_CHARACTERS, characters, features, pieces};
use stonechat_engine::{Engine, Model};
use support::models::{Plan, RULE, ask, extreme, kinds};
use support::taggers::extreme_tagger;

const MILLION: usize = 1_000_000;

/// A million characters each.
fn hostile() -> Vec<(&'static str, String)> {
    let of = |part: &str| {
        let count = part.chars().count();
        part.repeat(MILLION.div_ceil(count))
    };
    // What becomes of UTF-16 surrogates that someone wrote as three bytes each.
    let surrogates = String::from_utf8_lossy(b"\xed\xa0\x80\xed\xb0\x80").into_owned();
    vec![
        ("one letter", of("a")),
        ("letters alone", of("a ")),
        ("spaces", of(" ")),
        ("marks", of("\u{301}")),
        ("marks of many classes", of("\u{323}\u{301}\u{5B0}\u{327}\u{345}\u{93C}")),
        ("a letter under marks", format!("a{}", of("\u{301}\u{323}"))),
        ("expansions under marks", of("\u{FDFA}\u{301}\u{323}\u{327}\u{302}\u{331}")),
        ("emoji", of("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F3FD}\u{FE0F}")),
        ("nuls", of("\0")),
        ("nuls in words", of("a\0b")),
        ("right to left", of("\u{202E}שלום \u{200F}سلام\u{202C} ")),
        ("surrogates", of(&surrogates)),
        ("edges of the planes", of("\u{D7FF}\u{E000}\u{FFFE}\u{FFFF}\u{10000}\u{1FFFF}\u{20000}\u{10FFFF}")),
        ("apostrophes", of("a'")),
        ("apostrophes alone", of("'")),
        ("apostrophes before nothing", of("a'\u{AD}\u{AD}\u{AD}\u{AD}\u{AD}\u{AD}\u{AD}\u{AD}")),
        ("dropped characters", of("\u{200B}")),
        ("a letter after dropped characters", format!("a'{}b", of("\u{200B}"))),
        ("jamo", of("\u{1100}\u{1161}\u{11A8}")),
        ("leads", of("\u{1100}")),
        ("han", of("灯")),
        ("thai", of("ปิ")),
        ("tags", of("\u{E0001}\u{E0061}\u{E007F}")),
        ("long expansions", of("\u{FDFA}")),
        ("flags", of("\u{1F1E9}\u{1F1EA}")),
        ("kinds in turn", of("a灯!1 ")),
    ]
}

const LENGTHS: [u32; 3] = [1, 256, MAX_CHARACTERS];

/// Counts instead of clocks. A cost that grows with the square of the length would not end at all.
#[test]
fn features_are_as_few_as_promised() {
    for (name, text) in hostile() {
        let mut longest = 0;
        for max_characters in LENGTHS {
            let settings = FeatureSettings {
                max_characters,
                word_ngrams: 2,
                character_ngrams: (1, 6),
                unspaced_ngrams: (1, 6),
            };
            let (mut calls, mut words) = (0, 0);
            let read = features(&text, &settings, |feature| {
                calls += 1;
                words += u32::from(feature.word);
            });
            assert!(
                calls <= settings.max_features(),
                "{name}: {calls} features of {max_characters} characters"
            );
            assert!(read.characters <= max_characters, "{name}");
            assert_eq!(read.words, words, "{name}");
            assert!(read.words <= max_characters, "{name}");
            assert!(read.truncated || read.characters as usize == text.chars().count(), "{name}");
            assert!(calls >= longest, "{name}: more may be read, and less was");
            longest = calls;
        }
    }
}

/// A vocabulary that has nothing, one that has all, and one that has a part of it: for a character there are at most as many
/// look-ups as the longest piece has characters, and one for a whole word.
#[test]
fn pieces_are_looked_up_as_seldom_as_promised() {
    for (name, text) in hostile() {
        for limit in LENGTHS {
            for longest in [1, 16, 32] {
                for rare in [0, 1, 3] {
                    let (mut finds, mut found) = (0_u64, 0_u64);
                    let find = |hash: u32| {
                        finds += 1;
                        (rare > 0 && hash.is_multiple_of(rare)).then_some(0)
                    };
                    pieces(&text, limit, longest, find, |_| found += 1);
                    // A Korean syllable has three letters.
                    let characters = 3 * u64::from(limit);
                    assert!(finds <= characters * (u64::from(longest) + 1), "{name}: {finds} look-ups");
                    assert!(found <= characters, "{name}: {found} pieces");
                }
            }
        }
    }
}

/// No character becomes more than 18 (the longest expansion of NFKC), and their places rise.
#[test]
fn characters_are_few_and_in_order() {
    for (name, text) in hostile() {
        let (mut count, mut last) = (0, (0, 0));
        for character in characters(&text) {
            assert!(last.0 <= character.start && last.1 <= character.end, "{name}");
            assert!(text.get(character.start as usize..character.end as usize).is_some(), "{name}");
            last = (character.start, character.end);
            count += 1;
        }
        assert!(count <= 18 * text.chars().count(), "{name}: {count}");
    }
}

#[test]
fn engines_answer_them_all() {
    let long = FeatureSettings {
        max_characters: MAX_CHARACTERS,
        word_ngrams: 2,
        character_ngrams: (1, 6),
        unspaced_ngrams: (1, 6),
    };
    let mut models = kinds();
    models.push(Plan { settings: long, ..Plan::small(31) }.build());
    models.push(extreme(8, -1, false));
    models.push(extreme(4, 1, true));
    models.push(extreme_tagger(0, 16, 16, 600));
    let models: Vec<Model<'_>> = models.iter().map(|file| Model::open(file).unwrap()).collect();
    let mut engines: Vec<Engine<'_>> = models.iter().map(Engine::new).collect();
    let fresh: Vec<_> = engines.iter_mut().map(|engine| ask(engine, "lights off 灯")).collect();
    for (name, text) in hostile() {
        for (engine, fresh) in engines.iter_mut().zip(&fresh) {
            let settings = *engine.model().features();
            let read = engine.predict(&text).read();
            assert!(read.characters <= settings.max_characters, "{name}");
            let bound = engine.model().worst_case(settings.max_characters).rows;
            assert!(u64::from(read.features) <= bound, "{name}: {} rows, {bound} promised", read.features);
            assert_eq!(&ask(engine, "lights off 灯"), fresh, "{name} leaves nothing behind");
        }
    }
}

/// What lies behind the limit costs nothing: the model file bounds the time of an answer, whatever comes. A text a hundred times as long
/// must not take ten times as long; the least of some tries, because other programs run too.
#[test]
fn the_limit_bounds_the_time() {
    let golden: Vec<_> = support::models::golden().into_iter().map(|(_, file)| file).collect();
    assert!(golden.len() >= 8);
    for file in &golden {
        let model = Model::open(file).unwrap();
        let mut engine = Engine::new(&model);
        let mut least = |text: &str| {
            let time = |_| {
                let start = Instant::now();
                let read = engine.predict(text).read();
                assert!(read.truncated);
                start.elapsed()
            };
            (0..5).map(time).min().unwrap()
        };
        for part in
            ["a", "lights off ", "\u{301}", "a\u{301}\u{323}", "\u{FDFA}", "\u{200B}", " ", "灯", "a'\u{AD}"]
        {
            let text = part.repeat(10_000_000 / part.len());
            let mut end = 100_000;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            let (short, long) = (least(&text[..end]), least(&text));
            assert!(long < 10 * short + Duration::from_micros(200), "{part:?}: {short:?} became {long:?}");
        }
    }
}

/// The end of a text that is too long does not count.
#[test]
fn the_rest_of_a_long_text_is_not_read() {
    let file = Plan { rule: RULE, ..Plan::small(32) }.build();
    let model = Model::open(&file).unwrap();
    let mut engine = Engine::new(&model);
    for part in ["ab", "灯", "!", "½", "a灯", "\u{1F468}\u{200D}"] {
        let limit = SETTINGS_LIMIT;
        let long = part.repeat(4000);
        let found = ask(&mut engine, &long);
        assert_eq!(found, ask(&mut engine, &format!("{long}lights off")), "{part}");
        let read = engine.predict(&long).read();
        // Of `½`, which becomes three characters, fewer are read.
        assert!(read.truncated && (read.characters == limit || part == "½"), "{part}");
        assert!(read.characters <= limit, "{part}");
    }
}

const SETTINGS_LIMIT: u32 = support::models::SETTINGS.max_characters;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: RngSeed::Fixed(2), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn features_of_any_text_are_as_few_as_promised(
        text in "(?s).{0,80}|[a灯!' \u{301}\u{AD}½]{0,80}",
        max_characters in 1..60u32,
        character_longest in 1..=6u8,
        unspaced_longest in 1..=6u8,
        word_ngrams in 1..=2u8,
    ) {
        let settings = FeatureSettings {
            max_characters,
            word_ngrams,
            character_ngrams: (1, character_longest),
            unspaced_ngrams: (1, unspaced_longest),
        };
        prop_assert!(settings.is_valid());
        let mut calls = 0;
        let read = features(&text, &settings, |_| calls += 1);
        prop_assert!(calls <= settings.max_features());
        prop_assert!(read.characters <= max_characters);
        prop_assert!(read.truncated || read.characters as usize == text.chars().count());
    }
}
