//! The command line as a whole.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser};

use crate::command::Command;
use crate::console::{Console, say};
use crate::failure::Failure;

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

/// Options of every command.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    json: bool,
    /// Print results and errors only: no progress, no notes
    #[arg(long, global = true)]
    quiet: bool,
    /// The source of chance when training; the same seed and data give the same file
    #[arg(long, global = true, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Threads for training, judging and throughput; results do not depend on it [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Common {
    /// Threads that were asked for, else one a core.
    pub(crate) fn threads(&self) -> usize {
        match self.threads {
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism().map_or(1, usize::from).min(1024),
        }
    }

    /// Threads that were asked for, if any were.
    pub(crate) fn given_threads(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }
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

/// Refuses an option that a later version will have.
pub(crate) fn not_yet(option: &str, given: Option<&OsString>, instead: &str) -> Result<(), Failure> {
    match given {
        None => Ok(()),
        Some(_) => Err(Failure::Input(format!("{option} is not in this version; {instead}"))),
    }
}
