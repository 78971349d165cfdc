//! The words asset that this crate brings.

use super::asset::Words;
use std::sync::OnceLock;

/// English, from all-MiniLM-L6-v2 (Apache-2.0; see NOTICE), as `stonechat words build` makes it.
static ENGLISH: &[u8] = include_bytes!("../../assets/words-en.safetensors");

impl Words {
    /// The English asset that this crate brings: 128 numbers for each of its word pieces.
    #[must_use]
    pub fn english() -> Option<&'static Self> {
        static READ: OnceLock<Option<Words>> = OnceLock::new();
        // It is a part of the program, and a test reads it.
        READ.get_or_init(|| Self::read(ENGLISH).ok()).as_ref()
    }
}
