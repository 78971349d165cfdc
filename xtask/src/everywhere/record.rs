//! What is kept of a run.

use super::replayed::Part;
use super::size::{Board, Size};
use crate::bench::Circumstances;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;
use stonechat_task::write_file;

/// Everything that was held and measured, and how.
#[derive(Serialize)]
pub(super) struct Record {
    pub(super) date: String,
    pub(super) circumstances: Circumstances,
    /// Whether the public data sets were there.
    pub(super) data: bool,
    pub(super) targets: Vec<Held>,
    pub(super) digests: Vec<Digests>,
    pub(super) sizes: Vec<Size>,
    pub(super) boards: Vec<Board>,
}

/// A target that answered.
#[derive(Serialize)]
pub(super) struct Held {
    pub(super) name: &'static str,
    pub(super) kernels: Vec<String>,
    /// Checks of each kernel against the reference; none where there is no other.
    pub(super) checks: u32,
    /// Seconds to build its program, and to answer with all of its kernels.
    pub(super) build_s: f64,
    pub(super) run_s: f64,
    /// Of a board, the deepest that the stack was over all models, in bytes.
    pub(super) stack: Option<usize>,
}

/// The digests that every target gave.
#[derive(Serialize)]
pub(super) struct Digests {
    name: String,
    texts: usize,
    scores: String,
    answers: String,
}

impl From<Part> for Digests {
    fn from(part: Part) -> Self {
        let Part { name, texts, scores, answers } = part;
        Self { name, texts, scores, answers }
    }
}

impl Record {
    /// In Markdown.
    pub(super) fn markdown(&self) -> String {
        let mut out =
            format!("# The same bits everywhere, {}\n\n{}.\n", self.date, self.circumstances.line());
        out += "Made by `cargo xtask everywhere --record`; docs/targets.md tells what is held. Times are of one run on a shared machine.\n\n";
        out += "## Targets\n\nEach kernel answered every golden case as its table says and gave the digests below.\n\n";
        out += "| target | kernels | checks of each kernel | build s | run s | deepest stack |\n|---|---|---|---|---|---|\n";
        for held in &self.targets {
            let stack = held.stack.map_or(String::new(), |stack| format!("{stack} bytes"));
            let kernels = held.kernels.join(", ");
            let _ = writeln!(
                out,
                "| {} | {kernels} | {} | {:.1} | {:.1} | {stack} |",
                held.name, held.checks, held.build_s, held.run_s
            );
        }
        out += "\n## Digests\n\nOf all scores of all texts, and of every decision, confidence, label and slot: the same on every target above.\n\n";
        out += "| texts of | texts | scores | answers |\n|---|---|---|---|\n";
        for Digests { name, texts, scores, answers } in &self.digests {
            let _ = writeln!(out, "| {name} | {texts} | `{scores}` | `{answers}` |");
        }
        out += "\n## Sizes\n\n| what | bytes | limit | |\n|---|---|---|---|\n";
        for size in &self.sizes {
            let limit = size.limit.map_or(String::new(), |limit| limit.to_string());
            let met = match (size.limit, size.met()) {
                (None, _) => "",
                (_, true) => "met",
                (_, false) => "**missed**",
            };
            let _ = writeln!(out, "| {} | {} | {limit} | {met} |", size.what, size.bytes);
        }
        for board in &self.boards {
            let _ = write!(
                out,
                "\n## {} on the board\n\n```text\n{}\n```\n",
                board.model,
                board.lines.join("\n")
            );
        }
        out
    }

    /// Writes the record as JSON and, beside it, in Markdown.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<(), String> {
        let mut json =
            serde_json::to_string_pretty(self).map_err(|error| format!("{}: {error}", path.display()))?;
        json.push('\n');
        write_file(path, json.as_bytes()).map_err(|error| error.to_string())?;
        write_file(&path.with_extension("md"), self.markdown().as_bytes()).map_err(|error| error.to_string())
    }
}
