//! The answers of a model to the texts of a data set.

use std::thread;
use stonechat_engine::{Confidence, Decision, Engine, Kernel, Model, Reason};
use stonechat_task::Example;

/// What matters of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The labels, as indices of the model's labels, rising.
    pub(crate) labels: Vec<u32>,
    pub(crate) confidence: Confidence,
    /// How much the text looks like one outside the task: 65,536 minus the confidence of the best label inside it, and one
    /// more than that can be if no word is known.
    pub(crate) outsideness: u32,
    pub(crate) decision: Decision,
    pub(crate) reason: Option<Reason>,
}

/// The answers to all examples, in order. Each thread takes one run of neighbouring examples, and no answer depends on
/// another, so their number changes nothing.
pub(crate) fn outcomes(
    model: &Model<'_>,
    examples: &[Example],
    outside: Option<u32>,
    kernel: Kernel,
    threads: usize,
) -> Vec<Outcome> {
    let run = |examples: &[Example]| -> Vec<Outcome> {
        let mut engine = Engine::with_kernel(model, kernel);
        examples.iter().map(|example| outcome(&mut engine, &example.text, outside)).collect()
    };
    let size = examples.len().div_ceil(threads.max(1)).max(1);
    if size >= examples.len() {
        return run(examples);
    }
    let run = &run;
    thread::scope(|scope| {
        let threads: Vec<_> =
            examples.chunks(size).map(|examples| scope.spawn(move || run(examples))).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

fn outcome(engine: &mut Engine<'_>, text: &str, outside: Option<u32>) -> Outcome {
    let prediction = engine.predict(text);
    let one = Confidence::ONE.raw();
    let inside = prediction.ranking().find(|label| Some(label.index) != outside);
    let outsideness = match prediction.reason() {
        Some(Reason::NoKnownWords) => one + 1,
        _ => one - inside.map_or(0, |label| label.confidence.raw()),
    };
    Outcome {
        labels: prediction.labels().map(|label| label.index).collect(),
        confidence: prediction.confidence(),
        outsideness,
        decision: prediction.decision(),
        reason: prediction.reason(),
    }
}
