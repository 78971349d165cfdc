//! The results: the documents of `eval --json` and `bench --json`. Shares and scores are 0 to 1.

use crate::metric::classification::Counts;
use crate::metric::span_errors::SpanErrorKind;
use serde::Serialize;

/// How good the answers of a model are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Rows that were judged, those outside the task included.
    pub examples: usize,
    /// How often the labels are right; absent if the model gives none, or every row is outside the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelScores>,
    /// How often the slots are right; absent if the model finds none, or no row that counts has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<SlotScores>,
    /// Share of the rows of [`SlotScores`] where everything is right: the label, if the model gives any, and each slot, with none
    /// missing and none too many; absent as `slots` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_match: Option<f64>,
    /// The 95 % interval of that share, `[low, high]` (Wilson); absent as `slots` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact_match_interval: Option<[f64; 2]>,
    /// How often the model stands by an answer, and how often it is wrong then; absent if every row is outside the task, and in
    /// a model of slots alone as `slots` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abstention: Option<Abstention>,
    /// How well the model recognises texts outside the task; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos: Option<OutOfScope>,
    /// Whether the confidences of the answers are true; absent as `label` is or, in a model of slots alone, as `slots` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Each label, in the order of the model, then labels that only the examples have, by name; absent if the model gives none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub per_label: Vec<LabelReport>,
    /// Each slot, in the order of the model, then slots that only the examples have, by name; absent as `slots` is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub per_slot: Vec<LabelReport>,
    /// The most frequent confusions of labels, at most 20; of tasks with one label a text only.
    pub confusions: Vec<Confusion>,
    /// How many slots are wrong in which way; absent as `slots` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot_errors: Option<SlotErrors>,
    /// The most frequent errors of slots, at most 20; absent if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slot_confusions: Vec<SlotConfusion>,
    /// How often what was found has a value; absent if no slot was found whose type has values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<ValueScores>,
    /// Labels of the examples that the model does not know; absent if it knows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_labels: Option<UnknownLabels>,
    /// Slots of the examples that the model does not know; absent if it knows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_slots: Option<UnknownSlots>,
    /// Rows with no label or several, where the model gives exactly one: their answers cannot be right and count as wrong;
    /// absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub rows_without_one_label: usize,
    /// Why slots were not judged though the model finds them or the examples have them; absent if they were, or neither does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots_not_judged: Option<SlotsNotJudged>,
    /// What was judged.
    pub model: ModelFacts,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference.
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How often the labels are right, abstentions judged by their best guess.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LabelScores {
    /// Rows behind these numbers: all but those outside the task, unless the model has a label for these.
    pub examples: usize,
    /// Share of the rows whose label is right; of tasks with any number of labels, whose set of labels is right as a whole.
    pub accuracy: f64,
    /// The 95 % interval of accuracy, `[low, high]` (Wilson).
    pub accuracy_interval: [f64; 2],
    /// The mean F1 of the labels that were given or due at least once.
    pub macro_f1: f64,
    /// The F1 of all labels counted together.
    pub micro_f1: f64,
}

/// How often the slots are right, abstentions judged by their best guess. A slot is right if its name and both of its limits
/// are: precision, recall and F1 are those of the CoNLL script and of seqeval, over all slots together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SlotScores {
    /// Rows behind these numbers: all but those outside the task, unless the model has a label for these.
    pub examples: usize,
    /// Of the slots that were found, the share that was due; 0 if none was found.
    pub precision: f64,
    /// Of the slots that were due, the share that was found.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
    /// The mean F1 of the slots that were found or due at least once, each name weighing the same.
    pub macro_f1: f64,
    /// How many were due.
    pub support: u64,
    /// How many were found.
    pub found: u64,
    /// Whether the confidences of the slots that were found are true: the expected calibration error, as in [`Calibration`];
    /// null if none was found.
    pub ece: Option<f64>,
    /// The bins behind `ece` that have slots, from low to high confidence.
    pub bins: Vec<Bin>,
    /// What the model stands by; null if that is no slot.
    pub accepted: Option<AcceptedSlots>,
}

/// The slots that a model stands by, as they are certain enough.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AcceptedSlots {
    /// Their share of the slots that were found.
    pub share: f64,
    /// Texts that have one.
    pub texts: usize,
    /// Of these, the share where one is wrong.
    pub error: f64,
    /// The share of these that was asked for or, if none was, that the model promises; null if it promises none.
    pub target: Option<f64>,
}

