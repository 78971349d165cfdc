//! Tokens are what the rules say, and always lie in the text.

#[path = "text_support/data.rs"]
mod data;

use data::{data, lines};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stonechat_engine::text::{Class, TokenKind, characters, tokens};

fn found(text: &str) -> Vec<(TokenKind, &str)> {
    tokens(text).map(|token| (token.kind, &text[token.start as usize..token.end as usize])).collect()
}

#[test]
fn kinds_and_borders() {
    use TokenKind::{Symbol as S, Unspaced as U, Word as W};
    let cases: [(&str, &[(TokenKind, &str)]); 15] = [
        ("", &[]),
        (" \t\u{3000}\n", &[]),
        ("Dim the lights", &[(W, "Dim"), (W, "the"), (W, "lights")]),
        ("don't rock’n’roll", &[(W, "don't"), (W, "rock’n’roll")]),
        (
            "'tis dogs' 5'4 a''b",
            &[
                (S, "'"),
                (W, "tis"),
                (W, "dogs"),
                (S, "'"),
                (W, "5"),
                (S, "'"),
                (W, "4"),
                (W, "a"),
                (S, "'"),
                (S, "'"),
                (W, "b"),
            ],
        ),
        ("a'", &[(W, "a"), (S, "'")]),
        ("30% of 5pm", &[(W, "30"), (S, "%"), (W, "of"), (W, "5pm")]),
        ("...", &[(S, "."), (S, "."), (S, ".")]),
        ("部屋の電気をつけて。", &[(U, "部屋の電気をつけて"), (S, "。")]),
        ("iPhoneを2台", &[(W, "iPhone"), (U, "を"), (W, "2"), (U, "台")]),
        ("ปิดไฟ ห้อง", &[(U, "ปิดไฟ"), (U, "ห้อง")]),
        ("한국어 नमस्ते", &[(W, "한국어"), (W, "नमस्ते")]),
        ("so\u{AD}ft e\u{301}te\u{301}", &[(W, "so\u{AD}ft"), (W, "e\u{301}te\u{301}")]),
        ("½", &[(W, "½"), (S, "½"), (W, "½")]),
        ("😀😀a", &[(S, "😀"), (S, "😀"), (W, "a")]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), expected, "{text:?}");
    }
}

/// Tokens are in order, lie on character borders, and cover all characters but spaces.
fn check(text: &str) {
    let tokens: Vec<_> = tokens(text).collect();
    let (mut start, mut end) = (0, 0);
    for token in &tokens {
        assert!(token.start >= start && token.end >= end && token.start < token.end, "{text:?}: {tokens:?}");
        assert!(text.get(token.start as usize..token.end as usize).is_some(), "{text:?}: {tokens:?}");
        (start, end) = (token.start, token.end);
    }
    for character in characters(text).filter(|character| character.class != Class::Space) {
        let inside = tokens.iter().any(|token| token.start <= character.start && character.end <= token.end);
        assert!(inside, "{text:?}: {character:?} is in no token");
    }
}

#[test]
fn real_texts() {
    let Some(data) = data() else { return };
    for line in lines(&data.join("sib200"), "test.tsv") {
        check(&line);
        // Words of a language with spaces are not longer than its text between spaces.
        for token in tokens(&line).filter(|token| token.kind == TokenKind::Word) {
            let text = &line[token.start as usize..token.end as usize];
            assert!(!text.contains(char::is_whitespace), "{text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(\\PC|[a-z0-9' .\u{300}-\u{330}一-丂ก-๛]){0,40}") {
        check(&text);
    }
}
