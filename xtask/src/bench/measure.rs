//! One model: trained, judged on the test rows, timed. Everything through the command line that ships.

use super::peers::{PeerScores, Theirs};
use super::prepare::{Prepared, texts};
use super::sets::{Kind, Set, Wanted, What};
use crate::program;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Threads of a training.
const THREADS: u32 = 2;
/// The model that is also timed on texts of one length, and how many tokens these have.
const TIMED_APART: (&str, Kind, usize) = ("snips", Kind::Joint, 12);

/// What was measured of one model.
#[derive(Serialize)]
pub(super) struct Measured {
    pub(super) set: &'static str,
    /// The largest file that was asked for, in bytes; null for what the recipe says.
    pub(super) max_size: Option<u64>,
    pub(super) model: Model,
    pub(super) train: Train,
    pub(super) test: Test,
    pub(super) speed: Speed,
    /// The speed on test texts of one length; null of most models.
    pub(super) speed_apart: Option<Apart>,
    pub(super) peers: PeerScores,
    /// What was asked for.
    #[serde(skip)]
    pub(super) wanted: &'static Wanted,
    /// The model file.
    #[serde(skip)]
    pub(super) file: PathBuf,
}

/// A model file.
#[derive(Deserialize, Serialize)]
pub(super) struct Model {
    pub(super) bytes: u64,
    pub(super) digest: String,
}

/// How the training went.
#[derive(Serialize)]
pub(super) struct Train {
    /// From start to end of the command.
    pub(super) wall_s: f64,
    threads: u32,
    pub(super) report: TrainReport,
}

/// What the training says of itself.
#[derive(Deserialize, Serialize)]
pub(super) struct TrainReport {
    pub(super) tier: String,
    train_rows: usize,
    pub(super) valid_rows: usize,
    /// Whether the tuning rows are a part of the train rows.
    draft: bool,
    labels: usize,
    pub(super) quantization_loss_points: Option<f64>,
    pub(super) slots: Option<SlotReport>,
    scope: Option<ScopeReport>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What it says of texts outside the task.
#[derive(Deserialize, Serialize)]
struct ScopeReport {
    /// Rows outside the task among the train rows. The peers have none.
    learned: usize,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What it says of slots.
#[derive(Deserialize, Serialize)]
pub(super) struct SlotReport {
    slots: usize,
    pub(super) quantization_loss_points: Option<f64>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize)]
struct Training {
    model: Model,
    report: TrainReport,
}

/// Answers to the test rows. Shares are 0 to 1; what a model does not give is null.
#[derive(Serialize)]
pub(super) struct Test {
    /// Rows inside the task.
    pub(super) examples: usize,
    pub(super) accuracy: Option<f64>,
    /// The 95 % interval of accuracy.
    pub(super) accuracy_interval: Option<[f64; 2]>,
    pub(super) macro_f1: Option<f64>,
    pub(super) slots: Option<Slots>,
    /// Share of the rows whose label and slots are right.
    pub(super) exact_match: Option<f64>,
    exact_match_interval: Option<[f64; 2]>,
    /// Expected calibration error of whole answers, 15 bins.
    pub(super) ece: f64,
    pub(super) coverage: f64,
    pub(super) error_when_accepted: Option<f64>,
    /// How many slots are wrong in which way.
    slot_errors: Option<Value>,
    /// How well texts outside the task are recognised, where there are any.
    oos: Option<Value>,
}

impl Test {
    /// A share that targets are set for.
    pub(super) fn share(&self, what: What) -> Option<f64> {
        match what {
            What::Accuracy => self.accuracy,
            What::SlotF1 => self.slots.as_ref().map(|slots| slots.f1),
            What::ExactMatch => self.exact_match,
        }
    }
}

/// Strict scores of all slots together.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Slots {
    #[serde(skip_serializing)]
    examples: usize,
    pub(super) precision: f64,
    pub(super) recall: f64,
    pub(super) f1: f64,
    macro_f1: f64,
    /// How many were due.
    support: usize,
    /// How many were found.
    found: usize,
    /// Expected calibration error of the slots that were found.
    pub(super) ece: Option<f64>,
}

