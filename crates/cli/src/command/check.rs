//! `stonechat check`: what is wrong with the data.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stonechat_task::{Example, Schema, Splits, Task, check};

use crate::console::Console;
use crate::data::{Counts, Reading};
use crate::failure::Failure;
use crate::tally::Tally;

/// Find what is wrong with the data
///
/// With --schema, print instead the tables [intents] and [slots] of a task file that allow what the rows have, to be
/// looked through and put into task.toml: slots of unknown type are texts, and none is required.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// A folder with a task.toml, the file itself, or bare data
    task: PathBuf,
    /// Print the slots of each label, as the rows have them, for task.toml
    #[arg(long)]
    schema: bool,
    #[command(flatten)]
    reading: Reading,
}

impl Check {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let (task, splits) = self.reading.read(&self.task)?;
        if self.schema {
            return schema(&task, &splits, console);
        }
        let findings = check::all(&task, &splits);
        let tally = Tally::of(&findings);
        if console.json {
            console.document(&json!({
                "task": task.name,
                "rows": {
                    "train": splits.train.len(),
                    "valid": splits.valid.len(),
                    "test": splits.test.len(),
                },
                "errors": tally.errors,
                "warnings": tally.warnings,
                "notes": tally.notes,
                "findings": findings,
            }))?;
        } else {
            for finding in &findings {
                console.line(format_args!("{}: {finding}", finding.severity))?;
            }
            console.line(format_args!("rows: {}; {tally}", Counts(&splits)))?;
        }
        match tally.errors {
            0 => Ok(()),
            errors => Err(Failure::Missed(format!(
                "{}: {errors} {} no useful model can come of; mend the data first",
                self.task.display(),
                if errors == 1 { "finding" } else { "findings" },
            ))),
        }
    }
}

/// Prints the schema that the task declares, with what it leaves open taken from all of its rows.
fn schema(task: &Task, splits: &Splits, console: &mut Console) -> Result<(), Failure> {
    let rows: Vec<&Example> = splits.all().collect();
    let toml = Schema::infer(task, &rows).to_toml();
    match console.json {
        true => console.document(&json!({ "schema": toml })),
        false => console.line(toml.trim_end()),
    }
}
