//! From the paths of a task to rows: which files are read, in which format, as which split.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::DataSource;
use crate::document::Document;
use crate::error::Error;
use crate::example::{Example, Source, Split};
use crate::file_name::{hidden, is_no_data, is_side_file};
use crate::finding::{Finding, Places, Severity};
use crate::format::{
    Format, ReadOptions, Row, TOKENS, detect, is_class_folder, is_part, is_tagged_part, parse, read_classes,
    read_parallel,
};

/// Folders named after splits are entered this deep, so that a link to itself comes to an end.
const MAX_DEPTH: usize = 4;

/// Rows as read, before the task has its say.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) examples: Vec<Example>,
    pub(crate) findings: Vec<Finding>,
    /// Whether a row has the form of a list of labels.
    pub(crate) lists: bool,
}

/// Reads everything that a task names. With `unlabelled`, rows need no label.
pub(crate) fn load(data: &DataSource, out_of_scope: &str, unlabelled: bool) -> Result<Loaded, Error> {
    let mut loader = Loader::new(&data.options, out_of_scope, unlabelled);
    loader.not_data = data.not_data.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let named = [
        (Some(Split::Train), &data.train),
        (Some(Split::Valid), &data.valid),
        (Some(Split::Test), &data.test),
        (None, &data.path),
    ];
    for (split, paths) in named {
        for path in paths {
            loader.path(path, split)?;
        }
    }
    Ok(loader.loaded)
}

/// Reads one text in memory as if it were a file of that name in the folder of the data.
pub(crate) fn load_text(
    path: &Path,
    text: &str,
    options: &ReadOptions,
    out_of_scope: &str,
    unlabelled: bool,
) -> Result<Loaded, Error> {
    let mut loader = Loader::new(options, out_of_scope, unlabelled);
    let document = Document::from_bytes(path, text.as_bytes().to_vec())?;
    loader.recognised(document, None, Path::new(path.file_name().unwrap_or_default()))?;
    Ok(loader.loaded)
}

struct Loader<'a> {
    options: &'a ReadOptions,
    out_of_scope: &'a str,
    /// Whether rows need no label.
    unlabelled: bool,
    /// Files that are passed over without a word, by their full paths.
    not_data: Vec<PathBuf>,
    loaded: Loaded,
}

