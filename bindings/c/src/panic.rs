//! What happens where there is no standard library and the engine panics, which should be impossible.

use core::panic::PanicInfo;

/// Stops. On a microcontroller the watchdog takes over.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    loop {
        core::hint::spin_loop();
    }
}
