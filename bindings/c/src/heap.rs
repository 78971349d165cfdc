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
