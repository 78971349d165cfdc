//! How fast texts are read: `cargo test --release -p stonechat-engine --test text_speed -- --ignored --nocapture`.

#[path = "text_support/data.rs"]
mod data;

use std::hint::black_box;
use std::time::Instant;
use stonechat_engine::text::{characters, tokens};
use unicode_normalization::UnicodeNormalization as _;

/// Megabytes a second, the best of several rounds over all texts.
fn speed(texts: &[String], read: impl Fn(&str) -> u32) -> f64 {
    let bytes: usize = texts.iter().map(String::len).sum();
    let round = || {
        let start = Instant::now();
        for text in texts {
            black_box(read(black_box(text)));
        }
        start.elapsed().as_secs_f64()
    };
    bytes as f64 / (0..15).map(|_| round()).fold(f64::MAX, f64::min) / 1e6
}

#[test]
#[ignore = "measures, and prints what it measured"]
fn megabytes_a_second() {
    let Some(data) = data::data() else { return };
    let report = |name: &str, texts: &[String]| {
        let sum = |text: &str| characters(text).fold(0, |sum, c| sum ^ c.value as u32 ^ c.end);
        let ends = |text: &str| tokens(text).fold(0, |sum, token| sum ^ token.end);
        println!("{name}: characters {:.0}, tokens {:.0} MB/s", speed(texts, sum), speed(texts, ends));
    };
    let ascii: Vec<String> = data::lines(&data.join("clinc150"), "domains.json")
        .into_iter()
        .filter(|line| line.is_ascii())
        .collect();
    let queries: Vec<String> =
        data::lines(&data.join("banking77"), "test.csv").into_iter().filter(|line| line.is_ascii()).collect();
    report("ascii, short lines", &ascii);
    report("ascii, queries", &queries);
    for language in ["eng_Latn", "deu_Latn", "vie_Latn", "arb_Arab", "hin_Deva", "jpn_Jpan", "zho_Hans"] {
        let texts = data::lines(&data.join("sib200").join(language), "train.tsv");
        report(language, &texts);
        let apart: Vec<String> = texts.iter().map(|text| text.nfd().collect()).collect();
        if apart != texts {
            report(&format!("{language}, decomposed"), &apart);
        }
    }
    report("marks", &[format!("q{}", "\u{327}\u{301}\u{323}".repeat(10_000))]);
    report("expansions", &["\u{FDFA}½".repeat(10_000)]);
}
