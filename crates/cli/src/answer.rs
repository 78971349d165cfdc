//! An answer of the engine, for people and for programs.

use serde::Serialize;
use stonechat_engine::value::Reference;
use stonechat_engine::{Decision, Label, Model, Prediction, Reason};
use stonechat_eval::Explanation;

use crate::console::one_line;
use crate::decimal::decimal;
use crate::slot::{SlotAnswer, words};

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
    reason: Option<String>,
    /// Null where the model has no labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Option<Named<'a>>>,
    /// In place of `label` where a text may have any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<Named<'a>>>,
    slots: Vec<SlotAnswer<'a>>,
    ranking: Vec<Named<'a>>,
    read: ReadSoFar,
    model: &'a ModelName,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<Explanation>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    confidence: f64,
}

#[derive(Serialize)]
struct ReadSoFar {
    /// Unicode characters of the text or, of one that is too long, what the engine read: letters, digits and
    /// symbols, without the white space between them; the rest of the text did not count.
    characters: usize,
    truncated: bool,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(
        model: &Model<'_>,
        prediction: &Prediction<'a>,
        now: Option<&Reference>,
        name: &'a ModelName,
        explanation: Option<Explanation>,
    ) -> Self {
        let (text, read, multi) = (prediction.text(), prediction.read(), model.rule().multi_label);
        let characters = if read.truncated { read.characters as usize } else { text.chars().count() };
        Answer {
            text,
            decision: prediction.decision().name(),
            reason: reason(model, prediction),
            label: (!multi).then(|| prediction.ranking().next().map(named)),
            labels: multi.then(|| prediction.labels().map(named).collect()),
            slots: SlotAnswer::all(model, prediction, now),
            ranking: prediction.ranking().map(named).collect(),
            read: ReadSoFar { characters, truncated: read.truncated },
            model: name,
            explanation,
        }
    }
}

/// Why the model abstains, if it does; of a slot that is missing, with its name, and of one that is too uncertain, with its
/// confidence and the least that is accepted.
fn reason(model: &Model<'_>, prediction: &Prediction<'_>) -> Option<String> {
    let reason = prediction.reason()?;
    Some(match (reason, prediction.missing_slot(), prediction.unsure_slot()) {
        (Reason::MissingSlot, Some(slot), _) => format!("{} {slot}", reason.name()),
        (Reason::UnsureSlot, _, Some(slot)) => {
            let (found, least) = (decimal(slot.confidence), decimal(model.rule().min_slot_confidence));
            // More digits where two would look the same.
            let digits = if format!("{found:.2}") == format!("{least:.2}") { 4 } else { 2 };
            format!("slot {}: {found:.digits$} < {least:.digits$}", slot.name)
        }
        _ => reason.name().to_string(),
    })
}

fn named(label: Label<'_>) -> Named<'_> {
    Named { name: label.name, confidence: decimal(label.confidence) }
}

/// The widest column of labels; a longer name moves the rest of its line to the right.
const MAX_WIDTH: usize = 32;

/// The width of the column of labels.
pub(crate) fn label_width(model: &Model<'_>) -> usize {
    model.labels().iter().map(|name| name.chars().count()).max().unwrap_or(1).min(MAX_WIDTH)
}

/// An answer on one line: decision, label, confidence, text, slots, and why the engine abstained.
pub(crate) fn line(
    model: &Model<'_>,
    prediction: &Prediction<'_>,
    now: Option<&Reference>,
    width: usize,
) -> String {
    let names: Vec<&str> =
        prediction.labels().map(|label| label.name).filter(|name| !name.is_empty()).collect();
    let names = if names.is_empty() { "-".to_string() } else { one_line(&names.join(",")) };
    // That of the answer; beside a single label stands its own.
    let confidence = match prediction.ranking().next() {
        Some(label) if !model.rule().multi_label => label.confidence,
        _ => prediction.confidence(),
    };
    let mut line = format!(
        "{:<7}  {names:<width$}  {:.3}  {}",
        prediction.decision().name(),
        decimal(confidence),
        one_line(prediction.text())
    );
    if let Some(slots) = words(prediction, now) {
        line.push_str("  ");
        line.push_str(&slots);
    }
    if let (Decision::Abstain, Some(reason)) = (prediction.decision(), reason(model, prediction)) {
        // Only of the word for it: the name of a slot stays as it is.
        let (word, slot) = reason.split_once(' ').unwrap_or((&reason, ""));
        let words = format!("{} {}", word.replace('_', " "), one_line(slot));
        line.push_str(&format!("  ({})", words.trim_end()));
    }
    let read = prediction.read();
    if read.truncated {
        line.push_str(&format!(
            "  (too long: only its beginning was read, {} characters beside white space)",
            read.characters
        ));
    }
    line
}
