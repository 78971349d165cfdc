//! `stonechat bench`: latency, throughput, memory, cold start.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use stonechat_eval::{ColdStart, SpeedOptions, cold_start, speed};

use crate::common::Common;
use crate::console::Console;
use crate::data::{Judged, Reading, Rows};
use crate::failure::Failure;
use crate::kernel;
use crate::model_file::ModelFile;

/// How often the cold start is measured; the median is reported.
const STARTS: usize = 7;

/// Name of the hidden command that measures one cold start.
pub(super) const COLD_START: &str = "cold-start";

/// Latency, throughput, memory, cold start
///
/// Latency is that of one text at a time on one thread, from UTF-8 text to decision, after a warm-up pass;
/// throughput is that of --threads threads, one unless given. The cold start is the median of 7 fresh processes.
#[derive(Args, Debug)]
pub(crate) struct Bench {
    /// Model file
    model: PathBuf,
    /// Texts to answer: a folder with a task.toml, the file itself, or bare data
    data: PathBuf,
    /// Which rows are answered
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Judged::Test)]
    split: Judged,
    #[command(flatten)]
    reading: Reading,
}

impl Bench {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        let file = ModelFile::read(&self.model)?;
        let rows = Rows::read(&file.open()?, &self.data, &self.reading, self.split)?;
        console.note(format_args!("{}: {}", self.data.display(), rows.source));
        let texts: Vec<&str> = rows.examples.iter().map(|example| example.text.as_str()).collect();
        let options = SpeedOptions {
            threads: common.given_threads().unwrap_or(1),
            kernel,
            cold_start: Some(median_start(&self.model, texts.first().copied().unwrap_or_default())?),
        };
        let speed = speed(&self.model, &texts, &options).map_err(failure)?;
        console.result(&speed)
    }
}

/// Measure one cold start; the text is read from standard input
#[derive(Args, Debug)]
pub(crate) struct ColdStartCommand {
    /// Model file
    model: PathBuf,
}

impl ColdStartCommand {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| Failure::Input(format!("<stdin>: {error}; give one text in UTF-8")))?;
        let measured = cold_start(&self.model, kernel, &text).map_err(failure)?;
        console.json_line(&measured)
    }
}

/// The median of several cold starts, each in a process of its own. They inherit the forced kernel.
fn median_start(model: &Path, text: &str) -> Result<ColdStart, Failure> {
    let mut starts = (0..STARTS).map(|_| start(model, text)).collect::<Result<Vec<_>, _>>()?;
    starts.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
    starts
        .get(STARTS / 2)
        .copied()
        .ok_or_else(|| Failure::Input("no cold start was measured; run bench again".to_string()))
}

/// One cold start in a process of its own.
fn start(model: &Path, text: &str) -> Result<ColdStart, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::Input(format!("measuring the cold start in a process of its own: {error}; run bench again"))
    };
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut child = Command::new(program)
        .arg(COLD_START)
        .arg("--")
        .arg(model)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    // Dropped after writing, which ends the text. A child that does not read tells why it failed.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
}

fn failure(error: stonechat_eval::SpeedError) -> Failure {
    Failure::Input(error.to_string())
}
