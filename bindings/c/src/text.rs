//! Texts on their way between C and Rust.

use crate::status::{Outcome, StonechatStatus};
use core::ffi::c_char;
use core::fmt::{self, Write};
use core::{ptr, slice, str};

/// A text: UTF-8 of this many bytes, NOT ended by a zero. Print it with `printf("%.*s", (int)text.length, text.start)`. It
/// belongs to whoever the function says; it is never to be freed. An empty one may begin anywhere, at null too.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatText {
    /// The first byte.
    pub start: *const c_char,
    /// Number of bytes.
    pub length: usize,
}

impl StonechatText {
    pub(crate) const EMPTY: Self = Self { start: ptr::null(), length: 0 };

    pub(crate) const fn of(text: &str) -> Self {
        Self { start: text.as_ptr().cast(), length: text.len() }
    }

    /// The text, for as long as the caller promised.
    ///
    /// # Safety
    ///
    /// Unless it is null, `start` must point to `length` bytes that stay unchanged for `'a`.
    pub(crate) unsafe fn read<'a>(self) -> Result<&'a str, StonechatStatus> {
        // SAFETY: as the caller promises.
        let bytes = unsafe { items(self.start.cast::<u8>(), self.length) }?;
        str::from_utf8(bytes).map_err(|_| StonechatStatus::NotUtf8)
    }
}

/// Items that C gave; none of them may be anywhere.
///
/// # Safety
///
/// Unless it is null, `start` must point to `count` items that stay unchanged for `'a`.
pub(crate) unsafe fn items<'a, T>(start: *const T, count: usize) -> Result<&'a [T], StonechatStatus> {
    if count == 0 {
        return Ok(&[]);
    }
    if start.is_null() || !start.is_aligned() {
        return Err(StonechatStatus::NullPointer);
    }
    // No object is larger than half the address space: such a length is a mistake.
    if count.checked_mul(size_of::<T>().max(1)).is_none_or(|size| size > isize::MAX as usize) {
        return Err(StonechatStatus::OutOfRange);
    }
    // SAFETY: not null, aligned, no larger than an object can be, and there as the caller promises.
    Ok(unsafe { slice::from_raw_parts(start, count) })
}

/// Where a result goes, if anywhere.
///
/// # Safety
///
/// Unless it is null, `place` must be a place for a `T` that nobody else uses during the call.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> Outcome {
    if place.is_null() {
        return Err(StonechatStatus::NullPointer);
    }
    // SAFETY: not null, and a place for a `T` as the caller promises; what lay there is not read.
    unsafe { place.write_unaligned(value) };
    Ok(())
}

/// Writes a text and a zero behind it into a buffer, and its length without the zero to `length`. With a buffer that is too
/// short for both, only the length and, if there is room, a zero.
///
/// # Safety
///
/// Unless it is null, `buffer` must be a place for `capacity` bytes, and `length` for a number.
pub(crate) unsafe fn print(
    what: &dyn fmt::Display,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Outcome {
    let mut count = Cursor { place: ptr::null_mut(), left: 0, length: 0 };
    write!(count, "{what}").map_err(|_| StonechatStatus::Internal)?;
    // SAFETY: as the caller promises.
    unsafe { put(length, count.length) }?;
    if buffer.is_null() || count.length >= capacity {
        if !buffer.is_null() && capacity > 0 {
            // SAFETY: there is room for one byte.
            unsafe { buffer.write(0) };
        }
        return Err(StonechatStatus::TooShort);
    }
    let mut cursor = Cursor { place: buffer, left: capacity - 1, length: 0 };
    write!(cursor, "{what}").map_err(|_| StonechatStatus::Internal)?;
    // SAFETY: at most `capacity - 1` bytes were written, so there is room for one more.
    unsafe { cursor.place.write(0) };
    Ok(())
}

/// Counts bytes, and copies those for which there is room.
struct Cursor {
    place: *mut c_char,
    left: usize,
    length: usize,
}

impl Write for Cursor {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let count = text.len().min(self.left);
        if count > 0 {
            // SAFETY: `place` has room for `left` bytes, which `count` does not exceed. Where the text lies does not matter: it
            // may be in the buffer itself.
            unsafe {
                ptr::copy(text.as_ptr().cast(), self.place, count);
                self.place = self.place.add(count);
            }
        }
        self.left -= count;
        self.length += text.len();
        Ok(())
    }
}
