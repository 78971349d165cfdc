//! An answer of the engine, for people and for programs.

use serde::Serialize;
use stonechat_engine::{Confidence, Decision, Label, Model, Prediction};

use crate::console::one_line;

/// Which model answers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ModelName {
    /// Name of the task that it was trained for.
    pub(crate) name: String,
    /// Digest of the file.
    pub(crate) digest: String,
}

/// `predict --json`.
#[derive(Serialize)]
pub(crate) struct Answer<'a> {
    text: &'a str,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Named<'a>>,
    /// In place of `label` where a text may have any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<Named<'a>>>,
    /// No tier marks slots yet.
    slots: [(); 0],
    ranking: Vec<Named<'a>>,
    read: ReadSoFar,
    model: &'a ModelName,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    confidence: f64,
}

#[derive(Serialize)]
struct ReadSoFar {
    /// Unicode characters of the text or, of one that is too long, what the engine read: letters, digits and
    /// symbols, without the white space between them.
    characters: usize,
    truncated: bool,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(text: &'a str, prediction: &Prediction<'a>, model: &'a ModelName, multi: bool) -> Self {
        let read = prediction.read();
        let characters = if read.truncated { read.characters as usize } else { text.chars().count() };
        Answer {
            text,
            decision: prediction.decision().name(),
            reason: prediction.reason().map(|reason| reason.name()),
            label: (!multi).then(|| named(prediction.label())),
            labels: multi.then(|| prediction.labels().map(named).collect()),
            slots: [],
            ranking: prediction.ranking().map(named).collect(),
            read: ReadSoFar { characters, truncated: read.truncated },
            model,
        }
    }
}

fn named(label: Label<'_>) -> Named<'_> {
    Named { name: label.name, confidence: decimal(label.confidence) }
}

/// A confidence with four decimals, which is all that calibration on some hundred rows can bear.
pub(crate) fn decimal(confidence: Confidence) -> f64 {
    f64::from(confidence.per_ten_thousand()) / 10_000.0
}

/// The widest column of labels; a longer name moves the rest of its line to the right.
const MAX_WIDTH: usize = 32;

/// The width of the column of labels.
pub(crate) fn label_width(model: &Model<'_>) -> usize {
    model.labels().iter().map(|name| name.chars().count()).max().unwrap_or_default().min(MAX_WIDTH)
}

/// An answer on one line: decision, label, confidence, text, and why the engine abstained.
pub(crate) fn line(text: &str, prediction: &Prediction<'_>, width: usize, multi: bool) -> String {
    let names: Vec<&str> = prediction.labels().map(|label| label.name).collect();
    let names = if names.is_empty() { "-".to_string() } else { one_line(&names.join(",")) };
    let confidence = if multi { prediction.confidence() } else { prediction.label().confidence };
    let mut line = format!(
        "{:<7}  {names:<width$}  {:.3}  {}",
        prediction.decision().name(),
        decimal(confidence),
        one_line(text)
    );
    if let (Decision::Abstain, Some(reason)) = (prediction.decision(), prediction.reason()) {
        line.push_str(&format!("  ({})", reason.name().replace('_', " ")));
    }
    if prediction.read().truncated {
        line.push_str("  (too long: only its beginning was read)");
    }
    line
}
