//! A sentence encoder with a linear probe in ONNX Runtime beside Stonechat: the same texts, one at a time on one thread, in turn,
//! on the same core in the same minutes. `bench/peers/encoder.py` is the other side.

use super::measure::{Measured, Speed};
use super::prepare::{Prepared, texts};
use super::sets::{ENCODED, Set};
use super::side::{hundredths, median};
use crate::program::{self, installed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sets whose model is held against the encoder, among those of which one of [`ENCODED`] bytes is wanted.
const SETS: [&str; 2] = ["banking77", "clinc150"];
/// Tokens of the texts that are also timed apart, as the engine counts them.
const TOKENS: usize = 12;
/// How often each side runs; the median counts.
const ROUNDS: usize = 3;
/// Answers that may differ between the judgement and the timing, as a share: sums of batches end in other last bits.
const OTHER_ANSWERS: f64 = 0.001;

/// What `encoder.py` imports.
const PACKAGES: &str = "import numpy, onnx, onnxruntime, safetensors, sklearn, tokenizers";

/// The other side, ready to run.
pub(super) struct Encoder {
    script: Script,
    learned: Learned,
}

/// `encoder.py`, and what it needs.
struct Script {
    python: PathBuf,
    file: PathBuf,
    /// Folder of the encoder.
    teacher: PathBuf,
    /// Folder of its graphs and probes.
    work: PathBuf,
    core: Option<Core>,
}

/// A processor to which both sides are bound.
struct Core {
    taskset: PathBuf,
    number: usize,
}

/// What `encoder.py learn` prints.
#[derive(Deserialize)]
struct Learned {
    encoder: String,
    versions: BTreeMap<String, String>,
    graphs: Both<Graph>,
    sets: BTreeMap<String, Both<Probe>>,
}

/// Something of the floating-point graph, and of the one in 8-bit integers.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Both<T> {
    pub(super) float: T,
    pub(super) int8: T,
}

/// A graph, and how far its embeddings are from those of a forward pass in NumPy.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Graph {
    pub(super) bytes: u64,
    largest_difference: f64,
    least_cosine: f64,
}

/// A logistic regression on embeddings.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Probe {
    /// The inverse strength of regularisation that validation rows chose.
    chosen: f64,
    /// Share of right answers on the validation rows, by inverse strength.
    valid: BTreeMap<String, f64>,
    /// Share of right answers on the test rows.
    pub(super) test: f64,
}

/// What `encoder.py time` prints.
#[derive(Deserialize)]
struct Clocked {
    texts: usize,
    word_pieces: usize,
    #[serde(flatten)]
    graphs: Both<Answers>,
}

/// Answers of one graph, timed.
#[derive(Deserialize)]
struct Answers {
    right: usize,
    #[serde(flatten)]
    times: Times,
}

/// Microseconds of one text.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// Times of one text: tokenizer, encoder and probe, by the clock and by the time that the thread had a processor; then parts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Times {
    pub(super) whole_us: Percentiles,
    pub(super) whole_cpu_us: Percentiles,
    pub(super) tokenizer_us: Percentiles,
    pub(super) encoder_us: Percentiles,
}

/// What both reach on one set.
#[derive(Serialize)]
pub(super) struct Beside {
    pub(super) set: &'static str,
    /// The encoder, as its folder names it.
    pub(super) encoder: String,
    pub(super) versions: BTreeMap<String, String>,
    /// The core that both were bound to; null if they were not.
    pub(super) core: Option<usize>,
    rounds: usize,
    /// Stonechat's model.
    pub(super) model: String,
    pub(super) model_bytes: u64,
    /// Its share of right answers on the test rows.
    pub(super) accuracy: f64,
    pub(super) graphs: Both<Graph>,
    pub(super) probes: Both<Probe>,
    /// On all test texts inside the task.
    pub(super) all: Timed,
    /// On those of 12 tokens.
    pub(super) of_12_tokens: Timed,
}

