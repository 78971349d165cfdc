//! Products of matrices, with the same bits on every machine.
//!
//! Each element is a chain of fused multiply-adds in the order of the inner index. A fused multiply-add is rounded once, by
//! definition, and lanes of a vector do not mix: the width of the registers changes nothing.

use pulp::{Arch, Simd, WithSimd};

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
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { count, inner, width, a, b, sums } = self;
        let lanes = S::F32_LANES;
        let mut column = 0;
        while column + 2 * lanes <= width {
            columns::<S, 2>(simd, count, inner, width, a, &b[column..], &mut sums[column..]);
            column += 2 * lanes;
        }
        while column + lanes <= width {
            columns::<S, 1>(simd, count, inner, width, a, &b[column..], &mut sums[column..]);
            column += lanes;
        }
        for row in 0..count {
            for column in column..width {
                let mut sum = sums[row * width + column];
                for k in 0..inner {
                    sum = a.data[row * a.rows + k * a.columns].mul_add(b[k * width + column], sum);
                }
                sums[row * width + column] = sum;
            }
        }
    }
}

/// `N` registers of columns, for all rows.
#[inline(always)]
fn columns<S: Simd, const N: usize>(
    simd: S,
    count: usize,
    inner: usize,
    width: usize,
    a: View<'_>,
    b: &[f32],
    sums: &mut [f32],
) {
    let mut row = 0;
    while row + 6 <= count {
        block::<S, 6, N>(simd, inner, width, a, row, b, &mut sums[row * width..]);
        row += 6;
    }
    while row + 3 <= count {
        block::<S, 3, N>(simd, inner, width, a, row, b, &mut sums[row * width..]);
        row += 3;
    }
    while row < count {
        block::<S, 1, N>(simd, inner, width, a, row, b, &mut sums[row * width..]);
        row += 1;
    }
}

/// `M` rows of `N` registers, which stay in registers while the inner index runs.
#[inline(always)]
fn block<S: Simd, const M: usize, const N: usize>(
    simd: S,
    inner: usize,
    width: usize,
    a: View<'_>,
    row: usize,
    b: &[f32],
    sums: &mut [f32],
) {
    let length = N * S::F32_LANES;
    let mut held = [[simd.splat_f32s(0.0); N]; M];
    for (m, held) in held.iter_mut().enumerate() {
        let (vectors, _) = S::as_simd_f32s(&sums[m * width..m * width + length]);
        held.copy_from_slice(vectors);
    }
    let a = View { data: &a.data[row * a.rows..], ..a };
    for k in 0..inner {
        let (vectors, _) = S::as_simd_f32s(&b[k * width..k * width + length]);
        let Ok(vectors) = <&[S::f32s; N]>::try_from(vectors) else { return };
        for (m, held) in held.iter_mut().enumerate() {
            let factor = simd.splat_f32s(a.data[m * a.rows + k * a.columns]);
            for (held, &vector) in held.iter_mut().zip(vectors) {
                *held = simd.mul_add_f32s(factor, vector, *held);
            }
        }
    }
    for (m, held) in held.iter().enumerate() {
        let (vectors, _) = S::as_mut_simd_f32s(&mut sums[m * width..m * width + length]);
        vectors.copy_from_slice(held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_every_shape_are_those_of_the_definition() {
        let mut random = crate::random::Random::new(1, 0);
        for (count, inner, width) in [(1, 1, 1), (2, 3, 5), (7, 4, 16), (13, 9, 33), (6, 40, 97), (20, 1, 64)]
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
