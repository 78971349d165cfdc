//! Writing a file whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::error::Error;

/// Writes a file under a temporary name beside it and renames it, so that a reader never sees half of it
/// and an old file survives a failure.
///
/// # Errors
/// When the operating system refuses; the temporary file is removed then.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let Some(name) = path.file_name() else {
        return Err(Error::whole(path, "not the name of a file", "name a file to write"));
    };
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(temporary);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        // Best effort: the error worth telling is the first one.
        let _ = fs::remove_file(&temporary);
        Error::io(path, source)
    })
}