/// How many slots are wrong in which way: slots that are due and were not found, and slots that were found and are not due, each
/// paired with one of the others where they overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SlotErrors {
    /// Due, and nothing was found in its place.
    pub missing: usize,
    /// Found where nothing is due.
    pub extra: usize,
    /// The right slot, but it begins or ends elsewhere.
    pub wrong_limits: usize,
    /// The right limits, but it is of another slot.
    pub wrong_slot: usize,
    /// Another slot that begins or ends elsewhere, but overlaps.
    pub wrong_slot_and_limits: usize,
}

impl SlotErrors {
    /// How many there are of a kind.
    #[must_use]
    pub const fn of_kind(&self, kind: SpanErrorKind) -> usize {
        match kind {
            SpanErrorKind::Missing => self.missing,
            SpanErrorKind::Extra => self.extra,
            SpanErrorKind::WrongLimits => self.wrong_limits,
            SpanErrorKind::WrongSlot => self.wrong_slot,
            SpanErrorKind::WrongSlotAndLimits => self.wrong_slot_and_limits,
        }
    }

    pub(crate) const fn of_kind_mut(&mut self, kind: SpanErrorKind) -> &mut usize {
        match kind {
            SpanErrorKind::Missing => &mut self.missing,
            SpanErrorKind::Extra => &mut self.extra,
            SpanErrorKind::WrongLimits => &mut self.wrong_limits,
            SpanErrorKind::WrongSlot => &mut self.wrong_slot,
            SpanErrorKind::WrongSlotAndLimits => &mut self.wrong_slot_and_limits,
        }
    }
}

/// Slots that are wrong in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SlotConfusion {
    /// In which way.
    pub kind: SpanErrorKind,
    /// The slot that was due; null if it is extra.
    pub gold: Option<String>,
    /// The slot that was found; null if it is missing.
    pub predicted: Option<String>,
    /// How often.
    pub count: usize,
    /// What was due, as it stands in `example`; null as `gold` is.
    pub gold_text: Option<String>,
    /// What was found, as it stands in `example`; null as `predicted` is.
    pub predicted_text: Option<String>,
    /// The first text where it happened.
    pub example: String,
}

/// How often the slots that were found have a value of their type.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ValueScores {
    /// Share of these that have a value.
    pub resolved: f64,
    /// Slots that were found, right or not, whose type is not text.
    pub typed: usize,
}

/// Why slots were not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SlotsNotJudged {
    /// The model finds slots, but no row that counts has any: the rows have labels alone, or these texts lack them.
    NoneInExamples,
    /// Rows have slots, but the model finds none.
    NoneInModel,
}

/// Slots of the examples that the model does not know, which it cannot find and which count as missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownSlots {
    /// How many such slots the texts have.
    pub spans: usize,
    /// Their names, sorted.
    pub names: Vec<String>,
}

/// What abstaining costs and buys, on the rows that are not outside the task. An answer is wrong if its label is or, in a model of
/// slots alone, if any slot is wrong or missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Abstention {
    /// Share of the rows that were accepted.
    pub coverage: f64,
    /// Share of wrong answers among the accepted ones; null if none was accepted.
    pub error_when_accepted: Option<f64>,
    /// The 95 % interval of that share, `[low, high]` (Wilson).
    pub error_interval: [f64; 2],
    /// The share of wrong answers that was asked for or, if none was, that the model promises; null if it promises none.
    pub target: Option<f64>,
    /// Why the model abstained, and how often.
    pub reasons: Reasons,
    /// What other thresholds of confidence would give, from high to low; about 100 points.
    pub curve: Vec<RiskPoint>,
}

/// How often the model abstained for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reasons {
    /// No word of the text was known.
    pub no_known_words: usize,
    /// The confidence was too low.
    pub low_confidence: usize,
    /// The text was unlike those that the model learned from, or the best label was the one for texts outside the task.
    pub out_of_scope: usize,
    /// The text lacked a slot that its label requires.
    pub missing_slot: usize,
    /// The text was longer than the model reads.
    pub too_long: usize,
    /// A slot that the label requires was too uncertain.
    pub unsure_slot: usize,
}

/// What one threshold of confidence gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RiskPoint {
    /// The threshold.
    pub confidence: f64,
    /// Share of the rows that are accepted.
    pub coverage: f64,
    /// Share of wrong answers among these.
    pub error: f64,
}

