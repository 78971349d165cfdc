//! The data sets, where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the data sets, where there is one.
pub(crate) fn data() -> Option<PathBuf> {
    let found = std::env::var_os("STONECHAT_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let found = found.is_dir().then_some(found);
    if found.is_none() {
        println!("skipped: no data");
    }
    found
}

/// The lines of every file below a folder whose name ends so, in order of their paths.
pub(crate) fn lines(folder: &Path, ending: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            out.extend(lines(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let bytes = fs::read(&path).unwrap_or_default();
            out.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_string));
        }
    }
    out
}
