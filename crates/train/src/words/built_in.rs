//! The words assets that this crate brings.

use super::asset::Words;
use std::sync::OnceLock;

/// English, from all-MiniLM-L6-v2 (Apache-2.0; see NOTICE), as `stonechat words build` makes it.
static ENGLISH: &[u8] = include_bytes!("../../assets/words-en.safetensors");

/// German, from multilingual-e5-small (MIT; see NOTICE).
static GERMAN: &[u8] = include_bytes!("../../assets/words-de.safetensors");

impl Words {
    /// The English asset that this crate brings: 128 numbers for each of its word pieces.
    #[must_use]
    pub fn english() -> Option<&'static Self> {
        static READ: OnceLock<Option<Words>> = OnceLock::new();
        // It is a part of the program, and a test reads it.
        READ.get_or_init(|| Self::read(ENGLISH).ok()).as_ref()
    }

    /// The German asset that this crate brings: 128 numbers for each of its word pieces.
    #[must_use]
    pub fn german() -> Option<&'static Self> {
        static READ: OnceLock<Option<Words>> = OnceLock::new();
        READ.get_or_init(|| Self::read(GERMAN).ok()).as_ref()
    }

    /// The assets that this crate brings, one a language.
    pub(crate) fn built_in() -> impl Iterator<Item = &'static Self> {
        // One is read only where those before it do not do.
        [Self::english, Self::german].into_iter().filter_map(|read| read())
    }
}