/// The parts of `eval --json` that are kept.
#[derive(Deserialize)]
struct Evaluation {
    label: Option<Label>,
    slots: Option<Slots>,
    exact_match: Option<f64>,
    exact_match_interval: Option<[f64; 2]>,
    abstention: Abstention,
    calibration: Calibration,
    slot_errors: Option<Value>,
    oos: Option<Value>,
    unknown_labels: Option<Unknown>,
    unknown_slots: Option<UnknownSlots>,
    model: Judged,
}

impl Evaluation {
    /// Rows inside the task.
    fn examples(&self) -> usize {
        let slots = self.slots.as_ref().map(|slots| slots.examples);
        self.label.as_ref().map(|label| label.examples).or(slots).unwrap_or(0)
    }
}

#[derive(Deserialize)]
struct Label {
    examples: usize,
    accuracy: f64,
    accuracy_interval: [f64; 2],
    macro_f1: f64,
}

#[derive(Deserialize)]
struct Abstention {
    coverage: f64,
    error_when_accepted: Option<f64>,
}

#[derive(Deserialize)]
struct Calibration {
    ece: f64,
}

#[derive(Deserialize)]
struct Unknown {
    examples: usize,
}

#[derive(Deserialize)]
struct UnknownSlots {
    spans: usize,
}

#[derive(Deserialize)]
struct Judged {
    digest: String,
}

/// The document of `bench --json`.
#[derive(Deserialize, Serialize)]
pub(super) struct Speed {
    /// Texts that were answered.
    pub(super) examples: usize,
    pub(super) latency_us: Latency,
    pub(super) throughput_per_s: u64,
    pub(super) throughput_per_cpu_s: Option<u64>,
    pub(super) cold_start_ms: f64,
    pub(super) resident_beyond_file_bytes: Option<u64>,
    pub(super) memory_bytes: u64,
    pub(super) kernel: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// The speed on texts of one length.
#[derive(Serialize)]
pub(super) struct Apart {
    /// How many tokens each text has.
    pub(super) tokens: usize,
    pub(super) texts: usize,
    pub(super) latency_us: Latency,
}

/// Percentiles, in microseconds.
#[derive(Deserialize, Serialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

impl Measured {
    /// Set, kind and size, for people.
    pub(super) fn name(&self) -> String {
        let kind = if self.wanted.kind == Kind::Joint { " + slots" } else { "" };
        match self.max_size {
            Some(bytes) => format!("{}{kind} {} KB", self.set, bytes / 1000),
            None => format!("{}{kind}", self.set),
        }
    }

