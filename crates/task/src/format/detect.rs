//! Telling a format from the name and the content of a file.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Format, conll, delimited, fasttext, is_clinc, jsonl, massive, trec};
use crate::document::Document;
use crate::example::Split;
use crate::file_name::{hidden, is_no_data, is_side_file};

/// How many lines may tell the format of a file whose first one does not.
const SAMPLE: usize = 20;

/// The format of a file, or `None` when it looks like none.
///
/// Names decide only where contents agree: a `.csv` whose first line holds tabs and no comma is a tsv.
pub(crate) fn detect(document: &Document) -> Option<Format> {
    let extension = document.path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let extension = extension.as_deref().unwrap_or_default();
    let Some((_, first)) = document.filled_lines().next() else {
        // Nothing inside: the name is all there is.
        return match extension {
            "csv" => Some(Format::Csv),
            "tsv" => Some(Format::Tsv),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "conll" => Some(Format::Conll),
            _ => None,
        };
    };
    let first = first.trim_end();
    let mut sample = document.filled_lines().take(SAMPLE);
    if first.starts_with('{') && sample.any(|(_, line)| massive::is_massive(line.trim_end())) {
        return Some(Format::Massive);
    }
    if matches!(extension, "jsonl" | "ndjson") {
        return Some(Format::Jsonl);
    }
    if first.starts_with('{') {
        return if jsonl::is_jsonl(first) {
            Some(Format::Jsonl)
        } else {
            is_clinc(document).then_some(Format::Clinc)
        };
    }
    if first.trim_start().starts_with(fasttext::PREFIX) {
        return Some(Format::Fasttext);
    }
    if !matches!(extension, "csv" | "json") && conll::is_conll(document) {
        return Some(Format::Conll);
    }
    match extension {
        "csv" if first.contains('\t') && !first.contains(',') => return Some(Format::Tsv),
        "csv" => return Some(Format::Csv),
        "tsv" => return Some(Format::Tsv),
        "json" => return None,
        _ => {}
    }
    if delimited::has_header(first, '\t') {
        return Some(Format::Tsv);
    }
    if delimited::has_header(first, delimited::csv_delimiter(first)) {
        return Some(Format::Csv);
    }
    trec::is_trec(document).then_some(Format::Trec)
}

/// Whether a folder holds a folder a label with a text a file: two folders of texts at least, by themselves or
/// within folders named after splits.
pub(crate) fn is_class_folder(folder: &Path) -> bool {
    let mut labels = BTreeSet::new();
    for subfolder in subfolders(folder) {
        let inner = self::subfolders(&subfolder);
        let found = if is_split_folder(&subfolder) && !inner.is_empty() { inner } else { vec![subfolder] };
        labels.extend(
            found.iter().filter(|l| holds_texts(l)).filter_map(|l| l.file_name()).map(OsString::from),
        );
    }
    labels.len() > 1
}

/// Whether the whole name of a folder is that of a split, or has one as a component.
pub(super) fn is_split_folder(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| Split::in_name(&name.to_string_lossy()).is_some())
}

/// The subfolders that are not hidden, sorted by name. A folder that cannot be read has none here; reading
/// it tells why.
pub(super) fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !path.file_name().is_some_and(hidden))
        .collect();
    found.sort();
    found
}

/// Whether a folder holds files whose whole content is a text: `.txt` only, which are no tables or lists of
/// labelled lines.
fn holds_texts(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let mut files = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default();
        if !path.is_file() || is_no_data(name) || is_side_file(name) {
            continue;
        }
        if !path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")) {
            return false;
        }
        files.push(path);
    }
    files.sort();
    // A few tell enough: there may be tens of thousands.
    !files.is_empty()
        && files
            .iter()
            .take(5)
            .all(|file| Document::read(file).is_ok_and(|document| detect(&document).is_none()))
}