/// How well the model recognises texts outside the task.
///
/// A text is the more outside, the higher the outsideness that the engine tells. Where a model cannot tell, it is the more outside,
/// the lower the confidence of the best label inside the task or, in a model of slots alone, of the answer. One without known words
/// is the most outside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OutOfScope {
    /// Rows outside the task.
    pub examples: usize,
    /// Area under the receiver operating characteristic; null if every row is outside the task.
    pub auroc: Option<f64>,
    /// Share of the rows inside the task that are taken for outside when 95 % of those outside are found; null as `auroc` is.
    pub fpr95: Option<f64>,
    /// Share of the rows outside the task where the model abstained.
    pub recall: f64,
}

/// Whether confidences are true, on the rows of [`LabelScores`]. The confidence of an answer with any number of labels is
/// held against its whole set of labels; in a model of slots alone, on the rows of [`SlotScores`], against all of its slots.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error: the mean distance of confidence and accuracy over 15 bins of equal width, each weighing as
    /// much as it has answers.
    pub ece: f64,
    /// What `ece` would be on average, on so many answers of these confidences, if every confidence were true: not 0, as the share that
    /// is right varies by chance, most where bins have few answers.
    pub ece_floor: f64,
    /// Brier score: the mean square of confidence minus 1 for a right answer, or minus 0 for a wrong one.
    pub brier: f64,
    /// The bins that have answers, from low to high confidence.
    pub bins: Vec<Bin>,
}

/// Answers of similar confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub accuracy: f64,
    /// How many they are.
    pub count: usize,
}

/// How often one label, or one slot, is right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelReport {
    /// Its name.
    pub name: String,
    /// Of the times that it was given, the share where it was due; 0 if it never was given.
    pub precision: f64,
    /// Of the times that it was due, the share where it was given; 0 if it never was due.
    pub recall: f64,
    /// The harmonic mean of the two; 0 if it was neither given nor due.
    pub f1: f64,
    /// How often it was due.
    pub support: u64,
}

impl LabelReport {
    pub(crate) fn new(name: &str, counts: &Counts) -> Self {
        Self {
            name: name.to_owned(),
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
            support: counts.support(),
        }
    }
}

/// A label taken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// The label that was due.
    pub gold: String,
    /// The label that was given instead.
    pub predicted: String,
    /// How often.
    pub count: usize,
    /// The first text where it happened.
    pub example: String,
}

/// Labels of the examples that the model does not know, whose answers cannot be right and count as wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownLabels {
    /// Rows with such a label.
    pub examples: usize,
    /// The labels, by name.
    pub names: Vec<String>,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModelFacts {
    /// The name of the file: see [`digest()`](crate::digest()).
    pub digest: String,
    /// Bytes of the file.
    pub bytes: usize,
    /// The tier, such as `bag`.
    pub tier: &'static str,
    /// Bytes that an engine takes beside the file.
    pub memory_bytes: usize,
    /// The kernel that computed, such as `reference`.
    pub kernel: &'static str,
}

/// How fast a model answers and what it takes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// Texts that were answered, again and again.
    pub examples: usize,
    /// Threads of `throughput_per_s`.
    pub threads: usize,
    /// Time from a UTF-8 text to a decision, one text at a time on one thread.
    pub latency_us: LatencyUs,
    /// Answers a second of all threads together, rounded.
    pub throughput_per_s: u64,
    /// Answers a second that a thread has a processor to itself: other programs do not count. Null where the system does not tell.
    pub throughput_per_cpu_s: Option<u64>,
    /// Milliseconds from no file to the first answer: reading, opening, constructing the engine and answering.
    pub cold_start_ms: f64,
    /// Bytes of memory that the process held after the cold start; null where the system does not tell.
    pub resident_bytes: Option<u64>,
    /// `resident_bytes` without the bytes of the file.
    pub resident_beyond_file_bytes: Option<u64>,
    /// Bytes of the file.
    pub model_bytes: usize,
    /// Bytes that an engine takes beside the file.
    pub memory_bytes: usize,
    /// The kernel that computed.
    pub kernel: &'static str,
}

/// Percentiles of a time, in microseconds, to a tenth of one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LatencyUs {
    /// Half of the answers take no longer.
    pub p50: f64,
    /// Nine of ten answers take no longer.
    pub p90: f64,
    /// 99 of 100 answers take no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}
