//! Other programs: started, waited for, read.

use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A program with its arguments, as a person would type it.
fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a program to its end and returns what it wrote to standard output; its messages go to the terminal.
///
/// # Errors
///
/// It does not start, or ends with another code than 0.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let done =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("{}: {error}", line(command)))?;
    if done.status.success() { Ok(done.stdout) } else { Err(format!("{}: {}", line(command), done.status)) }
}

/// The same, as text without the end of the last line.
///
/// # Errors
///
/// As [`output`], or the output is not UTF-8.
pub(crate) fn text(command: &mut Command) -> Result<String, String> {
    let bytes = output(command)?;
    let text = String::from_utf8(bytes).map_err(|error| format!("{}: {error}", line(command)))?;
    Ok(text.trim_end().to_string())
}

/// The same, as a JSON document.
///
/// # Errors
///
/// As [`output`], or the output is not the document that is expected.
pub(crate) fn document<T: DeserializeOwned>(command: &mut Command) -> Result<T, String> {
    let bytes = output(command)?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", line(command)))
}

/// The program that `cargo build` names in its messages, given as lines of JSON.
pub(crate) fn executable(messages: &[u8]) -> Option<PathBuf> {
    String::from_utf8_lossy(messages).lines().find_map(|message| {
        let message: serde_json::Value = serde_json::from_str(message).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    })
}

/// The path of a program, if it is installed.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}
