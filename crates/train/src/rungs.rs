//! The table of rungs: what was climbed, what it costs, and what was chosen.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a model must keep to. Whatever is none is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The largest model file, in bytes.
    pub max_size: Option<u64>,
    /// The longest time of an answer, in microseconds (the 50th percentile).
    pub max_latency_us: Option<f64>,
    /// The least [`Merit`](crate::Merit) on the tuning rows, 0 to 1.
    pub min_accuracy: Option<f64>,
}

/// The rungs that were climbed, and the one that was chosen. Travels in the model file, without the times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// What accuracy is here, as [`Merit::measure`](crate::Merit::measure).
    pub measure: String,
    /// Rows that it was measured on, from which no rung had learned: those to tune on or, where an error is promised, a part of the
    /// rows to learn from, as the others prove the promise.
    pub tuning_rows: usize,
    /// What was asked for.
    pub limits: Limits,
    /// Why the chosen rung is the one.
    pub why: String,
    /// What was asked for and is not reached, if anything is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<String>,
    /// The rungs, the cheapest first.
    pub rungs: Vec<Rung>,
}

/// A rung: a model of one tier, as large as it may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    /// Its tier.
    pub tier: String,
    /// The largest size that it was to have, in bytes.
    pub max_size: u64,
    /// Why there is no model, if there is none; or why one may not be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The model; none where there is none.
    #[serde(flatten)]
    pub model: Option<RungModel>,
}

/// The model of a rung, in figures: of one that was not chosen, where tuning rows are learned from in the end, those of its draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RungModel {
    /// Bytes of the file; of the chosen one with this table.
    pub bytes: usize,
    /// Bytes of memory that an engine takes.
    pub memory_bytes: usize,
    /// Multiply-adds for a text of 100 characters, at the most.
    pub multiply_adds: u64,
    /// Table rows read for it, at the most.
    pub rows_read: u64,
    /// The measure on the tuning rows; none without any.
    pub accuracy: Option<f64>,
    /// Its 95 % interval, `[low, high]`.
    pub interval: Option<[f64; 2]>,
    /// Microseconds of an answer, the 50th percentile; measured, and so not in the model file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<f64>,
    /// Whether no other rung is both as small and as accurate.
    pub front: bool,
    /// Whether it is the one.
    pub chosen: bool,
}

impl Ladder {
    /// Marks the chosen rung, and those on the Pareto front: no other is as small and as accurate, and better in one of the two.
    pub(crate) fn mark(&mut self, chosen: usize) {
        let all: Vec<Option<(usize, f64)>> = self
            .rungs
            .iter()
            .map(|rung| rung.model.as_ref().map(|model| (model.bytes, model.accuracy.unwrap_or_default())))
            .collect();
        for (at, rung) in self.rungs.iter_mut().enumerate() {
            let Some(model) = &mut rung.model else { continue };
            let own = (model.bytes, model.accuracy.unwrap_or_default());
            let beats = |other: &(usize, f64)| other.0 <= own.0 && other.1 >= own.1 && *other != own;
            model.front = !all.iter().flatten().any(beats);
            model.chosen = at == chosen;
        }
    }

    /// The table without what was measured with a clock: the same data and recipe give the same file.
    pub(crate) fn timeless(&self) -> Self {
        let mut table = self.clone();
        for model in table.rungs.iter_mut().filter_map(|rung| rung.model.as_mut()) {
            model.p50_us = None;
        }
        table
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measure = match self.measure.as_str() {
            "exact_match" => "exact match",
            "micro_f1" => "micro F1",
            other => other,
        };
        writeln!(
            f,
            "ladder        {measure} on {} rows not learned from; > is chosen, * is on the Pareto front",
            self.tuning_rows
        )?;
        for rung in &self.rungs {
            let note = rung.note.as_deref().unwrap_or_default();
            let (tier, limit) = (&rung.tier, size(rung.max_size));
            let Some(model) = &rung.model else {
                writeln!(f, "     {tier:<6} in {limit:<8}  {note}")?;
                continue;
            };
            let mark = if model.chosen { '>' } else { ' ' };
            let front = if model.front { '*' } else { ' ' };
            let percent = |share: f64| 100.0 * share;
            let accuracy = match (model.accuracy, model.interval) {
                (Some(accuracy), Some([low, high])) => {
                    format!("{:5.2} % ({:.1} to {:.1})", percent(accuracy), percent(low), percent(high))
                }
                _ => "not measured".to_owned(),
            };
            let time = model.p50_us.map(|time| format!(", {time:.1} µs")).unwrap_or_default();
            let note = if note.is_empty() { String::new() } else { format!(": {note}") };
            writeln!(
                f,
                "  {mark}{front} {tier:<6} in {limit:<8}  {accuracy}  {} bytes, {} of memory, {} multiply-adds, {} rows read{time}{note}",
                model.bytes, model.memory_bytes, model.multiply_adds, model.rows_read
            )?;
        }
        writeln!(f, "chosen        {}", self.why)?;
        match &self.missed {
            Some(missed) => writeln!(f, "missed        {missed}"),
            None => Ok(()),
        }
    }
}

/// A size for people, as exact as given: `300 KB`, `2.5 MB`, `123456 bytes`.
fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1_000_000 && bytes.is_multiple_of(100_000) => format!("{} MB", bytes as f64 / 1e6),
        _ if bytes.is_multiple_of(1_000) => format!("{} KB", bytes / 1_000),
        _ => format!("{bytes} B"),
    }
}
