//! `stonechat train`: data in, one model file out.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use stonechat_engine::{Model, format};
use stonechat_eval::{digest, latency};
use stonechat_task::{
    Dataset, Finding, Kind, Severity, Splits, Task, check, parse_latency_us, parse_size, write_file,
};
use stonechat_train::{Limits, Recipe, TrainReport, Trained, Trainer, Words, asks_teacher, has_slots};

use crate::common::Common;
use crate::console::Console;
use crate::data::{Counts, Reading};
use crate::failure::{Failure, train_failure};
use crate::kernel;
use crate::model_file::writable;
use crate::progress::Bar;
use crate::tally::Tally;
use crate::teacher;

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
    /// Least accuracy on the tuning rows, as 0.93; with slots, the least share of rows that are right in all [default: min_accuracy of the task's goal]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_accuracy: Option<f64>,
    /// Longest time of an answer (p50, measured here), as 50us or 1ms [default: max_latency_us of the task's goal]
    #[arg(long, value_name = "TIME", value_parser = time)]
    max_latency: Option<f64>,
    /// Largest share of wrong answers among the accepted, to be promised with 95 % confidence, as 0.02 [default: max_error of the task's goal]
    #[arg(long, value_name = "SHARE", value_parser = error_share)]
    max_error: Option<f64>,
    /// Folder of an encoder of the BERT family to learn from as well: model.safetensors, tokenizer.json, config.json
    #[arg(long, value_name = "DIR")]
    teacher: Option<PathBuf>,
    /// Words asset to take word pieces from, as `stonechat words build` writes it [default: one that is built in, where the rows are English or German]
    #[arg(long, value_name = "FILE")]
    words: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

/// Kinds of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tier {
    /// The cheapest that is good enough: trains one after another, from look-up to large bag or tagger
    Auto,
    /// Labels alone: hashed n-grams, summed embedding rows, one hidden layer
    Bag,
    /// Labels and slots: a recurrent network that reads both ways, and the best sequence of allowed slots
    Tagger,
    /// Labels of the very texts of the examples, and nothing else
    Lookup,
    /// Labels alone: a look-up or small bag answers where it is sure, a bag the rest
    Cascade,
}

impl Tier {
    /// The tier of the file; none where the ladder decides.
    fn of_file(self) -> Option<format::Tier> {
        match self {
            Tier::Auto | Tier::Cascade => None,
            Tier::Bag => Some(format::Tier::Bag),
            Tier::Tagger => Some(format::Tier::Tagger),
            Tier::Lookup => Some(format::Tier::Lookup),
        }
    }
}

impl Train {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        writable(&self.output)?;
        let task = Task::read_with(&self.task, &self.reading.options())?;
        let recipe = self.recipe(&task, common)?;
        let splits = self.splits(&task, console)?;
        let findings = check::all(&task, &splits);
        show(&findings, &self.task, console);
        console.note(format_args!("rows: {}", Counts(&splits)));
        let slots = has_slots(&task, &splits, &recipe);
        if self.tier == Tier::Bag && slots {
            console.note("a bag finds no slots: those of the rows are left out");
        }
        let slots = self.tier != Tier::Bag && slots;
        if self.words.is_some() && (self.tier == Tier::Lookup || recipe.pieces == 0) {
            console.note("without word pieces nothing is learned of --words: a look-up has none, nor has a model with `pieces=0`");
        }
        if self.teacher.is_some() && !asks_teacher(&task, &splits, &recipe, slots) {
            console.note(match task.kind {
                Kind::SingleLabel => "with slots a teacher is asked for two labels or more, and up to `taught_rows` rows of each on average: it is not asked",
                _ => "only models of one label a text learn from a teacher: it is not asked",
            });
        }
        if self.teacher.is_none() && recipe.tune_epochs > 0 {
            console.note("`tune_epochs` is for a teacher: without --teacher it changes nothing");
        }