/// Both sides on the same texts: medians of the rounds.
#[derive(Serialize)]
pub(super) struct Timed {
    pub(super) texts: usize,
    /// Numbers that the encoder reads of the median text, the two marks around it included.
    pub(super) word_pieces: usize,
    /// By the clock.
    pub(super) stonechat_us: Percentiles,
    pub(super) encoder: Both<Times>,
    /// How many times as long the int8 encoder takes: the p50 of its time on a processor to Stonechat's by the clock, which
    /// favours the encoder on a machine that others use.
    pub(super) ratio: f64,
    /// The same with both by the clock.
    pub(super) ratio_by_clock: f64,
}

/// One round.
struct Round {
    ours: Percentiles,
    theirs: Clocked,
}

impl Beside {
    /// What the better of the two probes reaches.
    pub(super) fn best_probe(&self) -> f64 {
        self.probes.float.test.max(self.probes.int8.test)
    }
}

impl Encoder {
    /// Looks for what the other side needs, makes its graphs and fits its probes on these sets; takes minutes.
    ///
    /// # Errors
    ///
    /// What is missing, and how to get it; or it fails.
    pub(super) fn learn(
        root: &Path,
        teacher: Option<&Path>,
        data: &Path,
        sets: &[&Set],
        work: &Path,
    ) -> Result<Self, String> {
        let sets: Vec<_> = sets.iter().map(|set| set.name).filter(|name| SETS.contains(name)).collect();
        if sets.is_empty() {
            return Err(format!("none of its sets is measured ({})", SETS.join(", ")));
        }
        let named = teacher.map(Path::to_path_buf);
        let teacher = named.or_else(|| std::env::var_os("STONECHAT_TEACHER").map(PathBuf::from));
        let teacher = teacher.ok_or("no encoder; give --teacher DIR, a folder of all-MiniLM-L6-v2")?;
        let weights = teacher.join("model.safetensors");
        if !weights.is_file() {
            return Err(format!(
                "{}: not there; give --teacher a folder of all-MiniLM-L6-v2",
                weights.display()
            ));
        }
        let python = root.join("target/peers/venv/bin/python");
        program::output(Command::new(&python).args(["-c", PACKAGES]))
            .map_err(|error| format!("{error}; install its packages as bench/peers/README.md says"))?;
        let core = Core::last();
        if core.is_none() {
            eprintln!("taskset: not installed, so Stonechat and the encoder are not bound to one core");
        }
        let (file, work) = (root.join("bench/peers/encoder.py"), work.join("encoder"));
        let script = Script { python, file, teacher, work, core };
        let mut command = script.command("learn");
        let learned = program::document(command.arg("--data").arg(data).arg("--only").args(sets))?;
        Ok(Self { script, learned })
    }

    /// Whether it runs beside this model.
    pub(super) fn is_for(&self, model: &Measured) -> bool {
        model.max_size == Some(ENCODED) && self.learned.sets.contains_key(model.set)
    }

    /// Times both on the texts of the set of `ours`, in turn.
    ///
    /// # Errors
    ///
    /// A program fails, or its answers are not those that it was judged by.
    pub(super) fn compare(
        &self,
        stonechat: &Path,
        ours: &Measured,
        rows: &Prepared,
        work: &Path,
    ) -> Result<Beside, String> {
        let set = ours.set;
        let probes = self.learned.sets.get(set).ok_or_else(|| format!("{set}: the encoder has no probe"))?;
        let folder = work.join("data");
        let all = self.rounds(stonechat, ours, &texts(rows, None, &folder)?)?;
        for Round { theirs, .. } in &all {
            // A program that answers nothing sensible is fast.
            if theirs.texts != ours.test.examples {
                return Err(format!(
                    "{set}: {} texts were timed, not all {}",
                    theirs.texts, ours.test.examples
                ));
            }
            same_answers(set, "float", theirs.graphs.float.right, theirs.texts, &probes.float)?;
            same_answers(set, "int8", theirs.graphs.int8.right, theirs.texts, &probes.int8)?;
        }
        let few = self.rounds(stonechat, ours, &texts(rows, Some(TOKENS), &folder)?)?;
        Ok(Beside {
            set,
            encoder: self.learned.encoder.clone(),
            versions: self.learned.versions.clone(),
            core: self.script.core.as_ref().map(|core| core.number),
            rounds: ROUNDS,
            model: ours.name(),
            model_bytes: ours.model.bytes,
            accuracy: ours.test.accuracy.unwrap_or(0.0),
            graphs: self.learned.graphs.clone(),
            probes: probes.clone(),
            all: Timed::of(&all),
            of_12_tokens: Timed::of(&few),
        })
    }

