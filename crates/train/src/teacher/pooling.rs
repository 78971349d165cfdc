//! How the states of a text become one embedding.

use super::error::TeacherError;
use super::folder::Folder;
use serde::Deserialize;

/// How the states of a text become one embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// The mean over all tokens.
    Mean,
    /// The state of the first token.
    First,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
    #[serde(default)]
    pooling_mode_weightedmean_tokens: bool,
    #[serde(default)]
    pooling_mode_lasttoken: bool,
}

impl Pooling {
    /// The name of the file.
    pub(crate) const FILE: &str = "1_Pooling/config.json";

    /// As the file, given its bytes, says; the mean where there is none.
    pub(crate) fn read(folder: &Folder, bytes: Option<&[u8]>) -> Result<Self, TeacherError> {
        let Some(bytes) = bytes else { return Ok(Self::Mean) };
        let raw: Raw = folder.json(Self::FILE, bytes)?;
        let others = raw.pooling_mode_max_tokens
            || raw.pooling_mode_mean_sqrt_len_tokens
            || raw.pooling_mode_weightedmean_tokens
            || raw.pooling_mode_lasttoken;
        match (raw.pooling_mode_mean_tokens, raw.pooling_mode_cls_token, others) {
            (true, false, false) => Ok(Self::Mean),
            (false, true, false) => Ok(Self::First),
            _ => Err(TeacherError::new(
                &folder.path(Self::FILE),
                "this pooling is not supported; take an encoder that pools the mean or the first token",
            )),
        }
    }

    /// How many of a text's tokens count, from its first: `length` has it in all.
    #[cfg(feature = "fine-tune")]
    pub(super) const fn counts(self, length: usize) -> usize {
        match self {
            Self::Mean => length,
            Self::First => 1,
        }
    }
}
