//! The names that stand in the file, for its reader and its writer.

/// The value of `format`.
pub(super) const FORMAT: &str = "stonechat-words-1";

/// The most numbers in a row.
pub(super) const MAX_DIM: usize = 1024;

/// The greatest magnitude of a quantised number of so many bits.
pub(super) const fn most(bits: u32) -> i8 {
    if bits == 4 { 7 } else { 127 }
}

/// What is added to a number of four bits before it is stored.
pub(super) const NIBBLE_ZERO: i8 = 8;
