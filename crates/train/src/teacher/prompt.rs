//! What an encoder wants to stand before each text.

use super::error::TeacherError;
use super::folder::Folder;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The name of the file.
pub(super) const FILE: &str = "config_sentence_transformers.json";

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    prompts: Option<BTreeMap<String, String>>,
    #[serde(default)]
    default_prompt_name: Option<String>,
}

/// The prompt that the file, given its bytes, names as the usual one, else that of a `query`, else nothing.
pub(super) fn read(folder: &Folder, bytes: Option<&[u8]>) -> Result<String, TeacherError> {
    let Some(bytes) = bytes else { return Ok(String::new()) };
    let raw: Raw = folder.json(FILE, bytes)?;
    let name = raw.default_prompt_name.as_deref().unwrap_or("query");
    Ok(raw.prompts.and_then(|prompts| prompts.get(name).cloned()).unwrap_or_default())
}
