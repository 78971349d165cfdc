//! Answers: what an engine says of a text.

use crate::engine::{StonechatEngine, wake};
use crate::status::{Outcome, StonechatStatus, call};
use crate::text::{StonechatText, put};
use core::ffi::c_char;
use stonechat_engine::{Decision, Label, Prediction, Reason};

/// Confidences are integers; this one is certainty.
pub const STONECHAT_CERTAIN: u32 = 65536;

/// The engine stands by its answer.
pub const STONECHAT_ACCEPT: u32 = 0;
/// The engine does not know; the answer is its best guess.
pub const STONECHAT_ABSTAIN: u32 = 1;

/// There is no reason, because the engine stands by its answer.
pub const STONECHAT_REASON_NONE: u32 = 0;
/// No word of the text is known to the model.
pub const STONECHAT_REASON_NO_KNOWN_WORDS: u32 = 1;
/// The answer is less certain than the model asks for.
pub const STONECHAT_REASON_LOW_CONFIDENCE: u32 = 2;
/// The text is unlike those that the model learned from, or about something else than the task.
pub const STONECHAT_REASON_OUT_OF_SCOPE: u32 = 3;
/// The text lacks a slot that its label requires.
pub const STONECHAT_REASON_MISSING_SLOT: u32 = 4;
/// The text is longer than the model reads.
pub const STONECHAT_REASON_TOO_LONG: u32 = 5;
/// A slot that the label requires is less certain than the model asks for.
pub const STONECHAT_REASON_UNSURE_SLOT: u32 = 6;
/// A reason that has no number here; `reason_name` tells.
pub const STONECHAT_REASON_OTHER: u32 = 255;

/// An answer. What it points to lives until the engine is asked again, verified, given values or freed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatAnswer {
    /// `STONECHAT_ACCEPT` or `STONECHAT_ABSTAIN`.
    pub decision: u32,
    /// Why the engine abstains, a `STONECHAT_REASON_…`.
    pub reason: u32,
    /// The word for it, such as `low_confidence`; empty without a reason. Lives as long as the library.
    pub reason_name: StonechatText,
    /// The confidence of the whole answer, in 65536ths.
    pub confidence: u32,
    /// How many labels the answer has, for `stonechat_label`: one; of a multi-label model any number; of a model of slots alone,
    /// none.
    pub labels: u32,
    /// How many labels the ranking names, for `stonechat_ranking`: at most 5.
    pub ranking: u32,
    /// How many slots were found, for `stonechat_slot`.
    pub slots: u32,
    /// Number of scores, for `stonechat_scores`: one for each label of the model.
    pub scores: u32,
    /// The name of the first slot that the label requires and the text lacks; empty if none does.
    pub missing_slot: StonechatText,
    /// Characters of the text that were read.
    pub characters: u32,
    /// Whether the text was longer than the model reads: 0 or 1.
    pub truncated: u32,
    /// Words in the text; in scripts without spaces, characters.
    pub words: u32,
    /// Words that the model knows; in scripts without spaces, shortest n-grams of characters.
    pub known_words: u32,
    /// Features that the model knows and that made the answer.
    pub features: u32,
}

/// A label of an answer.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatLabel {
    /// Its place in the model's list of labels.
    pub index: u32,
    /// Its name. Lives as long as the bytes of the model.
    pub name: StonechatText,
    /// Its logit, in 65536ths: equal on every machine, bit for bit.
    pub score: i32,
    /// How probable it is, in 65536ths.
    pub confidence: u32,
}

/// A slot of an answer.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatSlot {
    /// Its place in the model's list of slots.
    pub index: u32,
    /// The type of its value, a `STONECHAT_TYPE_…`; `stonechat_value` tells the value.
    pub kind: u32,
    /// Its name. Lives as long as the bytes of the model.
    pub name: StonechatText,
    /// The part of the text that it is: it points into the caller's text.
    pub text: StonechatText,
    /// Offset in bytes where it begins; never inside a character.
    pub start: u32,
    /// Offset in bytes where it ends.
    pub end: u32,
    /// How probable it is that the slot has exactly these limits, in 65536ths.
    pub confidence: u32,
    /// `STONECHAT_ACCEPT`, or `STONECHAT_ABSTAIN` where that is less than the model asks of a slot.
    pub decision: u32,
}

/// Answers to a text of this many bytes. The text is not copied: it must stay, unchanged, for as long as the answer is read. The
/// last answer ends. Beyond checking that the text is UTF-8, the time it takes is bounded by the characters that the model reads.
///
/// `NOT_UTF8`, `NULL_POINTER`: there is no answer. `answer` may be null; the functions below tell the rest.
///
/// # Safety
///
/// The engine must be alive, and the text as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_predict(
    engine: *mut StonechatEngine,
    text: *const c_char,
    length: usize,
    answer: *mut StonechatAnswer,
) -> StonechatStatus {
    // SAFETY: as the caller promises. The answer reads in the engine, to which there is no other reference until `wake` clears it.
    call(|| unsafe {
        let awake = wake(engine)?;
        let text: &'static str = StonechatText { start: text, length }.read()?;
        let found = awake.predict(text);
        (*engine).answer = Some(found);
        if answer.is_null() { Ok(()) } else { put(answer, told(&found)) }
    })
}

