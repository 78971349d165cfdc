//! Other programs: started, waited for, read.

use std::process::{Command, Stdio};

/// Runs a program to its end and returns what it wrote to standard output.
///
/// # Errors
///
/// It does not start, or ends with another code than 0: with what it said.
pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{line}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_string();
    if done.status.success() {
        return Ok(text(&done.stdout));
    }
    Err(format!("{line}: {}\n{}\n{}", done.status, text(&done.stdout), text(&done.stderr)))
}

/// The cargo that runs this, as a person would call it: the flags of a cargo around it are not handed on.
pub(super) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    plain(&mut command);
    command
}

/// Takes away what would change how a compiler works.
pub(super) fn plain(command: &mut Command) {
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WRAPPER"] {
        command.env_remove(name);
    }
}