impl<'a> Loader<'a> {
    fn new(options: &'a ReadOptions, out_of_scope: &'a str, unlabelled: bool) -> Loader<'a> {
        Loader { options, out_of_scope, unlabelled, not_data: Vec::new(), loaded: Loaded::default() }
    }

    /// A file or folder that was named, with the split that it was named under.
    fn path(&mut self, path: &Path, named: Option<Split>) -> Result<(), Error> {
        let meta = fs::metadata(path).map_err(|source| Error::io(path, source))?;
        if meta.is_dir() {
            return self.folder(path, named);
        }
        let document = Document::read(path)?;
        self.recognised(document, named, Path::new(path.file_name().unwrap_or_default()))
    }

    /// A file that must be data.
    fn recognised(&mut self, document: Document, named: Option<Split>, name: &Path) -> Result<(), Error> {
        let Some(format) = self.options.format.or_else(|| detect(&document)) else {
            if is_tagged_part(&document.path) {
                let what = "one of the files of a folder in the format seqio, which are read together";
                return Err(Error::whole(&document.path, what, "name the folder"));
            }
            return Err(Error::whole(
                &document.path,
                "its format is not recognised",
                format!(
                    "name it with --format or format = ... under [data] in task.toml: {}",
                    Format::names()
                ),
            ));
        };
        self.document(&document, format, named, name)
    }

    /// Everything in a folder that is data.
    fn folder(&mut self, folder: &Path, named: Option<Split>) -> Result<(), Error> {
        let classes = match self.options.format {
            Some(format) => format == Format::Folder,
            None => is_class_folder(folder),
        };
        if classes {
            let rows = read_classes(folder)?;
            if rows.is_empty() {
                return Err(Error::whole(
                    folder,
                    "no folder in it holds .txt files",
                    "make a folder a label with a text a file",
                ));
            }
            // Many small files: their warnings are one finding each, as for any other file.
            for (document, row) in rows {
                self.loaded.findings.extend(document.warning());
                let split = row.split;
                self.rows(&document.path, vec![row], named, split);
            }
            return Ok(());
        }
        let mut files = Vec::new();
        self.collect(folder, Path::new(""), 0, &mut files)?;
        let parallel = self.take_parallel(&mut files);
        let lone = files.iter().find(|(path, _)| is_tagged_part(path));
        if let Some((tags, _)) =
            lone.filter(|_| self.options.format.is_none_or(|format| format == Format::Seqio))
        {
            let what = format!("there is no {TOKENS} beside it");
            return Err(Error::whole(tags, what, format!("add {TOKENS}, a text a line, or remove the file")));
        }
        let mut found = Vec::new();
        let mut passed_over = Vec::new();
        for (path, name) in files {
            // A pipe would be waited for, and a link that leads nowhere is no file.
            if !path.is_file() {
                passed_over.push(path.into());
                continue;
            }
            let document = Document::read(&path);
            // A file in a forced format must be text; any other may turn out not to be data at all. One that
            // cannot be read at all might be any split, so going on without it would mislead.
            match (self.options.format, document) {
                (_, Err(error @ Error::Io { .. })) => return Err(error),
                (Some(format), document) => found.push((document?, format, name)),
                (None, Ok(document)) => match detect(&document) {
                    Some(format) => found.push((document, format, name)),
                    None => passed_over.push(document.path),
                },
                (None, Err(_)) => passed_over.push(path.into()),
            }
        }
        if found.is_empty() && parallel.is_empty() {
            return Err(no_data(folder, &passed_over));
        }
        for path in passed_over {
            self.loaded.findings.push(unread(&path, false));
        }
        self.choose(folder, &mut found)?;
        for (document, format, name) in found {
            self.document(&document, format, named, &name)?;
        }
        for (folder, name) in parallel {
            let (document, rows) = read_parallel(&folder, &mut self.loaded.findings)?;
            // The name of the folder itself tells a split where nothing below it does.
            let own = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            let by_name = split_of_path(&name)
                .or_else(|| Split::in_name(&own.file_name().unwrap_or_default().to_string_lossy()));
            self.document_rows(&document, rows, named, by_name);
        }
        Ok(())
    }

    /// Takes out the files of folders in the format `seqio`; gives the folders, with their path below the
    /// folder that was named.
    fn take_parallel(&self, files: &mut Vec<(PathBuf, PathBuf)>) -> Vec<(PathBuf, PathBuf)> {
        if self.options.format.is_some_and(|format| format != Format::Seqio) {
            return Vec::new();
        }
        let mut folders: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (path, below) in files.iter().filter(|(path, _)| path.ends_with(TOKENS) && path.is_file()) {
            if let (Some(folder), Some(below)) = (path.parent(), below.parent()) {
                folders.push((folder.to_path_buf(), below.to_path_buf()));
            }
        }
        files.retain(|(path, _)| {
            !(is_part(path) && folders.iter().any(|(folder, _)| path.parent() == Some(folder)))
        });
        folders
    }

    /// The files that may be data, with their path below the folder, sorted by name.
    fn collect(
        &mut self,
        folder: &Path,
        below: &Path,
        depth: usize,
        files: &mut Vec<(PathBuf, PathBuf)>,
    ) -> Result<(), Error> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(|source| Error::io(folder, source))? {
            entries.push(entry.map_err(|source| Error::io(folder, source))?.file_name());
        }
        entries.sort();
        for name in entries {
            let path = folder.join(&name);
            let below = below.join(&name);
            if path.is_dir() {
                let split = Split::in_name(&name.to_string_lossy());
                if split.is_some() && !hidden(&name) && depth < MAX_DEPTH {
                    self.collect(&path, &below, depth + 1, files)?;
                }
            } else if is_side_file(&name) {
                self.loaded.findings.push(unread(&path, true));
            } else if !is_no_data(&name) && !self.is_not_data(&path) {
                files.push((path, below));
            }
        }
        Ok(())
    }

    /// Whether a file is one that the task file names for something else.
    fn is_not_data(&self, path: &Path) -> bool {
        !self.not_data.is_empty() && path.canonicalize().is_ok_and(|path| self.not_data.contains(&path))
    }

    /// Several files of the same data in one folder: in other languages, or versions of which one is read.
    fn choose(&mut self, folder: &Path, found: &mut Vec<(Document, Format, PathBuf)>) -> Result<(), Error> {
        let locales: Vec<String> = found
            .iter()
            .filter(|(_, format, name)| *format == Format::Massive && split_of_path(name).is_none())
            .map(|(_, _, name)| name.display().to_string())
            .collect();
        if locales.len() > 1 {
            return Err(Error::whole(
                folder,
                format!("several files hold every split, as one a language: {}", locales.join(", ")),
                "name one of them instead of the folder",
            ));
        }
        self.choose_alternative(folder, found)
    }

    /// Several JSON files of splits in one folder are versions of the same data, as in clinc150: one is read.
    fn choose_alternative(
        &mut self,
        folder: &Path,
        found: &mut Vec<(Document, Format, PathBuf)>,
    ) -> Result<(), Error> {
        let is_one = |(_, format, _): &(Document, Format, PathBuf)| *format == Format::Clinc;
        if found.iter().filter(|file| is_one(file)).count() < 2 {
            return Ok(());
        }
        let names = || {
            let names = found.iter().filter(|file| is_one(file));
            names.map(|(_, _, name)| name.display().to_string()).collect::<Vec<_>>().join(", ")
        };
        let full = found.iter().find(|file| is_one(file) && file.2 == Path::new("data_full.json"));
        let Some((document, _, _)) = full else {
            return Err(Error::whole(
                folder,
                format!(
                    "several JSON files hold splits, which may be versions of the same data: {}",
                    names()
                ),
                "name one of them instead of the folder",
            ));
        };
        let message =
            format!("of {} only data_full.json is read: they are versions of the same data", names());
        self.loaded.findings.push(Places::of_lines(&document.path, &[0]).finding(
            "alternative-files",
            Severity::Warning,
            1,
            message,
            "to use another one, name it instead of the folder",
        ));
        found.retain(|file| !is_one(file) || file.2 == Path::new("data_full.json"));
        Ok(())
    }

    fn document(
        &mut self,
        document: &Document,
        format: Format,
        named: Option<Split>,
        name: &Path,
    ) -> Result<(), Error> {
        let (rows, findings) = parse(document, format, self.options, self.out_of_scope, self.unlabelled)?;
        self.document_rows(document, rows, named, split_of_path(name));
        self.loaded.findings.extend(findings);
        Ok(())
    }

    fn document_rows(
        &mut self,
        document: &Document,
        rows: Vec<Row>,
        named: Option<Split>,
        by_name: Option<Split>,
    ) {
        self.loaded.findings.extend(document.warning());
        if rows.is_empty() {
            self.loaded.findings.push(Places::of_lines(&document.path, &[0]).finding(
                "empty-file",
                Severity::Warning,
                1,
                "no rows in the file",
                "add rows or remove the file",
            ));
        }
        self.rows(&document.path, rows, named, by_name);
    }

    /// Takes rows in. The split under which a file was named in the task file holds before the one that a row
    /// names, and that before the one in the name of the file.
    fn rows(&mut self, file: &Arc<Path>, rows: Vec<Row>, named: Option<Split>, by_name: Option<Split>) {
        let mut overridden = Vec::new();
        for row in rows {
            self.loaded.lists |= row.list;
            if let (Some(named), Some(own)) = (named, row.split)
                && named != own
            {
                overridden.push(row.line);
            }
            let source = Source { file: Arc::clone(file), line: row.line };
            let split = named.or(row.split).or(by_name);
            let Row { text, labels, slots, .. } = row;
            self.loaded.examples.push(Example { text, labels, slots, source, split });
        }
        if let Some(named) = named
            && !overridden.is_empty()
        {
            let count = overridden.len();
            self.loaded.findings.push(Places::of_lines(file, &overridden).finding(
                "split-overridden",
                Severity::Warning,
                count,
                format!(
                    "{count} rows name another split than {named}, under which the task file names the file"
                ),
                "write path = ... under [data] to follow the rows",
            ));
        }
    }
}

