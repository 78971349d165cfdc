//! `stonechat demo`: the built-in example, trained, judged and asked.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use stonechat_engine::value::{BadReference, Reference};
use stonechat_engine::{Decision, Engine, Kernel, Model};
use stonechat_eval::{Evaluation, LatencyUs, Options, digest, evaluate, latency};
use stonechat_task::{ChoiceValue, Dataset, Example, Splits, Task, write_file};
use stonechat_train::{Recipe, TrainReport, Trainer};

use crate::answer::{Answer, ModelName, label_width, line};
use crate::common::Common;
use crate::console::Console;
use crate::data::Counts;
use crate::failure::{Failure, train_failure};
use crate::kernel;
use crate::model_file::writable;
use crate::progress::Bar;
use crate::template::Template;
use crate::typed::set_values;

/// Sentences to answer, of which no row of the example is one.
const ASKED: [&str; 5] = [
    "set the bedroom lights to thirty percent at half past six",
    "keep the living room at twenty one and a half degrees",
    "remind me tomorrow at quarter to nine to call the bank",
    "dim the loft lights to a third",
    "activate the scene in the bedroom",
];

/// When they are said, in local time.
const NOW: &str = "2026-11-22T14:00";

/// Another home's list of a slot, set without training, and a sentence that needs it.
const OTHER_SLOT: &str = "room";
const OTHER_VALUES: [(&str, &[&str]); 2] = [("observatory", &["dome"]), ("engine room", &[])];
const OTHER_ASKED: &str = "lights off in the engine room";

/// Commands to type next.
const NEXT: &str = "
next
  stonechat new lights --template smart-home      this example as files, to look at and to change
  stonechat train lights -o lights.stone          the smallest model that reaches its goal, as a file
  stonechat predict lights.stone \"wake me tomorrow at seven\" --now 2026-11-22T21:00
  stonechat new DIR                               a task of your own";

/// Train the built-in example, judge it, answer a few sentences
///
/// It takes about a minute and writes nothing, unless -o names a file.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Also write the model file
    #[arg(short, long, value_name = "MODEL")]
    output: Option<PathBuf>,
}

impl Demo {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        if let Some(output) = &self.output {
            writable(output)?;
        }
        let kernel = kernel::choose()?;
        let (task, splits) = example()?;
        console.note(format_args!(
            "commands to a smart home, {} labels and {} slots: {}",
            task.labels.len(),
            task.schema.slots.len(),
            Counts(&splits)
        ));
        let mut recipe = Recipe::default();
        if let Some(seed) = common.seed {
            recipe.seed = seed;
        }
        let bar = Bar::new(console);
        let trained = Trainer::new(recipe)
            .threads(common.threads())
            .on_progress(bar.listener())
            .train(&task, &splits)
            .map_err(|error| train_failure(Path::new(Template::SmartHome.name()), error))?;
        drop(bar);
        if let Some(output) = &self.output {
            write_file(output, &trained.model)?;
        }
        let model = Model::open(&trained.model)
            .map_err(|error| Failure::Input(format!("the model just trained: {error}")))?;
        let threads = common.threads();
        let now = NOW.parse().map_err(|error: BadReference| Failure::Input(error.to_string()))?;
        let options = Options {
            out_of_scope: task.out_of_scope.clone(),
            threads,
            kernel,
            target: None,
            reference: Some(now),
        };
        let texts: Vec<&str> = splits.test.iter().map(|row| row.text.as_str()).collect();
        let shown = Shown {
            model: &model,
            name: ModelName { name: task.name.clone(), digest: digest(&trained.model) },
            kernel,
            now,
            training: &trained.report,
            evaluation: evaluate(&model, &splits.test, &options),
            latency: latency(&model, kernel, &texts),
            unknown: unknown(&model, kernel, &task, &splits.test),
        };
        if console.json { console.document(&shown.json()?) } else { shown.print(console) }
    }
}

/// The built-in example and its rows.
fn example() -> Result<(Task, Splits), Failure> {
    let folder = Path::new(Template::SmartHome.name());
    let file = |name: &str| {
        let found = Template::SmartHome.files().iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, content)| content)
    };
    let task = Task::parse(file("task.toml"), &folder.join("task.toml"))?;
    let rows = ["train.jsonl", "test.jsonl"].map(|name| (folder.join(name), file(name)));
    let rows: Vec<_> = rows.iter().map(|(path, content)| (path.as_path(), *content)).collect();
    let splits = Dataset::parse(&task, &rows)?.split();
    Ok((task, splits))
}

