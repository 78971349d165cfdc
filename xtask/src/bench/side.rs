//! fastText and Stonechat side by side on the same texts: two command lines, in turn, on the same machine in the same minutes.

use super::measure::Measured;
use super::peers::Theirs;
use super::prepare::Prepared;
use crate::program;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use stonechat_task::{Dataset, Example, Split, Task};

/// Lines of a long input, at the least.
const LINES: usize = 20_000;
/// How often each program runs; the median counts.
const ROUNDS: usize = 7;

/// What both reach on one data set.
#[derive(Serialize)]
pub(super) struct Side {
    pub(super) set: &'static str,
    /// Texts in a timed run.
    texts: usize,
    rounds: usize,
    pub(super) stonechat: Program,
    pub(super) fasttext: Program,
    /// How many times as long fastText takes for a text: the median of the rounds, in each of which both ran one after the other.
    pub(super) ratio: f64,
    /// The same, of fastText's command line to Stonechat's median answer in the process, as `bench` measures it.
    pub(super) ratio_in_process: f64,
}

impl Side {
    /// Whether Stonechat is right more often.
    pub(super) fn is_better(&self) -> bool {
        self.stonechat.accuracy > self.fasttext.accuracy
    }
}

/// One of the two programs. Times are those of its process; a text takes what a long input takes less a run on one line.
#[derive(Serialize)]
pub(super) struct Program {
    pub(super) command: String,
    pub(super) model_bytes: u64,
    pub(super) train_wall_s: f64,
    /// Share of right answers, as the program printed them.
    pub(super) accuracy: f64,
    pub(super) us_per_text: f64,
    /// A run on one line.
    pub(super) one_line_ms: f64,
}

/// Measures both on the data set of `ours`, with the variant of fastText that validation chose.
///
/// # Errors
///
/// A program fails, or answers otherwise than it must.
pub(super) fn compare(
    stonechat: &Path,
    fasttext: &Path,
    ours: &Measured,
    rows: &Prepared,
    peers: &Theirs,
    work: &Path,
) -> Result<Side, String> {
    let chosen =
        &peers.labels()?.fasttext().ok_or("the record of the peers has no fasttext; give --peers")?.chosen;
    let options = options(chosen)?;
    let task = Task::read(&rows.path).map_err(|error| error.to_string())?;
    let examples = Dataset::read(&task).map_err(|error| error.to_string())?.examples;
    let part = |test| examples.iter().filter(move |example| (example.split == Some(Split::Test)) == test);

    // Numbers for labels: some would not survive fastText's own splitting.
    let mut labels: BTreeMap<&str, usize> = part(false).map(|example| (label(example), 0)).collect();
    labels.values_mut().enumerate().for_each(|(number, value)| *value = number);
    let number = |example: &Example| labels.get(label(example)).copied();
    let learn: String = part(false)
        .filter_map(|example| {
            Some(format!(
                "__label__{} {}
",
                number(example)?,
                tokens(&example.text)
            ))
        })
        .collect();
    let learn = write(work.join("fasttext-train.txt"), &learn)?;
    let stem = work.join("fasttext");
    let mut train = Command::new(fasttext);
    train
        .args(["supervised", "-verbose", "0", "-thread", "12", "-dim", "64", "-bucket", "100000"])
        .args(&options)
        .arg("-input")
        .arg(&learn)
        .arg("-output")
        .arg(&stem)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let train_wall_s = seconds(&mut train)?;
    let model = stem.with_extension("bin");
    let model_bytes = fs::metadata(&model).map_err(|error| format!("{}: {error}", model.display()))?.len();

    let texts: Vec<String> = part(true).map(|example| one_line(&example.text)).collect();
    let prepared: Vec<String> = part(true).map(|example| tokens(&example.text)).collect();
    let them = Timed::new(work, "fasttext", &prepared)?;
    let us = Timed::new(work, "stonechat", &texts)?;
    let ask_them = |input: &Path| {
        let mut command = Command::new(fasttext);
        command.arg("predict").arg(&model).arg(input);
        Ok(command)
    };
    let ask_us = |input: &Path| {
        let mut command = Command::new(stonechat);
        command.args(["predict", "--quiet"]).arg(&ours.file);
        command.stdin(File::open(input).map_err(|error| format!("{}: {error}", input.display()))?);
        Ok(command)
    };

    // A program that answers nothing sensible is fast: the answers come first.
    let mut json = ask_us(&us.all)?;
    json.arg("--json");
    let ours_right = right(&printed(&mut json)?, part(true), |line, example| {
        let answer: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        answer.pointer("/label/name").and_then(serde_json::Value::as_str) == Some(label(example))
    })?;
    let expected = ours.test.accuracy.unwrap_or(0.0) * ours.test.examples as f64;
    if (expected - ours_right as f64).abs() > 0.5 {
        return Err(format!("`predict` gives {ours_right} right answers on {}, `eval` {expected}", ours.set));
    }
    let theirs_right = right(&printed(&mut ask_them(&them.all)?)?, part(true), |line, example| {
        let answer = line.strip_prefix("__label__").and_then(|number| number.parse().ok());
        answer.is_some() && answer == number(example)
    })?;

    let (mut theirs, mut our_times) = (Times::default(), Times::default());
    for _ in 0..ROUNDS {
        our_times.add(&us, &ask_us)?;
        theirs.add(&them, &ask_them)?;
    }
    let share = |right: usize| right as f64 / texts.len() as f64;
    let stonechat = Program {
        command: "stonechat predict MODEL < TEXTS".to_string(),
        model_bytes: ours.model.bytes,
        train_wall_s: ours.train.wall_s,
        accuracy: share(ours_right),
        us_per_text: our_times.us_per_text(us.lines),
        one_line_ms: our_times.one_line_ms(),
    };
    let fasttext = Program {
        command: format!("fasttext predict MODEL TEXTS ({chosen}, prepared text)"),
        model_bytes,
        train_wall_s: hundredths(train_wall_s),
        accuracy: share(theirs_right),
        us_per_text: theirs.us_per_text(them.lines),
        one_line_ms: theirs.one_line_ms(),
    };
    Ok(Side {
        set: ours.set,
        texts: us.lines,
        rounds: ROUNDS,
        ratio: hundredths(theirs.ratio(&our_times)),
        ratio_in_process: hundredths(fasttext.us_per_text / ours.speed.latency_us.p50),
        stonechat,
        fasttext,
    })
}