    /// The largest file that will do, in bytes.
    pub(super) fn most_bytes(&self) -> u64 {
        self.max_size.unwrap_or(self.wanted.kind.recipe_size())
    }
}

/// Trains and measures one model. Its file goes to the folder `work`.
///
/// # Errors
///
/// The command line fails, or the rows are not those of the peers.
pub(super) fn measure(
    program: &Path,
    set: &'static Set,
    wanted: &'static Wanted,
    rows: &Prepared,
    peers: &Theirs,
    work: &Path,
) -> Result<Measured, String> {
    let size = wanted.max_size.map(|bytes| bytes.to_string());
    let tier = wanted.kind.tier();
    let file = work.join(format!("{}-{tier}-{}.stone", set.name, size.as_deref().unwrap_or("recipe")));
    let command = |word: &str| {
        let mut command = Command::new(program);
        command.args([word, "--json", "--quiet"]);
        command
    };
    let mut train = command("train");
    train.args(rows.options).args(["--tier", tier]);
    train.arg(&rows.path).arg("--output").arg(&file).args(["--threads", &THREADS.to_string()]);
    if let Some(size) = &size {
        train.args(["--max-size", size]);
    }
    let start = Instant::now();
    let trained: Training = program::document(&mut train)?;
    let wall_s = start.elapsed().as_secs_f64();
    let eval = |split| {
        program::document(
            command("eval").args(rows.options).arg(&file).arg(&rows.path).args(["--split", split]),
        )
    };
    let evaluation: Evaluation = eval("test")?;
    // Rows that were set aside differ from those of the peers: each side hashes in its own way.
    let valid: Option<Evaluation> = if peers.of(wanted.kind)?.official { Some(eval("valid")?) } else { None };
    check(set.name, wanted.kind, &trained, valid.as_ref().map(Evaluation::examples), &evaluation, peers)?;
    let speed = program::document(command("bench").args(rows.options).arg(&file).arg(&rows.path))?;
    let speed_apart = match TIMED_APART {
        (name, kind, tokens) if (name, kind) == (set.name, wanted.kind) => {
            let texts = texts(rows, Some(tokens), &work.join("data"))?;
            let speed: Speed = program::document(command("bench").arg(&file).arg(&texts))?;
            Some(Apart { tokens, texts: speed.examples, latency_us: speed.latency_us })
        }
        _ => None,
    };
    let examples = evaluation.examples();
    let Evaluation { label, slots, abstention, calibration, oos, .. } = evaluation;
    Ok(Measured {
        set: set.name,
        max_size: wanted.max_size,
        model: trained.model,
        train: Train { wall_s: (wall_s * 100.0).round() / 100.0, threads: THREADS, report: trained.report },
        test: Test {
            examples,
            accuracy: label.as_ref().map(|label| label.accuracy),
            accuracy_interval: label.as_ref().map(|label| label.accuracy_interval),
            macro_f1: label.as_ref().map(|label| label.macro_f1),
            slots,
            exact_match: evaluation.exact_match,
            exact_match_interval: evaluation.exact_match_interval,
            ece: calibration.ece,
            coverage: abstention.coverage,
            error_when_accepted: abstention.error_when_accepted,
            slot_errors: evaluation.slot_errors,
            oos,
        },
        speed,
        speed_apart,
        peers: peers.scores(wanted.kind),
        wanted,
        file,
    })
}

/// Whether a model learned from, and was judged on, the very rows of the peers. Numbers on other rows say nothing. `valid` are
/// the official validation rows, if there are any.
fn check(
    set: &str,
    kind: Kind,
    trained: &Training,
    valid: Option<usize>,
    evaluation: &Evaluation,
    peers: &Theirs,
) -> Result<(), String> {
    let report = &trained.report;
    let theirs = peers.of(kind)?;
    let outside = report.scope.as_ref().map_or(0, |scope| scope.learned);
    let mut counts = vec![
        ("train rows", report.train_rows.saturating_sub(outside), theirs.rows.train),
        ("valid rows", valid.unwrap_or(theirs.rows.valid), theirs.rows.valid),
        ("test rows", evaluation.examples(), theirs.rows.test),
    ];
    if kind.has_labels() {
        let theirs = peers.labels()?;
        let unknown = evaluation.unknown_labels.as_ref().map_or(0, |unknown| unknown.examples);
        // Rows outside have a label of their own.
        let labels = report.labels.saturating_sub(usize::from(outside > 0));
        counts.push(("labels", labels, theirs.labels));
        counts.push(("test rows with unseen labels", unknown, theirs.test_rows_with_unseen_label));
    }
    if kind.has_slots() {
        let theirs = peers.slots()?;
        let unknown = evaluation.unknown_slots.as_ref().map_or(0, |unknown| unknown.spans);
        let slots = report.slots.as_ref().map_or(0, |slots| slots.slots);
        let due = evaluation.slots.as_ref().map_or(0, |slots| slots.support);
        counts.push(("slots", slots, theirs.crfsuite.slot_names));
        counts.push(("slots in test rows", due, theirs.spans.test));
        counts.push(("unseen slots in test rows", unknown, theirs.crfsuite.test_spans_with_unseen_name));
    }
    if let Some((what, found, expected)) = counts.into_iter().find(|(_, found, expected)| found != expected) {
        return Err(format!(
            "{set}: {found} {what}, but the peers had {expected}; restore the official files"
        ));
    }
    if report.draft == theirs.official {
        return Err(format!(
            "{set}: the tuning rows are not where the peers had them; restore the official files"
        ));
    }
    if report.tier != kind.tier() {
        return Err(format!("{set}: a {} was trained in place of a {}", report.tier, kind.tier()));
    }
    if trained.model.digest != evaluation.model.digest {
        return Err(format!("{set}: another model was judged than was trained; run this alone"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::peers::{PeerSet, SlotPeerSet};
    use super::*;
    use serde_json::json;

    /// A change, and what is said about it.
    type Change = (&'static str, fn(&mut Theirs));

    fn theirs() -> Theirs {
        let labels = json!({
            "rows": {"train": 10, "valid": 2, "test": 4}, "valid_source": "hash", "labels": 2,
            "test_rows_with_unseen_label": 1, "peers": {"fasttext": {"test": 0.5, "chosen": "raw"}},
        });
        let slots = json!({
            "rows": {"train": 10, "valid": 2, "test": 4}, "spans": {"train": 30, "valid": 6, "test": 12},
            "crfsuite": {"slot_names": 3, "test_spans_with_unseen_name": 1, "test": {"f1": 0.5}},
        });
        let labels: PeerSet = serde_json::from_value(labels).unwrap();
        let slots: SlotPeerSet = serde_json::from_value(slots).unwrap();
        Theirs { set: "x", labels: Some(labels), slots: Some(slots) }
    }

    fn documents() -> (Training, Evaluation) {
        let trained = json!({
            "file": "m", "model": {"bytes": 5, "digest": "d"},
            "report": {"tier": "bag", "train_rows": 10, "valid_rows": 3, "draft": true, "labels": 2,
                       "quantization_loss_points": 0.1, "dim": 8, "slots": null},
        });
        let evaluation = json!({
            "label": {"examples": 4, "accuracy": 0.5, "accuracy_interval": [0.1, 0.9], "macro_f1": 0.4},
            "abstention": {"coverage": 1.0, "error_when_accepted": null},
            "calibration": {"ece": 0.1}, "unknown_labels": {"examples": 1}, "model": {"digest": "d"},
        });
        (serde_json::from_value(trained).unwrap(), serde_json::from_value(evaluation).unwrap())
    }

    /// Those of a model of slots alone.
    fn slot_documents() -> (Training, Evaluation) {
        let trained = json!({
            "model": {"bytes": 5, "digest": "d"},
            "report": {"tier": "tagger", "train_rows": 10, "valid_rows": 2, "draft": false, "labels": 0,
                       "quantization_loss_points": null,
                       "slots": {"slots": 3, "phrases": 7, "quantization_loss_points": 0.2}},
        });
        let evaluation = json!({
            "slots": {"examples": 4, "precision": 0.5, "recall": 0.25, "f1": 0.3, "macro_f1": 0.2, "support": 12,
                      "found": 6, "ece": null},
            "exact_match": 0.25, "exact_match_interval": [0.1, 0.5], "unknown_slots": {"spans": 1, "names": ["z"]},
            "abstention": {"coverage": 1.0, "error_when_accepted": null},
            "calibration": {"ece": 0.1}, "model": {"digest": "d"},
        });
        (serde_json::from_value(trained).unwrap(), serde_json::from_value(evaluation).unwrap())
    }

    fn refuses(
        kind: Kind,
        (trained, evaluation): &(Training, Evaluation),
        valid: Option<usize>,
        changes: &[Change],
    ) {
        for (said, change) in changes {
            let mut other = theirs();
            change(&mut other);
            let error = check("x", kind, trained, valid, evaluation, &other).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn only_the_rows_of_the_peers_count() {
        let documents = documents();
        assert_eq!(check("x", Kind::Labels, &documents.0, None, &documents.1, &theirs()), Ok(()));
        fn labels(theirs: &mut Theirs) -> &mut PeerSet {
            theirs.labels.as_mut().unwrap()
        }
        let changes: [Change; 7] = [
            ("10 train rows, but the peers had 11", |theirs| labels(theirs).rows.train = 11),
            ("4 test rows, but the peers had 5", |theirs| labels(theirs).rows.test = 5),
            ("2 labels, but the peers had 3", |theirs| labels(theirs).labels = 3),
            ("1 test rows with unseen labels, but", |theirs| labels(theirs).test_rows_with_unseen_label = 0),
            ("2 valid rows, but the peers had 3", |theirs| labels(theirs).rows.valid = 3),
            ("tuning rows are not where", |theirs| labels(theirs).valid_source = "official".to_string()),
            ("x: not in the record", |theirs| theirs.labels = None),
        ];
        refuses(Kind::Labels, &documents, Some(2), &changes);
        let bag: [Change; 1] = [("a bag was trained in place of a tagger", |theirs| {
            let slots = theirs.slots.as_mut().unwrap();
            (slots.crfsuite.slot_names, slots.spans.test, slots.crfsuite.test_spans_with_unseen_name) =
                (0, 0, 0);
        })];
        refuses(Kind::Joint, &documents, Some(2), &bag);
    }

    #[test]
    fn only_the_slots_of_the_peers_count() {
        let documents = slot_documents();
        assert_eq!(check("x", Kind::Slots, &documents.0, Some(2), &documents.1, &theirs()), Ok(()));
        let changes: [Change; 4] = [
            ("3 slots, but the peers had 4", |theirs| theirs.slots.as_mut().unwrap().crfsuite.slot_names = 4),
            ("12 slots in test rows, but", |theirs| theirs.slots.as_mut().unwrap().spans.test = 13),
            ("4 test rows, but the peers had 5", |theirs| theirs.slots.as_mut().unwrap().rows.test = 5),
            ("1 unseen slots in test rows, but", |theirs| {
                theirs.slots.as_mut().unwrap().crfsuite.test_spans_with_unseen_name = 0;
            }),
        ];
        refuses(Kind::Slots, &documents, Some(2), &changes);
    }

    #[test]
    fn rows_outside_the_task_do_not_count() {
        let (mut trained, evaluation) = documents();
        let scope = json!({"learned": 2, "rows_outside": 1});
        trained.report.scope = Some(serde_json::from_value(scope).unwrap());
        let error = check("x", Kind::Labels, &trained, None, &evaluation, &theirs()).unwrap_err();
        assert!(error.contains("8 train rows, but the peers had 10"), "{error}");
        (trained.report.train_rows, trained.report.labels) = (12, 3);
        assert_eq!(check("x", Kind::Labels, &trained, None, &evaluation, &theirs()), Ok(()));
        let kept = serde_json::to_value(&trained.report).unwrap();
        assert_eq!(kept["scope"], json!({"learned": 2, "rows_outside": 1}));
    }

    /// What is not looked at travels into the record all the same.
    #[test]
    fn a_report_loses_nothing() {
        let kept = serde_json::to_value(&documents().0.report).unwrap();
        assert_eq!((&kept["dim"], &kept["train_rows"]), (&json!(8), &json!(10)));
        let kept = serde_json::to_value(&slot_documents().0.report).unwrap();
        assert_eq!((&kept["slots"]["phrases"], &kept["slots"]["slots"]), (&json!(7), &json!(3)));
    }
}
