//! Engines: a model's scratch memory, and its last answer.

use crate::model::{StonechatModel, known};
use crate::place::{Block, end, needed};
use crate::status::{Outcome, StonechatStatus, call};
use crate::text::{StonechatText, items, put};
use core::ffi::{c_char, c_void};
use core::ptr;
use stonechat_engine::{Engine, Kernel, Model, Prediction, verify_engine};

/// An engine: it runs a model, and holds the last answer. One thread at a time may use it.
pub struct StonechatEngine {
    pub(crate) engine: Engine<'static>,
    /// The last answer, which reads in `engine`: whoever makes a reference to that clears this first.
    pub(crate) answer: Option<Prediction<'static>>,
    /// Whether lists of values were set.
    lists: bool,
    block: Block,
}

/// A phrase that stands for a value of a list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatPhrase {
    /// The phrase, as people say it.
    pub phrase: StonechatText,
    /// The place in the list of what it stands for, from 0.
    pub value: u32,
}

/// Makes an engine in memory from the heap, all of it taken now. The model must outlive it.
///
/// `OUT_OF_MEMORY`, `NO_ALLOCATOR`, `NULL_POINTER`. On failure `*engine` is null.
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_engine_new(
    model: *const StonechatModel,
    engine: *mut *mut StonechatEngine,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { make(model, |model| Block::heap(size(model)), engine) })
}

/// Tells how many bytes `stonechat_engine_new_in` needs for an engine of this model, wherever they begin; `stonechat_engine_new`
/// takes as many from the heap.
///
/// # Safety
///
/// The model must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_engine_size(
    model: *const StonechatModel,
    bytes: *mut usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { put(bytes, size(&known(model)?.model)) })
}

/// Bytes of an engine, wherever they begin.
fn size(model: &Model<'_>) -> usize {
    needed::<StonechatEngine>(Engine::lent(model))
}

/// Makes an engine in memory of the caller's: nothing is allocated, now or later. The memory may begin anywhere and hold
/// anything; it is the engine's until that is freed. `*engine` points into it. The model must outlive the engine.
///
/// `TOO_SHORT`: there must be as many bytes as `stonechat_engine_size` tells.
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_engine_new_in(
    memory: *mut c_void,
    memory_length: usize,
    model: *const StonechatModel,
    engine: *mut *mut StonechatEngine,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { make(model, |_| Block::lent(memory.cast(), memory_length), engine) })
}

/// # Safety
///
/// As [`stonechat_engine_new_in`] asks for.
unsafe fn make(
    model: *const StonechatModel,
    block: impl FnOnce(&Model<'_>) -> Result<Block, StonechatStatus>,
    engine: *mut *mut StonechatEngine,
) -> Outcome {
    // SAFETY: as the caller promises, until the engine is freed.
    unsafe {
        put(engine, ptr::null_mut())?;
        let model: &'static Model<'static> = &known(model)?.model;
        let block = block(model)?;
        let made = block.split::<StonechatEngine>().and_then(|(place, behind)| {
            let engine = Engine::in_memory(model, Kernel::detect(), behind);
            Ok((place, engine.map_err(|_| StonechatStatus::TooShort)?))
        });
        match made {
            Ok((place, made)) => {
                place.write(StonechatEngine { engine: made, answer: None, lists: false, block });
                put(engine, place.as_ptr())
            }
            Err(status) => {
                block.release();
                Err(status)
            }
        }
    }
}

/// Ends an engine and its answer. Null is nothing. Memory that the caller gave is the caller's again.
///
/// # Safety
///
/// An engine is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_engine_free(engine: *mut StonechatEngine) {
    // SAFETY: as the caller promises; a block is plain numbers, and reading it leaves the rest alone.
    unsafe { end(engine, |engine| ptr::read(&raw const (*engine).block)) };
}

/// The engine behind a handle, whose answer ends.
///
/// # Safety
///
/// Unless it is null, `engine` must be alive and used by nobody else for `'e`.
pub(crate) unsafe fn wake<'e>(
    engine: *mut StonechatEngine,
) -> Result<&'e mut Engine<'static>, StonechatStatus> {
    if engine.is_null() {
        return Err(StonechatStatus::NullPointer);
    }
    // SAFETY: the handle is alive. The answer, which reads in the engine, is gone before there is a reference to that.
    unsafe {
        (*engine).answer = None;
        Ok(&mut (*engine).engine)
    }
}