    /// Both sides on the texts of a file, in turn.
    fn rounds(&self, stonechat: &Path, ours: &Measured, texts: &Path) -> Result<Vec<Round>, String> {
        let round = |_| {
            let mut command = self.script.bound(stonechat);
            command.args(["bench", "--json", "--quiet"]).arg(&ours.file).arg(texts);
            let speed: Speed = program::document(&mut command)?;
            let mut command = self.script.command("time");
            command.args(["--set", ours.set]).arg("--texts").arg(texts);
            let theirs: Clocked = program::document(&mut command)?;
            if speed.examples != theirs.texts {
                return Err(format!(
                    "{}: one side read {} texts, the other {}",
                    ours.set, speed.examples, theirs.texts
                ));
            }
            Ok(Round { ours: Percentiles { p50: speed.latency_us.p50, p99: speed.latency_us.p99 }, theirs })
        };
        (0..ROUNDS).map(round).collect()
    }
}

impl Script {
    /// A program on the core of both.
    fn bound(&self, program: &Path) -> Command {
        match &self.core {
            Some(core) => {
                let mut command = Command::new(&core.taskset);
                command.args(["-c", &core.number.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    fn command(&self, word: &str) -> Command {
        let mut command = self.bound(&self.python);
        command.arg(&self.file).arg(word).arg("--teacher").arg(&self.teacher).arg("--work").arg(&self.work);
        command
    }
}

impl Core {
    /// The last processor that this process may use, if programs can be bound to it.
    fn last() -> Option<Self> {
        let taskset = installed("taskset")?;
        let status = fs::read_to_string("/proc/self/status").ok()?;
        Some(Self { taskset, number: last_allowed(&status)? })
    }
}

/// The last processor of the line `Cpus_allowed_list` of a status file of Linux, as of `0-3,8`.
fn last_allowed(status: &str) -> Option<usize> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    list.trim().rsplit([',', '-']).next()?.parse().ok()
}

impl Timed {
    /// The medians of rounds over the same texts.
    fn of(rounds: &[Round]) -> Self {
        let over =
            |value: &dyn Fn(&Round) -> f64| hundredths(median(&rounds.iter().map(value).collect::<Vec<_>>()));
        let both = |of: fn(&Round) -> Percentiles| Percentiles {
            p50: over(&|round| of(round).p50),
            p99: over(&|round| of(round).p99),
        };
        let first = rounds.first().map(|round| &round.theirs);
        Self {
            texts: first.map_or(0, |theirs| theirs.texts),
            word_pieces: first.map_or(0, |theirs| theirs.word_pieces),
            stonechat_us: both(|round| round.ours),
            encoder: Both {
                float: Times {
                    whole_us: both(|round| round.theirs.graphs.float.times.whole_us),
                    whole_cpu_us: both(|round| round.theirs.graphs.float.times.whole_cpu_us),
                    tokenizer_us: both(|round| round.theirs.graphs.float.times.tokenizer_us),
                    encoder_us: both(|round| round.theirs.graphs.float.times.encoder_us),
                },
                int8: Times {
                    whole_us: both(|round| round.theirs.graphs.int8.times.whole_us),
                    whole_cpu_us: both(|round| round.theirs.graphs.int8.times.whole_cpu_us),
                    tokenizer_us: both(|round| round.theirs.graphs.int8.times.tokenizer_us),
                    encoder_us: both(|round| round.theirs.graphs.int8.times.encoder_us),
                },
            },
            ratio: over(&|round| round.theirs.graphs.int8.times.whole_cpu_us.p50 / round.ours.p50),
            ratio_by_clock: over(&|round| round.theirs.graphs.int8.times.whole_us.p50 / round.ours.p50),
        }
    }
}

/// Whether the timed answers are those that the probe was judged by.
fn same_answers(set: &str, graph: &str, right: usize, texts: usize, probe: &Probe) -> Result<(), String> {
    let judged = probe.test * texts as f64;
    if (judged - right as f64).abs() <= 0.5 + OTHER_ANSWERS * texts as f64 {
        return Ok(());
    }
    Err(format!(
        "{set}: {right} answers of the {graph} encoder are right when timed, {judged:.0} when judged"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn times(p50: f64) -> Value {
        let percentiles = |p50: f64| json!({"p50": p50, "p99": 2.0 * p50});
        json!({
            "right": 9, "whole_us": percentiles(p50), "whole_cpu_us": percentiles(p50 - 100.0),
            "tokenizer_us": percentiles(30.0), "encoder_us": percentiles(p50 - 40.0),
        })
    }

    fn round(ours: f64, float: f64, int8: f64) -> Round {
        let theirs = json!({"texts": 10, "word_pieces": 12, "float": times(float), "int8": times(int8)});
        let theirs = serde_json::from_value(theirs).unwrap();
        Round { ours: Percentiles { p50: ours, p99: 3.0 * ours }, theirs }
    }

    #[test]
    fn rounds_become_medians() {
        // The second one was slow on both sides.
        let found = Timed::of(&[
            round(2.0, 3000.0, 1100.0),
            round(20.0, 30000.0, 8100.0),
            round(2.5, 3100.0, 1350.0),
        ]);
        assert_eq!((found.texts, found.word_pieces), (10, 12));
        assert_eq!(found.stonechat_us, Percentiles { p50: 2.5, p99: 7.5 });
        assert_eq!(found.encoder.float.whole_us, Percentiles { p50: 3100.0, p99: 6200.0 });
        assert_eq!(found.encoder.int8.whole_cpu_us.p50, 1250.0);
        assert_eq!(found.encoder.int8.tokenizer_us, Percentiles { p50: 30.0, p99: 60.0 });
        assert_eq!(found.encoder.int8.encoder_us.p50, 1310.0);
        // 500, 400 and 500; 550, 405 and 540.
        assert_eq!((found.ratio, found.ratio_by_clock), (500.0, 540.0));
    }

    #[test]
    fn what_is_learned_is_read() {
        let graph = json!({"bytes": 5, "largest_difference": 1e-6, "least_cosine": 1.0});
        let probe =
            |test: f64| json!({"chosen": 16, "valid": {"1": 0.8, "16": 0.9}, "test": test, "wall_s": 3.1});
        let learned = json!({
            "encoder": "x", "versions": {"onnxruntime": "1"}, "graphs": {"float": graph, "int8": graph},
            "sets": {"banking77": {"rows": {"train": 1}, "float": probe(0.93), "int8": probe(0.92)}},
        });
        let learned: Learned = serde_json::from_value(learned).unwrap();
        let probe = &learned.sets["banking77"].float;
        assert_eq!((probe.chosen, probe.valid["16"], probe.test), (16.0, 0.9, 0.93));
        // A script that prints less is not taken for one that measured.
        assert!(
            serde_json::from_value::<Clocked>(json!({"texts": 1, "word_pieces": 3, "float": times(1.0)}))
                .is_err()
        );
    }

    #[test]
    fn timed_answers_are_those_that_were_judged() {
        let probe = Probe { chosen: 1.0, valid: BTreeMap::new(), test: 0.93247 };
        let same = |right| same_answers("x", "int8", right, 3080, &probe);
        // 2872 of 3080, give or take three.
        assert!(same(2872).is_ok() && same(2869).is_ok() && same(2875).is_ok());
        let error = same(2868).unwrap_err();
        assert!(
            error.contains("2868 answers of the int8 encoder are right when timed, 2872 when judged"),
            "{error}"
        );
        assert!(same(0).is_err());
    }

    #[test]
    fn the_last_processor_is_taken() {
        let status = |list: &str| {
            format!("Name:\tx\nCpus_allowed:\tff\nCpus_allowed_list:\t{list}\nMems_allowed:\t1\n")
        };
        for (list, last) in [("0-1", 1), ("0-3,8", 8), ("5", 5), ("0,4-11", 11)] {
            assert_eq!(last_allowed(&status(list)), Some(last), "{list}");
        }
        assert_eq!(last_allowed("Name:\tx\n"), None);
        assert_eq!(last_allowed(&status("")), None);
    }
}
