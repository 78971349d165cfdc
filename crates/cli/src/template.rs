//! Tasks to start from, in the program itself.

use clap::ValueEnum;

/// A task to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A minimal task of three labels, to be replaced
    Blank,
    /// Voice commands of a smart home: 14 labels, some 3,000 sentences
    SmartHome,
}

macro_rules! files {
    ($folder:literal: $($name:literal),*) => {
        &[$(($name, include_str!(concat!("../templates/", $folder, "/", $name)))),*]
    };
}

impl Template {
    /// Name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Template::Blank => "blank",
            Template::SmartHome => "smart-home",
        }
    }

    /// Names and contents of its files.
    pub(crate) fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Template::Blank => files!("blank": "README.md", "task.toml", "data.csv"),
            Template::SmartHome => {
                files!("smart-home": "README.md", "task.toml", "train.jsonl", "test.jsonl")
            }
        }
    }
}
