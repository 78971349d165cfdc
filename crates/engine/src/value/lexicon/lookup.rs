//! Finding a word.

use super::class::{Class, Row};
use super::{english, french, german, neutral, spanish};
use crate::value::kind::Language;

/// The endings of declined German words.
const ENDINGS: [&str; 5] = ["en", "em", "er", "es", "e"];

/// Everything that a word, or several with one space between two, can be in a language; empty if it is unknown.
pub(in crate::value) fn rows(word: &str, language: Option<Language>) -> &'static [Row] {
    let words = match language {
        Some(Language::English) => english::WORDS,
        Some(Language::German) => german::WORDS,
        Some(Language::Spanish) => spanish::WORDS,
        Some(Language::French) => french::WORDS,
        None => &[],
    };
    let mut found = find(words, word);
    if found.is_empty() {
        found = find(neutral::WORDS, word);
    }
    if found.is_empty() && language == Some(Language::German) {
        let stems = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
        // A day of the week is not declined: with an ending it is several of them.
        let declined = |rows: &&[Row]| rows.iter().any(|row| row.1 != Class::Weekday);
        found = stems.map(|stem| find(words, stem)).find(declined).unwrap_or_default();
    }
    found
}

/// What German writes as one word, cut before its last part: how many bytes of the front are a number that has more behind
/// it, and what that number is.
pub(in crate::value) fn front_number(word: &str) -> Option<(usize, &'static [Row])> {
    (2..word.len()).rev().find_map(|end| {
        let rows = find(german::WORDS, word.get(..end)?);
        let joins =
            |class| matches!(class, Class::Small | Class::Tens | Class::Hundred | Class::Power | Class::And);
        rows.iter().any(|row| joins(row.1)).then_some((end, rows))
    })
}

fn find(words: &'static [Row], word: &str) -> &'static [Row] {
    let start = words.partition_point(|row| row.0 < word);
    let rest = words.get(start..).unwrap_or_default();
    let count = rest.iter().take_while(|row| row.0 == word).count();
    rest.get(..count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{english, french, german, neutral, spanish};

    #[test]
    fn words_are_in_order() {
        for words in [english::WORDS, german::WORDS, spanish::WORDS, french::WORDS, neutral::WORDS] {
            let key = |at: usize| (words[at].0, words[at].1 as u8, words[at].2);
            for at in 1..words.len() {
                assert!(words[at - 1].0 <= words[at].0 && key(at - 1) != key(at), "{:?}", words[at]);
                let plain = |c: char| !c.is_uppercase() && !"àâäçéèêëîïñóôöùúûüßœ'-.".contains(c);
                assert!(words[at].0.chars().all(plain), "{:?}", words[at]);
                assert!(words[at].0.split(' ').count() <= 4, "{:?}", words[at]);
            }
        }
    }
}
