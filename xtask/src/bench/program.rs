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

/// The path of a program, if it is installed.
pub(super) fn installed(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Builds the command line as it ships, by the alias `ship` of `.cargo/config.toml`, and returns its path.
///
/// # Errors
///
/// The alias is not there, or the build fails.
pub(super) fn build(root: &Path) -> Result<PathBuf, String> {
    let config = root.join(".cargo/config.toml");
    let failed = |error: String| format!("{}: {error}; it must have the alias `ship`", config.display());
    let text_of = std::fs::read_to_string(&config).map_err(|error| failed(error.to_string()))?;
    let table: toml::Table = text_of.parse().map_err(|error: toml::de::Error| failed(error.to_string()))?;
    let alias = table.get("alias").and_then(|alias| alias.get("ship")).and_then(toml::Value::as_str);
    let (words, flags) =
        alias.and_then(|alias| alias.split_once(" -- ")).ok_or_else(|| failed("no ` -- `".into()))?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(words.split_whitespace()).arg("--message-format=json-render-diagnostics");
    command.arg("--").args(flags.split_whitespace());
    // Where it is built depends on settings that only cargo knows.
    let messages = text(&mut command)?;
    let executable = messages.lines().find_map(|message| {
        let message: Value = serde_json::from_str(message).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    executable.ok_or_else(|| format!("{}: it names no executable", line(&command)))
}
