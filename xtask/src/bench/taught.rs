//! `cargo xtask taught`: what the words asset and a teacher are worth, held against what is asked of them.

use super::circumstances::Circumstances;
use super::prepare::{Prepared, few, labels_alone, prepare};
use super::run::folder;
use super::sets::{SETS, Set};
use crate::program::{document, executable, output};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// How to call it.
pub(crate) const USAGE: &str = "\
usage: cargo xtask taught --teacher DIR [--seeds N] [--only TEXT]... [--data DIR] [--out FILE]

Trains models of labels with the words asset alone and with the encoder in DIR (all-MiniLM-L6-v2), with seeds 1 to N (3 if not
given), and judges them on the official test rows. The lines are named SET, HOW; --only takes those whose names hold one of the texts.
Seconds are those of the first seed; what an earlier line of the set asked the encoder is still known. --out writes FILE.md and
FILE.json. It takes hours";

/// How a model is trained.
struct Line {
    set: &'static str,
    how: &'static str,
    /// What `train` is told.
    options: &'static [&'static str],
    /// Whether a teacher is given.
    taught: bool,
    /// Which rows it learns from.
    rows: Kept,
    least: Least,
}

/// What is kept of a set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    All,
    /// Ten rows a label, which each seed draws.
    TenALabel,
    /// All rows without their slots: models with slots do not ask a teacher.
    Labels,
}

/// The mean over seeds that is asked for, in percent.
enum Least {
    Nothing,
    Percent(f64),
    /// So many points above the first line of the set.
    Above(f64),
}

const WORDS: &str = "words";
const TAUGHT: &str = "teacher";
const HASHED: &str = "hashed n-grams";

const fn line(set: &'static str, how: &'static str, options: &'static [&'static str], least: Least) -> Line {
    Line { set, how, options, taught: false, rows: Kept::All, least }
}

const fn taught(
    set: &'static str,
    how: &'static str,
    options: &'static [&'static str],
    least: Least,
) -> Line {
    Line { taught: true, ..line(set, how, options, least) }
}

const fn few_rows(line: Line) -> Line {
    Line { rows: Kept::TenALabel, ..line }
}

const fn alone(line: Line) -> Line {
    Line { rows: Kept::Labels, ..line }
}

/// Every line, those of a set together.
const LINES: [Line; 25] = [
    line("banking77", WORDS, &[], Least::Percent(92.7)),
    taught("banking77", "teacher as it is", &BAG, Least::Percent(93.3)),
    taught("banking77", TAUGHT, &TUNED_BAG, Least::Percent(93.3)),
    taught("banking77", "teacher, 300 KB", &["--max-size", "300KB"], Least::Percent(91.3)),
    few_rows(line("banking77", "ten rows a label", &["--tier", "bag"], Least::Percent(79.0))),
    few_rows(taught("banking77", "ten rows a label, teacher as it is", &BAG, Least::Percent(84.0))),
    few_rows(taught("banking77", "ten rows a label, teacher that learned", &TUNED_FEW, Least::Percent(84.0))),
    line("clinc150", WORDS, &[], Least::Percent(93.4)),
    taught("clinc150", TAUGHT, &TUNED_LONG, Least::Percent(94.6)),
    taught("clinc150", "teacher, 300 KB", &TUNED_SMALL, Least::Percent(92.8)),
    line("snips", "words, with slots", &[], Least::Percent(98.3)),
    alone(line("snips", WORDS, &TAGGER, Least::Percent(98.3))),
    alone(taught("snips", TAUGHT, &TUNED, Least::Percent(98.5))),
    line("atis", "words, with slots", &[], Least::Percent(96.3)),
    alone(line("atis", WORDS, &TAGGER, Least::Percent(96.3))),
    alone(taught("atis", TAUGHT, &TUNED, Least::Percent(97.0))),
    line("sst2", HASHED, &["--tier", "bag", "--set", "pieces=0"], Least::Nothing),
    line("sst2", WORDS, &[], Least::Above(1.0)),
    taught("sst2", TAUGHT, &TUNED_MANY, Least::Above(3.0)),
    line("trec", HASHED, &["--tier", "bag", "--set", "pieces=0"], Least::Nothing),
    line("trec", WORDS, &[], Least::Above(1.0)),
    taught("trec", TAUGHT, &TUNED, Least::Above(3.0)),
    line("ag_news", HASHED, &["--tier", "bag", "--set", "pieces=0"], Least::Nothing),
    line("ag_news", WORDS, &[], Least::Above(1.0)),
    taught("ag_news", TAUGHT, &[], Least::Nothing),
];

