//! What a model must understand, and the examples that show it.
//!
//! - [`Task`]: the task file (`task.toml`), or a task inferred from bare data.
//! - [`Dataset`]: labelled rows read by the importers of [`Format`], each with its place in a file.
//! - [`Splits`]: rows to learn from, to tune on and to judge on, found or set aside by the hash of the text.
//! - [`check`]: what is wrong with the data, and what to do about it.
//! - [`write()`]: data in another format.
//!
//! ```no_run
//! use stonechat_task::{Dataset, Task, check};
//! # fn main() -> Result<(), stonechat_task::Error> {
//! let task = Task::read("lights/task.toml".as_ref())?;
//! let data = Dataset::read(&task)?.split();
//! for finding in check::all(&task, &data) {
//!     eprintln!("{finding}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing in this crate depends on a clock, on chance or on the order of a hash map: the same files give
//! the same rows, splits and digest on every machine.

#![forbid(unsafe_code)]

pub mod check;
mod dataset;
mod document;
mod error;
mod example;
mod file_name;
mod finding;
mod format;
mod load;
mod task;
mod text;
mod write_file;

pub use dataset::{Dataset, Origin, Splits, digest, label_names, schema_violations, slot_names};
pub use error::Error;
pub use example::{Example, Slot, Source, Split};
pub use finding::{Finding, MAX_PLACES, Place, Severity};
pub use format::{Format, LabelLevel, ReadOptions, write, write_jsonl};
pub use load::DataSource;
pub use task::{
    ChoiceValue, Goal, Intent, Kind, Schema, SlotKind, SlotSchema, SplitShares, Task, parse_latency_us,
    parse_size, read_values,
};
pub use text::{nearest, normalise};
pub use write_file::{check_writable, write_file};
