//! Options that say how data is read, and rows to judge on.

use std::fmt;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::Value;
use stonechat_engine::Model;
use stonechat_task::{Dataset, Example, Format, Kind, LabelLevel, Origin, ReadOptions, Split, Splits, Task};

use crate::failure::Failure;
use crate::model_file::meta;

/// Columns, keys and levels of data in any format.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Reading data")]
pub(crate) struct Columns {
    /// Column or key of the text: a name, or a number counted from 1; several as `title,body`
    #[arg(long, value_name = "COLUMN")]
    text: Option<String>,
    /// Column or key of the label: a name, or a number counted from 1
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Which part of a label `COARSE:fine` counts: coarse, fine or full
    #[arg(long, value_name = "LEVEL")]
    label_level: Option<LabelLevel>,
    /// The first line of a csv or tsv is a row like the others; columns are given by number, as `--text 2,3 --label 1`
    #[arg(long)]
    no_header: bool,
}

/// How data is read.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Reading data")]
pub(crate) struct Reading {
    #[arg(long, value_name = "NAME", help = format!("Format of the data, whatever its name: {}", formats(|_| true)))]
    format: Option<Format>,
    #[command(flatten)]
    columns: Columns,
}

/// The names of some formats, for people.
pub(crate) fn formats(which: impl Fn(&Format) -> bool) -> String {
    let names: Vec<&str> = Format::all().iter().filter(|f| which(f)).map(|format| format.name()).collect();
    match names.split_last() {
        Some((last, [])) => last.to_string(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

impl Columns {
    /// The options for data of this format.
    pub(crate) fn options(&self, format: Option<Format>) -> ReadOptions {
        ReadOptions {
            format,
            text_column: self.text.clone(),
            label_column: self.label.clone(),
            label_level: self.label_level,
            header: self.no_header.then_some(false),
            ..ReadOptions::default()
        }
    }
}

impl Reading {
    /// The options as the task crate takes them.
    pub(crate) fn options(&self) -> ReadOptions {
        self.columns.options(self.format)
    }

    /// Reads a task and its rows, divided into splits.
    pub(crate) fn read(&self, path: &Path) -> Result<(Task, Splits), Failure> {
        let task = Task::read_with(path, &self.options())?;
        let splits = Dataset::read(&task)?.split();
        Ok((task, splits))
    }
}

/// Which rows are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Judged {
    /// Rows to learn from
    Train,
    /// Rows to tune on
    Valid,
    /// Rows to judge on
    Test,
    /// Every row
    All,
}

impl Judged {
    fn split(self) -> Option<Split> {
        match self {
            Judged::Train => Some(Split::Train),
            Judged::Valid => Some(Split::Valid),
            Judged::Test => Some(Split::Test),
            Judged::All => None,
        }
    }
}

/// Rows to hold a model against.
pub(crate) struct Rows {
    /// The task that the rows belong to.
    pub(crate) task: Task,
    /// The rows; at least one.
    pub(crate) examples: Vec<Example>,
    /// Which rows these are, for people.
    pub(crate) source: String,
}

impl Rows {
    /// Reads the rows of one split of `data`, as this model understands them.
    pub(crate) fn read(
        model: &Model<'_>,
        data: &Path,
        reading: &Reading,
        judged: Judged,
    ) -> Result<Rows, Failure> {
        let mut task = Task::read_with(data, &reading.options())?;
        if model.rule().multi_label {
            task.kind = Kind::MultiLabel;
        } else if task.kind == Kind::MultiLabel {
            return Err(Failure::file(
                data,
                "its rows have any number of labels, but the model gives one; judge a multi-label model on it",
            ));
        }
        // Bare data cannot say which label stands for everything else, but the model may.
        let bare = !task.origin.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
        if let Some(name) = meta(model).pointer("/task/out_of_scope").and_then(|name| name.as_str())
            && bare
        {
            task.out_of_scope = name.to_string();
        }
        let splits = Dataset::read(&task)?.split();
        let source = source_of(&splits, judged, &meta(model));
        let examples: Vec<Example> = match judged.split() {
            Some(split) => splits.get(split).to_vec(),
            None => splits.all().cloned().collect(),
        };
        if examples.is_empty() {
            let there: Vec<_> = Split::ALL
                .iter()
                .filter(|split| !splits.get(**split).is_empty())
                .map(|split| format!("{} {split}", splits.get(*split).len()))
                .collect();
            let split = judged.split().map_or("all", Split::name);
            return Err(Failure::file(
                data,
                format_args!(
                    "no {split} rows (there are: {}); add some, or judge others with --split NAME",
                    there.join(", ")
                ),
            ));
        }
        Ok(Rows { task, examples, source })
    }
}

/// What is said of rows that tuned a draft of a model.
const LEARNED: &str = "a model trained on this data has learned from them";

/// Which rows these are and where they come from, for a model of which its file says `meta`.
fn source_of(splits: &Splits, judged: Judged, meta: &Value) -> String {
    let total = splits.all().count();
    let Some(split) = judged.split() else { return format!("all {total} rows") };
    let of_recipe =
        |field: &str| meta.pointer(&format!("/recipe/{field}")).and_then(Value::as_f64).unwrap_or(0.0);
    let promises = of_recipe("max_error") > 0.0;
    let rows = splits.get(split).len();
    let origin = match split {
        Split::Train => return format!("{rows} train rows, which the model may have learned from"),
        Split::Valid => splits.valid_origin,
        Split::Test => splits.test_origin,
    };
    match origin {
        // `train` measures on these rows and learns from them in the end.
        Origin::Given if split == Split::Valid && !promises && of_recipe("learn_valid") == 1.0 => {
            format!("{rows} valid rows, given by the data; {LEARNED}, as its recipe says so")
        }
        Origin::Given | Origin::Absent => format!("{rows} {split} rows, given by the data"),
        Origin::SetAside if split == Split::Valid && !promises => {
            format!("{rows} valid rows of {total}, set aside by the hash of their text; {LEARNED}")
        }
        Origin::SetAside => format!(
            "{rows} {split} rows of {total}, set aside by the hash of their text; --split all judges every row"
        ),
    }
}

/// How many rows there are in every split, and where they come from.
pub(crate) struct Counts<'a>(pub(crate) &'a Splits);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = |origin| match origin {
            Origin::SetAside => " (set aside by hash)",
            Origin::Given | Origin::Absent => "",
        };
        let Counts(splits) = self;
        write!(
            f,
            "{} train, {} valid{}, {} test{}",
            splits.train.len(),
            splits.valid.len(),
            origin(splits.valid_origin),
            splits.test.len(),
            origin(splits.test_origin),
        )
    }
}
