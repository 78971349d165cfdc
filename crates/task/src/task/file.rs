//! The task file, `task.toml`.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::fields::{Fields, ParseNumber, line_of};
use super::{Goal, Kind, Schema, SplitShares, parse_latency_us, parse_size, schema_file};
use crate::error::Error;
use crate::format::ReadOptions;
use crate::load::DataSource;

/// What a task file says, before defaults.
pub(super) struct TaskFile {
    pub(super) name: Option<String>,
    pub(super) language: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) labels: Vec<String>,
    pub(super) out_of_scope: Option<String>,
    pub(super) data: DataSource,
    pub(super) schema: Schema,
    pub(super) split: SplitShares,
    pub(super) goal: Goal,
}

/// A share that may be as much as the whole: the range excludes its end, so it ends just above 1.
const UP_TO_ONE: std::ops::Range<f64> = 0.0..1.0 + f64::EPSILON;
/// The smallest size that a model may be held to, in bytes.
const LEAST_SIZE: f64 = 4096.0;

/// Reads the text of a task file; paths in it are relative to `folder`.
pub(super) fn parse(text: &str, file: &Path, folder: &Path) -> Result<TaskFile, Error> {
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        Error::at(file, line, what, "write it as TOML asks for (https://toml.io)")
    })?;
    let mut top = Fields::new(file, text, table.get_ref());
    let name = top.parsed("name", not_blank)?;
    let language = top.parsed("language", not_blank)?;
    let kind = top.parsed("kind", str::parse)?;
    let labels = labels(&mut top)?;
    if kind == Some(Kind::SlotsOnly) && !labels.is_empty() {
        return Err(top.refuse("labels", "a slots-only task has none; remove them, or the kind"));
    }
    let out_of_scope = top.parsed("out_of_scope", not_blank)?;
    let names = schema_file::Names { labels: &labels, kind };
    let (schema, not_data) = schema_file::parse(&mut top, &names, folder)?;
    let mut data = match top.table("data")? {
        Some(fields) => data_source(fields, folder)?,
        None => DataSource::default(),
    };
    if data.train.is_empty() && data.valid.is_empty() && data.test.is_empty() && data.path.is_empty() {
        // The data lie beside the task file.
        data.path.push(folder.to_path_buf());
    }
    data.not_data = not_data;
    let mut split = SplitShares::default();
    if let Some(mut fields) = top.table("split")? {
        split.valid = fields.number("valid", 0.0..1.0, None)?.unwrap_or(split.valid);
        split.test = fields.number("test", 0.0..1.0, None)?.unwrap_or(split.test);
        fields.finish()?;
    }
    let goal = match top.table("goal")? {
        Some(fields) => goal(fields)?,
        None => Goal::default(),
    };
    top.finish()?;
    Ok(TaskFile { name, language, kind, labels, out_of_scope, data, schema, split, goal })
}

fn labels(top: &mut Fields<'_>) -> Result<Vec<String>, Error> {
    let labels: Vec<String> =
        top.texts("labels")?.unwrap_or_default().iter().map(|label| label.trim().to_string()).collect();
    let mut sorted: Vec<&str> = labels.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    if sorted.first() == Some(&"") {
        return Err(top.refuse("labels", "a label is empty; give it a name"));
    }
    if let Some(twice) =
        sorted.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first())
    {
        return Err(top.refuse("labels", &format!("{twice:?} stands there twice; name it once")));
    }
    Ok(labels)
}

fn data_source(mut fields: Fields<'_>, folder: &Path) -> Result<DataSource, Error> {
    let mut paths = |key| -> Result<Vec<PathBuf>, Error> {
        let texts = fields.texts(key)?.unwrap_or_default();
        if texts.iter().any(|text| text.trim().is_empty()) {
            return Err(fields.refuse(key, "a path is empty; name a file or a folder"));
        }
        Ok(texts.iter().map(|text| folder.join(text)).collect())
    };
    let (train, valid, test, path) = (paths("train")?, paths("valid")?, paths("test")?, paths("path")?);
    let options = ReadOptions {
        format: fields.parsed("format", str::parse)?,
        text_column: fields.texts("text")?.map(|columns| columns.join(",")),
        label_column: fields.texts("label")?.map(|columns| columns.join(",")),
        split_column: fields.text("split")?,
        header: fields.truth("header")?,
        label_level: fields.parsed("label_level", str::parse)?,
    };
    fields.finish()?;
    Ok(DataSource { train, valid, test, path, not_data: Vec::new(), options })
}

fn goal(mut fields: Fields<'_>) -> Result<Goal, Error> {
    let size: ParseNumber = |text| parse_size(text).map(|bytes| bytes as f64);
    let goal = Goal {
        min_accuracy: fields.number("min_accuracy", UP_TO_ONE, None)?,
        max_size: fields.number("max_size", LEAST_SIZE..f64::MAX, Some(size))?.map(|bytes| bytes as u64),
        max_latency_us: fields.number(
            "max_latency_us",
            f64::MIN_POSITIVE..f64::MAX,
            Some(parse_latency_us),
        )?,
        max_error: fields.number("max_error", f64::MIN_POSITIVE..0.5 + f64::EPSILON, None)?,
    };
    fields.finish()?;
    Ok(goal)
}

fn not_blank(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("is empty; write a name or leave it out".to_string()),
        name => Ok(name.to_string()),
    }
}
