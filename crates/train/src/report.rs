//! What a training says of itself.

use crate::merit::Merit;
use crate::promise::Promise;
use crate::rungs::Ladder;
use serde::Serialize;
use std::fmt;
use stonechat_eval::Bin;

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
    /// Texts that a look-up knows; absent in other tiers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<usize>,
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
    /// The word pieces that it knows; null if it knows none.
    pub words: Option<WordsReport>,
    /// Whom it learned from beside the rows; null if nobody.
    pub teacher: Option<TeacherReport>,
    /// The share of tuning rows that the floating-point model answers right; null without tuning rows.
    pub float_accuracy: Option<f64>,
    /// The same of the bytes that ship.
    pub accuracy: Option<f64>,
    /// What the integers lose: the difference of the two, in percentage points.
    pub quantization_loss_points: Option<f64>,
    /// Mean over the tuning rows, 15 bins: how far confidence and accuracy are apart.
    pub ece: Option<f64>,
    /// How true confidences are, in the bins behind `ece` that have rows, from low to high confidence; absent without tuning rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reliability: Vec<Bin>,
    /// What logits were divided by to become probabilities.
    pub temperature: f64,
    /// What it takes for outside the task; null if it cannot tell.
    pub scope: Option<ScopeReport>,
    /// What it promises of the answers that it accepts; null if nothing was asked for.
    pub promise: Option<Promise>,
    /// The cheaper model that answers first; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cascade: Option<CascadeReport>,
    /// The linear machine whose logits are added to a tagger's; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineReport>,
    /// How it finds slots; null if it does not.
    pub slots: Option<SlotReport>,
    /// What a user should know.
    pub notes: Vec<String>,
    /// How good it is in one number; none without tuning rows. Not in the file, which has what it is made of.
    #[serde(skip)]
    pub merit: Option<Merit>,
    /// The rungs that were climbed to it; absent where its tier was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
}

/// The word pieces that a model knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WordsReport {
    /// How many there are.
    pub pieces: usize,
    /// How many of them stand in rows.
    pub seen: usize,
    /// Bits of a number in their rows.
    pub bits: u32,
    /// The digest of the asset that they are from.
    pub asset: String,
}

/// A teacher, and what it was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TeacherReport {
    /// What tells it from others.
    pub digest: String,
    /// Rows that it learned itself before, if it was fine-tuned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned: Option<usize>,
    /// Texts made of the rows that it labelled as well.
    pub made: usize,
    /// The share of tuning rows that it answers right itself, through a probe on its embeddings that did not see them; null
    /// where the tuning rows are not a part of the training rows.
    pub accuracy: Option<f64>,
}

/// A cheaper model that answers first, and how that does on the tuning rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CascadeReport {
    /// Its tier.
    pub first: &'static str,
    /// Bytes that it has alone.
    pub bytes: usize,
    /// The least confidence of an answer that it gives.
    pub least_confidence: f64,
    /// The share of the tuning rows that it answers.
    pub share: f64,
    /// The accuracy of both together.
    pub accuracy: f64,
    /// The accuracy of the dear one alone.
    pub accuracy_alone: f64,
}

/// A linear machine beside a network: both say what the labels are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MachineReport {
    /// Features that it knows.
    pub features: usize,
    /// Bytes that it has alone.
    pub bytes: usize,
    /// How many times its logits count for each time that those of the network do.
    pub times: f32,
}

/// What a model takes for outside the task, and how that does on the tuning rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScopeReport {
    /// Rows outside the task that it learned from.
    pub learned: usize,
    /// Tuning rows inside the task.
    pub rows_inside: usize,
    /// The share of these that is taken for outside.
    pub refused_inside: f64,
    /// Tuning rows outside the task.
    pub rows_outside: usize,
    /// The share of these that is taken for outside; null without any.
    pub refused_outside: Option<f64>,
    /// The share of these that is not answered, for whatever reason; null without any.
    pub abstained_outside: Option<f64>,
    /// The highest outsideness that is answered.
    pub most: f64,
    /// The largest share of unknown features that is answered.
    pub most_unknown: f64,
}

/// What was trained to find slots, and how good it is on the rows that it was tuned on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlotReport {
    /// Slots.
    pub slots: usize,
    /// Phrases of the training rows' slots that it knows.
    pub phrases: usize,
    /// Strict F1 of the slots of the bytes that ship, over all tuning rows; null without tuning rows.
    pub f1: Option<f64>,
    /// The same of the floating-point model.
    pub float_f1: Option<f64>,
    /// What the integers lose: the difference of the two, in percentage points.
    pub quantization_loss_points: Option<f64>,
    /// The share of tuning rows with the right label and exactly the right slots.
    pub exact_match: Option<f64>,
    /// What scores of tags were divided by to become probabilities.
    pub temperature: f64,
}

