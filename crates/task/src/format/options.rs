//! How data is read where its form leaves a choice.

use std::str::FromStr;

use super::Format;

/// How data is read. Whatever is `None` is found out from the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format, whatever the files look like.
    pub format: Option<Format>,
    /// Column (csv, tsv) or key (jsonl) of the text: a name, or for columns a number counted from 1. Several,
    /// separated by commas as `2,3` or `title,body`, are joined with a space.
    pub text_column: Option<String>,
    /// Column or key of the label, a name or a number. For `trec`, the level as in `label_level`.
    pub label_column: Option<String>,
    /// Column or key of the split. Empty: there is none, whatever the names look like.
    pub split_column: Option<String>,
    /// Whether the first row of a csv or tsv names its columns; true when `None`.
    pub header: Option<bool>,
    /// Which part of a label `COARSE:fine` counts, in `trec`; the whole when `None`.
    pub label_level: Option<LabelLevel>,
}

impl ReadOptions {
    /// These options, with whatever `over` sets put in their place.
    pub fn overridden_by(self, over: &ReadOptions) -> ReadOptions {
        let over = over.clone();
        ReadOptions {
            format: over.format.or(self.format),
            text_column: over.text_column.or(self.text_column),
            label_column: over.label_column.or(self.label_column),
            split_column: over.split_column.or(self.split_column),
            header: over.header.or(self.header),
            label_level: over.label_level.or(self.label_level),
        }
    }
}

/// Which part of a label `COARSE:fine` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelLevel {
    /// What stands before the first colon.
    Coarse,
    /// What stands behind the first colon.
    Fine,
    /// The whole label.
    Full,
}

impl LabelLevel {
    /// That part of a label; the whole of one without a colon.
    pub(crate) fn of(self, label: &str) -> &str {
        match (self, label.split_once(':')) {
            (LabelLevel::Coarse, Some((coarse, _))) => coarse,
            (LabelLevel::Fine, Some((_, fine))) => fine,
            _ => label,
        }
    }
}

impl FromStr for LabelLevel {
    type Err = String;

    fn from_str(name: &str) -> Result<LabelLevel, String> {
        match name {
            "coarse" => Ok(LabelLevel::Coarse),
            "fine" => Ok(LabelLevel::Fine),
            "full" => Ok(LabelLevel::Full),
            _ => Err(format!("unknown label level {name:?}; write coarse, fine or full")),
        }
    }
}
