//! A module that replays a suite: no allocator, no imports but the one that takes text. The caller lends all memory, which lies behind
//! `__heap_base` and is grown as needed.

#![no_std]

use core::fmt;
use core::mem::MaybeUninit;
use core::slice;
use stonechat_engine::Kernel;

#[cfg_attr(target_arch = "wasm32", link(wasm_import_module = "host"))]
unsafe extern "C" {
    /// Takes UTF-8 that was written.
    fn put(text: *const u8, length: usize);
}

/// Hands what is written to the host.
struct Host;

impl fmt::Write for Host {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the host reads these bytes before it returns, and keeps nothing.
        unsafe { put(text.as_ptr(), text.len()) };
        Ok(())
    }
}

/// The kernel at this place, the fastest first.
fn kernel(index: usize) -> Option<Kernel> {
    Kernel::available().get(index).copied()
}

/// How many kernels there are.
#[unsafe(no_mangle)]
pub extern "C" fn kernels() -> usize {
    Kernel::available().len()
}

/// Bytes that [`replay`] must be lent; 0 if the suite is none, and the reason goes to the host.
///
/// # Safety
///
/// `suite` has `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memory_needed(suite: *const u8, length: usize) -> usize {
    // SAFETY: so the caller says.
    let suite = unsafe { slice::from_raw_parts(suite, length) };
    stonechat_replay::memory(suite).unwrap_or_else(|error| {
        said(error);
        0
    })
}

/// Answers a suite with the kernel at this place. Returns 0, or 1 if something failed, and the reason goes to the host.
///
/// # Safety
///
/// `suite` has `length` bytes, and `lent` has `lent_length`, which nothing else uses meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn replay(
    index: usize,
    suite: *const u8,
    length: usize,
    lent: *mut u8,
    lent_length: usize,
) -> i32 {
    let Some(kernel) = kernel(index) else {
        said("there is no such kernel");
        return 1;
    };
    // SAFETY: so the caller says, and the bytes need no value.
    let (suite, lent) = unsafe {
        (
            slice::from_raw_parts(suite, length),
            slice::from_raw_parts_mut(lent.cast::<MaybeUninit<u8>>(), lent_length),
        )
    };
    #[cfg(feature = "agreement")]
    if let Err(error) = stonechat_replay::agreement(&kernel, &mut Host) {
        said(error);
        return 1;
    }
    match stonechat_replay::replay(suite, kernel, lent, &mut Host) {
        Ok(()) => 0,
        Err(error) => {
            said(error);
            1
        }
    }
}

fn said(error: impl fmt::Display) {
    let _ = fmt::write(&mut Host, format_args!("{error}\n"));
}

/// Says what failed, then stops.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    said(info);
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    loop {}
}