// Where the kind is given, as the ladder would take a cheaper one.
const BAG: [&str; 4] = ["--tier", "bag", "--max-size", "2500KB"];
const TAGGER: [&str; 4] = ["--tier", "tagger", "--max-size", "2500KB"];
const TUNED_BAG: [&str; 6] = ["--tier", "bag", "--max-size", "2500KB", "--set", "tune_epochs=3"];
const TUNED_FEW: [&str; 8] =
    ["--tier", "bag", "--max-size", "2500KB", "--set", "tune_epochs=5", "--set", "tune_rate=0.00005"];
const TUNED: [&str; 6] = ["--tier", "tagger", "--max-size", "2500KB", "--set", "tune_epochs=3"];
const TUNED_MANY: [&str; 8] =
    ["--tier", "tagger", "--max-size", "2500KB", "--set", "tune_epochs=3", "--set", "augment=80000"];
const TUNED_LONG: [&str; 10] = [
    "--tier",
    "tagger",
    "--max-size",
    "2500KB",
    "--set",
    "tune_epochs=3",
    "--set",
    "augment=80000",
    "--set",
    "epochs=40",
];
const TUNED_SMALL: [&str; 4] = ["--max-size", "300KB", "--set", "tune_epochs=3"];

/// What is asked for on the command line.
pub(crate) struct Options {
    teacher: PathBuf,
    seeds: u64,
    /// Parts of the names of the lines that are wanted; all where there are none.
    only: Vec<String>,
    /// The folder of the data sets, if it is named.
    data: Option<PathBuf>,
    /// Where the record goes, without its extension.
    out: Option<PathBuf>,
}

impl Options {
    /// Reads the words behind `taught`.
    ///
    /// # Errors
    ///
    /// What is wrong, and how it is called.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self { teacher: PathBuf::new(), seeds: 3, only: Vec::new(), data: None, out: None };
        for pair in words.chunks(2) {
            match pair {
                ["--teacher", folder] => options.teacher = folder.into(),
                ["--seeds", count] => {
                    let seeds = count.parse().ok().filter(|count| (1..=100).contains(count));
                    options.seeds = seeds.ok_or(format!("--seeds {count}: give a number from 1 to 100"))?;
                }
                ["--only", text] => options.only.push((*text).to_owned()),
                ["--data", folder] => options.data = Some(folder.into()),
                ["--out", file] => options.out = Some(file.into()),
                _ => return Err(format!("{}: no such option, or no value\n{USAGE}", pair.join(" "))),
            }
        }
        if options.teacher.as_os_str().is_empty() {
            return Err(format!("--teacher is missing\n{USAGE}"));
        }
        Ok(options)
    }
}

/// What a line reached.
struct Reached {
    name: String,
    accuracies: Vec<f64>,
    seconds: f64,
    bytes: u64,
    asked: Option<f64>,
    reports: Vec<Value>,
}

impl Reached {
    fn mean(&self) -> f64 {
        self.accuracies.iter().sum::<f64>() / self.accuracies.len().max(1) as f64
    }
}

