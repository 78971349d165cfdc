//! Reading a model file, and whether one can be written.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;
use stonechat_engine::{Model, format};
use stonechat_eval::Aligned;
use stonechat_task::check_writable;

use crate::failure::{Failure, io_failure};

/// The bytes of a model file.
///
/// They are read rather than mapped: a mapped file that another program changes while it is in use changes
/// under a model whose checks are over.
pub(crate) struct ModelFile {
    path: PathBuf,
    bytes: Aligned,
}

impl ModelFile {
    /// Reads a file. Of one that does not begin as a model file does, only the beginning.
    pub(crate) fn read(path: &Path) -> Result<ModelFile, Failure> {
        let failed = |error| io_failure(path, &error);
        if path.is_dir() {
            return Err(Failure::file(path, "a folder; name a model file that `stonechat train` wrote"));
        }
        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut begin = Vec::new();
        let magic = format::MAGIC.len() as u64;
        file.by_ref().take(magic).read_to_end(&mut begin).map_err(failed)?;
        let length = if begin == format::MAGIC { length } else { 0 };
        let rest = file.take(if begin == format::MAGIC { u64::MAX } else { 0 });
        let bytes = Aligned::read((&*begin).chain(rest), length as usize).map_err(failed)?;
        Ok(ModelFile { path: path.to_path_buf(), bytes })
    }

    /// Opens the model; a file that breaks the format is bad input.
    pub(crate) fn open(&self) -> Result<Model<'_>, Failure> {
        Model::open(&self.bytes).map_err(|error| Failure::file(&self.path, error))
    }

    /// The bytes of the file.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What the trainer wrote into a model file; `null` where that is no JSON.
pub(crate) fn meta(model: &Model<'_>) -> Value {
    serde_json::from_str(model.meta()).unwrap_or_default()
}

/// The name of a model: that of its task or, where the file does not say, its own.
pub(crate) fn name(file: &ModelFile, model: &Model<'_>) -> String {
    match meta(model).pointer("/task/name").and_then(Value::as_str) {
        Some(name) => name.to_string(),
        None => file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

/// Refuses a place where no file can be written, or where one stands that is no model, before any work is done.
pub(crate) fn writable(path: &Path) -> Result<(), Failure> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(Failure::file(path, "not the name of a file; name the model file to write"));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let meta = std::fs::metadata(folder).map_err(|error| io_failure(folder, &error))?;
    if !meta.is_dir() {
        return Err(Failure::file(folder, "not a folder; name a model file in a folder that exists"));
    }
    check_writable(path)?;
    keeps_data(path)
}

/// Refuses to replace a file that is neither empty nor a model: it may be the data, named by mistake.
fn keeps_data(path: &Path) -> Result<(), Failure> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_failure(path, &error)),
    };
    let mut begin = Vec::new();
    let magic = format::MAGIC.len() as u64;
    file.by_ref().take(magic).read_to_end(&mut begin).map_err(|error| io_failure(path, &error))?;
    if begin.is_empty() || begin == format::MAGIC {
        return Ok(());
    }
    Err(Failure::file(path, "a file that is no model stands there; name another file, or remove it first"))
}
