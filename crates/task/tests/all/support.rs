//! Folders of files that vanish after a test.

use std::fs;
use std::path::PathBuf;

use stonechat_task::{Dataset, Error, Example, Finding, ReadOptions, Slot, Task};
use tempfile::TempDir;

/// A folder with the given files.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Folder(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str, options: &ReadOptions) -> Result<Dataset, Error> {
        Dataset::read(&Task::read_with(&self.path(name), options)?)
    }

    /// The message of an error, paths below this folder being shown without it.
    pub(crate) fn message(&self, error: &Error) -> String {
        error.to_string().replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Reads one file.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Dataset {
    read_with(name, bytes, &ReadOptions::default()).unwrap()
}

/// Reads one file; a failure is the message without the folder.
pub(crate) fn read_with(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Dataset, String> {
    let folder = Folder::new(&[(name, bytes)]);
    folder.read(name, options).map_err(|error| folder.message(&error))
}

/// The message of the failure to read one file.
pub(crate) fn refused(name: &str, bytes: &[u8]) -> String {
    read_with(name, bytes, &ReadOptions::default()).expect_err("the file should be refused")
}

/// Line, text and labels of every row.
pub(crate) fn rows(data: &Dataset) -> Vec<(u32, &str, String)> {
    data.examples.iter().map(|e| (e.source.line, e.text.as_str(), e.labels.join("|"))).collect()
}

/// Name and phrase of every slot of a row.
pub(crate) fn phrases(example: &Example) -> Vec<(&str, &str)> {
    example.slots.iter().map(|slot| (slot.name.as_str(), &example.text[slot.start..slot.end])).collect()
}

/// A slot made by hand.
pub(crate) fn slot(name: &str, start: usize, end: usize) -> Slot {
    Slot { name: name.to_string(), start, end }
}

pub(crate) fn kinds(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.kind).collect()
}

/// An example made by hand, at a line of a file `made`.
pub(crate) fn example(line: u32, text: &str, labels: &[&str]) -> Example {
    Example {
        text: text.to_string(),
        labels: labels.iter().map(|label| label.to_string()).collect(),
        slots: Vec::new(),
        source: stonechat_task::Source { file: PathBuf::from("made").into(), line },
        split: None,
    }
}
