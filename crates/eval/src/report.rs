//! The results: the documents of `eval --json` and `bench --json`. Shares and scores are 0 to 1.

use serde::Serialize;

/// How good the answers of a model are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Rows that were judged, those outside the task included.
    pub examples: usize,
    /// How often the labels are right; absent if every row is outside the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelScores>,
    /// How often the model stands by an answer, and how often it is wrong then; absent if every row is outside the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abstention: Option<Abstention>,
    /// How well the model recognises texts outside the task; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos: Option<OutOfScope>,
    /// Whether the confidences are true; absent as `label` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Each label, in the order of the model, then labels that only the examples have, by name.
    pub per_label: Vec<LabelReport>,
    /// The most frequent confusions, at most 20; of tasks with one label a text only.
    pub confusions: Vec<Confusion>,
    /// Labels of the examples that the model does not know; absent if it knows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_labels: Option<UnknownLabels>,
    /// Rows with no label or several, where the model gives exactly one: their answers cannot be right and count as wrong;
    /// absent if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub rows_without_one_label: usize,
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

/// What abstaining costs and buys, on the rows that are not outside the task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Abstention {
    /// Share of the rows that were accepted.
    pub coverage: f64,
    /// Share of wrong answers among the accepted ones; null if none was accepted.
    pub error_when_accepted: Option<f64>,
    /// The 95 % interval of that share, `[low, high]` (Wilson).
    pub error_interval: [f64; 2],
    /// The share of wrong answers that was asked for; null if none was.
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
    /// The best label was the one for texts outside the task.
    pub out_of_scope: usize,
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
/// A text is the more outside, the lower the confidence of the best label inside the task; one without known words is the most
/// outside.
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
/// held against its whole set of labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error: the mean distance of confidence and accuracy over 15 bins of equal width, each weighing as
    /// much as it has answers.
    pub ece: f64,
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

/// How often one label is right.
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
