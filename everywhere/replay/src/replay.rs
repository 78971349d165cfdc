//! A suite, answered.

use crate::answer;
use crate::digest::Digest;
use crate::suite::{Broken, Detail, Part, Suite};
use core::fmt::{self, Write};
use core::mem::MaybeUninit;
use stonechat_engine::value::{BadReference, Reference};
use stonechat_engine::{Engine, FormatError, Kernel, Mismatch, Model, TooLittleMemory, verify_engine};

/// The moment that values are counted from: that of the golden tables.
const REFERENCE: &str = "2026-11-22T14:00:00";

/// Why a suite cannot be answered.
#[derive(Clone, Copy, Debug)]
pub enum Failed {
    /// The bytes are no suite.
    Suite(Broken),
    /// A model file is refused.
    Model(FormatError),
    /// The memory is too short for an engine.
    Memory(TooLittleMemory),
    /// A recorded example of a model is answered otherwise than recorded.
    Recorded(Mismatch),
    /// The answers cannot be written.
    Write,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suite(error) => error.fmt(f),
            Self::Model(error) => error.fmt(f),
            Self::Memory(error) => error.fmt(f),
            Self::Recorded(error) => error.fmt(f),
            Self::Write => f.write_str("the answers cannot be written"),
        }
    }
}

impl core::error::Error for Failed {}

impl From<Broken> for Failed {
    fn from(error: Broken) -> Self {
        Self::Suite(error)
    }
}

impl From<FormatError> for Failed {
    fn from(error: FormatError) -> Self {
        Self::Model(error)
    }
}

impl From<TooLittleMemory> for Failed {
    fn from(error: TooLittleMemory) -> Self {
        Self::Memory(error)
    }
}

impl From<Mismatch> for Failed {
    fn from(error: Mismatch) -> Self {
        Self::Recorded(error)
    }
}

impl From<fmt::Error> for Failed {
    fn from(_: fmt::Error) -> Self {
        Self::Write
    }
}

impl From<BadReference> for Failed {
    fn from(_: BadReference) -> Self {
        // The one reference stands above.
        Self::Write
    }
}

/// The bytes that [`replay()`] must be lent: what the largest engine of the suite needs.
///
/// # Errors
///
/// The bytes are no suite, or a model is refused.
pub fn memory(suite: &[u8]) -> Result<usize, Failed> {
    let mut most = 0;
    for part in Suite::open(suite)?.parts() {
        most = most.max(Engine::lent(&Model::open(part.model)?));
    }
    Ok(most)
}

/// Answers every text of a suite, verifies every model, and writes, a line each:
///
/// - `kernel NAME`
/// - of a part whose answers are asked for, each answer as a JSON document: the fields of a case of the golden tables without `name` and
///   `text`
/// - of each part `part NAME: N texts, scores DIGEST, answers DIGEST`, where the first digest is of all scores of all texts, and the second of
///   every decision, confidence, best label and slot
///
/// # Errors
///
/// What cannot be answered; the lines before it were written.
pub fn replay(
    suite: &[u8],
    kernel: Kernel,
    memory: &mut [MaybeUninit<u8>],
    out: &mut impl Write,
) -> Result<(), Failed> {
    writeln!(out, "kernel {}", kernel.name())?;
    for part in Suite::open(suite)?.parts() {
        one(&part, kernel, memory, out)?;
    }
    Ok(())
}

fn one(
    part: &Part<'_>,
    kernel: Kernel,
    memory: &mut [MaybeUninit<u8>],
    out: &mut impl Write,
) -> Result<(), Failed> {
    let reference: Reference = REFERENCE.parse()?;
    let model = Model::open(part.model)?;
    let mut engine = Engine::in_memory(&model, kernel, memory)?;
    verify_engine(&mut engine)?;
    let (mut scores, mut answers) = (Digest::new(), Digest::new());
    let mut texts = 0;
    for text in part.texts() {
        let found = engine.predict(text);
        texts += 1;
        for score in found.scores() {
            scores.put(score.0 as u32);
        }
        answers.put(u32::from(found.reason().is_some()));
        answers.put(found.confidence().raw());
        answers.put(found.label().index);
        for slot in found.slots() {
            for number in [slot.index, slot.start, slot.end, slot.confidence.raw()] {
                answers.put(number);
            }
        }
        if part.detail == Detail::Answers {
            answer::line(out, &found, &reference, model.slots().is_some())?;
        }
    }
    let (scores, answers) = (scores.value(), answers.value());
    writeln!(out, "part {}: {texts} texts, scores {scores:016x}, answers {answers:016x}", part.name)?;
    Ok(())
}

/// Holds a kernel against the reference with every check of the engine, and writes `agreement NAME: N checks`.
///
/// # Errors
///
/// The line cannot be written.
///
/// # Panics
///
/// A check fails.
#[cfg(feature = "agreement")]
pub fn agreement(kernel: &Kernel, out: &mut impl Write) -> Result<(), Failed> {
    let checks = stonechat_engine::kernel::agreement::CHECKS;
    for (_, check) in checks {
        check(kernel);
    }
    writeln!(out, "agreement {}: {} checks", kernel.name(), checks.len())?;
    Ok(())
}
