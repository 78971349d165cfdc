//! Options of every command.

use clap::Args;

/// Options of every command.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Print one JSON document on standard output and nothing else there
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print results and errors only: no progress, no notes
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
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
