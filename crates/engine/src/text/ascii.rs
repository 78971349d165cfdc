//! What becomes of ASCII characters, for loops over texts that have no others.

#![allow(clippy::indexing_slicing)] // Only into the table of all ASCII characters, by seven bits.

/// The character is part of a word.
pub(super) const IN_WORD: u8 = 1;
/// It is a token by itself.
pub(super) const SYMBOL: u8 = 2;
/// It is a letter, and part of a word.
pub(super) const LETTER: u8 = 4;

/// The character in lower case, and what it is; nothing for white space and controls.
static TABLE: [(u8, u8); 128] = {
    let mut table = [(b' ', 0); 128];
    let mut at = 0x21;
    while at < 0x7F {
        let byte = at as u8;
        table[at] = match byte {
            b'0'..=b'9' => (byte, IN_WORD),
            b'A'..=b'Z' | b'a'..=b'z' => (byte.to_ascii_lowercase(), IN_WORD | LETTER),
            _ => (byte, SYMBOL),
        };
        at += 1;
    }
    table
};

/// A character in lower case and what it is, by what the one before is and by which one is next, if any. An apostrophe between two
/// letters counts as one of them.
#[inline]
pub(super) fn read(byte: u8, previous: u8, next: Option<&u8>) -> (u8, u8) {
    let (value, bits) = TABLE[usize::from(byte & 0x7F)];
    if byte == b'\'' && previous & LETTER != 0 && next.is_some_and(u8::is_ascii_alphabetic) {
        return (value, IN_WORD | LETTER);
    }
    (value, bits)
}
