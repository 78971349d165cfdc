//! Memory for JavaScript: it writes models and texts here.

use alloc::alloc::{alloc, dealloc};
use core::alloc::Layout;
use core::ptr;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Where each block begins: enough for every number.
const ALIGNMENT: usize = 16;

/// Takes this many bytes; null if there are not as many.
#[unsafe(no_mangle)]
pub extern "C" fn stonechat_take(length: usize) -> *mut u8 {
    match Layout::from_size_align(length.max(1), ALIGNMENT) {
        // SAFETY: the size is not zero.
        Ok(layout) => unsafe { alloc(layout) },
        Err(_) => ptr::null_mut(),
    }
}

/// Gives back bytes that [`stonechat_take`] took. Null is nothing.
///
/// # Safety
///
/// `start` and `length` must be those of one call, and be given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_give_back(start: *mut u8, length: usize) {
    if !start.is_null()
        && let Ok(layout) = Layout::from_size_align(length.max(1), ALIGNMENT)
    {
        // SAFETY: it was taken with this layout.
        unsafe { dealloc(start, layout) };
    }
}

/// What JavaScript reads: `bindings/web/src/layout.js` has the same numbers.
#[cfg(target_arch = "wasm32")]
const _: () = {
    use crate::{
        StonechatAnswer, StonechatLabel, StonechatModelInfo, StonechatPhrase, StonechatSlot,
        StonechatSlotInfo, StonechatText, StonechatTime, StonechatValue,
    };
    use core::mem::offset_of;

    assert!(size_of::<StonechatText>() == 8 && offset_of!(StonechatText, length) == 4);
    assert!(size_of::<StonechatModelInfo>() == 32 && offset_of!(StonechatModelInfo, meta) == 24);
    assert!(size_of::<StonechatSlotInfo>() == 20 && offset_of!(StonechatSlotInfo, kind_name) == 12);
    assert!(size_of::<StonechatPhrase>() == 12 && offset_of!(StonechatPhrase, value) == 8);
    assert!(size_of::<StonechatAnswer>() == 64 && offset_of!(StonechatAnswer, missing_slot) == 36);
    assert!(size_of::<StonechatLabel>() == 20 && offset_of!(StonechatLabel, score) == 12);
    assert!(size_of::<StonechatSlot>() == 40 && offset_of!(StonechatSlot, start) == 24);
    assert!(size_of::<StonechatTime>() == 24 && offset_of!(StonechatTime, hour) == 12);
    assert!(size_of::<StonechatValue>() == 112 && offset_of!(StonechatValue, date) == 40);
    assert!(offset_of!(StonechatValue, has_time) == 72 && offset_of!(StonechatValue, text) == 92);
};