/// The name of the instructions that the engine computes with, such as `avx2`; the answers do not depend on it. Lives as long as
/// the library.
///
/// # Safety
///
/// The engine must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_engine_kernel(
    engine: *const StonechatEngine,
    name: *mut StonechatText,
) -> StonechatStatus {
    // SAFETY: as the caller promises; the answer reads too, so both may.
    call(|| unsafe {
        let engine = engine.as_ref().ok_or(StonechatStatus::NullPointer)?;
        put(name, StonechatText::of(engine.engine.kernel().name()))
    })
}

/// Answers the examples recorded in the model and compares, bit for bit. Writes how many there are to `*examples`, unless that is
/// null; if one is answered otherwise, its number, counted from 0. The last answer ends.
///
/// `MISMATCH`: the file, the library or the machine is broken; do not use it. `VALUES_SET`: the engine must have the lists of
/// values of its model.
///
/// # Safety
///
/// The engine must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_verify(
    engine: *mut StonechatEngine,
    examples: *mut usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let awake = wake(engine)?;
        if (*engine).lists {
            return Err(StonechatStatus::ValuesSet);
        }
        let (number, outcome) = match verify_engine(awake) {
            Ok(count) => (count, Ok(())),
            Err(mismatch) => (mismatch.example, Err(StonechatStatus::Mismatch)),
        };
        if !examples.is_null() {
            put(examples, number)?;
        }
        outcome
    })
}

/// Gives a slot of type choice another list of values, without training: from now on its phrases are looked for in texts, and
/// stand for the values. A value is found by its own name only if that is among the phrases. Everything is copied, into memory
/// from the heap. The last answer ends.
///
/// `UNKNOWN_SLOT`, `NOT_A_CHOICE`, `UNKNOWN_VALUE`, `NOT_UTF8`, `NULL_POINTER`: nothing was changed. `NO_ALLOCATOR`: this library
/// cannot do it. It is the one function that ends the program when the heap is exhausted.
///
/// # Safety
///
/// The engine must be alive, and what is pointed to be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_set_values(
    engine: *mut StonechatEngine,
    slot: *const c_char,
    slot_length: usize,
    phrases: *const StonechatPhrase,
    phrase_count: usize,
    values: *const StonechatText,
    value_count: usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let awake = wake(engine)?;
        let (slot, phrases, values) = (
            StonechatText { start: slot, length: slot_length }.read()?,
            items(phrases, phrase_count)?,
            items(values, value_count)?,
        );
        set(awake, slot, phrases, values)?;
        (*engine).lists = true;
        Ok(())
    })
}

/// # Safety
///
/// The texts must be there.
#[cfg(feature = "alloc")]
unsafe fn set(
    engine: &mut Engine<'static>,
    slot: &str,
    phrases: &[StonechatPhrase],
    values: &[StonechatText],
) -> Outcome {
    use alloc::vec::Vec;
    use stonechat_engine::ValuesError;

    // SAFETY: as the caller promises.
    let read = |text: &StonechatText| unsafe { text.read() };
    let values = values.iter().map(read).collect::<Result<Vec<&str>, _>>()?;
    let phrases = phrases.iter().map(|phrase| Ok((read(&phrase.phrase)?, phrase.value)));
    let phrases = phrases.collect::<Result<Vec<(&str, u32)>, _>>()?;
    engine.set_values(slot, phrases.into_iter(), &values).map_err(|error| match error {
        ValuesError::UnknownSlot => StonechatStatus::UnknownSlot,
        ValuesError::NotAChoice(_) => StonechatStatus::NotAChoice,
        ValuesError::UnknownValue => StonechatStatus::UnknownValue,
        _ => StonechatStatus::Internal,
    })
}

/// # Safety
///
/// None: there is no heap to copy to.
#[cfg(not(feature = "alloc"))]
unsafe fn set(_: &mut Engine<'static>, _: &str, _: &[StonechatPhrase], _: &[StonechatText]) -> Outcome {
    Err(StonechatStatus::NoAllocator)
}
