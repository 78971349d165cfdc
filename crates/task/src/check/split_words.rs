//! Slots that begin or end within a word.

use super::rows::Rows;
use crate::finding::{Finding, Severity};

/// `slot-within-word`: slots that begin or end between two letters or digits, in scripts that set spaces between
/// words.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    rows.where_span(
        |row, slot| within_word(&row.text, slot.start) || within_word(&row.text, slot.end),
        "slot-within-word",
        Severity::Warning,
        "with an end inside a word",
        "mark whole words: a model finds no less",
    )
}

/// Whether a place in a text is between two letters or digits of one word.
fn within_word(text: &str, at: usize) -> bool {
    let Some((before, behind)) = text.split_at_checked(at) else { return false };
    let in_word = |c: char| c.is_alphanumeric() && !unspaced(c);
    before.chars().next_back().is_some_and(in_word) && behind.chars().next().is_some_and(in_word)
}

/// Whether a character is of a script that sets no spaces between words: Thai, Lao, Burmese, Khmer, Chinese
/// characters, kana, bopomofo.
fn unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3005..=0x3007 | 0x3040..=0x312F
        | 0x31A0..=0x31BF | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0xFF66..=0xFF9F | 0x1B000..=0x1B16F | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::within_word;

    #[test]
    fn words_end_where_they_end() {
        let text = "dim 30% été 10時に";
        let within: Vec<usize> = (0..=text.len()).filter(|at| within_word(text, *at)).collect();
        assert_eq!(within, [1, 2, 5, 10, 11, 15]);
        assert!(!within_word(text, 99));
    }
}
