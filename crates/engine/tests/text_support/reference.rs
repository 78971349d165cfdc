//! The definition of normalisation, spelt out slowly with other people's tables.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, compose};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Every scalar value, in order.
pub(crate) fn scalars() -> impl Iterator<Item = char> {
    '\0'..=char::MAX
}

/// The decimal digits: each script has them in a row from zero to nine.
static DIGITS: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
    let all: Vec<char> =
        scalars().filter(|c| c.general_category() == GeneralCategory::DecimalNumber).collect();
    all.chunks(10).flat_map(|ten| ten.iter().copied().zip('0'..='9')).collect()
});

/// Unicode's property of this name, as DerivedCoreProperties.txt lists it.
fn default_ignorable(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}')
        || matches!(c, '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
        || matches!(c, '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}')
        || matches!(c, '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

fn fold(c: char) -> Vec<char> {
    match c {
        _ if default_ignorable(c) => vec![],
        _ if c.is_control() || c.is_whitespace() => vec![' '],
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | 'ʼ' | '´' => vec!['\''],
        '“' | '”' | '„' | '‟' | '«' | '»' => vec!['"'],
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => vec!['-'],
        'ς' => vec!['σ'],
        _ => DIGITS.get(&c).map_or_else(|| c.to_lowercase().collect(), |&digit| vec![digit]),
    }
}

/// Decomposed by compatibility, spacing accents excepted.
fn decompose(text: &[char]) -> Vec<char> {
    let spread = text.iter().copied().nfd().flat_map(|c| {
        let whole: Vec<char> = [c].into_iter().nfkd().collect();
        if whole.len() > 1 && whole[0] == ' ' { vec![c] } else { whole }
    });
    spread.nfd().collect()
}

/// What one character becomes, decomposed.
fn mapped(c: char) -> Vec<char> {
    let mut text = decompose(&[c]);
    loop {
        let next = decompose(&text.iter().copied().flat_map(fold).collect::<Vec<_>>());
        if next == text {
            return text;
        }
        text = next;
    }
}

/// The normalised text, by definition.
pub(crate) fn reference(text: &str) -> String {
    let all: Vec<char> = text.chars().flat_map(mapped).nfd().collect();
    let mut out: Vec<char> = Vec::new();
    // Where the last starter is in `out`, how many marks followed it, and the class of the last one that was kept.
    let (mut starter, mut marks, mut last) = (None::<usize>, 0, 0);
    for c in all {
        let class = canonical_combining_class(c);
        marks = if class == 0 { 0 } else { marks + 1 };
        if marks > 4 {
            continue;
        }
        if let Some(at) = starter {
            let adjacent = at + 1 == out.len();
            let composite = match (out[at], c) {
                ('i', '\u{307}') => Some('i'),
                (first, second) => compose(first, second),
            };
            if let Some(composite) = composite
                && (adjacent || (class != 0 && last < class))
            {
                out[at] = composite;
                continue;
            }
        }
        if class == 0 {
            starter = Some(out.len());
        }
        last = class;
        out.push(c);
    }
    out.into_iter().collect()
}
