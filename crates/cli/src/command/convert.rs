//! `stonechat convert`: between data formats.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stonechat_task::{Dataset, Format, Task, write};

use crate::console::Console;
use crate::data::Columns;
use crate::failure::Failure;

/// Between data formats
#[derive(Args, Debug)]
pub(crate) struct Convert {
    /// Data, or a task, in any format that is read
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// File to write
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// Format to read, whatever the name of IN
    #[arg(long, value_name = "NAME", alias = "format")]
    from: Option<Format>,
    /// Format to write: csv, tsv, jsonl, fasttext, clinc or trec [default: by the extension of OUT]
    #[arg(long, value_name = "NAME")]
    to: Option<Format>,
    #[command(flatten)]
    columns: Columns,
}

impl Convert {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let to = match self.to {
            Some(to) => to,
            None => Format::by_extension(&self.output).ok_or_else(|| {
                Failure::file(
                    &self.output,
                    "its extension names no format; name one with --to: csv, tsv, jsonl, fasttext, clinc, trec",
                )
            })?,
        };
        let task = Task::read_with(&self.input, &self.columns.options(self.from))?;
        let data = Dataset::read(&task)?;
        let mut findings = data.warnings;
        findings.extend(write(&self.output, to, &data.examples)?);
        if console.json {
            return console.document(&json!({
                "rows": data.examples.len(),
                "format": to.name(),
                "file": self.output.display().to_string(),
                "findings": findings,
            }));
        }
        for finding in &findings {
            console.note(format_args!("{}: {finding}", finding.severity));
        }
        console.line(format_args!("{}: {} rows as {to}", self.output.display(), data.examples.len()))
    }
}
