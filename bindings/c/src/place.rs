//! Where handles lie: at the front of one block of memory, from the heap or the caller's.

use crate::status::StonechatStatus;
#[cfg(feature = "alloc")]
use alloc::alloc::{alloc, dealloc};
#[cfg(feature = "alloc")]
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use core::slice;

/// Where a block from the heap begins: enough for every handle.
#[cfg(feature = "alloc")]
const ALIGNMENT: usize = 16;

/// Memory for a handle and what lies behind it.
#[derive(Debug)]
pub(crate) struct Block {
    start: *mut u8,
    length: usize,
    /// Whether it is from the heap.
    owned: bool,
}

/// Bytes that a block needs for a `T` and this many bytes behind it, wherever it begins.
pub(crate) const fn needed<T>(behind: usize) -> usize {
    size_of::<T>().saturating_add(align_of::<T>() - 1).saturating_add(behind)
}

impl Block {
    /// The caller's memory.
    pub(crate) fn lent(start: *mut u8, length: usize) -> Result<Self, StonechatStatus> {
        if start.is_null() {
            return Err(StonechatStatus::NullPointer);
        }
        if length > isize::MAX as usize {
            return Err(StonechatStatus::OutOfRange);
        }
        Ok(Self { start, length, owned: false })
    }

    /// Memory from the heap.
    #[cfg(feature = "alloc")]
    pub(crate) fn heap(length: usize) -> Result<Self, StonechatStatus> {
        let layout = Layout::from_size_align(length.max(1), ALIGNMENT);
        let layout = layout.map_err(|_| StonechatStatus::OutOfMemory)?;
        // SAFETY: the size is not zero.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            return Err(StonechatStatus::OutOfMemory);
        }
        Ok(Self { start, length, owned: true })
    }

    /// There is no heap.
    #[cfg(not(feature = "alloc"))]
    pub(crate) fn heap(_: usize) -> Result<Self, StonechatStatus> {
        Err(StonechatStatus::NoAllocator)
    }

    /// The place of a `T` at its front, and the memory behind it.
    ///
    /// # Safety
    ///
    /// The block must be there and be used by nobody else for `'m`.
    pub(crate) unsafe fn split<'m, T>(
        &self,
    ) -> Result<(NonNull<T>, &'m mut [MaybeUninit<u8>]), StonechatStatus> {
        let gap = self.start.align_offset(align_of::<T>());
        let front = gap.checked_add(size_of::<T>()).filter(|&front| front <= self.length);
        let Some(front) = front else { return Err(StonechatStatus::TooShort) };
        // SAFETY: `gap` and `front` are at most `length`, and the block is that long.
        let (place, behind) = unsafe { (self.start.add(gap), self.start.add(front)) };
        // SAFETY: what is behind the front is in the block, which nobody else uses, and uninitialised bytes are bytes of this type.
        let behind = unsafe { slice::from_raw_parts_mut(behind.cast(), self.length - front) };
        let place = NonNull::new(place.cast()).ok_or(StonechatStatus::NullPointer)?;
        Ok((place, behind))
    }

    /// Gives memory from the heap back; leaves the caller's alone.
    ///
    /// # Safety
    ///
    /// Nothing in the block may be used any more.
    pub(crate) unsafe fn release(self) {
        #[cfg(feature = "alloc")]
        if self.owned
            && let Ok(layout) = Layout::from_size_align(self.length.max(1), ALIGNMENT)
        {
            // SAFETY: `heap` took it with this layout, and whoever holds the block gives it back once.
            unsafe { dealloc(self.start, layout) };
        }
        #[cfg(not(feature = "alloc"))]
        debug_assert!(!self.owned);
    }
}

/// Ends a handle: what it holds is dropped, then its block is given back. Null is nothing.
///
/// # Safety
///
/// Unless it is null, `handle` must have been made by this library and not have ended, and nothing of it may be used any more.
/// `block` must take the block out of it, reading nothing else.
pub(crate) unsafe fn end<T>(handle: *mut T, block: unsafe fn(*mut T) -> Block) {
    if handle.is_null() {
        return;
    }
    // SAFETY: the handle is alive, as the caller promises.
    let block = unsafe { block(handle) };
    // SAFETY: it was made by `ptr::write` in `split`'s place and is dropped once; the block is read out, and has no drop of its own.
    unsafe { ptr::drop_in_place(handle) };
    // SAFETY: the handle, the only thing in it, is gone.
    unsafe { block.release() };
}
