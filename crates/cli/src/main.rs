//! The `stonechat` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    stonechat_cli::run(std::env::args_os())
}
