//! One model: trained, judged on the test rows, timed. Everything through the command line that ships.

use super::peers::PeerSet;
use super::prepare::Prepared;
use super::program;
use super::sets::{Set, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Threads of a training.
const THREADS: u32 = 2;

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
    pub(super) peers: PeerScores,
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
    train_rows: usize,
    pub(super) valid_rows: usize,
    /// Whether the tuning rows are a part of the train rows.
    draft: bool,
    labels: usize,
    pub(super) quantization_loss_points: Option<f64>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize)]
struct Training {
    model: Model,
    report: TrainReport,
}

/// Answers to the test rows. Shares are 0 to 1.
#[derive(Serialize)]
pub(super) struct Test {
    /// Rows inside the task.
    pub(super) examples: usize,
    pub(super) accuracy: f64,
    /// The 95 % interval of accuracy.
    pub(super) accuracy_interval: [f64; 2],
    pub(super) macro_f1: f64,
    /// Expected calibration error, 15 bins.
    pub(super) ece: f64,
    pub(super) coverage: f64,
    pub(super) error_when_accepted: Option<f64>,
    /// How well texts outside the task are recognised, where there are any.
    oos: Option<Value>,
}

/// The parts of `eval --json` that are kept.
#[derive(Deserialize)]
struct Evaluation {
    label: Label,
    abstention: Abstention,
    calibration: Calibration,
    oos: Option<Value>,
    unknown_labels: Option<Unknown>,
    model: Judged,
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
struct Judged {
    digest: String,
}

/// The document of `bench --json`.
#[derive(Deserialize, Serialize)]
pub(super) struct Speed {
    pub(super) latency_us: Latency,
    pub(super) throughput_per_s: u64,
    pub(super) cold_start_ms: f64,
    pub(super) resident_beyond_file_bytes: Option<u64>,
    pub(super) memory_bytes: u64,
    pub(super) kernel: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Percentiles, in microseconds.
#[derive(Deserialize, Serialize)]
pub(super) struct Latency {
    pub(super) p50: f64,
    pub(super) p90: f64,
    pub(super) p99: f64,
    pub(super) max: f64,
}

/// Shares of right answers of the peers on the same test rows.
#[derive(Clone, Serialize)]
pub(super) struct PeerScores {
    pub(super) linear_svc: Option<f64>,
    pub(super) fasttext: Option<f64>,
}

impl Measured {
    /// Set and size, for people.
    pub(super) fn name(&self) -> String {
        match self.max_size {
            Some(bytes) => format!("{} {} KB", self.set, bytes / 1000),
            None => self.set.to_string(),
        }
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
    wanted: &Wanted,
    rows: &Prepared,
    peers: &PeerSet,
    work: &Path,
) -> Result<Measured, String> {
    let size = wanted.max_size.map(|bytes| bytes.to_string());
    let file = work.join(format!("{}-{}.stone", set.name, size.as_deref().unwrap_or("recipe")));
    let command = |word: &str| {
        let mut command = Command::new(program);
        command.args([word, "--json", "--quiet"]).args(rows.options);
        command
    };
    let mut train = command("train");
    train.arg(&rows.path).arg("--output").arg(&file).args(["--threads", &THREADS.to_string()]);
    if let Some(size) = &size {
        train.args(["--max-size", size]);
    }
    let start = Instant::now();
    let trained: Training = program::document(&mut train)?;
    let wall_s = start.elapsed().as_secs_f64();
    let eval = |split| program::document(command("eval").arg(&file).arg(&rows.path).args(["--split", split]));
    let evaluation: Evaluation = eval("test")?;
    // Rows that were set aside differ from those of the peers: each side hashes in its own way.
    let valid: Option<Evaluation> = if peers.official() { Some(eval("valid")?) } else { None };
    let valid = valid.map(|valid| valid.label.examples);
    check(set.name, &trained, valid, &evaluation, peers)?;
    let speed = program::document(command("bench").arg(&file).arg(&rows.path))?;
    let Evaluation { label, abstention, calibration, oos, .. } = evaluation;
    Ok(Measured {
        set: set.name,
        max_size: wanted.max_size,
        model: trained.model,
        train: Train { wall_s: (wall_s * 100.0).round() / 100.0, threads: THREADS, report: trained.report },
        test: Test {
            examples: label.examples,
            accuracy: label.accuracy,
            accuracy_interval: label.accuracy_interval,
            macro_f1: label.macro_f1,
            ece: calibration.ece,
            coverage: abstention.coverage,
            error_when_accepted: abstention.error_when_accepted,
            oos,
        },
        speed,
        peers: PeerScores {
            linear_svc: peers.linear_svc().map(|peer| peer.test),
            fasttext: peers.fasttext().map(|peer| peer.test),
        },
        file,
    })
}

/// Whether a model learned from, and was judged on, the very rows of the peers. Numbers on other rows say nothing. `valid` are
/// the official validation rows, if there are any.
fn check(
    set: &str,
    trained: &Training,
    valid: Option<usize>,
    evaluation: &Evaluation,
    peers: &PeerSet,
) -> Result<(), String> {
    let report = &trained.report;
    let unknown = evaluation.unknown_labels.as_ref().map_or(0, |unknown| unknown.examples);
    let counts = [
        ("train rows", report.train_rows, peers.rows.train),
        ("valid rows", valid.unwrap_or(peers.rows.valid), peers.rows.valid),
        ("test rows", evaluation.label.examples, peers.rows.test),
        ("labels", report.labels, peers.labels),
        ("test rows with unseen labels", unknown, peers.test_rows_with_unseen_label),
    ];
    if let Some((what, found, expected)) = counts.into_iter().find(|(_, found, expected)| found != expected) {
        return Err(format!(
            "{set}: {found} {what}, but the peers had {expected}; restore the official files"
        ));
    }
    if report.draft == peers.official() {
        return Err(format!(
            "{set}: the tuning rows are not where the peers had them; restore the official files"
        ));
    }
    if trained.model.digest != evaluation.model.digest {
        return Err(format!("{set}: another model was judged than was trained; run this alone"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A change, and what is said about it.
    type Change = (&'static str, fn(&mut PeerSet));

    fn documents() -> (Training, Evaluation, PeerSet) {
        let trained = json!({
            "file": "m", "model": {"bytes": 5, "digest": "d"},
            "report": {"train_rows": 10, "valid_rows": 3, "draft": true, "labels": 2,
                       "quantization_loss_points": 0.1, "dim": 8},
        });
        let evaluation = json!({
            "label": {"examples": 4, "accuracy": 0.5, "accuracy_interval": [0.1, 0.9], "macro_f1": 0.4},
            "abstention": {"coverage": 1.0, "error_when_accepted": null},
            "calibration": {"ece": 0.1}, "unknown_labels": {"examples": 1}, "model": {"digest": "d"},
        });
        let peers = json!({
            "rows": {"train": 10, "valid": 2, "test": 4}, "valid_source": "hash", "labels": 2,
            "test_rows_with_unseen_label": 1, "peers": {"fasttext": {"test": 0.5, "chosen": "raw"}},
        });
        (
            serde_json::from_value(trained).unwrap(),
            serde_json::from_value(evaluation).unwrap(),
            serde_json::from_value(peers).unwrap(),
        )
    }

    #[test]
    fn only_the_rows_of_the_peers_count() {
        let (trained, evaluation, peers) = documents();
        assert_eq!(check("x", &trained, None, &evaluation, &peers), Ok(()));
        let changes: [Change; 6] = [
            ("10 train rows, but the peers had 11", |peers| peers.rows.train = 11),
            ("4 test rows, but the peers had 5", |peers| peers.rows.test = 5),
            ("2 labels, but the peers had 3", |peers| peers.labels = 3),
            ("1 test rows with unseen labels, but", |peers| peers.test_rows_with_unseen_label = 0),
            ("2 valid rows, but the peers had 3", |peers| peers.rows.valid = 3),
            ("tuning rows are not where", |peers| peers.valid_source = "official".to_string()),
        ];
        for (said, change) in changes {
            let mut other = peers.clone();
            change(&mut other);
            let error = check("x", &trained, Some(2), &evaluation, &other).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    /// What is not looked at travels into the record all the same.
    #[test]
    fn a_report_loses_nothing() {
        let (trained, _, _) = documents();
        let kept = serde_json::to_value(&trained.report).unwrap();
        assert_eq!((&kept["dim"], &kept["train_rows"]), (&json!(8), &json!(10)));
    }
}
