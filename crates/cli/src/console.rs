//! Where results and messages go.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Results go to standard output, as a person or, with `--json`, as a program reads them; messages go to
/// standard error.
pub(crate) struct Console {
    out: BufWriter<io::StdoutLock<'static>>,
    /// Whether the result is one JSON document.
    pub(crate) json: bool,
    /// Whether only errors are told beside the result.
    pub(crate) quiet: bool,
}

impl Console {
    pub(crate) fn new(json: bool, quiet: bool) -> Console {
        Console { out: BufWriter::new(io::stdout().lock()), json, quiet }
    }

    /// A line of the result.
    pub(crate) fn line(&mut self, line: impl fmt::Display) -> Result<(), Failure> {
        Ok(writeln!(self.out, "{}", steady(&line.to_string()))?)
    }

    /// The result as one JSON document over several lines.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.out, document).map_err(io::Error::from)?;
        self.line("")
    }

    /// The result as one JSON document on one line.
    pub(crate) fn json_line(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, document).map_err(io::Error::from)?;
        self.line("")
    }

    /// The result as JSON or, without `--json`, as text.
    pub(crate) fn result<T: Serialize + fmt::Display>(&mut self, result: &T) -> Result<(), Failure> {
        if self.json {
            return self.document(result);
        }
        self.line(result.to_string().trim_end())
    }

    /// Hands everything that was printed to the reader.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        Ok(self.out.flush()?)
    }

    /// A message beside the result; not with `--quiet`.
    pub(crate) fn note(&self, message: impl fmt::Display) {
        if !self.quiet {
            say(message);
        }
    }

    /// Whether progress may be drawn.
    pub(crate) fn draws(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// Tells something on standard error. If nobody listens there, there is nobody to tell it to.
pub(crate) fn say(message: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "stonechat: {}", steady(&message.to_string()));
}

/// Lines for a terminal: control characters in quoted texts, which could steer it, are shown as spaces.
fn steady(lines: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\n';
    if !lines.contains(steers) {
        return Cow::Borrowed(lines);
    }
    Cow::Owned(lines.replace(steers, " "))
}

/// A text on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
