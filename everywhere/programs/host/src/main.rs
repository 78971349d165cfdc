//! `stonechat-replay-host SUITE`: answers a suite with the kernel that `STONECHAT_KERNEL` names, or with each that this machine has,
//! one after the other; first it holds the kernel against the reference.

#![forbid(unsafe_code)]

use std::error::Error;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::process::ExitCode;
use stonechat_engine::Kernel;
use stonechat_replay::{agreement, memory, replay};

const VARIABLE: &str = "STONECHAT_KERNEL";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: stonechat-replay-host SUITE")?;
    let suite = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.to_string_lossy()))?;
    let kernels = match std::env::var(VARIABLE) {
        Ok(name) => {
            let kernel = Kernel::by_name(&name);
            vec![
                kernel
                    .ok_or_else(|| format!("{VARIABLE}={name}: this machine has no kernel of that name"))?,
            ]
        }
        Err(_) => Kernel::available().to_vec(),
    };
    let mut scratch = vec![MaybeUninit::uninit(); memory(&suite)?];
    for kernel in kernels {
        let mut out = String::new();
        let done = agreement(&kernel, &mut out).and_then(|()| replay(&suite, kernel, &mut scratch, &mut out));
        std::io::stdout().write_all(out.as_bytes())?;
        done?;
    }
    Ok(())
}
