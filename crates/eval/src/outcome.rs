//! The answers of a model to the texts of a data set.

use crate::metric::spans::Span;
use crate::options::Options;
use std::thread;
use stonechat_engine::value::ValueType;
use stonechat_engine::{Confidence, Decision, Engine, Model, Reason};
use stonechat_task::Example;

/// What matters of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The labels, as indices of the model's labels, rising; none in a model without labels.
    pub(crate) labels: Vec<u32>,
    /// The slots, as indices of the model's slots, in the order of the text.
    pub(crate) spans: Vec<Span>,
    /// What else there is to each of the spans.
    pub(crate) found: Vec<Found>,
    pub(crate) confidence: Confidence,
    /// How much the text looks like one outside the task: the outsideness that the engine tells, moved to begin at 0, or, in a model
    /// that does not tell, 65,536 minus the confidence of the best label inside the task (in a model without labels, of the answer);
    /// the highest number if no word is known.
    pub(crate) outsideness: u32,
    pub(crate) decision: Decision,
    pub(crate) reason: Option<Reason>,
}

/// A slot that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) confidence: Confidence,
    /// Whether the model stands by it.
    pub(crate) accepted: bool,
    /// Whether its text has a value of the slot's type; none if the type is text.
    pub(crate) resolved: Option<bool>,
}

/// The answers to all examples, in order. Each thread takes one run of neighbouring examples, and no answer depends on
/// another, so their number changes nothing.
pub(crate) fn outcomes(
    model: &Model<'_>,
    examples: &[Example],
    outside: Option<u32>,
    options: &Options,
) -> Vec<Outcome> {
    let run = |examples: &[Example]| -> Vec<Outcome> {
        let mut engine = Engine::with_kernel(model, options.kernel);
        examples.iter().map(|example| outcome(&mut engine, &example.text, outside, options)).collect()
    };
    let size = examples.len().div_ceil(options.threads.max(1)).max(1);
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

fn outcome(engine: &mut Engine<'_>, text: &str, outside: Option<u32>, options: &Options) -> Outcome {
    let model = engine.model();
    let prediction = engine.predict(text);
    let one = Confidence::ONE.raw();
    let labelled = !model.labels().is_empty();
    let inside = if labelled {
        let inside = prediction.ranking().find(|label| Some(label.index) != outside);
        inside.map_or(0, |label| label.confidence.raw())
    } else {
        prediction.confidence().raw()
    };
    let outsideness = match (prediction.reason(), prediction.outsideness()) {
        (Some(Reason::NoKnownWords), _) => u32::MAX,
        // What a cheaper model accepts is less outside than anything that it does not.
        (_, Some(score)) if prediction.by_first() => (score.0.cast_unsigned() ^ (1 << 31)) / 2,
        // From the lowest to the highest, as 2³¹ to 2³² − 1 of a model that is preceded by a cheaper one.
        (_, Some(score)) if model.first().is_some() => {
            (1 << 31) | ((score.0.cast_unsigned() ^ (1 << 31)) / 2)
        }
        (_, Some(score)) => score.0.cast_unsigned() ^ (1 << 31),
        (_, None) => one - inside,
    };
    let (spans, found) = prediction
        .slots()
        .map(|slot| {
            let typed = model.slot_type(slot.index) != ValueType::Text;
            let resolved = typed.then(|| prediction.value(&slot, options.reference.as_ref()).is_some());
            let span = Span { start: slot.start as usize, end: slot.end as usize, slot: slot.index };
            let accepted = slot.decision == Decision::Accept;
            (span, Found { confidence: slot.confidence, accepted, resolved })
        })
        .unzip();
    Outcome {
        labels: prediction.labels().filter(|_| labelled).map(|label| label.index).collect(),
        spans,
        found,
        confidence: prediction.confidence(),
        outsideness,
        decision: prediction.decision(),
        reason: prediction.reason(),
    }
}
