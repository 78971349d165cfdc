//! The list of commands, and the way from what was typed to the one that runs.

use clap::Subcommand;

use super::{bench, check, convert, demo, eval, inspect, new, predict, train, verify, words};
use crate::common::Common;
use crate::console::Console;
use crate::failure::Failure;

/// What the program is asked to do, in the order in which a newcomer meets it.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Demo(demo::Demo),
    New(new::New),
    Check(check::Check),
    Train(Box<train::Train>),
    Eval(eval::Eval),
    Verify(verify::Verify),
    Predict(predict::Predict),
    Inspect(inspect::Inspect),
    Bench(bench::Bench),
    Convert(convert::Convert),
    Words(words::WordsCommands),
    #[command(name = bench::COLD_START, hide = true)]
    ColdStart(bench::ColdStartCommand),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        match self {
            Command::Demo(command) => command.run(common, console),
            Command::New(command) => command.run(console),
            Command::Check(command) => command.run(console),
            Command::Train(command) => command.run(common, console),
            Command::Eval(command) => command.run(common, console),
            Command::Verify(command) => command.run(console),
            Command::Predict(command) => command.run(console),
            Command::Inspect(command) => command.run(console),
            Command::Bench(command) => command.run(common, console),
            Command::Convert(command) => command.run(console),
            Command::Words(command) => command.run(common, console),
            Command::ColdStart(command) => command.run(console),
        }
    }
}
