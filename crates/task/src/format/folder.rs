//! A folder a label, a text a file.

use std::fs;
use std::path::{Path, PathBuf};

use super::Row;
use super::detect::{is_split_folder, subfolders};
use crate::document::Document;
use crate::error::Error;
use crate::example::Split;

/// A text file and its row.
pub(crate) type FileRow = (Document, Row);

/// Reads `LABEL/*.txt`, or `SPLIT/LABEL/*.txt` where a folder with the name of a split holds folders. The
/// label is the name of the folder, the text that of the file without white space around it.
pub(crate) fn read_classes(folder: &Path) -> Result<Vec<FileRow>, Error> {
    let mut rows = Vec::new();
    for path in subfolders(folder) {
        let labels = subfolders(&path);
        if is_split_folder(&path) && !labels.is_empty() {
            let split = Split::in_name(&path.file_name().unwrap_or_default().to_string_lossy());
            for label in labels {
                read_label(&label, split, &mut rows)?;
            }
        } else {
            read_label(&path, None, &mut rows)?;
        }
    }
    Ok(rows)
}

fn read_label(folder: &Path, split: Option<Split>, rows: &mut Vec<FileRow>) -> Result<(), Error> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().trim().to_string();
    let entries = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| Error::io(folder, source))?.path();
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    for file in files {
        let document = Document::read(&file)?;
        let text = document.text.trim().to_string();
        rows.push((document, Row { line: 1, text, labels: vec![name.clone()], split, ..Row::default() }));
    }
    Ok(())
}