/// Trains and judges, and prints a table.
///
/// # Errors
///
/// What could not be run, read or written. A figure that is missed is in the table and is no error.
pub(crate) fn run(root: &Path, options: &Options) -> Result<(), String> {
    let data = folder(root, options.data.as_deref())?;
    let mut circumstances = Circumstances::before(root)?;
    let program = build(root)?;
    let work = root.join("target/bench/taught");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let mut all: Vec<Reached> = Vec::new();
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    let mut last = None;
    for line in &LINES {
        let name = format!("{}, {}", line.set, line.how);
        let wanted = options.only.iter().any(|part| name.contains(part));
        if !wanted && !options.only.is_empty() {
            continue;
        }
        let set = SETS.iter().find(|set| set.name == line.set).ok_or("no such set")?;
        eprintln!("{name}");
        let cache = work.join("cache");
        if last != Some(line.set) && cache.is_dir() {
            fs::remove_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
        }
        last = Some(line.set);
        let mut reached = run_line(line, set, &name, options, &program, &data, &work)?;
        let mean = reached.mean();
        let base = *first.entry(line.set).or_insert(mean);
        reached.asked = match line.least {
            Least::Nothing => None,
            Least::Percent(percent) => Some(percent),
            Least::Above(points) => Some(base + points),
        };
        eprintln!("{}", row(&reached));
        all.push(reached);
    }
    circumstances.after();
    let mut table = String::from(
        "| set, how | accuracy of each seed | mean | asked | reached | bytes | seconds |\n|---|---|---|---|---|---|---|\n",
    );
    for reached in &all {
        let _ = writeln!(table, "{}", row(reached));
    }
    let text = format!("# What words and a teacher are worth\n\n{}\n\n{table}", circumstances.line());
    println!("{text}");
    let Some(out) = options.out.as_ref().map(|out| root.join(out)) else { return Ok(()) };
    let figures: Vec<Value> = all
        .iter()
        .map(|reached| {
            json!({
                "line": reached.name, "accuracies": reached.accuracies, "asked": reached.asked,
                "seconds_of_the_first": reached.seconds, "bytes_of_the_first": reached.bytes, "seeds": reached.reports,
            })
        })
        .collect();
    let json = json!({ "circumstances": circumstances.line(), "figures": figures });
    let json = serde_json::to_string_pretty(&json).map_err(|error| error.to_string())?;
    for (extension, content) in [("md", &text), ("json", &json)] {
        let path = out.with_extension(extension);
        stonechat_task::write_file(&path, content.as_bytes()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The command line, with all that teachers can do.
fn build(root: &Path) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["build", "--release", "--locked", "--package", "stonechat-cli"]);
    command.args(["--features", "fine-tune", "--message-format=json-render-diagnostics"]);
    executable(&output(&mut command)?).ok_or_else(|| "cargo build: it names no executable".to_owned())
}

fn run_line(
    line: &Line,
    set: &Set,
    name: &str,
    options: &Options,
    program: &Path,
    data: &Path,
    work: &Path,
) -> Result<Reached, String> {
    let mut reached = Reached {
        name: name.to_owned(),
        accuracies: Vec::new(),
        seconds: 0.0,
        bytes: 0,
        asked: None,
        reports: Vec::new(),
    };
    let cache = work.join("cache");
    let whole = prepare(set, data, work)?;
    // Draws of ten rows a label are few rows: more of them are needed for the same certainty.
    let seeds: Vec<u64> =
        if line.rows == Kept::TenALabel { (0..5).collect() } else { (1..=options.seeds).collect() };
    let model = work.join("model.stone");
    for &seed in &seeds {
        let rows = match line.rows {
            Kept::All => Prepared { path: whole.path.clone(), options: whole.options },
            Kept::TenALabel => Prepared { path: few(&whole, 10, seed, work)?, options: &[] },
            Kept::Labels => Prepared { path: labels_alone(&whole, work)?, options: &[] },
        };
        let mut command = Command::new(program);
        command.args(["train", "--json", "--quiet", "--seed", &seed.to_string(), "-o"]).arg(&model);
        command.arg(&rows.path).args(rows.options).args(line.options).env("STONECHAT_CACHE", &cache);
        if line.taught {
            command.arg("--teacher").arg(&options.teacher);
        }
        let clock = Instant::now();
        let trained: Value = document(&mut command)?;
        if reached.accuracies.is_empty() {
            reached.seconds = clock.elapsed().as_secs_f64();
            reached.bytes = trained["model"]["bytes"].as_u64().unwrap_or_default();
        }
        let mut command = Command::new(program);
        command.args(["eval", "--json", "--quiet"]).arg(&model).arg(&rows.path).args(rows.options);
        let judged: Value = document(&mut command)?;
        let accuracy = judged["label"]["accuracy"].as_f64().ok_or("no accuracy")?;
        reached.accuracies.push(100.0 * accuracy);
        let report = &trained["report"];
        reached.reports.push(json!({
            "seed": seed, "accuracy": accuracy, "tier": report["tier"], "bytes": trained["model"]["bytes"],
            "linear": report["linear"], "accuracy_on_tuning_rows": report["accuracy"], "teacher": report["teacher"],
        }));
    }
    Ok(reached)
}

/// A row of the table.
fn row(reached: &Reached) -> String {
    let each: Vec<String> = reached.accuracies.iter().map(|accuracy| format!("{accuracy:.2}")).collect();
    let mean = reached.mean();
    let (asked, met) = match reached.asked {
        None => ("–".to_owned(), "–"),
        Some(asked) => (format!("{asked:.2}"), if mean >= asked - 1e-9 { "yes" } else { "NO" }),
    };
    format!(
        "| {} | {} | {mean:.2} | {asked} | {met} | {} | {:.0} |",
        reached.name,
        each.join(" "),
        reached.bytes,
        reached.seconds
    )
}
