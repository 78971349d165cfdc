//! Texts in words and digits become the values that the tables in `value_support/` say, or none.

#![allow(clippy::unwrap_used, clippy::panic)] // A broken table fails the test.

use proptest::prelude::*;
use std::collections::BTreeMap;
use stonechat_engine::value::{
    DateTimeValue, Duration, Language, Reference, TimeValue, Value, ValueType, resolve,
};

/// A Wednesday afternoon.
const NOW: &str = "2026-11-18T14:00:00";

/// A line of a table: `type | text | value`. The value has its unit behind it, `?` marks a time whose half of the day was
/// not said, and `-` is unresolved. `type!` is read without a reference.
fn check(table: &str, language: Option<Language>, least: usize) {
    let now: Reference = NOW.parse().unwrap();
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    let mut unresolved = 0;
    for line in table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [kind, text, expected] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("{line:?} is no line of a table");
        };
        let reference = (!kind.ends_with('!')).then_some(&now);
        let kind = ValueType::from_name(kind.trim_end_matches('!')).unwrap();
        let found = resolve(text, kind, language, reference);
        assert!(found.is_none_or(|value| value.value_type() == kind));
        let found = found.as_ref().map_or("-".into(), show);
        if found != expected {
            wrong.push(format!("{line}\n    gave {found}"));
        }
        *counts.entry(kind).or_insert(0) += 1;
        unresolved += usize::from(expected == "-");
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let all: usize = counts.values().sum();
    assert!(all >= least && unresolved * 8 >= all, "{all} cases, {unresolved} unresolved, {counts:?}");
}

fn show(value: &Value<'_>) -> String {
    let unit = value.unit().map(|unit| format!(" {unit}")).unwrap_or_default();
    let ambiguous = match value {
        Value::Time(time) | Value::DateTime(DateTimeValue { time: Some(time), .. }) => !time.meridiem_known,
        _ => false,
    };
    format!("{value}{unit}{}", if ambiguous { "?" } else { "" })
}

#[test]
fn english() {
    check(include_str!("value_support/english.txt"), Some(Language::English), 200);
}

#[test]
fn german() {
    check(include_str!("value_support/german.txt"), Some(Language::German), 100);
}

#[test]
fn spanish() {
    check(include_str!("value_support/spanish.txt"), Some(Language::Spanish), 100);
}

#[test]
fn french() {
    check(include_str!("value_support/french.txt"), Some(Language::French), 100);
}

#[test]
fn without_a_language() {
    check(include_str!("value_support/neutral.txt"), None, 50);
}

#[test]
fn text_is_itself_and_other_types_need_more() {
    assert_eq!(resolve(" as it is ", ValueType::Text, None, None), Some(Value::Text(" as it is ")));
    assert_eq!(resolve("kitchen", ValueType::Choice, Some(Language::English), None), None);
    assert_eq!(resolve("AB-1234", ValueType::Regex, None, None), None);
}

/// The next time after the reference: strictly after, and at most a day away.
#[test]
fn a_time_is_the_next_one() {
    let at = |now: &str, text| {
        let now: Reference = now.parse().unwrap();
        let time = resolve(text, ValueType::Time, Some(Language::English), Some(&now)).unwrap();
        let moment = resolve(text, ValueType::DateTime, Some(Language::English), Some(&now)).unwrap();
        assert!(matches!(time, Value::Time(TimeValue { meridiem_known: false, .. })));
        assert!(moment.to_string().ends_with(&time.to_string()));
        moment.to_string()
    };
    assert_eq!(at("2026-11-22T05:00", "half past six"), "2026-11-22T06:30");
    assert_eq!(at("2026-11-22T06:29:59", "half past six"), "2026-11-22T06:30");
    assert_eq!(at("2026-11-22T06:30", "half past six"), "2026-11-22T18:30");
    assert_eq!(at("2026-11-22T14:00", "half past six"), "2026-11-22T18:30");
    assert_eq!(at("2026-11-22T18:30", "half past six"), "2026-11-23T06:30");
    assert_eq!(at("2026-11-22T11:00", "at twelve"), "2026-11-22T12:00");
    assert_eq!(at("2026-11-22T12:00", "at twelve"), "2026-11-23T00:00");
    assert_eq!(at("2026-12-31T23:59", "a quarter to one"), "2027-01-01T00:45");
}

