//! A task, read from a task file or inferred from bare data.

use std::path::{Path, PathBuf};

use super::{Goal, Kind, Schema, SplitShares, file};
use crate::document::Document;
use crate::error::Error;
use crate::format::ReadOptions;
use crate::load::{DataSource, load};

/// What a model must understand.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Name of the task; the name of its folder or file where the task file gives none.
    pub name: String,
    /// Language of the texts, as `en` or `de-DE`; the values of slots are read in it, in English where it is not said.
    pub language: Option<String>,
    /// How many labels a text may have.
    pub kind: Kind,
    /// The declared labels, in order; empty where they are taken from the data.
    pub labels: Vec<String>,
    /// Label of texts that belong to no label of the task; `oos` unless the task file names another.
    pub out_of_scope: String,
    /// Where the examples are.
    pub data: DataSource,
    /// Which slots each label has, and of what type each slot is, as far as the task file declares it.
    pub schema: Schema,
    /// How much is set aside where the data has no such split.
    pub split: SplitShares,
    /// What a model must achieve.
    pub goal: Goal,
    /// What the task was read from: a task file, or bare data.
    pub origin: PathBuf,
}

impl Task {
    /// The out-of-scope label where the task file names none.
    pub const OUT_OF_SCOPE: &'static str = "oos";

    /// Reads a task: a folder with a `task.toml`, a task file, or bare data, a file or a folder in a format
    /// of [`crate::Format`]. A task without a task file takes its name from the file or folder, and is
    /// multi-label when a row carries a list of labels, slots-only when no row carries a label and one a slot.
    ///
    /// # Errors
    /// When the path cannot be read, the task file is wrong, or bare data is.
    pub fn read(path: &Path) -> Result<Task, Error> {
        Task::read_with(path, &ReadOptions::default())
    }

    /// As [`Task::read`]; the options override what the task file says about reading.
    ///
    /// # Errors
    /// As [`Task::read`].
    pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Task, Error> {
        let meta = std::fs::metadata(path).map_err(|source| Error::io(path, source))?;
        let inside = path.join("task.toml");
        let file = if meta.is_dir() {
            inside.is_file().then_some(inside.as_path())
        } else {
            path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")).then_some(path)
        };
        let Some(file) = file else {
            let data = DataSource {
                path: vec![path.to_path_buf()],
                options: options.clone(),
                ..DataSource::default()
            };
            let mut task = Task::bare(name_of(path), data, path);
            task.kind = task.kind_of_rows()?;
            return Ok(task);
        };
        let document = Document::read(file)?;
        if let Some(warning) = document.warning() {
            let line = warning.places.first().map_or(1, |place| place.line);
            return Err(document.error(line, "the file is not UTF-8", "save it as UTF-8"));
        }
        Task::parse_with(&document.text, file, options)
    }

    /// Reads the text of a task file; `file` is its name for messages, and the folder that its paths are
    /// relative to. Data is read only where the text does not say the `kind`, files of values always.
    ///
    /// # Errors
    /// When the text is not that of a task file.
    pub fn parse(text: &str, file: &Path) -> Result<Task, Error> {
        Task::parse_with(text, file, &ReadOptions::default())
    }

    fn parse_with(text: &str, file: &Path, options: &ReadOptions) -> Result<Task, Error> {
        // A file named by its bare name lies in the working folder.
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let read = file::parse(text, file, folder)?;
        let mut data = read.data;
        data.options = data.options.overridden_by(options);
        let name = match read.name {
            Some(name) => name,
            None => name_of(folder),
        };
        let mut task = Task {
            language: read.language,
            labels: read.labels,
            out_of_scope: read.out_of_scope.unwrap_or_else(|| Task::OUT_OF_SCOPE.to_string()),
            schema: read.schema,
            split: read.split,
            goal: read.goal,
            ..Task::bare(name, data, file)
        };
        task.kind = match read.kind {
            Some(kind) => kind,
            None => task.kind_of_rows()?,
        };
        Ok(task)
    }

    /// A single-label task with defaults for everything that data alone does not say.
    fn bare(name: String, data: DataSource, origin: &Path) -> Task {
        Task {
            name,
            language: None,
            kind: Kind::SingleLabel,
            labels: Vec::new(),
            out_of_scope: Task::OUT_OF_SCOPE.to_string(),
            data,
            schema: Schema::default(),
            split: SplitShares::default(),
            goal: Goal::default(),
            origin: origin.to_path_buf(),
        }
    }

    /// The kind that the rows have: multi-label where one has the form of a list of labels, slots-only where none
    /// has a label, one has a slot, and the task file names no label.
    fn kind_of_rows(&self) -> Result<Kind, Error> {
        let loaded = load(&self.data, &self.out_of_scope, true)?;
        let rows = &loaded.examples;
        let named =
            !self.labels.is_empty() || self.schema.intents.iter().any(|intent| !intent.label.is_empty());
        let labelled = named || rows.iter().any(|row| !row.labels.is_empty());
        Ok(if loaded.lists {
            Kind::MultiLabel
        } else if !labelled && rows.iter().any(|row| !row.slots.is_empty()) {
            Kind::SlotsOnly
        } else {
            Kind::SingleLabel
        })
    }
}

/// The name of a folder, or of a file without its extension.
fn name_of(path: &Path) -> String {
    // Resolves `.` and `..`, which are no names.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let name = if full.is_dir() { full.file_name() } else { full.file_stem() };
    name.map_or_else(|| "task".to_string(), |name| name.to_string_lossy().into_owned())
}
