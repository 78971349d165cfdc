//! The chores of the repository: `cargo xtask WORD`.

mod unicode;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["unicode"] => unicode::run(false),
        ["unicode", "--check"] => unicode::run(true),
        _ => Err("usage: cargo xtask unicode [--check]".to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
