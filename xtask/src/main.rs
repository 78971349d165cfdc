//! The chores of the repository: `cargo xtask WORD`.

mod bench;
mod bindings;
mod ci;
mod docs;
mod everywhere;
mod golden;
mod header;
mod layout;
mod program;
mod ship;
mod unicode;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask WORD

  abstain [OPTION...]     train models and hold what they do not answer against the targets; `abstain --help`
  bench [OPTION...]       train and measure models, hold them against the targets and the peers; `bench --help`
  bindings [OPTION]       build and test the engine for C, browsers and Node; `bindings --help`
  ci [--allow-missing]    everything that must hold before a change is taken
  docs [--check]          write docs/cli.md and the examples of README.md, or compare the former
  everywhere [OPTION...]  the same answers on every target; `everywhere --help`
  functions               list the functions that an answer runs through, by Valgrind, for `ship`
  golden [--check]        write the golden models and what they answer, or compare them
  header [--check]        write the header of the C interface, or compare it
  install-c PREFIX        build the C library and put it where compilers look for it
  layout                  the sources keep to docs/architecture.md
  ship                    build the command line as it ships: one static file, quick to start, small in memory
  taught OPTION...        train models with the words asset and with a teacher and hold them against the targets; `taught --help`
  unicode [--check]       write the engine's Unicode tables, or compare them
  web                     build the modules of the package for browsers and Node";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["abstain", options @ ..] => {
            return with_options(
                options,
                bench::abstain::USAGE,
                bench::abstain::Options::parse,
                bench::abstain::run,
            );
        }
        ["bench", options @ ..] => {
            return with_options(options, bench::USAGE, bench::Options::parse, bench::run);
        }
        ["bindings", "help" | "--help" | "-h"] => {
            println!("{}", bindings::USAGE);
            Ok(())
        }
        ["bindings"] => bindings::run(&root(), false),
        ["bindings", "--allow-missing"] => bindings::run(&root(), true),
        ["ci"] => ci::run(&root(), false),
        ["ci", "--allow-missing"] => ci::run(&root(), true),
        ["docs"] => docs::run(&root(), false),
        ["docs", "--check"] => docs::run(&root(), true),
        ["everywhere", options @ ..] => {
            return with_options(options, everywhere::USAGE, everywhere::Options::parse, everywhere::run);
        }
        // For the examples of the documents.
        [docs::STONECHAT, ..] => return stonechat_cli::run(std::env::args_os().skip(1)),
        ["functions"] => ship::list_functions(&root()),
        ["golden"] => golden::run(&root(), false),
        ["golden", "--check"] => golden::run(&root(), true),
        ["header"] => header::run(&root(), false),
        ["header", "--check"] => header::run(&root(), true),
        ["install-c", prefix] => bindings::install(&root(), Path::new(prefix)),
        ["layout"] => layout::run(&root()),
        ["ship"] => ship::run(&root()),
        ["taught", options @ ..] => {
            return with_options(
                options,
                bench::taught::USAGE,
                bench::taught::Options::parse,
                bench::taught::run,
            );
        }
        ["unicode"] => unicode::run(false),
        ["unicode", "--check"] => unicode::run(true),
        ["web"] => bindings::web(&root()),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    finish(done)
}

/// Does a word that takes options, or says how it is called.
fn with_options<O>(
    words: &[&str],
    usage: &str,
    parse: impl FnOnce(&[&str]) -> Result<O, String>,
    run: impl FnOnce(&Path, &O) -> Result<(), String>,
) -> ExitCode {
    if let ["help" | "--help" | "-h", ..] = words {
        println!("{usage}");
        return ExitCode::SUCCESS;
    }
    match parse(words) {
        Ok(options) => finish(run(&root(), &options)),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn finish(done: Result<(), String>) -> ExitCode {
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
