//! Products of matrices, with the same bits on every machine.
//!
//! Each element is a chain of fused multiply-adds in the order of the inner index. A fused multiply-add is rounded once, by
//! definition, and lanes of a vector do not mix: the width of the registers changes nothing.

use pulp::{Arch, Simd, WithSimd};
use std::array;

/// A matrix in rows, or a transposed one: element (i, k) is `data[i * rows + k * columns]`.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
}

impl<'a> View<'a> {
    /// Rows of so many numbers.
    pub(crate) const fn rows(data: &'a [f32], width: usize) -> Self {
        Self { data, rows: width, columns: 1 }
    }

    /// The transposed matrix of rows of so many numbers.
    pub(crate) const fn transposed(data: &'a [f32], width: usize) -> Self {
        Self { data, rows: 1, columns: width }
    }
}

/// Adds to `sums`, `count` rows of `width` numbers, the product of `a` and `b`: `b` has `inner` rows of `width` numbers.
pub(crate) fn multiply(
    arch: Arch,
    count: usize,
    inner: usize,
    width: usize,
    a: View<'_>,
    b: &[f32],
    sums: &mut [f32],
) {
    if count > 0 && inner > 0 && width > 0 {
        arch.dispatch(Multiply { count, inner, width, a, b, sums });
    }
}

/// Rows of `width` numbers as columns.
pub(super) fn transpose(data: &[f32], width: usize, out: &mut [f32]) {
    let count = data.len().checked_div(width).unwrap_or(0);
    for (row, numbers) in data.chunks_exact(width.max(1)).enumerate() {
        for (column, &number) in numbers.iter().enumerate() {
            out[column * count + row] = number;
        }
    }
}

struct Multiply<'a, 's> {
    count: usize,
    inner: usize,
    width: usize,
    a: View<'a>,
    b: &'a [f32],
    sums: &'s mut [f32],
}

impl WithSimd for Multiply<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let width = self.width;
        let mut column = 0;
        // The chains of one row wait for themselves: more of them run side by side.
        if self.count == 1 {
            while column + 8 * S::F32_LANES <= width {
                column += self.columns::<S, 8>(simd, column, 8 * S::F32_LANES);
            }
        }
        while column + 2 * S::F32_LANES <= width {
            column += self.columns::<S, 2>(simd, column, 2 * S::F32_LANES);
        }
        while column < width {
            column += self.columns::<S, 1>(simd, column, S::F32_LANES.min(width - column));
        }
    }
}

impl Multiply<'_, '_> {
    /// All rows of `length` columns, which `N` registers hold.
    #[inline(always)]
    fn columns<S: Simd, const N: usize>(&mut self, simd: S, column: usize, length: usize) -> usize {
        let mut row = 0;
        while row + 6 <= self.count {
            row += self.rows::<S, 6, N>(simd, row, column, length);
        }
        while row + 3 <= self.count {
            row += self.rows::<S, 3, N>(simd, row, column, length);
        }
        while row < self.count {
            row += self.rows::<S, 1, N>(simd, row, column, length);
        }
        length
    }

    /// `M` rows of these columns.
    #[inline(always)]
    fn rows<S: Simd, const M: usize, const N: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        length: usize,
    ) -> usize {
        let Self { inner, width, a, b, ref mut sums, .. } = *self;
        let (b, sums) = (&b[column..], &mut sums[row * width + column..]);
        if a.columns == 1 {
            let rows: [&[f32]; M] = array::from_fn(|m| &a.data[(row + m) * a.rows..][..inner]);
            let factors = |k: usize| array::from_fn(|m| rows[m][k]);
            block::<S, M, N>(simd, inner, width, length, factors, b, sums);
        } else {
            let factors = |k: usize| array::from_fn(|m| a.data[k * a.columns + row + m]);
            block::<S, M, N>(simd, inner, width, length, factors, b, sums);
        }
        M
    }
}

/// `M` rows of `length` columns, which stay in `N` registers each while the inner index runs.
#[inline(always)]
fn block<S: Simd, const M: usize, const N: usize>(
    simd: S,
    inner: usize,
    width: usize,
    length: usize,
    factors: impl Fn(usize) -> [f32; M],
    b: &[f32],
    sums: &mut [f32],
) {
    if length == N * S::F32_LANES {
        let mut held = [[simd.splat_f32s(0.0); N]; M];
        for (m, held) in held.iter_mut().enumerate() {
            held.copy_from_slice(S::as_simd_f32s(&sums[m * width..][..N * S::F32_LANES]).0);
        }
        for k in 0..inner {
            let (vectors, _) = S::as_simd_f32s(&b[k * width..][..N * S::F32_LANES]);
            let Ok(vectors) = <&[S::f32s; N]>::try_from(vectors) else { return };
            for (held, factor) in held.iter_mut().zip(factors(k)) {
                let factor = simd.splat_f32s(factor);
                for (held, &vector) in held.iter_mut().zip(vectors) {
                    *held = simd.mul_add_f32s(factor, vector, *held);
                }
            }
        }
        for (m, held) in held.iter().enumerate() {
            S::as_mut_simd_f32s(&mut sums[m * width..][..N * S::F32_LANES]).0.copy_from_slice(held);
        }
    } else {
        // The last columns fill a part of a register.
        let mut held: [S::f32s; M] = array::from_fn(|m| simd.partial_load_f32s(&sums[m * width..][..length]));
        for k in 0..inner {
            let vector = simd.partial_load_f32s(&b[k * width..][..length]);
            for (held, factor) in held.iter_mut().zip(factors(k)) {
                *held = simd.mul_add_f32s(simd.splat_f32s(factor), vector, *held);
            }
        }
        for (m, &held) in held.iter().enumerate() {
            simd.partial_store_f32s(&mut sums[m * width..][..length], held);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_every_shape_are_those_of_the_definition() {
        let mut random = crate::random::Random::new(1, 0);
        for (count, inner, width) in
            [(1, 1, 1), (1, 7, 150), (2, 3, 5), (7, 4, 16), (13, 9, 33), (6, 40, 97), (20, 1, 64)]
        {
            let mut numbers =
                |length: usize| -> Vec<f32> { (0..length).map(|_| random.unit() - 0.5).collect() };
            let (a, b, start) = (numbers(count * inner), numbers(inner * width), numbers(count * width));
            let mut turned = vec![0.0; a.len()];
            transpose(&a, inner, &mut turned);
            let mut expected = start.clone();
            for row in 0..count {
                for column in 0..width {
                    for k in 0..inner {
                        let sum = &mut expected[row * width + column];
                        *sum = a[row * inner + k].mul_add(b[k * width + column], *sum);
                    }
                }
            }
            for a in [View::rows(&a, inner), View::transposed(&turned, count)] {
                for arch in [Arch::new(), Arch::Scalar] {
                    let mut found = start.clone();
                    multiply(arch, count, inner, width, a, &b, &mut found);
                    let bits = |numbers: &[f32]| numbers.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(&found), bits(&expected), "{count} x {inner} x {width}, {arch:?}");
                }
            }
        }
    }
}
