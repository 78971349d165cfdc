//! The chores of the repository: `cargo xtask WORD`.

mod ci;
mod layout;
mod unicode;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask WORD

  ci                  everything that must hold before a change is taken
  layout              the sources keep to docs/architecture.md
  unicode [--check]   write the engine's Unicode tables, or compare them";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ci"] => ci::run(&root()),
        ["layout"] => layout::run(&root()),
        ["unicode"] => unicode::run(false),
        ["unicode", "--check"] => unicode::run(true),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
