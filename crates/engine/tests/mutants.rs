//! Broken files: opening them never panics, and what opens runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use stonechat_engine::{Engine, FormatError, Kernel, Model, verify};
use support::frame::mutant;
use support::models::{ask, bags, extreme, files, golden, kinds};
use support::random::Random;
use support::taggers::extreme_tagger;

/// Mutants of the small models, all kinds together.
const SMALL: usize = 1_000_000;
/// Of so many mutants one is of a tagger or a look-up.
const OTHERS: usize = 6;
/// Bytes of mutants of each released model, which are larger.
const LARGE: usize = 200 << 20;

const ASKED: [&str; 5] =
    ["", "turn the kitchen lights off", "Don't 30 % ½ e\u{301}\u{323}!", "关灯 ปิดไฟ", "zzz q\0\u{200D}"];

/// Opens the bytes and, if that succeeds, asks for everything. Says what came of it.
fn run(bytes: &[u8], texts: &[&str]) -> String {
    let model = match Model::open(bytes) {
        Ok(model) => model,
        // Without the numbers in it, so that equal outcomes read the same.
        Err(FormatError::Unknown { .. }) => return "an unknown section".to_string(),
        Err(error) => return error.to_string().replace(|c: char| c.is_ascii_digit(), ""),
    };
    let mut reference = Engine::with_kernel(&model, Kernel::REFERENCE);
    let mut copies: Vec<_> =
        Kernel::available().iter().map(|&kernel| Engine::with_kernel(&model, kernel)).collect();
    for text in texts {
        let answer = ask(&mut reference, text);
        for copy in &mut copies {
            assert_eq!(ask(copy, text), answer, "{} differs from the reference", copy.kernel().name());
        }
    }
    assert!(model.labels().iter().count() == model.labels().len());
    assert!(model.recorded().iter().count() == model.recorded().len());
    let _ = model.worst_case(u32::MAX);
    match verify(&model) {
        Ok(_) => "opens and verifies".to_string(),
        Err(_) => "opens".to_string(),
    }
}

/// [`run`], which on a panic keeps the bytes for `tests/regressions`.
fn run_or_keep(bytes: &[u8], texts: &[&str], name: &str) -> String {
    catch_unwind(AssertUnwindSafe(|| run(bytes, texts))).unwrap_or_else(|_| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.stone"));
        std::fs::write(&path, bytes).expect("a place for the mutant");
        panic!("{name} panics; copy {} to crates/engine/tests/regressions/", path.display())
    })
}

#[test]
fn mutants_are_refused_or_run() {
    let kinds = kinds();
    let bags = bags().len();
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..SMALL {
        let mut random = Random(index as u64);
        let mut pool: Vec<&[u8]> = kinds.iter().map(Vec::as_slice).collect();
        // Taggers have more to break, but cost more to run.
        let (bags, others) = (index % bags, bags + index / OTHERS % (kinds.len() - bags));
        pool.swap(0, if index % OTHERS == 0 { others } else { bags });
        let file = mutant(&pool, &mut random);
        *outcomes.entry(run_or_keep(&file, &ASKED, &format!("mutant-{index}"))).or_default() += 1;
    }
    for (outcome, count) in &outcomes {
        println!("{count:>7}  {outcome}");
    }
    let count = |outcome: &str| outcomes.get(outcome).copied().unwrap_or_default();
    // Mutants that all stop at the first checksum would prove little.
    assert!(count("opens") > SMALL / 20, "only {} mutants open with other answers", count("opens"));
    assert!(outcomes.len() > 120, "only {} different outcomes", outcomes.len());
}

#[test]
fn mutants_of_released_models_are_refused_or_run() {
    for (name, file) in golden() {
        let name = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for index in 0..LARGE / file.len().max(1) {
            let mutant = mutant(&[&file], &mut Random(index as u64));
            run_or_keep(&mutant, &ASKED[..2], &format!("{name}-{index}"));
        }
    }
}

#[test]
fn extreme_numbers_do_not_overflow() {
    let long = ["a b".repeat(40_000), "灯ab".repeat(40_000), "abcdefgh ".repeat(10_000)];
    let mut texts = ASKED.to_vec();
    texts.extend(long.iter().map(String::as_str));
    for (bits, sign, multi_label) in
        [(8, -1, false), (8, 1, true), (4, -1, true), (4, 1, false), (8, -1, true), (8, 1, false)]
    {
        let file = extreme(bits, sign, multi_label);
        assert_eq!(run(&file, &texts), "opens and verifies");
    }
    let one = ["a".repeat(70_000), "灯".repeat(70_000), "a ".repeat(3)];
    texts.extend(one.iter().map(String::as_str));
    for sign in [-1, 0, 1] {
        for (dim, units, tokens) in [(1024, 1024, 8), (16, 16, 2048)] {
            assert_eq!(run(&extreme_tagger(sign, dim, units, tokens), &texts), "opens and verifies");
        }
    }
}

#[test]
fn what_once_broke_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions");
    for (name, bytes) in files(&folder, "stone") {
        println!("{name}: {}", run(&bytes, &ASKED));
    }
    let kinds = kinds();
    for (name, bytes) in files(&folder, "txt") {
        println!("{name}");
        let text = String::from_utf8_lossy(&bytes);
        for kind in &kinds {
            assert_ne!(run(kind, &[&text]), "opens");
        }
    }
}
