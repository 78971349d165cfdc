//! The numbers, as they are kept.

use super::circumstances::Circumstances;
use super::encoder::Beside;
use super::figures::Figure;
use super::goals::Goal;
use super::measure::Measured;
use super::side::Side;
use serde::Serialize;
use std::path::Path;
use stonechat_task::write_file;

/// Everything that was measured, and how.
#[derive(Serialize)]
pub(super) struct Record {
    pub(super) date: String,
    pub(super) circumstances: Circumstances,
    /// Where the numbers of the peers come from.
    pub(super) peers: String,
    pub(super) goals: Vec<Goal>,
    pub(super) models: Vec<Measured>,
    /// Parts of the engine by themselves.
    pub(super) figures: Vec<Figure>,
    /// fastText in turn with Stonechat; null if it is not installed or the data set was not measured.
    pub(super) side_by_side: Option<Side>,
    /// A sentence encoder in ONNX Runtime in turn with Stonechat, by set.
    pub(super) encoder: Vec<Beside>,
    /// Why there is no encoder; null if there is one.
    pub(super) encoder_left_out: Option<String>,
}

impl Record {
    /// Writes the record as JSON and, beside it, `table`.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(super) fn write(&self, path: &Path, table: &str) -> Result<(), String> {
        let mut json =
            serde_json::to_string_pretty(self).map_err(|error| format!("{}: {error}", path.display()))?;
        json.push('\n');
        write_file(path, json.as_bytes()).map_err(|error| error.to_string())?;
        write_file(&path.with_extension("md"), table.as_bytes()).map_err(|error| error.to_string())
    }
}
