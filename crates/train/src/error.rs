//! Why there is no model.

use std::fmt;

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
    /// The labels of the data are not those of the task.
    Task(stonechat_task::Error),
    /// The recipe breaks a rule.
    Recipe(crate::RecipeError),
    /// No model fits into the size asked for.
    Size {
        /// The size asked for, in bytes.
        max_size: u64,
        /// The smallest size that a model of this task has.
        least: u64,
    },
    /// The model that came out does not open or verify: a fault of the trainer.
    Fault(String),
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows => {
                write!(f, "there is no row to learn from; add labelled examples to the train split")
            }
            Self::OneLabel { label } => {
                write!(f, "every row has the label `{label}`; add examples of at least one other label")
            }
            Self::Task(error) => error.fmt(f),
            Self::Recipe(error) => error.fmt(f),
            Self::Size { max_size, least } => {
                write!(f, "no model of this task fits into {max_size} bytes; allow {least} at least")
            }
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
