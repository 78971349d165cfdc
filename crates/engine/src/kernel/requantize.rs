//! Fixed-point scaling: a real factor as an integer multiplier and a shift (Jacob et al., "Quantization and Training of
//! Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018).

use crate::format::Requantizer;

/// `value` times the factor, rounded to the nearest, halves up.
#[inline]
#[must_use]
pub const fn requantize(value: i32, by: Requantizer) -> i64 {
    // |value · multiplier| < 2^62 and the rounding term is at most 2^61, so the sum fits.
    (value as i64 * by.multiplier as i64 + (1 << (by.shift - 1))) >> by.shift
}

/// 2²⁴ / √`count`, rounded down; 2²⁴ for a count of 0.
#[inline]
#[must_use]
pub const fn inverse_sqrt(count: u32) -> u32 {
    let count = if count == 0 { 1 } else { count };
    ((1u64 << 48) / count as u64).isqrt() as u32
}
