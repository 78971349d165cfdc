//! Why a command ends otherwise than well, and with which exit code.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use stonechat_train::TrainError;

/// Why a command did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A goal, gate or verification failed: exit code 1.
    Missed(String),
    /// Wrong usage or bad input: exit code 2.
    Input(String),
    /// Whoever read standard output has gone. Nobody is left to be told: exit code 0, as for `head`.
    Closed,
}

impl Failure {
    /// Bad input: what is wrong with a file, and what to do instead.
    pub(crate) fn file(path: &Path, what: impl std::fmt::Display) -> Failure {
        Failure::Input(format!("{}: {what}", path.display()))
    }

    /// The message, if anybody is to be told.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Failure::Missed(message) | Failure::Input(message) => Some(message),
            Failure::Closed => None,
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Failure::Missed(_) => ExitCode::from(1),
            Failure::Input(_) => ExitCode::from(2),
            Failure::Closed => ExitCode::SUCCESS,
        }
    }
}

impl From<stonechat_task::Error> for Failure {
    fn from(error: stonechat_task::Error) -> Failure {
        Failure::Input(error.to_string())
    }
}

/// An error of standard output, the only stream that commands use directly.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::Input(format!("standard output: {error}; check where it is redirected to")),
        }
    }
}

/// An error of an operation on a file, with what to do about it.
pub(crate) fn io_failure(path: &Path, error: &io::Error) -> Failure {
    let fix = match error.kind() {
        io::ErrorKind::NotFound => "; check the path",
        io::ErrorKind::PermissionDenied => "; check its permissions",
        _ => "",
    };
    Failure::file(path, format_args!("{error}{fix}"))
}

/// Why there is no model. Errors of the data name their file and line themselves.
pub(crate) fn train_failure(task: &Path, error: TrainError) -> Failure {
    match error {
        TrainError::Task(error) => error.into(),
        TrainError::Recipe(error) => Failure::Input(format!("the recipe: {error}")),
        // The rows are sound; the model is not good enough for what is asked.
        TrainError::NoPromise { .. } => Failure::Missed(format!("{}: {error}", task.display())),
        TrainError::Fault(_) => Failure::Missed(error.to_string()),
        error => Failure::file(task, error),
    }
}