/// The options of fastText's command line for a variant such as `w2 c3-5 epoch 50 lr 0.5`; see `bench/peers/bags.py`.
fn options(variant: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut words = variant.split(' ');
    while let Some(word) = words.next() {
        let pairs = match (word, word.split_at_checked(1)) {
            ("epoch" | "lr", _) => words.next().map(|value| vec![(word, value)]),
            (_, Some(("w", length))) => Some(vec![("wordNgrams", length)]),
            (_, Some(("c", lengths))) => {
                lengths.split_once('-').map(|(least, most)| vec![("minn", least), ("maxn", most)])
            }
            _ => None,
        };
        let pairs = pairs.filter(|pairs| pairs.iter().all(|(_, value)| value.parse::<f64>().is_ok()));
        let pairs = pairs.ok_or_else(|| {
            format!("fastText's variant `{variant}` is not understood at `{word}`; teach it to xtask/src/bench/side.rs")
        })?;
        out.extend(pairs.into_iter().flat_map(|(name, value)| [format!("-{name}"), value.to_string()]));
    }
    Ok(out)
}

/// Words and punctuation apart, in lower case, as the peers prepare text for fastText.
fn tokens(text: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut inside = false;
    for c in text.to_lowercase().chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
        if c != ' ' {
            let apart = !inside || !word(c);
            if apart && !out.is_empty() {
                out.push(' ');
            }
            out.push(c);
        }
        inside = word(c);
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn label(example: &Example) -> &str {
    example.labels.first().map_or("", String::as_str)
}

/// Inputs of a program: every text, the first one, and all of them several times.
struct Timed {
    all: PathBuf,
    one: PathBuf,
    many: PathBuf,
    /// Lines of `many`.
    lines: usize,
}

impl Timed {
    fn new(work: &Path, name: &str, texts: &[String]) -> Result<Self, String> {
        let first = texts.first().ok_or("there are no test rows to time; restore the official files")?;
        let all: String = texts.iter().map(|text| format!("{text}\n")).collect();
        let repeats = LINES.div_ceil(texts.len());
        Ok(Self {
            all: write(work.join(format!("{name}-all.txt")), &all)?,
            one: write(work.join(format!("{name}-one.txt")), &format!("{first}\n"))?,
            many: write(work.join(format!("{name}-many.txt")), &all.repeat(repeats))?,
            lines: repeats * texts.len(),
        })
    }
}

fn write(path: PathBuf, text: &str) -> Result<PathBuf, String> {
    stonechat_task::write_file(&path, text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Seconds of several runs.
#[derive(Default)]
struct Times {
    one: Vec<f64>,
    many: Vec<f64>,
}

impl Times {
    fn add(&mut self, inputs: &Timed, ask: &dyn Fn(&Path) -> Result<Command, String>) -> Result<(), String> {
        self.one.push(seconds(ask(&inputs.one)?.stdout(Stdio::null()))?);
        self.many.push(seconds(ask(&inputs.many)?.stdout(Stdio::null()))?);
        Ok(())
    }

    fn us_per_text(&self, lines: usize) -> f64 {
        hundredths((median(&self.many) - median(&self.one)) / lines as f64 * 1e6)
    }

    /// How many times as long these take for a text as others of the same rounds.
    fn ratio(&self, others: &Self) -> f64 {
        let texts = |times: &Self| -> Vec<f64> {
            times.many.iter().zip(&times.one).map(|(many, one)| many - one).collect()
        };
        let ratios: Vec<f64> =
            texts(self).iter().zip(texts(others)).map(|(own, other)| own / other).collect();
        median(&ratios)
    }

    fn one_line_ms(&self) -> f64 {
        hundredths(median(&self.one) * 1e3)
    }
}

/// The middle one of an odd number of values.
pub(super) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(super) fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// How long a program runs.
fn seconds(command: &mut Command) -> Result<f64, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(format!("{name}: {status}; run it by hand to see why")) }
}

fn printed(command: &mut Command) -> Result<String, String> {
    program::text(command)
}

/// How many lines are right answers to the examples, which they must match in number.
fn right<'a>(
    answers: &str,
    examples: impl Iterator<Item = &'a Example>,
    is_right: impl Fn(&str, &Example) -> bool,
) -> Result<usize, String> {
    let (answers, examples): (Vec<&str>, Vec<&Example>) = (answers.lines().collect(), examples.collect());
    if answers.len() != examples.len() {
        return Err(format!(
            "{} answers to {} texts; look for line ends inside texts",
            answers.len(),
            examples.len()
        ));
    }
    Ok(answers.iter().zip(&examples).filter(|(answer, example)| is_right(answer, example)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_prepared_as_the_peers_do() {
        // As `" ".join(re.findall(r"\w+|[^\w\s]", text.lower()))` in Python gives it.
        for (text, expected) in [
            (" How do I unblock my PIN?", "how do i unblock my pin ?"),
            ("It's £5.00 -- again!?", "it ' s £ 5 . 00 - - again ! ?"),
            ("a_b\n\tc", "a_b c"),
            ("", ""),
        ] {
            assert_eq!(tokens(text), expected);
        }
    }

    #[test]
    fn variants_become_options() {
        let found = options("w2 c3-5 epoch 50 lr 0.5").unwrap().join(" ");
        assert_eq!(found, "-wordNgrams 2 -minn 3 -maxn 5 -epoch 50 -lr 0.5");
        for wrong in ["default raw", "characters w3 epoch 50 lr 1.0", "w2 epoch", "wx epoch 5", ""] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(&[5.0, 1.0, 100.0]), 5.0);
        // Rounds in which the machine was slow, slow for both.
        let theirs = Times { one: vec![1.0, 1.0, 1.0], many: vec![5.0, 41.0, 5.0] };
        let ours = Times { one: vec![1.0, 1.0, 1.0], many: vec![3.0, 21.0, 2.0] };
        assert_eq!(theirs.ratio(&ours), 2.0);
    }
}
