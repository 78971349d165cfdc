//! `cargo xtask functions`: which functions an answer runs through, as Valgrind sees them.

use super::build::{FUNCTIONS, function, link};
use crate::program::{output, text};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const MODELS: &str = "golden/models/v1";
/// What is in the symbols of all kernels.
const KERNELS: &str = "16stonechat_engine6kernel";
/// Texts that take every way through the reader of texts.
const TEXTS: &str = "turn the kitchen lights off\nwhere is my card?\nSet it to 30 % at half past six\n\u{e9}t\u{e9} \u{706f}\n\n";

/// Lets the command line as it ships answer texts with every golden model, and writes the names of the functions that ran.
///
/// # Errors
///
/// The build fails, Valgrind is not there, or a file cannot be read or written.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let program = link(root, &[])?;
    let models = root.join(MODELS);
    let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let entries = fs::read_dir(&models).map_err(|error| failed(&models, &error))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let profile = program.with_file_name("functions.callgrind");
    let texts = program.with_file_name("functions.texts");
    fs::write(&texts, TEXTS).map_err(|error| failed(&texts, &error))?;
    let mut names = BTreeSet::new();
    for model in &paths {
        for words in [&["predict"][..], &["predict", "--json"], &["cold-start"]] {
            let mut command = Command::new("valgrind");
            command.args(["--quiet", "--tool=callgrind", "--demangle=no"]);
            command.arg(format!("--callgrind-out-file={}", profile.display()));
            command.arg(&program).args(words).arg(model);
            let input = fs::File::open(&texts).map_err(|error| failed(&texts, &error))?;
            output(command.stdin(Stdio::from(input)))?;
            let profile = fs::read_to_string(&profile).map_err(|error| failed(&profile, &error))?;
            names.extend(profile.lines().filter_map(named).map(function));
        }
    }
    // Valgrind lets a program see a machine without AVX-512.
    let symbols = text(Command::new("nm").arg("--defined-only").arg(&program))?;
    let kernels =
        symbols.lines().filter(|line| line.contains(KERNELS)).filter_map(|line| line.split(' ').nth(2));
    names.extend(kernels.map(function));
    let path = root.join(FUNCTIONS);
    let mut out = Vec::new();
    for name in &names {
        let _ = writeln!(out, "{name}");
    }
    let fresh = path.with_extension("txt.new");
    fs::write(&fresh, out).and_then(|()| fs::rename(&fresh, &path)).map_err(|error| failed(&path, &error))?;
    println!("{}: {} functions", path.display(), names.len());
    Ok(())
}

/// The function that a line of a profile gives a number to: `fn=(12) name`, of a recursion `name'2`.
fn named(line: &str) -> Option<&str> {
    let name = line.strip_prefix("fn=(").or_else(|| line.strip_prefix("cfn=("))?.split_once(") ")?.1;
    let name = name.split_once('\'').map_or(name, |(name, _)| name);
    // What has no name is an address.
    (!name.starts_with("0x") && !name.starts_with('(')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn lines_that_name() {
        assert_eq!(named("fn=(12) memcpy"), Some("memcpy"));
        assert_eq!(named("cfn=(7) _RNvCs1_1a1b'2"), Some("_RNvCs1_1a1b"));
        for line in ["fn=(12)", "fn=(1) 0x000000000052d3c0", "fn=(2) (below main)", "fl=(1) file.rs", "+3 5"]
        {
            assert_eq!(named(line), None);
        }
    }
}
