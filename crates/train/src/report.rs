//! What a training says of itself.

use serde::Serialize;
use std::fmt;

/// What was trained, and how good it is on the rows that it was tuned on. Travels in the model file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainReport {
    /// The tier, such as `bag`.
    pub tier: &'static str,
    /// Whether it is a linear machine, and not a network.
    pub linear: bool,
    /// Rows that the model learned from.
    pub train_rows: usize,
    /// Rows that it was tuned on.
    pub valid_rows: usize,
    /// Whether the tuning rows are a part of the training rows. Then the numbers below are those of a draft that did not see
    /// them, and the model itself learned from all rows.
    pub draft: bool,
    /// Labels.
    pub labels: usize,
    /// Features that the model knows.
    pub features: usize,
    /// Rows of the embedding table.
    pub buckets: usize,
    /// Numbers in a row of the table.
    pub dim: usize,
    /// Bits of such a number.
    pub bits: u32,
    /// Numbers in the hidden layer.
    pub hidden: usize,
    /// The share of tuning rows that the floating-point model answers right; null without tuning rows.
    pub float_accuracy: Option<f64>,
    /// The same of the bytes that ship.
    pub accuracy: Option<f64>,
    /// What the integers lose: the difference of the two, in percentage points.
    pub quantization_loss_points: Option<f64>,
    /// Mean over the tuning rows, 15 bins: how far confidence and accuracy are apart.
    pub ece: Option<f64>,
    /// What logits were divided by to become probabilities.
    pub temperature: f64,
    /// What a user should know.
    pub notes: Vec<String>,
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "learned       {} labels from {} rows: a {} of {} rows of {} numbers in {} bits, {} hidden",
            self.labels,
            self.train_rows,
            if self.linear { "linear machine" } else { "network" },
            self.buckets,
            self.dim,
            self.bits,
            self.hidden
        )?;
        if let (Some(float), Some(shipped), Some(loss)) =
            (self.float_accuracy, self.accuracy, self.quantization_loss_points)
        {
            let who = if self.draft { " (a draft that did not see them)" } else { "" };
            writeln!(f, "tuning rows   {} rows: accuracy {:.2} %{who}", self.valid_rows, 100.0 * shipped)?;
            writeln!(f, "integers      {:.2} % in floating point: {loss:.2} points lost", 100.0 * float)?;
        }
        if let Some(ece) = self.ece {
            let temperature = self.temperature;
            writeln!(f, "calibration   temperature {temperature:.3}, expected calibration error {ece:.3}")?;
        }
        for note in &self.notes {
            writeln!(f, "note          {note}")?;
        }
        Ok(())
    }
}
