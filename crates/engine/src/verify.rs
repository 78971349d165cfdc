//! Replays the examples recorded in a model file, bit for bit.

use crate::engine::{Engine, Prediction};
use crate::format::{RecordedExample, RecordedSlot, score_hash};
#[cfg(feature = "alloc")]
use crate::kernel::Kernel;
#[cfg(feature = "alloc")]
use crate::model::Model;
use core::fmt;

/// A recorded example that this engine answers differently: the file, the build or the machine is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which example, counted from 0.
    pub example: usize,
    /// What differs.
    pub what: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recorded example {}: {} not as recorded", self.example + 1, self.what)
    }
}

impl core::error::Error for Mismatch {}

/// Answers every recorded example with the fastest kernel and compares all scores, the confidence and the decision.
/// Returns how many examples there are.
///
/// # Errors
///
/// The first example that is answered otherwise than recorded.
#[cfg(feature = "alloc")]
pub fn verify(model: &Model<'_>) -> Result<usize, Mismatch> {
    verify_with(model, Kernel::detect())
}

/// [`verify`] with a given kernel.
///
/// # Errors
///
/// The first example that is answered otherwise than recorded.
#[cfg(feature = "alloc")]
pub fn verify_with(model: &Model<'_>, kernel: Kernel) -> Result<usize, Mismatch> {
    verify_engine(&mut Engine::with_kernel(model, kernel))
}

/// [`verify`] with an engine that is there. It must have the lists of values of its model.
///
/// # Errors
///
/// The first example that is answered otherwise than recorded.
pub fn verify_engine(engine: &mut Engine<'_>) -> Result<usize, Mismatch> {
    let model = engine.model();
    for (example, recorded) in model.recorded().iter().enumerate() {
        let prediction = engine.predict(recorded.text);
        if let Some(what) = difference(&recorded, &prediction) {
            return Err(Mismatch { example, what });
        }
    }
    Ok(model.recorded().len())
}

fn difference(recorded: &RecordedExample<'_>, found: &Prediction<'_>) -> Option<&'static str> {
    let score_of = |index: u32| found.scores().get(index as usize).copied();
    let recorded_top = recorded.top().count();
    if recorded.top().any(|(label, score)| score_of(label) != Some(score)) {
        Some("a score of the best labels is")
    } else if !recorded
        .top()
        .map(|(label, _)| label)
        .eq(found.ranking().take(recorded_top).map(|label| label.index))
    {
        Some("the order of the best labels is")
    } else if recorded.hash != score_hash(found.scores()) {
        Some("a score is")
    } else if recorded.confidence != found.confidence() {
        Some("the confidence is")
    } else if !recorded.slots().eq(found.slots().map(|slot| RecordedSlot {
        index: slot.index,
        start: slot.start,
        end: slot.end,
        confidence: slot.confidence,
    })) {
        Some("a slot is")
    } else if recorded.decision != (found.decision(), found.reason()) {
        Some("the decision is")
    } else {
        None
    }
}
