//! Why there is no model.

use std::fmt;
use stonechat_engine::format::MAX_SLOTS;

/// Why a training ended without a model.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrainError {
    /// There is no row to learn from.
    NoRows,
    /// Every row has the same label: there is nothing to tell apart.
    OneLabel {
        /// The label.
        label: String,
    },
    /// No row has a label.
    NoLabels,
    /// No row has a slot, in a task of slots alone.
    NoSlots,
    /// A text of the task may have several labels, and a tagger gives one.
    ManyLabelsWithSlots,
    /// The pattern of a slot has too many states.
    Pattern {
        /// The slot.
        slot: String,
        /// Its pattern.
        pattern: String,
    },
    /// A row of a task of one label has none or several.
    Labels {
        /// Where the row stands.
        file: std::path::PathBuf,
        /// Its line, from 1.
        line: u32,
        /// How many labels it has.
        found: usize,
    },
    /// There are more labels than a model file can hold.
    TooManyLabels {
        /// How many there are.
        found: usize,
    },
    /// There are more slots than a model file can hold.
    TooManySlots {
        /// How many there are.
        found: usize,
    },
    /// A look-up was asked for, and the task is none for it.
    NoLookup {
        /// Why not.
        why: &'static str,
    },
    /// A cascade was asked for, and the task is none for it.
    NoCascade {
        /// Why not.
        why: &'static str,
    },
    /// There are more texts than a look-up can hold.
    TooManyTexts {
        /// How many there are.
        found: usize,
    },
    /// The weights grew beyond all bounds.
    Diverged,
    /// The labels of the data are not those of the task.
    Task(stonechat_task::Error),
    /// The recipe breaks a rule.
    Recipe(crate::RecipeError),
    /// No model fits into the size asked for.
    Size {
        /// The size asked for, in bytes.
        max_size: u64,
        /// A size that is enough.
        least: u64,
    },
    /// There are too few tuning rows to promise what is asked for.
    TooFewToPromise {
        /// The largest share of wrong answers that is asked for.
        max_error: f64,
        /// How many rows there are to tell.
        rows: usize,
        /// How many it takes, if none of them is wrong.
        needed: usize,
    },
    /// No threshold of confidence keeps what is asked for.
    NoPromise {
        /// The largest share of wrong answers that is asked for.
        max_error: f64,
        /// How many rows there are to tell.
        rows: usize,
    },
    /// The teacher gave no embeddings: what is wrong and what to do.
    Teacher(String),
    /// The model that came out does not open or verify: a fault of the trainer.
    Fault(String),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows => {
                write!(
                    f,
                    "there is no row to learn from; add labelled examples to the train split; where all were set aside, set \
                     `valid` and `test` of [split] in task.toml lower"
                )
            }
            Self::NoLabels => write!(f, "no row has a label; label some of them"),
            Self::NoSlots => write!(f, "no row has a slot; mark some in the train split"),
            Self::ManyLabelsWithSlots => write!(
                f,
                "a tagger gives one label to a text, and a text of this task may have several; make it a single-label task, or \
                 train with the tier `bag`, which leaves slots out"
            ),
            Self::Pattern { slot, pattern } => write!(
                f,
                "the pattern `{pattern}` of the slot `{slot}` needs too many states; make it simpler, with smaller repetitions"
            ),
            Self::Labels { file, line, found } => write!(
                f,
                "{}:{line}: the row has {found} labels; give it one, or set `kind = \"multi-label\"` in the task",
                file.display()
            ),
            Self::TooManyLabels { found } => {
                write!(f, "there are {found} labels, a model file holds 1048576; merge some")
            }
            Self::TooManySlots { found } => {
                write!(f, "there are {found} slots, a model file holds {MAX_SLOTS}; merge some")
            }
            Self::NoLookup { why } => {
                write!(f, "a look-up knows one label for each text, and {why}; train another tier, or `auto`")
            }
            Self::NoCascade { why } => {
                write!(f, "a cascade gives one label to each text, and {why}; train another tier, or `auto`")
            }
            Self::TooManyTexts { found } => {
                write!(
                    f,
                    "there are {found} different texts, a look-up holds 16777216; train with the tier `bag`"
                )
            }
            Self::Diverged => {
                write!(f, "the weights grew beyond all bounds; lower `rate` or `table_rate` of the recipe")
            }
            Self::OneLabel { label } => {
                write!(
                    f,
                    "every row that is learned from has the label `{label}`; add examples of at least one other label"
                )
            }
            Self::Task(error) => error.fmt(f),
            Self::Recipe(error) => error.fmt(f),
            Self::Size { max_size, least } => {
                write!(f, "no model of this task fits into {max_size} bytes; allow {least} at least")
            }
            Self::TooFewToPromise { max_error, rows, needed } => write!(
                f,
                "an error of {max_error} at the most cannot be promised on {rows} tuning rows: it takes {needed} at least, and more if \
                 some are wrong; give more with --valid, or allow a larger error"
            ),
            Self::NoPromise { max_error, rows } => write!(
                f,
                "no threshold of confidence keeps the error at {max_error} on {rows} tuning rows; allow a larger error, or mend the \
                 examples: `stonechat eval` shows what a model trained without it confuses"
            ),
            Self::Teacher(what) => f.write_str(what),
            Self::Fault(what) => {
                write!(f, "the packed model is not sound: {what}; this is a fault, report it")
            }
        }
    }
}

impl std::error::Error for TrainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Task(error) => Some(error),
            Self::Recipe(error) => Some(error),
            _ => None,
        }
    }
}
