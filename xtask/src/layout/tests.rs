//! Sources that break each rule, and sources that keep to it.

use super::source::Crate;
use super::{circles, faces, rooms, words};
use std::collections::BTreeMap;

/// A crate of files, given as names behind `src/` with their texts.
fn of(folder: &str, files: &[(&str, &str)]) -> Crate {
    let sources: BTreeMap<String, String> =
        files.iter().map(|(name, text)| (format!("{folder}/src/{name}"), (*text).to_string())).collect();
    let (read, broken) = Crate::parse(folder, &sources);
    assert_eq!(broken, [""; 0]);
    assert_eq!(read.files.len(), files.len(), "a file that no `mod` declares");
    read
}

/// Holds that there is one violation and that it reads so.
fn one(broken: &[String], begin: &str, part: &str) {
    assert!(broken.len() == 1 && broken[0].starts_with(begin) && broken[0].contains(part), "{broken:#?}");
}

#[test]
fn a_line_of_imports_is_no_circle() {
    let read = of(
        "crates/x",
        &[
            ("lib.rs", "mod a;\nmod b;\nmod c;\npub use c::C;\npub use a::{A, B as Bee};"),
            ("a.rs", "pub struct A; pub struct B;\n#[cfg(test)]\nmod tests { use crate::c::C; }"),
            ("b.rs", "use crate::Bee;\nfn f(a: crate::a::A) -> Vec<super::a::B> { todo!() }"),
            ("c.rs", "use crate::b;\npub struct C;\nfn g() { b::f(self::C); ::a::b::c(); }"),
        ],
    );
    assert_eq!(circles::check(&read), [""; 0]);
}

#[test]
fn circles_are_found_in_every_spelling() {
    let spellings = [
        "use crate::b::B;",
        "use super::b::{self, B};",
        "use crate::{a::A as Own, b::{B}};",
        "use super::Bee;",
        "use crate::Bee as Other;",
        "use super::*;\nuse crate::b::*;",
        "use crate::b as other;\nfn f() { other::g() }",
        "fn f() { crate::b::g() }",
        "type T = Vec<Option<crate::b::B>>;",
        "fn f() { println!(\"{}\", super::b::g()); }",
        "struct S { field: crate::b::B }",
        "mod inner { use super::super::b::B; }",
        "fn f() { use crate::b::B; }",
    ];
    for spelling in spellings {
        let read = of(
            "crates/x",
            &[
                ("lib.rs", "mod a;\nmod b;\nmod c;\npub use b::B as Bee;"),
                ("a.rs", &format!("\npub struct A;\n{spelling}")),
                ("b.rs", "use crate::c::C;\npub struct B;"),
                ("c.rs", "use super::a::A;\npub struct C;"),
            ],
        );
        let found = circles::check(&read);
        one(&found, "crates/x/src/a.rs:", "→ b.rs");
        assert!(found[0].contains("→ c.rs (line 1) → a.rs (line 1)"), "{spelling}: {found:?}");
    }
}

#[test]
fn faces_are_looked_through() {
    let files = |below: &'static str| {
        [
            ("lib.rs", "mod room;\nmod top;"),
            (
                "room/mod.rs",
                "mod first;\nmod second;\npub use first::First;\npub(crate) use second::{Second, make};",
            ),
            ("room/first.rs", "pub struct First;"),
            ("room/second.rs", below),
            ("top.rs", "use crate::room::{First, make};"),
        ]
    };
    assert_eq!(circles::check(&of("crates/x", &files("use super::First;\npub struct Second;"))), [""; 0]);
    let read = of("crates/x", &files("use crate::top;\npub fn make() { top::f() }"));
    one(
        &circles::check(&read),
        "crates/x/src/room/second.rs:1: ",
        "→ top.rs (line 1) → room/second.rs (line 1)",
    );
}

#[test]
fn a_program_beside_its_library() {
    let read = of(
        "crates/x",
        &[
            ("lib.rs", "mod a;\npub use a::A;"),
            ("a.rs", "pub struct A;"),
            ("main.rs", "use x::A;\nfn main() {}"),
        ],
    );
    assert_eq!([circles::check(&read), faces::check(&read)].concat(), [""; 0]);
}

#[test]
fn a_parent_and_its_child_are_a_circle() {
    let read = of(
        "crates/x",
        &[
            ("lib.rs", "mod a;"),
            ("a.rs", "mod b;\nuse b::B;\npub struct A;"),
            ("a/b.rs", "use super::A;\npub struct B;"),
        ],
    );
    one(&circles::check(&read), "crates/x/src/a.rs:2: ", "→ a/b.rs (line 2) → a.rs (line 1)");
}

