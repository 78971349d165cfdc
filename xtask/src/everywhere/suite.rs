//! The models and the texts that every target answers.

use super::build::output;
use super::golden::{self, Golden};
use crate::docs::STONECHAT;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use stonechat_replay::{Detail, Written, write};
use stonechat_task::{Dataset, Task};

/// A model that is trained on a public data set, and asked its test texts. Trained a little: what counts is that every target gives
/// the same answers, not that they are good.
struct Trained {
    name: &'static str,
    /// The data set, from the folder of all.
    data: &'static str,
    options: &'static [&'static str],
}

const TRAINED: [Trained; 3] = [
    Trained { name: "banking77", data: "banking77", options: &["--tier", "bag", "--set", "epochs=5"] },
    Trained {
        name: "clinc150",
        data: "clinc150/data_full.json",
        options: &["--tier", "bag", "--set", "epochs=5"],
    },
    // Labels and slots. Few tokens, so that its engine fits a microcontroller.
    Trained {
        name: "snips",
        data: "snips",
        options: &[
            "--tier",
            "tagger",
            "--set",
            "epochs=3",
            "--set",
            "dim=32",
            "--set",
            "units=32",
            "--set",
            "max_tokens=24",
        ],
    },
];

/// The largest model file that is trained.
const SIZE: &str = "300KB";

/// A model, and the texts whose scores are digested.
pub(super) struct Set {
    pub(super) name: String,
    pub(super) model: Vec<u8>,
    pub(super) texts: Vec<String>,
}

/// Everything that is asked.
pub(super) struct Suite {
    pub(super) golden: Vec<Golden>,
    pub(super) sets: Vec<Set>,
    /// Whether the public data sets are among the sets.
    pub(super) has_data: bool,
}

impl Suite {
    /// Reads the golden tables; trains the models, in the folder `work`.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or a training that fails.
    pub(super) fn make(root: &Path, data: Option<&Path>, work: &Path) -> Result<Self, String> {
        let golden = golden::read(root)?;
        let mut sets = Vec::new();
        match data {
            None => {
                println!("skipped: no data; point $STONECHAT_DATA or --data at the folder of the data sets")
            }
            Some(data) => {
                for trained in &TRAINED {
                    sets.push(trained.make(&data.join(trained.data), work)?);
                }
            }
        }
        // Rows that are always there.
        let template = texts(&root.join("crates/cli/templates/smart-home"), false)?;
        for of in golden.iter().filter(|of| of.name.contains("smart-home")) {
            let (name, model) = (format!("rows of {}", of.name), of.model.clone());
            sets.push(Set { name, model, texts: template.clone() });
        }
        Ok(Self { golden, sets, has_data: data.is_some() })
    }

    /// The suite as bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let borrowed =
            |texts: &mut dyn Iterator<Item = &'_ String>| -> Vec<String> { texts.cloned().collect() };
        let texts: Vec<Vec<String>> = (self.golden.iter())
            .map(|of| borrowed(&mut of.cases.iter().map(|(_, text)| text)))
            .chain(self.sets.iter().map(|set| set.texts.clone()))
            .collect();
        let texts: Vec<Vec<&str>> =
            texts.iter().map(|texts| texts.iter().map(String::as_str).collect()).collect();
        let golden = self.golden.iter().map(|of| (Detail::Answers, &of.name, &of.model));
        let sets = self.sets.iter().map(|set| (Detail::Digest, &set.name, &set.model));
        let parts: Vec<Written<'_>> = golden
            .chain(sets)
            .zip(&texts)
            .map(|((detail, name, model), texts)| Written { detail, name, model, texts })
            .collect();
        write(&parts)
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        let golden = self.golden.iter().map(|of| of.cases.len());
        golden.chain(self.sets.iter().map(|set| set.texts.len())).sum()
    }
}

impl Trained {
    fn make(&self, data: &Path, work: &Path) -> Result<Set, String> {
        let file = self.file(work);
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args([STONECHAT, "train", "--max-size", SIZE, "--output"]).arg(&file);
        output(command.args(self.options).arg(data))?;
        let model = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Set { name: self.name.to_string(), model, texts: texts(data, true)? })
    }

    fn file(&self, work: &Path) -> PathBuf {
        work.join(format!("{}.stone", self.name))
    }
}

/// The test texts of a task, or all of its texts.
fn texts(task: &Path, test: bool) -> Result<Vec<String>, String> {
    let splits = Task::read(task).and_then(|task| Dataset::read(&task)).map_err(|error| error.to_string())?;
    let splits = splits.split();
    let rows: Vec<String> = match test {
        true => splits.test.iter().map(|row| row.text.clone()).collect(),
        false => splits.all().map(|row| row.text.clone()).collect(),
    };
    if rows.is_empty() {
        return Err(format!("{}: no texts; restore the official files", task.display()));
    }
    Ok(rows)
}
