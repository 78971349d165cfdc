//! What the machine at hand can run, found without the standard library.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use core::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

/// Instruction sets that a kernel may need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    /// AVX2.
    pub(super) avx2: bool,
    /// AVX-512 F, BW, VL and VNNI.
    pub(super) avx512: bool,
}

/// Asks the processor, and whether the operating system keeps the wide registers.
#[must_use]
pub(super) fn features() -> Features {
    if __cpuid(0).eax < 7 {
        return Features::default();
    }
    let basic = __cpuid(1).ecx;
    let bit = |word: u32, place: u32| word >> place & 1 == 1;
    // XSAVE in use, and AVX.
    if !bit(basic, 27) || !bit(basic, 28) {
        return Features::default();
    }
    // SAFETY: the processor has XGETBV, because the operating system uses XSAVE (bit 27 above).
    let kept = unsafe { kept_registers() };
    let extended = __cpuid_count(7, 0);
    let avx2 = kept & 0b110 == 0b110 && bit(extended.ebx, 5);
    let wide = kept & 0b1110_0110 == 0b1110_0110;
    let foundation = bit(extended.ebx, 16) && bit(extended.ebx, 30) && bit(extended.ebx, 31);
    Features { avx2, avx512: avx2 && wide && foundation && bit(extended.ecx, 11) }
}

/// Which registers the operating system keeps, one bit each.
///
/// # Safety
///
/// The processor must have XGETBV.
#[target_feature(enable = "xsave")]
unsafe fn kept_registers() -> u64 {
    // SAFETY: register 0 is always there.
    unsafe { _xgetbv(0) }
}