/// "This morning" and the like say which day is meant, even when the time has passed.
#[test]
fn a_part_of_today_stays_today() {
    let table = [
        (Language::English, "12:00", "six this morning", Some("06:00")),
        (Language::English, "12:00", "this morning at six", Some("06:00")),
        (Language::English, "20:00", "three this afternoon", Some("15:00")),
        (Language::English, "23:30", "eight tonight", Some("20:00")),
        (Language::English, "00:30", "six this evening", Some("18:00")),
        (Language::English, "06:00", "six this morning", Some("06:00")),
        (Language::English, "10:00", "tonight at twelve", None),
        (Language::English, "10:00", "this evening at eleven", Some("23:00")),
        (Language::English, "10:00", "this morning at two in the afternoon", None),
        (Language::German, "12:00", "um sechs heute Morgen", Some("06:00")),
        (Language::German, "23:00", "heute Abend um acht", Some("20:00")),
        (Language::Spanish, "12:00", "a las seis de esta mañana", Some("06:00")),
        (Language::Spanish, "23:00", "esta noche a las nueve", Some("21:00")),
        (Language::Spanish, "10:00", "esta noche a las doce", None),
        (Language::French, "12:00", "six heures ce matin", Some("06:00")),
        (Language::French, "23:00", "à huit heures ce soir", Some("20:00")),
    ];
    for (language, now, text, time) in table {
        let now: Reference = format!("2026-11-22T{now}").parse().unwrap();
        let read = |kind| resolve(text, kind, Some(language), Some(&now)).map(|value| value.to_string());
        assert_eq!(read(ValueType::DateTime), time.map(|time| format!("2026-11-22T{time}")), "{text}");
        assert_eq!(read(ValueType::Time).as_deref(), time, "{text}");
    }
}

/// What a date is counted from, on each day of a week, and at the ends of months and years.
#[test]
fn days_are_counted_from_the_reference() {
    let on = |day: &str, text| {
        let now: Reference = format!("{day}T10:00").parse().unwrap();
        resolve(text, ValueType::Date, Some(Language::English), Some(&now)).map(|value| value.to_string())
    };
    let days = [
        // Monday 16 to Sunday 22.
        ("2026-11-16", "2026-11-20", "2026-11-27", "2026-11-13", "2026-11-21/2026-11-22"),
        ("2026-11-20", "2026-11-27", "2026-11-27", "2026-11-13", "2026-11-21/2026-11-22"),
        ("2026-11-21", "2026-11-27", "2026-11-27", "2026-11-20", "2026-11-21/2026-11-22"),
        ("2026-11-22", "2026-11-27", "2026-11-27", "2026-11-20", "2026-11-21/2026-11-22"),
    ];
    for (day, friday, next, last, weekend) in days {
        assert_eq!(on(day, "friday").as_deref(), Some(friday), "{day}");
        assert_eq!(on(day, "this friday").as_deref(), Some(friday), "{day}");
        assert_eq!(on(day, "next friday").as_deref(), Some(next), "{day}");
        assert_eq!(on(day, "last friday").as_deref(), Some(last), "{day}");
        assert_eq!(on(day, "this weekend").as_deref(), Some(weekend), "{day}");
    }
    assert_eq!(on("2026-12-31", "tomorrow").as_deref(), Some("2027-01-01"));
    assert_eq!(on("2026-12-31", "next month").as_deref(), Some("2027-01"));
    assert_eq!(on("2026-01-01", "yesterday").as_deref(), Some("2025-12-31"));
    assert_eq!(on("2026-01-31", "in one month").as_deref(), Some("2026-02-28"));
    assert_eq!(on("2028-02-29", "in a year").as_deref(), Some("2029-02-28"));
    assert_eq!(on("2026-03-01", "february 29th").as_deref(), Some("2028-02-29"));
    assert_eq!(on("2026-01-31", "the 30th").as_deref(), Some("2026-03-30"), "not in February");
    assert_eq!(on("2027-01-01", "this week").as_deref(), Some("2026-W53"));
    assert_eq!(on("9999-12-31", "tomorrow"), None, "beyond the calendar");
    assert_eq!(on("0001-01-01", "yesterday"), None);
}

