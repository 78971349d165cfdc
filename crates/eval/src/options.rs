//! How to judge.

use std::thread;
use stonechat_engine::Kernel;
use stonechat_engine::value::Reference;
use stonechat_task::Task;

/// How to judge.
#[derive(Clone, Debug)]
pub struct Options {
    /// The label of texts that belong to no label of the task.
    pub out_of_scope: String,
    /// How many threads answer; 0 counts as 1. The result does not depend on it.
    pub threads: usize,
    /// The kernel that computes. The result depends on it in [`ModelFacts::kernel`](crate::ModelFacts::kernel) alone.
    pub kernel: Kernel,
    /// The share of wrong answers among accepted ones that was asked for, to be shown beside what was reached.
    pub target: Option<f64>,
    /// The day and time from which values such as `tomorrow` count. Without it, such slots have no value.
    pub reference: Option<Reference>,
}

impl Default for Options {
    /// `oos`, as many threads as the machine runs at once, the fastest kernel, no target, and no day.
    fn default() -> Self {
        Self {
            out_of_scope: Task::OUT_OF_SCOPE.to_owned(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            kernel: Kernel::detect(),
            target: None,
            reference: None,
        }
    }
}
