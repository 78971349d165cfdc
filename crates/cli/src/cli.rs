//! The command line as a whole.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::command::Command;
use crate::common::Common;
use crate::console::{Console, say};

/// Trains, judges and runs small language models: one file, whole numbers, the same answer everywhere
#[derive(Parser, Debug)]
#[command(name = "stonechat", version, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done; 1 a goal, gate or verification failed; 2 usage or bad input.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

/// Every command and option, as data.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first of which is its name, and returns its exit code: 0 done;
/// 1 a goal, gate or verification failed; 2 usage or bad input.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has gone is not told; the exit code stays.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new(cli.common.json, cli.common.quiet);
    let done = cli.command.run(&cli.common, &mut console);
    // What was printed before a failure is part of the result.
    let done = match (done, console.flush()) {
        (Ok(()), flushed) => flushed,
        (Err(failure), _) => Err(failure),
    };
    let Err(failure) = done else { return ExitCode::SUCCESS };
    if let Some(message) = failure.message() {
        say(message);
    }
    failure.code()
}
