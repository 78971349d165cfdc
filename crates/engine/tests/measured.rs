//! What hostile texts cost, and what lists of values that are set while running do:
//! `cargo test --release -p stonechat-engine --test measured -- --ignored --nocapture --test-threads 1`.
//!
//! Each line is `measured`, a name, a number and its unit; `cargo xtask bench` keeps them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::time::Instant;
use stonechat_engine::{Engine, Model};

const BAG: &[u8] = include_bytes!("../../../golden/models/v1/smart-home-8-bit.stone");
const TAGGER: &[u8] = include_bytes!("../../../golden/models/v1/smart-home.stone");

/// The least of several times, in microseconds.
fn least(mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..30).map(|_| once(&mut run)).fold(f64::MAX, f64::min)
}

/// Texts of so many characters that ask for more than usual.
fn hostile(characters: usize) -> [(&'static str, String); 9] {
    let of = |part: &str| part.chars().cycle().take(characters).collect();
    [
        ("words", of("turn the kitchen lights off ")),
        ("one-word", of("a")),
        ("unknown-words", of("xqz vbk jwq zzx ")),
        ("symbols", of("?!.,;")),
        ("apostrophes", of("a'")),
        ("marks", of("e\u{301}\u{323}\u{327}\u{302}\u{331}")),
        ("emoji", of("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F3FD}\u{FE0F}")),
        ("expansions", of("\u{FDFA}")),
        ("han", of("打开厨房的灯")),
    ]
}

#[test]
#[ignore = "measures, and prints what it measured"]
fn hostile_texts() {
    let model = Model::open(BAG).unwrap();
    let mut engine = Engine::new(&model);
    for characters in [1_000, 10_000] {
        for (name, text) in hostile(characters) {
            let time = least(|| {
                black_box(engine.predict(black_box(&text)));
            });
            println!("measured {name}-{characters} {time:.1} µs");
        }
    }
}

#[test]
#[ignore = "measures, and prints what it measured"]
fn values_that_are_set() {
    let model = Model::open(TAGGER).unwrap();
    let mut engine = Engine::new(&model);
    let slots: Vec<&str> = model.slots().unwrap().names().collect();
    let slot =
        *slots.iter().find(|slot| engine.set_values(slot, [("a", 0)].into_iter(), &["a"]).is_ok()).unwrap();
    for count in [100, 10_000] {
        let names: Vec<String> = (0..count).map(|at| format!("Rue de l'Exemple {at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let time = least(|| {
            engine.set_values(slot, names.iter().copied().zip(0..), &names).unwrap();
        });
        println!("measured set-values-{count} {time:.1} µs");
    }
}
