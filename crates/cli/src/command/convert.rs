//! `stonechat convert`: between data formats.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stonechat_task::{Dataset, Format, Task, write};

use crate::console::Console;
use crate::data::{Columns, formats};
use crate::failure::Failure;

/// Between data formats
///
/// What the format of OUT cannot hold, such as slots in csv, is told and left out; jsonl holds everything.
#[derive(Args, Debug)]
pub(crate) struct Convert {
    /// Data, or a task, in any format that is read
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// File to write; a new folder for seqio
    #[arg(value_name = "OUT")]
    output: PathBuf,
    #[arg(long, value_name = "NAME", alias = "format",
        help = format!("Format to read, whatever the name of IN: {}", formats(|_| true)))]
    from: Option<Format>,
    #[arg(long, value_name = "NAME",
        help = format!("Format to write: {} [default: by the extension of OUT]", written()))]
    to: Option<Format>,
    #[command(flatten)]
    columns: Columns,
}

/// The formats that can be written: a folder a label is read only.
fn written() -> String {
    formats(|format| *format != Format::Folder)
}

impl Convert {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let to = match self.to {
            Some(to) => to,
            None => Format::by_extension(&self.output).ok_or_else(|| {
                let what = format!("its extension names no format; name one with --to: {}", written());
                Failure::file(&self.output, what)
            })?,
        };
        let task = Task::read_with(&self.input, &self.columns.options(self.from))?;
        let data = Dataset::read(&task)?;
        let mut findings = data.warnings;
        let lost = write(&self.output, to, &data.examples)?;
        let left_out: usize =
            lost.iter().filter(|lost| lost.kind == "lossy-row").map(|lost| lost.count).sum();
        let rows = data.examples.len() - left_out;
        findings.extend(lost);
        if console.json {
            return console.document(&json!({
                "rows": rows,
                "format": to.name(),
                "file": self.output.display().to_string(),
                "findings": findings,
            }));
        }
        for finding in &findings {
            console.note(format_args!("{}: {finding}", finding.severity));
        }
        console.line(format_args!("{}: {rows} rows as {to}", self.output.display()))
    }
}
