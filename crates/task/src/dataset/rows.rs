//! The rows of a task, in the order of its files.

use std::collections::BTreeMap;
use std::path::Path;

use super::splits::Splits;
use crate::error::Error;
use crate::example::{Example, Split};
use crate::finding::Finding;
use crate::load::{DataSource, Loaded, load, load_text};
use crate::task::{Kind, SplitShares, Task};

/// The rows of a task, in the order of its files, and what is worth knowing about their reading.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The rows; at least one after reading.
    pub examples: Vec<Example>,
    /// What is worth knowing about the reading: replaced bytes, files that were passed over.
    pub warnings: Vec<Finding>,
    shares: SplitShares,
}

impl Dataset {
    /// Reads all rows that the task names. The rows of a slots-only task keep no label.
    ///
    /// # Errors
    /// When a file cannot be read, a row is broken or has no label, a row of a single-label task has not
    /// exactly one label, or there is no row at all.
    pub fn read(task: &Task) -> Result<Dataset, Error> {
        Dataset::from_loaded(task, load(&task.data, &task.out_of_scope, task.kind == Kind::SlotsOnly)?)
    }

    /// Reads texts in memory, each with the name of the file that it stands for: formats and splits are
    /// recognised as those of files. The paths of the task are not read.
    ///
    /// # Errors
    /// As [`Dataset::read`].
    pub fn parse(task: &Task, files: &[(&Path, &str)]) -> Result<Dataset, Error> {
        let mut all = Loaded::default();
        for (path, text) in files {
            let unlabelled = task.kind == Kind::SlotsOnly;
            let one = load_text(path, text, &task.data.options, &task.out_of_scope, unlabelled)?;
            all.examples.extend(one.examples);
            all.findings.extend(one.findings);
        }
        Dataset::from_loaded(task, all)
    }

    /// A data set of rows made by a program; `shares` says how much [`Dataset::split`] sets aside.
    pub fn new(examples: Vec<Example>, shares: SplitShares) -> Dataset {
        Dataset { examples, warnings: Vec::new(), shares }
    }

    fn from_loaded(task: &Task, mut loaded: Loaded) -> Result<Dataset, Error> {
        if loaded.examples.is_empty() {
            return Err(Error::whole(&task.origin, "no rows", "add at least one text with its label"));
        }
        if task.kind == Kind::SlotsOnly {
            loaded.examples.iter_mut().for_each(|example| example.labels.clear());
        }
        if task.kind == Kind::SingleLabel
            && let Some(example) = loaded.examples.iter().find(|example| example.labels.len() != 1)
        {
            return Err(Error::at(
                &example.source.file,
                example.source.line,
                match example.labels.len() {
                    0 => "no label in a single-label task".to_string(),
                    number => format!("{number} labels in a single-label task"),
                },
                "give the row exactly one label, or write kind = \"multi-label\" or \"slots-only\" in task.toml",
            ));
        }
        Ok(Dataset { examples: loaded.examples, warnings: loaded.findings, shares: task.split })
    }

    /// Puts the rows of other data, read as those of the task are, in the place of the validation rows. Every
    /// row there counts as one, whatever split it names. Returns how many rows gave way.
    ///
    /// # Errors
    /// As [`Dataset::read`]; nothing has changed then.
    pub fn replace_valid(&mut self, task: &Task, data: &Path) -> Result<usize, Error> {
        let source = DataSource {
            valid: vec![data.to_path_buf()],
            options: task.data.options.clone(),
            not_data: task.data.not_data.clone(),
            ..DataSource::default()
        };
        let given = Dataset::read(&Task { data: source, origin: data.to_path_buf(), ..task.clone() })?;
        let before = self.examples.len();
        self.examples.retain(|example| example.split != Some(Split::Valid));
        let replaced = before - self.examples.len();
        self.examples.extend(given.examples);
        self.warnings.extend(given.warnings);
        Ok(replaced)
    }

    /// The labels that occur, the out-of-scope label included, and how many rows carry each.
    pub fn labels(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for label in self.examples.iter().flat_map(|example| &example.labels) {
            *counts.entry(label.as_str()).or_insert(0) += 1;
        }
        counts
    }

    /// Divides the rows into splits: those that the data names and, where it names none, rows set aside by
    /// the hash of their text. See [`Splits`].
    pub fn split(self) -> Splits {
        Splits::divide(self.examples, self.warnings, self.shares)
    }
}
