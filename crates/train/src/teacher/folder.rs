//! The files of an encoder.

use super::error::TeacherError;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A folder with `config.json`, `tokenizer.json`, `model.safetensors` and perhaps settings beside them.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Result<Self, TeacherError> {
        if !path.is_dir() {
            let what = "no folder; name one with config.json, tokenizer.json and model.safetensors";
            return Err(TeacherError::new(path, what));
        }
        Ok(Self(path.to_path_buf()))
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, TeacherError> {
        let path = self.path(name);
        fs::read(&path).map_err(|error| {
            let fix = "it belongs to the encoder, get it from where the folder comes from";
            TeacherError::new(&path, format_args!("{error}; {fix}"))
        })
    }

    /// The bytes of a file that need not be there.
    pub(crate) fn read_if_there(&self, name: &str) -> Result<Option<Vec<u8>>, TeacherError> {
        match fs::metadata(self.path(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            _ => self.read(name).map(Some),
        }
    }

    /// The content of a JSON file, given its bytes.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, TeacherError> {
        serde_json::from_slice(bytes).map_err(|error| {
            TeacherError::new(&self.path(name), format_args!("{error}; take the file as it was published"))
        })
    }
}