const fn decision(found: Decision) -> u32 {
    match found {
        Decision::Accept => STONECHAT_ACCEPT,
        Decision::Abstain => STONECHAT_ABSTAIN,
    }
}

fn told(found: &Prediction<'_>) -> StonechatAnswer {
    let read = found.read();
    StonechatAnswer {
        decision: decision(found.decision()),
        reason: match found.reason() {
            None => STONECHAT_REASON_NONE,
            Some(Reason::NoKnownWords) => STONECHAT_REASON_NO_KNOWN_WORDS,
            Some(Reason::LowConfidence) => STONECHAT_REASON_LOW_CONFIDENCE,
            Some(Reason::OutOfScope) => STONECHAT_REASON_OUT_OF_SCOPE,
            Some(Reason::MissingSlot) => STONECHAT_REASON_MISSING_SLOT,
            Some(Reason::TooLong) => STONECHAT_REASON_TOO_LONG,
            Some(Reason::UnsureSlot) => STONECHAT_REASON_UNSURE_SLOT,
            Some(_) => STONECHAT_REASON_OTHER,
        },
        reason_name: found.reason().map_or(StonechatText::EMPTY, |reason| StonechatText::of(reason.name())),
        confidence: found.confidence().raw(),
        labels: found.labels().count() as u32,
        ranking: found.ranking().len() as u32,
        slots: found.slots().len() as u32,
        scores: found.scores().len() as u32,
        missing_slot: found.missing_slot().map_or(StonechatText::EMPTY, StonechatText::of),
        characters: read.characters,
        truncated: read.truncated.into(),
        words: read.words,
        known_words: read.known_words,
        features: read.features,
    }
}

/// The last answer of an engine.
///
/// # Safety
///
/// Unless it is null, `engine` must be alive; the answer ends with the next call that changes the engine.
pub(crate) unsafe fn last<'e>(engine: *const StonechatEngine) -> Result<Prediction<'e>, StonechatStatus> {
    if engine.is_null() {
        return Err(StonechatStatus::NullPointer);
    }
    // SAFETY: the handle is alive; only the answer is read.
    unsafe { (*engine).answer }.ok_or(StonechatStatus::NoAnswer)
}

/// A label of the answer: the best one, or, of a multi-label model, each that is likely enough, in the order of the model.
///
/// `NO_ANSWER`, `OUT_OF_RANGE`.
///
/// # Safety
///
/// The engine must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_label(
    engine: *const StonechatEngine,
    index: u32,
    label: *mut StonechatLabel,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { put_label(last(engine)?.labels().nth(index as usize), label) })
}

/// A label of the ranking, best first. Of equal scores the label that the model names first comes first.
///
/// `NO_ANSWER`, `OUT_OF_RANGE`.
///
/// # Safety
///
/// The engine must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_ranking(
    engine: *const StonechatEngine,
    index: u32,
    label: *mut StonechatLabel,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { put_label(last(engine)?.ranking().nth(index as usize), label) })
}

/// # Safety
///
/// `place` as [`put`] asks for.
unsafe fn put_label(label: Option<Label<'_>>, place: *mut StonechatLabel) -> Outcome {
    let label = label.ok_or(StonechatStatus::OutOfRange)?;
    let told = StonechatLabel {
        index: label.index,
        name: StonechatText::of(label.name),
        score: label.score.0,
        confidence: label.confidence.raw(),
    };
    // SAFETY: as the caller promises.
    unsafe { put(place, told) }
}

/// A slot of the answer, in the order of the text. Slots never overlap.
///
/// `NO_ANSWER`, `OUT_OF_RANGE`.
///
/// # Safety
///
/// The engine must be alive, and the text that was asked be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_slot(
    engine: *const StonechatEngine,
    index: u32,
    slot: *mut StonechatSlot,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let found = last(engine)?.slots().nth(index as usize).ok_or(StonechatStatus::OutOfRange)?;
        let told = StonechatSlot {
            index: found.index,
            kind: (*engine).engine.model().slot_type(found.index).code().into(),
            name: StonechatText::of(found.name),
            text: StonechatText::of(found.text),
            start: found.start,
            end: found.end,
            confidence: found.confidence.raw(),
            decision: decision(found.decision),
        };
        put(slot, told)
    })
}

/// Copies the scores of all labels, in the order of the model's labels, in 65536ths, and writes how many there are to `*count`.
///
/// `NO_ANSWER`. `TOO_SHORT`: `capacity` is less than that (or `scores` null, to ask for the number); nothing was copied.
///
/// # Safety
///
/// The engine must be alive, and `scores` be a place for `capacity` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_scores(
    engine: *const StonechatEngine,
    scores: *mut i32,
    capacity: usize,
    count: *mut usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises; each number that is written is one of `capacity`.
    call(|| unsafe {
        let found = last(engine)?;
        let all = found.scores();
        put(count, all.len())?;
        if capacity < all.len() || (scores.is_null() && !all.is_empty()) {
            return Err(StonechatStatus::TooShort);
        }
        for (at, score) in all.iter().enumerate() {
            scores.add(at).write_unaligned(score.0);
        }
        Ok(())
    })
}
