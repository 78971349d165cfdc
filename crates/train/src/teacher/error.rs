//! Why an encoder cannot be used.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a folder is no encoder that can be used here. Displayed as `FILE: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeacherError {
    file: PathBuf,
    what: String,
}

impl TeacherError {
    /// What is wrong with a file, and what to do, as one line.
    pub(crate) fn new(file: &Path, what: impl fmt::Display) -> Self {
        Self { file: file.to_path_buf(), what: what.to_string() }
    }

    /// The file or folder that the error is about.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl fmt::Display for TeacherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.what)
    }
}

impl std::error::Error for TeacherError {}