/// The split in the name of a file or, failing that, of the folders that it lies in, innermost first.
fn split_of_path(path: &Path) -> Option<Split> {
    path.iter().rev().find_map(|part| Split::in_name(&part.to_string_lossy()))
}

/// A file that was passed over: a list of names, or something that may have been meant as data.
fn unread(path: &Path, side_file: bool) -> Finding {
    let (severity, message) = match side_file {
        true => (Severity::Note, "a list of names by its own name, not read"),
        false => (Severity::Warning, "not recognised as data, not read"),
    };
    let proposal = "if it is data, name it instead of the folder, with --format if need be";
    Places::of_lines(&path.into(), &[0]).finding("unread-file", severity, 1, message, proposal)
}

/// No data in a folder: tells what was there instead.
fn no_data(folder: &Path, passed_over: &[Arc<Path>]) -> Error {
    let mut inside: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir() && !hidden(&entry.file_name()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    inside.sort();
    if passed_over.is_empty()
        && let Some(first) = inside.first()
    {
        return Error::whole(
            folder,
            "no data file in the folder",
            format!(
                "name a file, or one of its {} folders, as {}",
                inside.len(),
                folder.join(first).display()
            ),
        );
    }
    let names: Vec<String> = passed_over
        .iter()
        .take(8)
        .map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    let what = match names.as_slice() {
        [] => "no data file in the folder".to_string(),
        names => format!("no data file in the folder; not recognised: {}", names.join(", ")),
    };
    Error::whole(folder, what, format!("name a format that fits with --format: {}", Format::names()))
}
