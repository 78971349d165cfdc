//! A whole text as one number, so that a text that was shown is known again.

use super::features::is_pictograph;
use super::words::{TokenKind, steps};
use crate::prediction::Read;

/// Punctuation that says nothing at the end of a text. Others (`%`, `+`, `#`, `$`) may be what tells two texts apart.
const CLOSING: [char; 23] = [
    '!', '"', '\'', ')', ',', '.', ':', ';', '?', ']', '}', '\u{60c}', '\u{61b}', '\u{61f}', '\u{6d4}',
    '\u{964}', '\u{965}', '\u{104a}', '\u{104b}', '\u{3001}', '\u{3002}', '\u{300d}', '\u{300f}',
];

/// The hash of all tokens of a text, without punctuation at its end, and what was read. Texts that differ only in case, width,
/// white space between tokens or punctuation at the end have the same.
///
/// There is none where the text has no word (as [`Read::words`] counts them), and where it is longer than the `max_characters`
/// that are read: what was not read may be what matters. Allocates nothing; the work is linear in what is read.
///
/// Of the [`Read`], `characters`, `truncated` and `words` are filled in; the other fields are zero.
#[must_use]
pub fn exact_hash(text: &str, max_characters: u32) -> (Option<u64>, Read) {
    let mut read = Read::default();
    let mut text = text;
    // A character is a byte at least: most texts are short enough without counting.
    if text.len() > max_characters as usize
        && let Some((end, _)) = text.char_indices().nth(max_characters as usize)
    {
        text = text.get(..end).unwrap_or_default();
        read.truncated = true;
    }
    let (mut state, mut hash) = (START, START);
    let mut before = None;
    for (normalised, step) in steps(text).enumerate() {
        if normalised == max_characters as usize {
            text = text.get(..step.character.start as usize).unwrap_or_default();
            read.truncated = true;
            break;
        }
        let value = step.character.value;
        read.words += u32::from(match step.kind {
            TokenKind::Word => step.first,
            TokenKind::Unspaced => true,
            TokenKind::Symbol => is_pictograph(value.into()),
        });
        // Between two words stands a space, else they would be one; between others it tells nothing.
        if step.first && step.kind == TokenKind::Word && before == Some(TokenKind::Word) {
            state = take(state, ' ');
        }
        before = Some(step.kind);
        state = take(state, value);
        if step.kind != TokenKind::Symbol || !CLOSING.contains(&value) {
            hash = state;
        }
    }
    read.characters = text.chars().count() as u32;
    ((read.words > 0 && !read.truncated).then(|| spread(hash)), read)
}

/// Where the hash starts, and what it is multiplied by: those of FNV-1a.
const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

#[inline]
const fn take(state: u64, character: char) -> u64 {
    (state ^ character as u64).wrapping_mul(PRIME)
}

/// The last step, which spreads every bit over all 64 (the finaliser of MurmurHash3, Austin Appleby, public domain).
const fn spread(mut x: u64) -> u64 {
    x ^= x >> 33;
    x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
    x ^= x >> 33;
    x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    x ^ (x >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> Option<u64> {
        exact_hash(text, 100).0
    }

    #[test]
    fn what_does_not_matter() {
        let plain = hash("turn it to 30%").unwrap();
        for text in
            ["Turn  it\tto 30 %", "TURN IT TO 30%!", " turn it to \u{ff13}\u{ff10}%\u{2026}\u{201d} ?"]
        {
            assert_eq!(hash(text), Some(plain), "{text}");
        }
        assert_eq!(hash("开灯。"), hash("开 灯"));
        assert_eq!(hash("लाइट।"), hash("लाइट"));
    }

    #[test]
    fn what_matters() {
        let texts = [
            "turn it to 30",
            "turn it to 30%",
            "turnit to 30",
            "to turn it 30",
            "c",
            "c++",
            "c#",
            "turn, it to 30",
        ];
        for (index, text) in texts.iter().enumerate() {
            assert!(hash(text).is_some());
            assert!(texts.iter().take(index).all(|other| hash(other) != hash(text)), "{text}");
        }
    }

    #[test]
    fn texts_without_a_hash() {
        for text in ["", " ", "?!", "$", "..."] {
            assert_eq!(hash(text), None, "{text:?}");
        }
        assert!(hash("\u{1f44d}").is_some() && hash("7").is_some());
        let (found, read) = exact_hash("one two", 7);
        assert!(found.is_some() && !read.truncated && read.words == 2 && read.characters == 7);
        let (found, read) = exact_hash("one two!", 7);
        assert!(found.is_none() && read.truncated && read.words == 2 && read.characters == 7);
        // One character that becomes eighteen.
        let (found, read) = exact_hash("\u{fdfa}", 7);
        assert!(found.is_none() && read.truncated && read.characters == 0);
    }
}
