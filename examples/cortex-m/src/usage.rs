//! What a program uses of flash and memory, by the marks of the linker, and of the stack, by the paint that is left.

use core::ptr;
use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    static __sdata: u32;
    static __edata: u32;
    static __sidata: u32;
    static __sbss: u32;
    static __ebss: u32;
    static __suninit: u32;
    static __euninit: u32;
    static __sheap: u32;
    static _stack_start: u32;
}

/// Bytes that a program uses.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Of flash: code, constants, and what static memory begins with.
    pub flash: usize,
    /// Of memory, all static variables.
    pub statics: usize,
    /// Of memory, the deepest that the stack has been since the start.
    pub stack: usize,
}

impl Usage {
    /// What is used so far.
    #[must_use]
    pub fn now() -> Self {
        let between = |start: *const u32, end: *const u32| end.addr().saturating_sub(start.addr());
        let data = between(&raw const __sdata, &raw const __edata);
        Self {
            // Flash begins at 0, and what static memory begins with stands at its end.
            flash: (&raw const __sidata).addr() + data,
            statics: data
                + between(&raw const __sbss, &raw const __ebss)
                + between(&raw const __suninit, &raw const __euninit),
            stack: deepest(),
        }
    }
}

/// How deep the stack has been: the lowest word above all static memory that has lost its paint.
fn deepest() -> usize {
    let (mut at, end) = (&raw const __sheap, &raw const _stack_start);
    while at < end {
        // SAFETY: between the end of static memory and the start of the stack is memory, aligned to words; it was painted before
        // `main`, and nothing but this program writes there.
        if unsafe { ptr::read_volatile(at) } != STACK_PAINT_VALUE {
            break;
        }
        at = at.wrapping_add(1);
    }
    end.addr() - at.addr()
}