/// A sentence outside the task that the model abstains from, if there is one.
fn unknown<'a>(model: &Model<'_>, kernel: Kernel, task: &Task, rows: &'a [Example]) -> Option<&'a str> {
    let mut engine = Engine::with_kernel(model, kernel);
    rows.iter()
        .filter(|row| row.labels.contains(&task.out_of_scope))
        .map(|row| row.text.as_str())
        .find(|text| engine.predict(text).decision() == Decision::Abstain)
}

/// What the demo shows.
struct Shown<'a> {
    model: &'a Model<'a>,
    name: ModelName,
    kernel: Kernel,
    now: Reference,
    training: &'a TrainReport,
    evaluation: Evaluation,
    latency: LatencyUs,
    unknown: Option<&'a str>,
}

impl Shown<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        ASKED.into_iter().chain(self.unknown)
    }

    /// An engine with the lists of the example, or with those of the other home.
    fn engine(&self, other: bool) -> Result<Engine<'_>, Failure> {
        let mut engine = Engine::with_kernel(self.model, self.kernel);
        if other {
            let value = |(value, synonyms): &(&str, &[&str])| ChoiceValue {
                value: (*value).to_string(),
                synonyms: synonyms.iter().map(|synonym| (*synonym).to_string()).collect(),
            };
            let values: Vec<ChoiceValue> = OTHER_VALUES.iter().map(value).collect();
            set_values(&mut engine, OTHER_SLOT, &values)
                .map_err(|error| Failure::Input(format!("the model just trained: {error}")))?;
        }
        Ok(engine)
    }

    fn json(&self) -> Result<Value, Failure> {
        let answer = |engine: &mut Engine<'_>, text| {
            json!(Answer::new(self.model, &engine.predict(text), Some(&self.now), &self.name, None))
        };
        let (mut engine, mut other) = (self.engine(false)?, self.engine(true)?);
        Ok(json!({
            "training": self.training,
            "evaluation": self.evaluation,
            "latency_us": self.latency,
            "now": NOW,
            "answers": self.texts().map(|text| answer(&mut engine, text)).collect::<Vec<_>>(),
            "answers_with_other_values": [answer(&mut other, OTHER_ASKED)],
        }))
    }

    fn print(&self, console: &mut Console) -> Result<(), Failure> {
        console.line(self.training.to_string().trim_end())?;
        console.line(format_args!(
            "model         {} bytes, {} bytes of memory, {:.1} µs for an answer (p50, kernel {})",
            self.model.bytes().len(),
            Engine::memory(self.model),
            self.latency.p50,
            self.kernel.name()
        ))?;
        if let Some(label) = &self.evaluation.label {
            let [low, high] = label.accuracy_interval.map(|share| 100.0 * share);
            console.line(format_args!(
                "test rows     {} rows never seen before: accuracy {:.1} % (95 % interval {low:.1} to {high:.1})",
                label.examples,
                100.0 * label.accuracy
            ))?;
        }
        if let (Some(slots), Some(exact)) = (&self.evaluation.slots, self.evaluation.exact_match) {
            console.line(format_args!(
                "              slots F1 {:.1} %; label and all slots right {:.1} %",
                100.0 * slots.f1,
                100.0 * exact
            ))?;
        }
        if let Some(oos) = &self.evaluation.oos {
            console.line(format_args!(
                "out of scope  {} sentences that are no command: {:.0} % of them are not accepted",
                oos.examples,
                100.0 * oos.recall
            ))?;
        }
        let width = label_width(self.model);
        let say = |engine: &mut Engine<'_>, text: &str, console: &mut Console| {
            console.line(line(self.model, &engine.predict(text), Some(&self.now), width))
        };
        console.line(format_args!("\nsaid at {NOW}"))?;
        let mut engine = self.engine(false)?;
        self.texts().try_for_each(|text| say(&mut engine, text, console))?;
        let names: Vec<&str> = OTHER_VALUES.iter().map(|(value, _)| *value).collect();
        console.line(format_args!(
            "\nin another home, with {OTHER_SLOT}s {}, without training",
            names.join(" and ")
        ))?;
        say(&mut self.engine(true)?, OTHER_ASKED, console)?;
        console.line(NEXT)
    }
}
