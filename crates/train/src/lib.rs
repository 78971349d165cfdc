//! A data set in, a model file out.
//!
//! ```no_run
//! use stonechat_task::{Dataset, Task};
//! use stonechat_train::{Recipe, Trainer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let task = Task::read("lights/task.toml".as_ref())?;
//! let splits = Dataset::read(&task)?.split();
//! let trained = Trainer::new(Recipe::default()).threads(2).train(&task, &splits)?;
//! print!("{}", trained.report);
//! stonechat_task::write_file("lights.stone".as_ref(), &trained.model)?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here depends on a clock, on unseeded chance, on the order of a hash map or on a platform's mathematics library:
//! the same rows, recipe and seed give the same file, byte for byte, on every machine and with any number of threads.

#![forbid(unsafe_code)]

mod accept;
mod acceptance;
mod augment;
mod cache;
mod calibrate;
mod cascade;
mod dictionary;
mod embed;
mod error;
mod few;
mod filter;
mod fitted;
mod fitting;
mod kernel_probe;
mod ladder;
mod linear;
mod looking;
mod math;
mod merit;
mod pack;
mod piece;
mod plan;
mod probe;
mod progress;
mod promise;
mod quantize;
mod random;
mod recipe;
mod record;
mod report;
mod rungs;
mod school;
mod sequence;
mod session;
mod shown;
mod slot_values;
mod strangers;
mod swaps;
mod tagger_plan;
mod tagger_quantize;
mod tagging;
#[cfg(feature = "teacher")]
mod teacher;
mod tier;
mod trainer;
mod words;

pub use cache::{CachedEmbedder, cache_folder};
pub use embed::{Embedder, Embedding, FineTuning, Lesson};
pub use error::TrainError;
pub use ladder::Clock;
pub use merit::Merit;
pub use progress::{Listener, Progress};
pub use promise::{LabelPromise, Promise, SlotPromise};
pub use recipe::{Recipe, RecipeError};
pub use report::{
    CascadeReport, MachineReport, ScopeReport, SlotReport, TeacherReport, TrainReport, WordsReport,
};
pub use rungs::{Ladder, Limits, Rung, RungModel};
pub use session::{Trained, Trainer};
#[cfg(feature = "teacher")]
pub use teacher::{Teacher, TeacherError};
pub use trainer::{asks_teacher, has_slots};
pub use words::{Words, WordsError};
#[cfg(feature = "teacher")]
pub use words::{WordsBuilt, WordsRows, WordsSettings, build_words};
