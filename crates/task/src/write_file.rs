//! Writing a file whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Writes a file under a temporary name beside it and renames it, so that a reader never sees half of it
/// and an old file survives a failure. A link stays a link: the file that it leads to is replaced.
///
/// # Errors
/// When the name stands for a device, a pipe or a folder, which a rename would replace or cannot, or when the
/// operating system refuses; the temporary file is removed then.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let target = target(path)?;
    let temporary = temporary(path, &target)?;
    let mut file = create(&temporary).map_err(|source| Error::io(path, source))?;
    let written =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&temporary, &target));
    written.map_err(|source| {
        // Best effort: the error worth telling is the first one.
        let _ = fs::remove_file(&temporary);
        Error::io(path, source)
    })
}

/// Whether [`write_file`] could write this file now: makes the temporary file and removes it.
///
/// # Errors
/// As [`write_file`].
pub fn check_writable(path: &Path) -> Result<(), Error> {
    let temporary = temporary(path, &target(path)?)?;
    create(&temporary).and_then(|_| fs::remove_file(&temporary)).map_err(|source| Error::io(path, source))
}

/// The file that is replaced: what a link leads to, else the path itself.
fn target(path: &Path) -> Result<PathBuf, Error> {
    let failed = |source| Error::io(path, source);
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => {
            return Err(Error::whole(
                path,
                "a folder, a device or a pipe, not a file",
                "name a new file, or a file to replace",
            ));
        }
        // A link that leads nowhere is no name for a new file.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            return Ok(path.to_path_buf());
        }
        Err(error) => return Err(failed(error)),
    }
    if path.is_symlink() { fs::canonicalize(path).map_err(failed) } else { Ok(path.to_path_buf()) }
}

/// The temporary name beside the file that is replaced.
fn temporary(path: &Path, target: &Path) -> Result<PathBuf, Error> {
    let Some(name) = target.file_name() else {
        return Err(Error::whole(path, "not the name of a file", "name a file to write"));
    };
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    Ok(target.with_file_name(temporary))
}

/// Makes a file that is not there yet, so that no file or link of that name is written through.
fn create(temporary: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(temporary)
}