        let mut teacher =
            self.teacher.as_ref().map(|folder| teacher::open(folder, common, console)).transpose()?;
        let words = self.words.as_ref().map(|file| words(file)).transpose()?;
        let bar = Bar::new(console);
        let limits = self.limits(&task, &recipe);
        let mut trainer = Trainer::new(recipe).threads(common.threads()).on_progress(bar.listener());
        if let Some(teacher) = &mut teacher {
            trainer = trainer.teacher(Box::new(&mut **teacher));
        }
        if let Some(words) = words {
            trainer = trainer.words(words);
        }
        let asked = texts(&splits);
        let mut clock = |model: &Model<'_>| (!asked.is_empty()).then(|| latency(model, kernel, &asked).p50);
        let trained = match self.tier.of_file() {
            None if self.tier == Tier::Cascade => trainer.train_cascade(&task, &splits),
            None => trainer.climb(&task, &splits, &limits, &mut clock),
            Some(tier) => trainer.tier(tier).train(&task, &splits),
        };
        let trained = trained.map_err(|error| train_failure(&self.task, error))?;
        drop(bar);
        if let Some(note) = teacher.as_ref().and_then(|teacher| teacher.note()) {
            console.note(note);
        }
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
        judge(&limits, &trained, &mut clock)
    }

    /// What the model must keep to: the options, and where they say nothing the task's goal.
    fn limits(&self, task: &Task, recipe: &Recipe) -> Limits {
        Limits {
            max_size: (recipe.max_size != 0).then_some(recipe.max_size),
            max_latency_us: self.max_latency.or(task.goal.max_latency_us),
            min_accuracy: self.min_accuracy.or(task.goal.min_accuracy),
        }
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
        match (self.max_error, task.goal.max_error) {
            (Some(share), _) => set(&"--max-error", "max_error", &share.to_string())?,
            (None, Some(share)) => set(&task.origin.display(), "max_error", &share.to_string())?,
            (None, None) => {}
        }
        if let Some(seed) = common.seed {
            set(&"--seed", "seed", &seed.to_string())?;
        }
        let mut settings = Vec::new();
        for setting in &self.set {
            let (key, value) = setting.split_once('=').ok_or_else(|| {
                Failure::Input(format!("--set {setting}: there is no `=`; write --set KEY=VALUE"))
            })?;
            settings.push((key.trim(), value.trim()));
        }
        if recipe.set_all(settings.iter().copied()).is_err() {
            // One by one the first that is wrong is told.
            for (key, value) in settings {
                let place = format_args!("--set {key}={value}");
                recipe.set(key, value).map_err(|error| Failure::Input(format!("{place}: {error}")))?;
            }
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

/// The words asset in a file.
fn words(file: &Path) -> Result<Words, Failure> {
    let bytes = std::fs::read(file).map_err(|error| Failure::file(file, error))?;
    Words::read(&bytes).map_err(|error| Failure::file(file, error))
}

/// A share, 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        Ok(percent) if percent > 1.0 && percent <= 100.0 => Err(format!(
            "{text:?} is above 1; write a share from 0 to 1, as {} for {percent} %",
            percent / 100.0
        )),
        _ => Err(format!("{text:?} is no share; write a number from 0 to 1, as 0.93")),
    }
}

/// A share of errors that can be promised: above 0, to 0.5.
fn error_share(text: &str) -> Result<f64, String> {
    match share(text)? {
        share if share > 0.0 && share <= 0.5 => Ok(share),
        _ => Err(format!("{text:?} cannot be promised; write a share above 0, 0.5 at most, as 0.02")),
    }
}

/// A time with its unit, in microseconds.
fn time(text: &str) -> Result<f64, String> {
    if text.trim().parse::<f64>().is_ok() {
        return Err(format!("{text:?} has no unit; write a time as 50us, 1.5ms or 2s"));
    }
    parse_latency_us(text)
}

/// Texts to measure the time of an answer on: the tuning rows, or, without any, rows to learn from.
fn texts(splits: &Splits) -> Vec<&str> {
    let rows = if splits.valid.is_empty() { &splits.train } else { &splits.valid };
    let step = rows.len().div_ceil(MOST_TEXTS).max(1);
    rows.iter().step_by(step).map(|row| row.text.as_str()).collect()
}

/// Texts that the time is measured on, at the most.
const MOST_TEXTS: usize = 2000;

/// Whether what was asked for is reached.
fn judge(
    limits: &Limits,
    trained: &Trained,
    clock: &mut dyn FnMut(&Model<'_>) -> Option<f64>,
) -> Result<(), Failure> {
    let missed = match &trained.report.ladder {
        Some(ladder) => ladder.missed.clone(),
        None => missed_by_one(limits, trained, clock)?,
    };
    match missed {
        None => Ok(()),
        Some(missed) => Err(Failure::Missed(format!("{missed}; the file is written all the same"))),
    }
}

/// What a model that was trained alone does not reach, if anything.
fn missed_by_one(
    limits: &Limits,
    trained: &Trained,
    clock: &mut dyn FnMut(&Model<'_>) -> Option<f64>,
) -> Result<Option<String>, Failure> {
    let report: &TrainReport = &trained.report;
    if let Some(least) = limits.min_accuracy {
        match &report.merit {
            Some(merit) if merit.value >= least => {}
            Some(merit) => {
                let (measure, value, rows) = (merit.measure.replace('_', " "), merit.value, merit.rows);
                return Ok(Some(format!(
                    "{measure} {value:.4} on {rows} tuning rows is below min_accuracy = {least}"
                )));
            }
            None => {
                return Ok(Some(format!(
                    "there are no tuning rows to hold against min_accuracy = {least}; give some with --valid"
                )));
            }
        }
    }
    let Some(most) = limits.max_latency_us else { return Ok(None) };
    let model = Model::open(&trained.model)
        .map_err(|error| Failure::Input(format!("the model just trained: {error}")))?;
    Ok(match clock(&model) {
        Some(p50) if p50 <= most => None,
        Some(p50) => Some(format!("an answer takes {p50:.1} µs (p50), which is above {most} µs")),
        None => Some(format!("there are no rows to hold against {most} µs")),
    })
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