/// Texts to a value within a few microseconds, and without memory of their own.
#[test]
fn nothing_is_allocated() {
    let now: Reference = NOW.parse().unwrap();
    let tables = include_str!("value_support/english.txt");
    let texts: Vec<&str> = tables.lines().filter_map(|line| line.split('|').nth(1)).collect();
    let start = std::time::Instant::now();
    let mut found = 0;
    let memory = allocation_counter::measure(|| {
        for text in &texts {
            let read = |kind| resolve(text, kind, Some(Language::English), Some(&now)).is_some();
            found += ValueType::ALL.into_iter().filter(|&kind| read(kind)).count();
        }
    });
    let each = start.elapsed() / (texts.len() * ValueType::ALL.len()) as u32;
    println!("{found} values of {} texts, {each:?} each", texts.len());
    assert_eq!(memory.count_total, 0);
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        cases: 2000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_text_panics(text in any_text(), now in any_reference()) {
        for kind in ValueType::ALL {
            for language in Language::ALL.map(Some).into_iter().chain([None]) {
                for reference in [Some(&now), None] {
                    if let Some(value) = resolve(&text, kind, language, reference) {
                        prop_assert_eq!(value.value_type(), kind);
                        prop_assert!(!value.to_string().is_empty() || text.is_empty());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_again(now in any_reference(), other in any_reference()) {
        let read = |text: &str, kind| resolve(text, kind, None, Some(&now)).map(|value| value.to_string());
        prop_assert_eq!(read(&other.to_string(), ValueType::DateTime), Some(other.to_string()));
        prop_assert_eq!(read(&other.date.to_string(), ValueType::Date), Some(other.date.to_string()));
        let (year, week) = other.date.week();
        if year >= 1000 {
            let week = format!("{year:04}-W{week:02}");
            prop_assert_eq!(read(&week, ValueType::Date), Some(week));
        }
        prop_assert_eq!(other.to_string().parse::<Reference>(), Ok(other));
    }

    #[test]
    fn lengths_of_time_are_read_again(months in 0..99_999_u32, days in 0..99_999_u32, milliseconds in 0..9_999_999_999_u64) {
        for (months, days) in [(months, days), (0, days), (months, 0), (0, 0)] {
            let text = Duration { months, days, milliseconds }.to_string();
            let found = resolve(&text, ValueType::Duration, None, None).map(|value| value.to_string());
            prop_assert_eq!(found, Some(text));
        }
    }

    #[test]
    fn whole_numbers_are_read_in_every_language(number in -999_999_999_999_i64..=999_999_999_999) {
        for language in Language::ALL.map(Some).into_iter().chain([None]) {
            let found = resolve(&number.to_string(), ValueType::Number, language, None).map(|value| value.to_string());
            prop_assert_eq!(found, Some(number.to_string()));
        }
    }

    #[test]
    fn numbers_in_words_are_read_in_every_language(number in 0_u64..=999_999_999_999) {
        for (language, words) in [
            (Language::English, spell::english(number)),
            (Language::German, spell::german(number)),
            (Language::Spanish, spell::spanish(number)),
            (Language::French, spell::french(number)),
        ] {
            let found = resolve(&words, ValueType::Number, Some(language), None).map(|value| value.to_string());
            prop_assert_eq!(found, Some(number.to_string()), "{}", words);
        }
    }
}

#[test]
fn small_numbers_in_words_are_read_in_every_language() {
    for number in (0..=2100).chain((3000..1_100_000).step_by(997)) {
        for (language, words) in [
            (Language::English, spell::english(number)),
            (Language::German, spell::german(number)),
            (Language::Spanish, spell::spanish(number)),
            (Language::French, spell::french(number)),
        ] {
            let found =
                resolve(&words, ValueType::Number, Some(language), None).map(|value| value.to_string());
            assert_eq!(found, Some(number.to_string()), "{words:?}");
        }
    }
}

#[path = "value_support/spell.rs"]
mod spell;

/// Any day from 1000 on, at any time: years before have fewer than four digits when read from a text.
fn any_reference() -> impl Strategy<Value = Reference> {
    use stonechat_engine::value::{Date, Time};
    (1000..=9999_i32, 1..=12_u8, 1..=31_u8, 0..24_u8, 0..60_u8, 0..60_u8).prop_filter_map(
        "not a day",
        |(year, month, day, hour, minute, second)| {
            Some(Reference { date: Date::new(year, month, day)?, time: Time::new(hour, minute, second)? })
        },
    )
}

/// Words of the tables in any order, digits and signs, and anything at all.
fn any_text() -> impl Strategy<Value = String> {
    const TABLES: &str = concat!(
        include_str!("value_support/english.txt"),
        include_str!("value_support/german.txt"),
        include_str!("value_support/spanish.txt"),
        include_str!("value_support/french.txt"),
        include_str!("value_support/neutral.txt"),
    );
    let mut words: Vec<&str> = TABLES
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|text| text.split([' ', '-']))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    words.dedup();
    let word = prop_oneof![
        6 => prop::sample::select(words).prop_map(str::to_string),
        1 => "[0-9]{1,19}",
        1 => "[-.,:/°%½²¼'hT0-9]{1,4}",
        1 => any::<String>(),
    ];
    (prop::collection::vec(word, 0..14), prop::sample::select(vec![" ", " ", "", "-"]))
        .prop_map(|(words, between)| words.join(between))
}
