//! Small language models that you can prove: a labelled data set in, one file out, the same answer on every machine.
//!
//! The root of this crate runs model files. It is `no_std`, allocates in constructors alone, and needs no feature:
//!
//! ```
//! use stonechat::{Decision, Engine, Model, Reason, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = include_bytes!("../../../golden/models/v1/smart-home.stone");
//! let model = Model::open(bytes)?; // all checks happen here
//! verify(&model)?; // recorded examples, bit for bit
//! let mut engine = Engine::new(&model); // picks kernels, takes its memory; allocates nothing later
//!
//! let answer = engine.predict("turn the kitchen lights off");
//! assert_eq!(answer.decision(), Decision::Accept);
//! assert_eq!(answer.label().name, "lights.off");
//!
//! let answer = engine.predict("zyxwv qqqq flurb");
//! assert_eq!(answer.decision(), Decision::Abstain);
//! assert_eq!(answer.reason(), Some(Reason::NoKnownWords));
//! # Ok(())
//! # }
//! ```
//!
//! # Slots
//!
//! A model that learned from texts with marked slots also finds them, and tells what they stand for. Only slots that the task
//! declares for the label come out, and a choice is one of the declared values:
//!
//! ```
//! # use std::path::Path;
//! # use stonechat::task::{Dataset, Task};
//! # use stonechat::train::{Recipe, Trainer};
//! use stonechat::{Engine, Model, Reference, Value};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let task = r#"
//! #     kind = "single-label"
//! #     language = "en"
//! #     [intents.dim]
//! #     slots = ["room", "level", "time"]
//! #     [slots.room]
//! #     type = "choice"
//! #     values = { kitchen = [], "living room" = ["lounge"], hall = [] }
//! #     [slots.level]
//! #     type = "percent"
//! #     [slots.time]
//! #     type = "time"
//! # "#;
//! # let mut rows = String::new();
//! # for room in ["kitchen", "lounge", "living room", "hall"] {
//! #     for level in ["half", "20%", "ten percent", "75 percent"] {
//! #         for time in ["noon", "half past six", "7 pm", "quarter to nine"] {
//! #             let parts = ["set the ", room, " lights to ", level, " at ", time];
//! #             let end = |parts: &[&str]| parts.concat().len();
//! #             let slot = |name: &str, before: usize| {
//! #                 let (start, end) = (end(&parts[..before]), end(&parts[..=before]));
//! #                 format!(r#"{{"name": "{name}", "start": {start}, "end": {end}}}"#)
//! #             };
//! #             let slots = [slot("room", 1), slot("level", 3), slot("time", 5)].join(", ");
//! #             let text = parts.concat();
//! #             rows += &format!("{{\"text\": \"{text}\", \"label\": \"dim\", \"slots\": [{slots}]}}\n");
//! #         }
//! #     }
//! #     rows += &format!("{{\"text\": \"{room} lights out\", \"label\": \"off\"}}\n");
//! # }
//! # let task = Task::parse(task, Path::new("task.toml"))?;
//! # let data = Dataset::parse(&task, &[(Path::new("train.jsonl"), &rows)])?.split();
//! # let recipe = Recipe { dim: 32, units: 32, ..Recipe::default() };
//! # let trained = Trainer::new(recipe).train(&task, &data)?;
//! # let model = Model::open(&trained.model)?;
//! let mut engine = Engine::new(&model);
//! let now: Reference = "2026-11-22T14:00".parse()?; // the engine reads no clock
//!
//! let answer = engine.predict("set the lounge lights to 20% at half past six");
//! let values: Vec<(&str, Option<Value>)> =
//!     answer.slots().map(|slot| (slot.name, answer.value(&slot, Some(&now)))).collect();
//! assert!(matches!(values[0], ("room", Some(Value::Choice { value: "living room", .. }))));
//! assert!(matches!(values[1], ("level", Some(Value::Percent(_)))));
//! assert_eq!(values[2].1.map(|value| value.to_string()), Some("18:30".to_string()));
//!
//! // Another list of rooms, without training: each phrase, and which value it stands for.
//! engine.set_values("room", [("sauna", 0), ("steam room", 0)].into_iter(), &["sauna"])?;
//! let answer = engine.predict("set the steam room lights to half at noon");
//! let room = answer.slots().next().and_then(|slot| answer.value(&slot, None));
//! assert_eq!(room.map(|value| value.to_string()), Some("sauna".to_string()));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Model`] is shared and immutable; an [`Engine`] holds the scratch memory, one a thread. [`Engine::predict`] returns no
//! `Result`: whatever can be wrong is found by [`Model::open`].
//!
//! # Features
//!
//! | feature | module | what it adds |
//! |---|---|---|
//! | `task` | `stonechat::task` | task files, importers, splits and data checks |
//! | `eval` | `stonechat::eval` | a model file held against labelled examples; brings `task` |
//! | `train` | `stonechat::train` | data in, a model file out; brings `task` and `eval` |
//!
//! # The first five minutes
//!
//! With the feature `train`, from files to a model and its report:
//!
//! ```no_run
//! use stonechat::eval::{Options, evaluate};
//! use stonechat::task::{Dataset, Task, check, write_file};
//! use stonechat::train::{Recipe, Trainer};
//! use stonechat::{Model, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let task = Task::read("lights/task.toml".as_ref())?;
//! let data = Dataset::read(&task)?.split();
//! for finding in check::all(&task, &data) {
//!     eprintln!("{finding}");
//! }
//! let trained = Trainer::new(Recipe::default()).train(&task, &data)?;
//! write_file("lights.stone".as_ref(), &trained.model)?;
//!
//! let model = Model::open(&trained.model)?;
//! verify(&model)?;
//! print!("{}", evaluate(&model, &data.test, &Options::default()));
//! # Ok(())
//! # }
//! ```
//!
//! Or all of it in memory:
//!
//! ```
//! use std::path::Path;
//! use stonechat::task::{Dataset, Task};
//! use stonechat::train::{Recipe, Trainer};
//! use stonechat::{Engine, Model};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let task = Task::parse("name = \"door\"\nkind = \"single-label\"", Path::new("task.toml"))?;
//! let rows = "text,label\n\
//!     open the door,open\n\
//!     please open up,open\n\
//!     let me in,open\n\
//!     close the door,close\n\
//!     please shut it,close\n\
//!     lock up,close\n";
//! let data = Dataset::parse(&task, &[(Path::new("train.csv"), rows)])?.split();
//! let trained = Trainer::new(Recipe::default()).train(&task, &data)?;
//!
//! let model = Model::open(&trained.model)?;
//! assert_eq!(Engine::new(&model).predict("open the door please").label().name, "open");
//! # Ok(())
//! # }
//! ```
//!
//! The same rows, recipe and seed give the same file, byte for byte, on every machine and with any number of threads.

#![no_std]
#![forbid(unsafe_code)]

pub use stonechat_engine::value::{Reference, Value, ValueType};
pub use stonechat_engine::*;

#[cfg(feature = "eval")]
pub use stonechat_eval as eval;
#[cfg(feature = "task")]
pub use stonechat_task as task;
#[cfg(feature = "train")]
pub use stonechat_train as train;
