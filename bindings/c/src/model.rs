//! Models: a file's bytes, checked.

use crate::place::{Block, end, needed};
use crate::status::{StonechatStatus, call};
use crate::text::{StonechatText, items, print, put};
use core::ffi::{c_char, c_void};
use core::ptr;
use stonechat_engine::Model;
use stonechat_engine::format::FormatError;

/// A model: bytes that were checked. It is never written, so any number of threads may use it at once.
pub struct StonechatModel {
    pub(crate) model: Model<'static>,
    block: Block,
}

/// What there is in a model.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatModelInfo {
    /// Number of labels; 0 in a model of slots alone.
    pub labels: u32,
    /// Number of slots; 0 in a model without.
    pub slots: u32,
    /// Whether a text may have any number of labels: 0 or 1.
    pub multi_label: u32,
    /// Characters of a text that are read; the rest does not count.
    pub max_characters: u32,
    /// Which kind of model it is, such as `bag`. Lives as long as the library.
    pub tier: StonechatText,
    /// Task, recipe, data and metrics, as JSON. Lives as long as the bytes of the model.
    pub meta: StonechatText,
}

/// A slot that a model finds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatSlotInfo {
    /// Its name. Lives as long as the bytes of the model.
    pub name: StonechatText,
    /// The type of its values, a `STONECHAT_TYPE_…`.
    pub kind: u32,
    /// The name of the type, such as `datetime`. Lives as long as the library.
    pub kind_name: StonechatText,
}

/// Opens a model in memory from the heap. The bytes are not copied: they must stay where they are, unchanged, until the model is
/// freed; a memory-mapped file or flash will do. The work is linear in their number.
///
/// `NOT_A_MODEL`, `UNKNOWN_FORMAT`, `DAMAGED`: the bytes are refused, and `stonechat_explain` says why. `OUT_OF_MEMORY`,
/// `NO_ALLOCATOR`, `NULL_POINTER`. On failure `*model` is null.
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_open(
    start: *const u8,
    length: usize,
    model: *mut *mut StonechatModel,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { open(start, length, || Block::heap(needed::<StonechatModel>(0)), model) })
}

/// Bytes that `stonechat_model_open_in` needs, wherever they begin: a few hundred, the same for every model.
#[unsafe(no_mangle)]
pub extern "C" fn stonechat_model_size() -> usize {
    needed::<StonechatModel>(0)
}

/// Opens a model, as `stonechat_model_open`, in memory of the caller's: nothing is allocated. The memory may begin anywhere and
/// hold anything; it is the model's until that is freed. `*model` points into it.
///
/// `TOO_SHORT`: there must be `stonechat_model_size` bytes.
///
/// # Safety
///
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_open_in(
    memory: *mut c_void,
    memory_length: usize,
    start: *const u8,
    length: usize,
    model: *mut *mut StonechatModel,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { open(start, length, || Block::lent(memory.cast(), memory_length), model) })
}

/// # Safety
///
/// As [`stonechat_model_open_in`] asks for.
unsafe fn open(
    start: *const u8,
    length: usize,
    block: impl FnOnce() -> Result<Block, StonechatStatus>,
    model: *mut *mut StonechatModel,
) -> Result<(), StonechatStatus> {
    // SAFETY: as the caller promises, until the model is freed.
    unsafe {
        put(model, ptr::null_mut())?;
        if start.is_null() {
            return Err(StonechatStatus::NullPointer);
        }
        let opened = Model::open(items(start, length)?).map_err(refused)?;
        let block = block()?;
        match block.split::<StonechatModel>() {
            Ok((place, _)) => {
                place.write(StonechatModel { model: opened, block });
                put(model, place.as_ptr())
            }
            Err(status) => {
                block.release();
                Err(status)
            }
        }
    }
}

fn refused(error: FormatError) -> StonechatStatus {
    match error {
        FormatError::NotAModel => StonechatStatus::NotAModel,
        FormatError::Version { .. } | FormatError::Tier { .. } | FormatError::Unknown { .. } => {
            StonechatStatus::UnknownFormat
        }
        _ => StonechatStatus::Damaged,
    }
}

/// Says, in English, at which byte which rule is broken and what to do, about bytes that were refused; of a good model, nothing.
/// Writes the message and a zero into `buffer`, and the message's length without the zero to `*needed`.
///
/// `TOO_SHORT`: the buffer has no room for both (or is null, to ask for the length).
///
/// # Safety
///
/// `buffer` must be a place for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_explain(
    start: *const u8,
    length: usize,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        match Model::open(items(start, length)?) {
            Ok(_) => print(&"", buffer, capacity, needed),
            Err(error) => print(&error, buffer, capacity, needed),
        }
    })
}

/// Ends a model. Its engines must have been freed before. Null is nothing. Memory that the caller gave is the caller's again.
///
/// # Safety
///
/// As above; a model is freed once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_free(model: *mut StonechatModel) {
    // SAFETY: as the caller promises; a block is plain numbers, and reading it leaves the rest alone.
    unsafe { end(model, |model| ptr::read(&raw const (*model).block)) };
}

/// A model that C gave.
///
/// # Safety
///
/// Unless it is null, `model` must be alive for `'m`.
pub(crate) unsafe fn known<'m>(model: *const StonechatModel) -> Result<&'m StonechatModel, StonechatStatus> {
    // SAFETY: as the caller promises.
    unsafe { model.as_ref() }.ok_or(StonechatStatus::NullPointer)
}

/// Tells what there is in a model.
///
/// # Safety
///
/// The model must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_info(
    model: *const StonechatModel,
    info: *mut StonechatModelInfo,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let model = &known(model)?.model;
        let told = StonechatModelInfo {
            labels: model.labels().len() as u32,
            slots: model.slots().map_or(0, |slots| slots.len()) as u32,
            multi_label: model.rule().multi_label.into(),
            max_characters: model.features().max_characters,
            tier: StonechatText::of(model.tier().name()),
            meta: StonechatText::of(model.meta()),
        };
        put(info, told)
    })
}

/// The name of a label, which lives as long as the bytes of the model.
///
/// `OUT_OF_RANGE`: there is no such label.
///
/// # Safety
///
/// The model must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_label(
    model: *const StonechatModel,
    index: u32,
    name: *mut StonechatText,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let labels = known(model)?.model.labels();
        if index as usize >= labels.len() {
            return Err(StonechatStatus::OutOfRange);
        }
        put(name, StonechatText::of(labels.get(index as usize)))
    })
}

/// The name and the type of a slot.
///
/// `OUT_OF_RANGE`: there is no such slot.
///
/// # Safety
///
/// The model must be alive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_model_slot(
    model: *const StonechatModel,
    index: u32,
    slot: *mut StonechatSlotInfo,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe {
        let model = &known(model)?.model;
        let slots = model.slots().filter(|slots| (index as usize) < slots.len());
        let slots = slots.ok_or(StonechatStatus::OutOfRange)?;
        let kind = model.slot_type(index);
        let told = StonechatSlotInfo {
            name: StonechatText::of(slots.name(index as usize)),
            kind: kind.code().into(),
            kind_name: StonechatText::of(kind.name()),
        };
        put(slot, told)
    })
}
