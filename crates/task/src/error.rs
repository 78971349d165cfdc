//! The one error of the crate.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a task or its data could not be read or written.
///
/// Displayed as `FILE:LINE: what is wrong; what to do instead`.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a file or a folder.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The content of a file is not what it must be.
    Input {
        /// The file or folder.
        file: PathBuf,
        /// The line, counted from 1, where there is one.
        line: Option<u32>,
        /// What is wrong.
        what: String,
        /// What to do instead.
        fix: String,
    },
}

impl Error {
    /// An error of the operating system about `path`.
    pub(crate) fn io(path: &Path, source: io::Error) -> Error {
        Error::Io { path: path.to_path_buf(), source }
    }

    /// An error at a line of a file.
    pub(crate) fn at(file: &Path, line: u32, what: impl Into<String>, fix: impl Into<String>) -> Error {
        Error::Input { file: file.to_path_buf(), line: Some(line), what: what.into(), fix: fix.into() }
    }

    /// An error about a file or folder as a whole.
    pub(crate) fn whole(file: &Path, what: impl Into<String>, fix: impl Into<String>) -> Error {
        Error::Input { file: file.to_path_buf(), line: None, what: what.into(), fix: fix.into() }
    }

    /// The file or folder that the error is about.
    pub fn file(&self) -> &Path {
        match self {
            Error::Io { path, .. } => path,
            Error::Input { file, .. } => file,
        }
    }

    /// The line that the error is about, counted from 1, where there is one.
    pub fn line(&self) -> Option<u32> {
        match self {
            Error::Io { .. } => None,
            Error::Input { line, .. } => *line,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { path, source } => {
                let fix = match source.kind() {
                    io::ErrorKind::NotFound => "; check the path",
                    io::ErrorKind::PermissionDenied => "; check its permissions",
                    _ => "",
                };
                write!(f, "{}: {source}{fix}", path.display())
            }
            Error::Input { file, line: Some(line), what, fix } => {
                write!(f, "{}:{line}: {what}; {fix}", file.display())
            }
            Error::Input { file, line: None, what, fix } => write!(f, "{}: {what}; {fix}", file.display()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            Error::Input { .. } => None,
        }
    }
}
