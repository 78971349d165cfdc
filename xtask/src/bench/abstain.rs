//! `cargo xtask abstain`: what models do not answer, held against what is asked of them.

use super::circumstances::Circumstances;
use super::run::folder;
use crate::ship;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to call it.
pub(crate) const USAGE: &str = "\
usage: cargo xtask abstain [--data DIR] [--out FILE]

Trains banking77, clinc150, snips and trec (coarse) as bags, and snips as a tagger, and judges on the official test rows: which
texts outside the task are told, the texts of bench/outside.jsonl, and calibration. Then it trains them without saying how, with
promises of 0.01, 0.02 and 0.05.
--out writes FILE.md and FILE.json";

/// A data set as the command line reads it, and the kind of model.
struct Set {
    name: &'static str,
    path: &'static str,
    options: &'static [&'static str],
    tier: &'static str,
}

const SETS: [Set; 5] = [
    Set { name: "banking77", path: "banking77", options: &[], tier: "bag" },
    Set { name: "clinc150", path: "clinc150/data_full.json", options: &[], tier: "bag" },
    Set { name: "snips", path: "snips", options: &[], tier: "bag" },
    Set { name: "trec", path: "trec", options: &["--label-level", "coarse"], tier: "bag" },
    Set { name: "snips, tagger", path: "snips", options: &[], tier: "tagger" },
];
const PROMISES: [&str; 3] = ["0.01", "0.02", "0.05"];

/// What is asked for on the command line.
pub(crate) struct Options {
    /// The folder of the data sets, if it is named.
    data: Option<PathBuf>,
    /// Where the record goes, without its extension.
    out: Option<PathBuf>,
}

impl Options {
    /// Reads the words behind `abstain`.
    ///
    /// # Errors
    ///
    /// What is wrong, and how it is called.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self { data: None, out: None };
        for pair in words.chunks(2) {
            match pair {
                ["--data", folder] => options.data = Some(folder.into()),
                ["--out", file] => options.out = Some(file.into()),
                _ => return Err(format!("{}: no such option, or no value\n{USAGE}", pair.join(" "))),
            }
        }
        Ok(options)
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
    let program = ship::build(root)?;
    let work = root.join("target/bench/abstain.stone");
    std::fs::create_dir_all(root.join("target/bench")).map_err(|error| error.to_string())?;
    let list = root.join("bench/outside.jsonl");
    let mut table = String::new();
    let _ = writeln!(
        table,
        "| set | accuracy | ECE | accepted | wrong of these | AUROC | FPR95 | outside not answered | list not answered |"
    );
    let _ = writeln!(table, "|---|---|---|---|---|---|---|---|---|");
    let mut promises = String::from(
        "| set | promised | model | accepted | wrong of these | kept |\n|---|---|---|---|---|---|\n",
    );
    let mut all = Vec::new();
    for set in &SETS {
        let variants: &[&str] = if set.name == "clinc150" { &["1", "0"] } else { &["1"] };
        for learn in variants {
            let learned = format!("learn_outside={learn}");
            let trained = train(&program, &data, set, &work, &["--tier", set.tier, "--set", &learned])?;
            let judged = eval(&program, &work, &data.join(set.path), set.options)?;
            let noise = eval(&program, &work, &list, &["--split", "all"])?;
            let name = if *learn == "0" {
                format!("{}, no row outside learned", set.name)
            } else {
                set.name.to_owned()
            };
            let share = |value: &Value| {
                value.as_f64().map_or("–".to_owned(), |share| format!("{:.2} %", 100.0 * share))
            };
            let _ = writeln!(
                table,
                "| {name} | {} | {:.4} | {} | {} | {} | {} | {} | {} |",
                share(&judged["label"]["accuracy"]),
                judged["calibration"]["ece"].as_f64().unwrap_or_default(),
                share(&judged["abstention"]["coverage"]),
                share(&judged["abstention"]["error_when_accepted"]),
                share(&judged["oos"]["auroc"]),
                share(&judged["oos"]["fpr95"]),
                share(&judged["oos"]["recall"]),
                share(&noise["oos"]["recall"]),
            );
            let figures = ["label", "calibration", "abstention", "oos"].map(|key| {
                let mut part = judged[key].clone();
                if let Value::Object(fields) = &mut part {
                    fields.remove("curve");
                    fields.remove("bins");
                }
                (key.to_owned(), part)
            });
            all.push(json!({ "set": name, "trained": trained["report"]["scope"], "judged": Value::Object(figures.into_iter().collect()), "list": noise["oos"] }));
        }
        if set.tier == "tagger" {
            continue;
        }
        for promise in PROMISES {
            let trained = train(&program, &data, set, &work, &["--max-error", promise]);
            let row = match trained {
                Err(refused) => {
                    let _ = writeln!(promises, "| {} | {promise} | – | – | – | refused |", set.name);
                    // Where the data lies here is no part of the record.
                    let refused = refused.replace(&data.display().to_string(), "data");
                    json!({ "set": set.name, "max_error": promise, "refused": refused })
                }
                Ok(trained) => {
                    let judged = eval(&program, &work, &data.join(set.path), set.options)?;
                    let abstention = &judged["abstention"];
                    let (coverage, error) = (
                        abstention["coverage"].as_f64().unwrap_or_default(),
                        abstention["error_when_accepted"].as_f64().unwrap_or_default(),
                    );
                    let tier = trained["report"]["tier"].as_str().unwrap_or_default();
                    let bytes = std::fs::metadata(&work).map_err(|error| error.to_string())?.len();
                    let kept = abstention["target"].as_f64().is_some_and(|target| error <= target);
                    let _ = writeln!(
                        promises,
                        "| {} | {promise} | {tier}, {} KB | {:.1} % | {:.2} % | {} |",
                        set.name,
                        bytes.div_ceil(1000),
                        100.0 * coverage,
                        100.0 * error,
                        if kept { "yes" } else { "no" }
                    );
                    json!({ "set": set.name, "max_error": promise, "tier": tier, "bytes": bytes, "promise": trained["report"]["promise"], "coverage": coverage, "error": error, "kept": kept })
                }
            };
            all.push(row);
        }
    }
    circumstances.after();
    let text = format!("# What is not answered\n\n{}\n\n{table}\n{promises}", circumstances.line());
    println!("{text}");
    if let Some(out) = options.out.as_ref().map(|out| root.join(out)) {
        let json =
            serde_json::to_string_pretty(&json!({ "circumstances": circumstances.line(), "figures": all }));
        let json = json.map_err(|error| error.to_string())?;
        for (extension, content) in [("md", &text), ("json", &json)] {
            let path = out.with_extension(extension);
            stonechat_task::write_file(&path, content.as_bytes()).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn document(command: &mut Command) -> Result<Value, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{command:?}: {error}"))
}

fn train(program: &Path, data: &Path, set: &Set, out: &Path, more: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(program);
    command.args(["train", "--json", "--quiet", "-o"]).arg(out).arg(data.join(set.path));
    document(command.args(set.options).args(more))
}

fn eval(program: &Path, model: &Path, data: &Path, options: &[&str]) -> Result<Value, String> {
    let mut command = Command::new(program);
    document(command.args(["eval", "--json", "--quiet"]).arg(model).arg(data).args(options))
}
