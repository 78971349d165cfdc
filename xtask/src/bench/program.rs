//! Other programs: started, waited for, read.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
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
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let done =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("{}: {error}", line(command)))?;
    if done.status.success() { Ok(done.stdout) } else { Err(format!("{}: {}", line(command), done.status)) }
}

/// The same, as text without the end of the last line.
///
/// # Errors
///
/// As [`output`], or the output is not UTF-8.
pub(super) fn text(command: &mut Command) -> Result<String, String> {
    let bytes = output(command)?;
    let text = String::from_utf8(bytes).map_err(|error| format!("{}: {error}", line(command)))?;
    Ok(text.trim_end().to_string())
}

/// The same, as a JSON document.
///
/// # Errors
///
/// As [`output`], or the output is not the document that is expected.
pub(super) fn document<T: DeserializeOwned>(command: &mut Command) -> Result<T, String> {
    let bytes = output(command)?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", line(command)))
}

/// Builds the command line as it ships and returns its path.
///
/// # Errors
///
/// The build fails.
pub(super) fn build(root: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args([
        "build",
        "--release",
        "--locked",
        "--package",
        "stonechat-cli",
        "--bin",
        "stonechat",
    ]);
    command.arg("--message-format=json-render-diagnostics");
    // Where it is built depends on settings that only cargo knows.
    let messages = text(&mut command)?;
    let executable = messages.lines().find_map(|message| {
        let message: Value = serde_json::from_str(message).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    executable.ok_or_else(|| format!("{}: it names no executable", line(&command)))
}