impl TrainReport {
    fn write_promise(&self, promise: &Promise, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = promise.max_error;
        if self.labels > 0 {
            writeln!(
                f,
                "promise       at most {most} of the accepted {} are wrong: bound {:.4} at {} confidence; coverage {:.1} % of {} rows, {} \
                 wrong",
                if self.slots.is_some() { "labels" } else { "answers" },
                promise.bound,
                promise.confidence,
                100.0 * promise.coverage,
                promise.rows,
                promise.wrong
            )?;
        }
        if !promise.labels.is_empty() {
            let own = promise.labels.iter().filter(|label| label.bound <= most).count();
            writeln!(
                f,
                "              {} of {} labels have rows enough to tell by themselves; of {own} the same is proven (`inspect --json`: \
                 training.promise.labels)",
                promise.labels.len(),
                self.labels
            )?;
        }
        for label in promise.labels.iter().filter(|label| label.accepted == 0) {
            writeln!(f, "              `{}` is never accepted: no threshold keeps the promise", label.name)?;
        }
        let Some(slots) = promise.slots else { return Ok(()) };
        writeln!(
            f,
            "{}slots from confidence {:.3} on: in at most {most} of the texts one is wrong: bound {:.4} on {} texts, {} wrong",
            if self.labels > 0 { "              " } else { "promise       " },
            slots.least_confidence,
            slots.bound,
            slots.accepted,
            slots.wrong
        )
    }
}

impl fmt::Display for TrainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(texts) = self.texts {
            let (labels, rows) = (self.labels, self.train_rows);
            writeln!(f, "learned       {labels} labels from {rows} rows: a look-up of {texts} texts")?;
        } else if let Some(slots) = &self.slots {
            writeln!(
                f,
                "learned       {} labels and {} slots from {} rows: a tagger of {} rows of {} numbers, {} units, {} phrases",
                self.labels, slots.slots, self.train_rows, self.buckets, self.dim, self.hidden, slots.phrases
            )?;
        } else {
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
        }
        if let Some(words) = &self.words {
            let WordsReport { pieces, seen, bits, .. } = words;
            writeln!(f, "words         {pieces} word pieces in {bits} bits, {seen} of them in the rows")?;
        }
        if let Some(teacher) = &self.teacher {
            write!(f, "teacher       ")?;
            if let Some(rows) = teacher.tuned {
                write!(f, "fine-tuned on {rows} rows; ")?;
            }
            write!(f, "labelled {} texts made of the rows", teacher.made)?;
            match teacher.accuracy {
                Some(accuracy) => writeln!(f, "; accuracy {:.2} % itself", 100.0 * accuracy)?,
                None => writeln!(f)?,
            }
        }
        if let (Some(_), Some(accuracy)) = (self.texts, self.accuracy) {
            let (rows, accuracy) = (self.valid_rows, 100.0 * accuracy);
            writeln!(
                f,
                "tuning rows   {rows} rows: {accuracy:.2} % known and right; it abstains from what it does not know"
            )?;
        }
        if let (Some(float), Some(shipped), Some(loss)) =
            (self.float_accuracy, self.accuracy, self.quantization_loss_points)
        {
            let who = if self.draft { " (a draft that did not see them)" } else { "" };
            writeln!(f, "tuning rows   {} rows: accuracy {:.2} %{who}", self.valid_rows, 100.0 * shipped)?;
            writeln!(f, "integers      {:.2} % in floating point: {loss:.2} points lost", 100.0 * float)?;
        }
        if let Some((f1, float)) = self.slots.as_ref().and_then(|slots| slots.f1.zip(slots.float_f1)) {
            let exact = self.slots.as_ref().and_then(|slots| slots.exact_match).unwrap_or_default();
            writeln!(f, "slots         F1 {:.2} %, exact match {:.2} %", 100.0 * f1, 100.0 * exact)?;
            let loss = 100.0 * (float - f1);
            writeln!(f, "integers      F1 {:.2} % in floating point: {loss:.2} points lost", 100.0 * float)?;
        }
        if let Some(ece) = self.ece {
            let temperature = self.temperature;
            writeln!(f, "calibration   temperature {temperature:.3}, expected calibration error {ece:.3}")?;
        }
        if let Some(scope) = &self.scope {
            write!(
                f,
                "scope         {:.1} % of the tuning rows are taken for outside",
                100.0 * scope.refused_inside
            )?;
            match scope.abstained_outside {
                Some(share) => writeln!(
                    f,
                    "; of {} rows outside, {:.1} % are not answered",
                    scope.rows_outside,
                    100.0 * share
                )?,
                None => writeln!(f, "; no tuning row is outside the task")?,
            }
        }
        if let Some(MachineReport { features, bytes, times }) = &self.machine {
            writeln!(
                f,
                "machine       {features} features in {bytes} bytes; what it says counts {times} times for each that the network says"
            )?;
        }
        if let Some(cascade) = &self.cascade {
            writeln!(
                f,
                "cascade       a {} of {} bytes answers {:.1} % first, from confidence {:.3} on; accuracy {:.2} %, without it {:.2} %",
                cascade.first,
                cascade.bytes,
                100.0 * cascade.share,
                cascade.least_confidence,
                100.0 * cascade.accuracy,
                100.0 * cascade.accuracy_alone
            )?;
        }
        if let Some(promise) = &self.promise {
            self.write_promise(promise, f)?;
        }
        for note in &self.notes {
            writeln!(f, "note          {note}")?;
        }
        if let Some(ladder) = &self.ladder {
            write!(f, "{ladder}")?;
        }
        Ok(())
    }
}