#[test]
fn rooms_know_only_rooms_below() {
    let files = |prediction: &'static str, text: &'static str| {
        [
            ("lib.rs", "mod prediction;\nmod text;\npub use text::Token;"),
            ("prediction.rs", prediction),
            ("text/mod.rs", "mod words;\npub use words::Token;"),
            ("text/words.rs", text),
        ]
    };
    let kept =
        of("crates/engine", &files("pub struct Score;", "use crate::prediction::Score;\npub struct Token;"));
    assert_eq!(rooms::check(&kept), [""; 0]);
    let broken = of("crates/engine", &files("\nuse crate::Token;", "pub struct Token;"));
    one(&rooms::check(&broken), "crates/engine/src/prediction.rs:2: ", "`prediction` may not know `text`");
    let elsewhere = of("crates/x", &files("use crate::Token;", "pub struct Token;"));
    assert_eq!(rooms::check(&elsewhere), [""; 0]);
    let cellar = of("crates/engine", &[("lib.rs", "mod cellar;"), ("cellar.rs", "")]);
    one(&rooms::check(&cellar), "crates/engine/src/cellar.rs:1: ", "`cellar`");
}

#[test]
fn words_without_a_place() {
    let engine =
        |text: &str| words::check(&of("crates/engine", &[("lib.rs", "mod text;"), ("text.rs", text)])).len();
    let broken = [
        "use std::fmt;",
        "fn f() { std::mem::drop(1) }",
        "extern crate std;",
        "fn f() -> f32 { g() }",
        "const X: u8 = 1.5 as u8;",
        "const X: u8 = 1e3 as u8;",
        "fn f() { g!(0.5); }",
        "fn f() { g(1f64) }",
        "fn f() { unsafe { g() } }",
        "mod inner { fn f() { g::<f64>() } }",
        "impl S { unsafe fn f() {} }",
        "#[cfg(not(test))]\nuse std::fmt;",
    ];
    for text in broken {
        assert!((1..=2).contains(&engine(text)), "{text}: {}", engine(text));
    }
    let kept = [
        "//! std, f32 and 0.5, unsafe\n/// f64\nfn f() {}",
        "fn f() { g(\"std 0.5 f32 unsafe\") }",
        "fn f() -> u32 { x.0.1 + y.f32 }",
        "fn f() { g!(x.0.1); }",
        "#[cfg(test)]\nmod tests { use std::fmt; const X: f64 = 0.5; }",
        "#[cfg(test)]\nuse std::fmt;",
        "#[cfg(all(test, unix))]\nfn f() -> f32 { 0.5 }",
        "fn f() { for i in 0..1 {} g!(0..10); }",
    ];
    for text in kept {
        assert_eq!(engine(text), 0, "{text}");
    }
    let other = of(
        "crates/x",
        &[("lib.rs", "mod a;"), ("a.rs", "use std::fmt;\nfn f() -> f32 {\n unsafe { 0.5 } }")],
    );
    one(&words::check(&other), "crates/x/src/a.rs:3: ", "`unsafe`");
    let kernel = of(
        "crates/engine",
        &[("lib.rs", "mod kernel;"), ("kernel/mod.rs", "mod wide;"), ("kernel/wide.rs", "unsafe fn f() {}")],
    );
    assert_eq!(words::check(&kernel), [""; 0]);
}

#[test]
fn faces_hold_nothing_of_their_own() {
    let kept = "//! Doc.\n#![no_std]\nextern crate alloc;\nmod a;\npub use a::A;\npub(crate) use a::*;\n\
                #[cfg(test)]\nmod tests { fn f() {} }";
    assert_eq!(faces::check(&of("crates/x", &[("lib.rs", kept), ("a.rs", "fn f() {}")])), [""; 0]);
    for extra in [
        "fn f() {}",
        "use a::A;",
        "const X: u8 = 1;",
        "mod b { }",
        "struct S;",
        "macro_rules! m { () => {} }",
    ] {
        let text = format!("mod a;\n\n/// What it is.\n{extra}");
        let read = of("crates/x", &[("lib.rs", "mod room;"), ("room/mod.rs", &text), ("room/a.rs", "")]);
        one(&faces::check(&read), "crates/x/src/room/mod.rs:4: ", "mod.rs holds");
    }
}

#[test]
fn what_cannot_be_read_is_a_violation() {
    let parse = |text: &str| {
        let sources = BTreeMap::from([("crates/x/src/lib.rs".to_string(), text.to_string())]);
        Crate::parse("crates/x", &sources).1
    };
    one(&parse("mod a;\nmod b"), "crates/x/src/lib.rs:", "; mend it");
    one(&parse("\nmod missing;"), "crates/x/src/lib.rs:2: ", "no file crates/x/src/missing.rs");
}
