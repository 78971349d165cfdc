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

pub use stonechat_engine::*;

#[cfg(feature = "eval")]
pub use stonechat_eval as eval;
#[cfg(feature = "task")]
pub use stonechat_task as task;
#[cfg(feature = "train")]
pub use stonechat_train as train;
