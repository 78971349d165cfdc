//! Holds a model file against labelled examples.
//!
//! - [`evaluate`]: how often it is right, how well it knows when it is not, and where it goes wrong.
//! - [`speed()`]: how long an answer takes, and how much memory it needs; [`latency()`]: the time alone.
//! - [`report_html`]: an evaluation as one HTML page with plots.
//! - [`explain()`]: what made one answer.
//! - [`digest()`]: the name of a model file.
//!
//! Only the bytes that ship are judged: every number comes from [`Engine::predict`](stonechat_engine::Engine::predict).
//! The numbers of an evaluation are made with integers, the four operations and the square root of IEEE 754 alone, in a
//! fixed order, so that they have the same bits on every machine and with any number of threads.
//!
//! ```no_run
//! use stonechat_engine::Model;
//! use stonechat_eval::{Options, evaluate};
//! use stonechat_task::{Dataset, Task};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let bytes = std::fs::read("banking.stone")?;
//! let model = Model::open(&bytes)?;
//! let task = Task::read("data/banking77".as_ref())?;
//! let data = Dataset::read(&task)?.split();
//! let evaluation = evaluate(&model, &data.test, &Options::default());
//! print!("{evaluation}");
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]
// Whatever a model file or a data set says, judging it cannot panic.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod aligned;
mod digest;
mod display;
mod evaluate;
mod explain;
mod html;
pub mod interval;
mod judged;
mod latency;
pub mod metric;
mod names;
mod options;
mod outcome;
mod report;
mod slots;
mod speed;

pub use aligned::Aligned;
pub use digest::digest;
pub use evaluate::evaluate;
pub use explain::{Explanation, Neighbour, Neighbours, ScopeFacts, WordPart, explain};
pub use html::report_html;
pub use interval::wilson;
pub use latency::latency;
pub use options::Options;
pub use report::{
    Abstention, AcceptedSlots, Bin, Calibration, Confusion, Evaluation, LabelReport, LabelScores, LatencyUs,
    ModelFacts, OutOfScope, Reasons, RiskPoint, SlotConfusion, SlotErrors, SlotScores, SlotsNotJudged, Speed,
    UnknownLabels, UnknownSlots, ValueScores,
};
pub use speed::{ColdStart, SpeedError, SpeedOptions, cold_start, speed};
