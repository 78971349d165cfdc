//! `stonechat train`: data in, one model file out.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use stonechat_engine::format;
use stonechat_eval::digest;
use stonechat_task::{Dataset, Finding, Severity, Splits, Task, check, parse_size, write_file};
use stonechat_train::{Recipe, TrainReport, Trainer};

use crate::common::Common;
use crate::console::Console;
use crate::data::{Counts, Reading};
use crate::failure::{Failure, train_failure};
use crate::model_file::writable;
use crate::progress::Bar;
use crate::tally::Tally;

/// How many findings are shown before the training; `check` shows all.
const SHOWN: usize = 5;

/// Data in, one model file out
#[derive(Args, Debug)]
pub(crate) struct Train {
    /// A folder with a task.toml, the file itself, or bare data
    task: PathBuf,
    /// Model file to write
    #[arg(short, long, value_name = "MODEL")]
    output: PathBuf,
    /// Kind of model
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Tier::Auto)]
    tier: Tier,
    /// Largest model file, as 300KB or 64KiB [default: max_size of the task's goal, else the recipe's]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_size: Option<u64>,
    /// Data to tune on, in place of validation rows in TASK
    #[arg(long, value_name = "DATA")]
    valid: Option<PathBuf>,
    /// Set a field of the recipe, as epochs=30; may be given several times; an unknown KEY lists all
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Longest time for one text
    #[arg(long, value_name = "TIME", hide = true)]
    max_latency: Option<OsString>,
    /// Largest share of wrong answers among the accepted
    #[arg(long, value_name = "SHARE", hide = true)]
    max_error: Option<OsString>,
    /// Folder of an encoder to learn from
    #[arg(long, value_name = "DIR", hide = true)]
    teacher: Option<OsString>,
    #[command(flatten)]
    reading: Reading,
}

/// Kinds of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tier {
    /// By the data: a tagger where rows have slots, else a bag
    Auto,
    /// Labels alone: hashed n-grams, summed embedding rows, one hidden layer
    Bag,
    /// Labels and slots: a recurrent network that reads both ways, and the best sequence of allowed slots
    Tagger,
}

impl Tier {
    /// The tier of the file; none where the data decides.
    fn of_file(self) -> Option<format::Tier> {
        match self {
            Tier::Auto => None,
            Tier::Bag => Some(format::Tier::Bag),
            Tier::Tagger => Some(format::Tier::Tagger),
        }
    }
}

impl Train {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        not_yet("--max-latency", self.max_latency.as_ref(), "measure it with `stonechat bench`")?;
        not_yet("--max-error", self.max_error.as_ref(), "use --set min_confidence=SHARE")?;
        not_yet("--teacher", self.teacher.as_ref(), "train on labelled examples alone")?;
        writable(&self.output)?;
        let task = Task::read_with(&self.task, &self.reading.options())?;
        let recipe = self.recipe(&task, common)?;
        let splits = self.splits(&task, console)?;
        let findings = check::all(&task, &splits);
        show(&findings, &self.task, console);
        console.note(format_args!("rows: {}", Counts(&splits)));
        if self.tier == Tier::Bag && splits.train.iter().any(|row| !row.slots.is_empty()) {
            console.note("a bag finds no slots: those of the rows are left out");
        }

        let bar = Bar::new(console);
        let mut trainer = Trainer::new(recipe).threads(common.threads()).on_progress(bar.listener());
        if let Some(tier) = self.tier.of_file() {
            trainer = trainer.tier(tier);
        }
        let trained = trainer.train(&task, &splits).map_err(|error| train_failure(&self.task, error))?;
        drop(bar);
        write_file(&self.output, &trained.model)?;

        if console.json {
            console.document(&json!({
                "file": self.output.display().to_string(),
                "model": { "digest": digest(&trained.model), "bytes": trained.model.len() },
                "report": trained.report,
            }))?;
        } else {
            console.line(trained.report.to_string().trim_end())?;
            console.line(format_args!("{}: {} bytes", self.output.display(), trained.model.len()))?;
        }
        judge(&task, &trained.report, console)
    }

    /// The recipe: its defaults, then the task's goal, then the options, then `--set`.
    fn recipe(&self, task: &Task, common: &Common) -> Result<Recipe, Failure> {
        let mut recipe = Recipe::default();
        let mut set = |place: &dyn Display, key: &str, value: &str| {
            recipe.set(key, value).map_err(|error| Failure::Input(format!("{place}: {error}")))
        };
        match (self.max_size, task.goal.max_size) {
            (Some(bytes), _) => set(&"--max-size", "max_size", &bytes.to_string())?,
            (None, Some(bytes)) => set(&task.origin.display(), "max_size", &bytes.to_string())?,
            (None, None) => {}
        }
        if let Some(seed) = common.seed {
            set(&"--seed", "seed", &seed.to_string())?;
        }
        for setting in &self.set {
            let (key, value) = setting.split_once('=').ok_or_else(|| {
                Failure::Input(format!("--set {setting}: there is no `=`; write --set KEY=VALUE"))
            })?;
            set(&format_args!("--set {setting}"), key.trim(), value.trim())?;
        }
        Ok(recipe)
    }

    /// The rows of the task; with `--valid`, its rows are those to tune on.
    fn splits(&self, task: &Task, console: &Console) -> Result<Splits, Failure> {
        let mut data = Dataset::read(task)?;
        if let Some(valid) = &self.valid {
            let replaced = data.replace_valid(task, valid)?;
            if replaced > 0 {
                let valid = valid.display();
                console.note(format_args!("{replaced} valid rows of the task give way to {valid}"));
            }
        }
        Ok(data.split())
    }
}

/// Refuses an option that a later version will have.
fn not_yet(option: &str, given: Option<&OsString>, instead: &str) -> Result<(), Failure> {
    match given {
        None => Ok(()),
        Some(_) => Err(Failure::Input(format!("{option} is not in this version; {instead}"))),
    }
}

/// Whether the task's goal is reached on the tuning rows.
fn judge(task: &Task, report: &TrainReport, console: &Console) -> Result<(), Failure> {
    let goal = &task.goal;
    for (name, set) in [("max_latency_us", goal.max_latency_us), ("max_error", goal.max_error)] {
        if set.is_some() {
            console.note(format_args!("{name} of the goal is not judged here; see `bench` and `eval`"));
        }
    }
    let Some(least) = goal.min_accuracy else { return Ok(()) };
    match report.accuracy {
        Some(accuracy) if accuracy >= least => Ok(()),
        Some(accuracy) => Err(Failure::Missed(format!(
            "accuracy {accuracy:.4} on {} tuning rows is below min_accuracy = {least} of the task; \
             the file is written all the same",
            report.valid_rows
        ))),
        None => Err(Failure::Missed(format!(
            "there are no tuning rows to hold against min_accuracy = {least} of the task; \
             give some with --valid (the file is written all the same)"
        ))),
    }
}

/// The first findings of the data check, errors first.
fn show(findings: &[Finding], task: &Path, console: &Console) {
    let notable: Vec<_> = findings.iter().filter(|f| f.severity != Severity::Note).collect();
    for finding in notable.iter().take(SHOWN) {
        let place = finding.places.first().map(|place| format!("{place}: ")).unwrap_or_default();
        console.note(format_args!("{}: {place}{}", finding.severity, finding.message));
    }
    if !findings.is_empty() {
        let tally = Tally::of(findings);
        console.note(format_args!("data: {tally}; `stonechat check {}` tells more", task.display()));
    }
}
