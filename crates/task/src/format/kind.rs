//! The formats by name.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::text::nearest;

/// A data format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// Comma- or semicolon-separated columns with quoting (RFC 4180).
    Csv,
    /// Tab-separated columns; a quotation mark is a plain character.
    Tsv,
    /// One JSON object a line: the native format.
    Jsonl,
    /// `__label__NAME text`, one text a line, any number of labels.
    Fasttext,
    /// A JSON object of `split: [[text, label], ...]`.
    Clinc,
    /// `LABEL text`, one text a line, the label without spaces.
    Trec,
    /// A folder a label, a text a file: `LABEL/*.txt`, or `train/LABEL/*.txt` and so on.
    Folder,
    /// A token and its tag a line (IOB1, BIO, BIOES or BILOU), an empty line behind each sentence.
    Conll,
    /// A folder of `seq.in`, `seq.out` and `label`, a line a text in each.
    Seqio,
    /// One JSON object a line with slots marked in its `annot_utt`, as the MASSIVE data has them.
    Massive,
}

impl Format {
    /// Every format.
    pub fn all() -> &'static [Format] {
        use Format::*;
        &[Csv, Tsv, Jsonl, Fasttext, Clinc, Trec, Folder, Conll, Seqio, Massive]
    }

    /// The name: `csv`, `tsv`, `jsonl`, `fasttext`, `clinc`, `trec`, `folder`, `conll`, `seqio` or `massive`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Jsonl => "jsonl",
            Format::Fasttext => "fasttext",
            Format::Clinc => "clinc",
            Format::Trec => "trec",
            Format::Folder => "folder",
            Format::Conll => "conll",
            Format::Seqio => "seqio",
            Format::Massive => "massive",
        }
    }

    /// The format to write a file of this name in, told by its extension alone, in any case; `None` where that
    /// names none.
    pub fn by_extension(path: &Path) -> Option<Format> {
        let extension = path.extension()?.to_string_lossy().to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Some(Format::Csv),
            "tsv" => Some(Format::Tsv),
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "fasttext" | "ft" => Some(Format::Fasttext),
            "json" => Some(Format::Clinc),
            "trec" => Some(Format::Trec),
            "conll" => Some(Format::Conll),
            _ => None,
        }
    }

    /// The names of all formats, for messages.
    pub(crate) fn names() -> String {
        Format::all().iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let lower = name.to_ascii_lowercase();
        Format::all().iter().copied().find(|format| format.name() == lower).ok_or_else(|| {
            let known = Format::names();
            match nearest(&lower, Format::all().iter().map(|format| format.name())) {
                Some(near) => format!("unknown format {name:?}; did you mean {near}? The formats: {known}"),
                None => format!("unknown format {name:?}; the formats: {known}"),
            }
        })
    }
}
