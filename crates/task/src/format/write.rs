//! Writing examples in any of the formats.

use std::fs;
use std::path::{Path, PathBuf};

use super::lossy::Lossy;
use super::{Format, clinc, conll, delimited, fasttext, jsonl, massive, seqio, trec};
use crate::error::Error;
use crate::example::Example;
use crate::finding::Finding;
use crate::write_file::write_file;

/// Writes examples to a file, or, as `seqio`, to a new folder. Rows keep their order, but for `clinc` and
/// `seqio`, which group them by split. What the format cannot hold comes back as warnings.
///
/// # Errors
/// When a row cannot be written at all, as one with two labels in a format of one, or when the operating
/// system refuses; an old file stays as it was then.
pub fn write(path: &Path, format: Format, examples: &[Example]) -> Result<Vec<Finding>, Error> {
    let mut lossy = Lossy::default();
    match encode(format, examples, &mut lossy) {
        Ok(Encoded::File(bytes)) => write_file(path, &bytes)?,
        Ok(Encoded::Folder(files)) => write_folder(path, &files)?,
        Err(what) => {
            const OTHER: &str = "choose another format, as jsonl, which holds everything";
            // What is wrong with a row by itself is told of that row.
            let alone = |example: &Example| {
                let what = encode(format, std::slice::from_ref(example), &mut Lossy::default()).err()?;
                Some(Error::at(&example.source.file, example.source.line, what, OTHER))
            };
            return Err(examples.iter().find_map(alone).unwrap_or_else(|| Error::whole(path, what, OTHER)));
        }
    }
    Ok(lossy.findings())
}

/// Rows as a format has them.
enum Encoded {
    File(Vec<u8>),
    Folder(Vec<(PathBuf, Vec<u8>)>),
}

/// Writes rows to memory, or says what keeps them from being written.
fn encode(format: Format, examples: &[Example], lossy: &mut Lossy) -> Result<Encoded, String> {
    let bytes = match format {
        Format::Seqio => return seqio::write(examples, lossy).map(Encoded::Folder),
        Format::Csv => delimited::write_csv(examples, lossy),
        Format::Tsv => Ok(delimited::write_tsv(examples, lossy)),
        Format::Jsonl => jsonl::write(examples),
        Format::Fasttext => fasttext::write(examples, lossy),
        Format::Clinc => clinc::write(examples, lossy),
        Format::Trec => trec::write(examples, lossy),
        Format::Conll => conll::write(examples, lossy),
        Format::Massive => massive::write(examples, lossy),
        Format::Folder => Err("a folder a label cannot be written".to_string()),
    };
    bytes.map(Encoded::File)
}

/// Writes files into a folder that is not there yet, or is empty.
fn write_folder(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
    let io = |source| Error::io(folder, source);
    fs::create_dir_all(folder).map_err(io)?;
    if fs::read_dir(folder).map_err(io)?.next().is_some() {
        // Old files would be read as part of the new data.
        return Err(Error::whole(folder, "the folder is not empty", "name a new folder"));
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(inside) = path.parent() {
            fs::create_dir_all(inside).map_err(|source| Error::io(inside, source))?;
        }
        write_file(&path, bytes)?;
    }
    Ok(())
}

/// Writes native lines: `text`, `label` or `labels`, `slots` with offsets in Unicode scalar values, `split`.
///
/// # Errors
/// When the operating system refuses, or a slot does not lie between characters of its text.
pub fn write_jsonl(path: &Path, examples: &[Example]) -> Result<(), Error> {
    write(path, Format::Jsonl, examples).map(|_| ())
}
