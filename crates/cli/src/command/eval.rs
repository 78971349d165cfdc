//! `stonechat eval`: judges a model file on labelled examples.

use std::path::PathBuf;

use clap::Args;
use stonechat_eval::{Evaluation, Options, evaluate, report_html};
use stonechat_task::write_file;

use crate::common::Common;
use crate::console::Console;
use crate::data::{Judged, Reading, Rows};
use crate::failure::Failure;
use crate::kernel;
use crate::model_file::{ModelFile, name};
use crate::typed::Now;

/// Judge a model file on labelled examples
#[derive(Args, Debug)]
pub(crate) struct Eval {
    /// Model file
    model: PathBuf,
    /// A folder with a task.toml, the file itself, or bare data
    data: PathBuf,
    /// Which rows are judged
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Judged::Test)]
    split: Judged,
    /// Also write a page with plots
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Exit with 1 if the accuracy is lower, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_accuracy: Option<f64>,
    /// Exit with 1 if a larger share of the accepted answers is wrong, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_error: Option<f64>,
    #[command(flatten)]
    now: Now,
    #[command(flatten)]
    reading: Reading,
}

impl Eval {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        let file = ModelFile::read(&self.model)?;
        let model = file.open()?;
        let rows = Rows::read(&model, &self.data, &self.reading, self.split)?;
        console.note(format_args!("{}: {}", self.data.display(), rows.source));
        let evaluation = evaluate(
            &model,
            &rows.examples,
            &Options {
                out_of_scope: rows.task.out_of_scope.clone(),
                threads: common.threads(),
                kernel,
                target: self.max_error.or(rows.task.goal.max_error),
                reference: self.now.reference,
            },
        );
        if let Some(report) = &self.report {
            let title = format!("{} on {}", name(&file, &model), rows.task.name);
            write_file(report, report_html(&evaluation, &title).as_bytes())?;
            console.note(format_args!("{}: the report", report.display()));
        }
        console.result(&evaluation)?;
        reached(&evaluation, self.min_accuracy)?;
        kept(&evaluation, self.max_error)
    }
}

/// Whether the accuracy is what was asked for.
fn reached(evaluation: &Evaluation, least: Option<f64>) -> Result<(), Failure> {
    let Some(least) = least else { return Ok(()) };
    match evaluation.label.map(|label| label.accuracy) {
        Some(accuracy) if accuracy >= least => Ok(()),
        Some(accuracy) => {
            Err(Failure::Missed(format!("accuracy {accuracy:.4} is below --min-accuracy {least}")))
        }
        None => Err(Failure::Missed(
            "no row has a label of the task, so --min-accuracy is not reached; judge other rows".to_string(),
        )),
    }
}

/// Whether no more of the accepted answers are wrong than was asked for; where nothing is accepted, nothing is.
fn kept(evaluation: &Evaluation, most: Option<f64>) -> Result<(), Failure> {
    let Some(most) = most else { return Ok(()) };
    match evaluation.abstention.as_ref().map(|abstention| abstention.error_when_accepted) {
        Some(error) if error.is_none_or(|error| error <= most) => Ok(()),
        Some(error) => Err(Failure::Missed(format!(
            "{:.4} of the accepted answers are wrong, more than --max-error {most}",
            error.unwrap_or(1.0)
        ))),
        None => Err(Failure::Missed(
            "no row is inside the task, so --max-error was not judged; judge other rows".to_string(),
        )),
    }
}

/// Reads a share from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(format!("{text:?} is not a share; write a number from 0 to 1, as 0.9")),
    }
}
