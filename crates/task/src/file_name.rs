//! What the name of a file tells about it.

use std::ffi::OsStr;

/// Whether a file is hidden.
pub(crate) fn hidden(name: &OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

/// Files that lie beside data and are none: documents, task files, models and temporary files.
pub(crate) fn is_no_data(name: &OsStr) -> bool {
    let lower = name.to_string_lossy().to_ascii_lowercase();
    let first = lower.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let document = ["readme", "license", "licence", "copying", "notice", "citation", "changelog"];
    let data = [".csv", ".tsv", ".json", ".jsonl", ".ndjson"];
    let other = [".md", ".toml", ".stone", ".tmp", ".rst", ".html", ".pdf"];
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    hidden(name) || ends(&other) || (document.contains(&first) && !ends(&data))
}

/// Lists of label names and the like, by their usual names.
pub(crate) fn is_side_file(name: &OsStr) -> bool {
    let lower = name.to_string_lossy().to_ascii_lowercase();
    let (stem, extension) = lower.split_once('.').unwrap_or((&lower, ""));
    matches!(stem, "categories" | "classes" | "labels" | "domains" | "intents")
        && matches!(extension, "json" | "txt" | "")
}
