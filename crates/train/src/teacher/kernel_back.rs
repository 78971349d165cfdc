//! The way back through the arithmetic of an encoder.

use super::kernel::{Real, add, add_times, dot, mean_and_factor, sum};

/// The height of the normal distribution: 1 / √(2π).
const BELL: f64 = 0.398_942_280_401_432_7;

/// The slope of [`Real::gelu`] at a place.
pub(super) fn gelu_slope<T: Real>(x: T) -> T {
    let half = T::from_f64(0.5);
    let share = if x == T::zero() { half } else { x.gelu() / x };
    share + x * T::from_f64(BELL) * (T::zero() - half * x * x).exp()
}

/// Rows of mean 0 and variance 1, and what each was multiplied by.
pub(super) struct Normed<T> {
    rows: Vec<T>,
    factors: Vec<T>,
}

/// [`super::kernel::layer_norm`], with what the way back needs.
pub(super) fn layer_norm_kept<T: Real>(rows: &mut [T], scale: &[T], shift: &[T], epsilon: f64) -> Normed<T> {
    let mut normed = Normed { rows: Vec::with_capacity(rows.len()), factors: Vec::new() };
    for row in rows.chunks_exact_mut(scale.len()) {
        let (mean, factor) = mean_and_factor(row, epsilon);
        normed.factors.push(factor);
        for ((number, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
            let bare = (*number - mean) * factor;
            normed.rows.push(bare);
            *number = bare * *scale + *shift;
        }
    }
    normed
}

/// The way back through [`super::kernel::attend`]: the gradient of `out` gives that of `states`, which is added to `back`, zeros so far.
pub(super) fn attend_back<T: Real>(
    states: &[T],
    dim: usize,
    heads: usize,
    shares: &[T],
    gradient: &[T],
    back: &mut [T],
) {
    let size = dim / heads;
    let tokens = gradient.len() / dim;
    let scale = T::one() / T::from_f64(size as f64).root();
    let mut slopes = vec![T::zero(); tokens];
    for (head, shares) in shares.chunks_exact(tokens * tokens).enumerate() {
        let place = |token: usize, kind: usize| (token * 3 + kind) * dim + head * size;
        for (token, shares) in shares.chunks_exact(tokens).enumerate() {
            let gradient = &gradient[token * dim + head * size..][..size];
            let mut mean = T::zero();
            for (other, (&share, slope)) in shares.iter().zip(&mut slopes).enumerate() {
                *slope = dot(gradient, &states[place(other, 2)..][..size]);
                mean += share * *slope;
                add_times(share, gradient, &mut back[place(other, 2)..][..size]);
            }
            for (other, (&share, &slope)) in shares.iter().zip(&slopes).enumerate() {
                let slope = share * (slope - mean) * scale;
                add_times(slope, &states[place(other, 1)..][..size], &mut back[place(token, 0)..][..size]);
                add_times(slope, &states[place(token, 0)..][..size], &mut back[place(other, 1)..][..size]);
            }
        }
    }
}

/// The way back through [`super::kernel::layer_norm`], given what came out of it: the gradient of its output becomes that of its input. Those of
/// the scale and of the shift are added to `scale_back` and `shift_back`. `factors` are what the rows were divided by.
pub(super) fn layer_norm_back<T: Real>(
    normed: &Normed<T>,
    scale: &[T],
    gradient: &mut [T],
    scale_back: &mut [T],
    shift_back: &mut [T],
) {
    let width = scale.len();
    let count = T::from_f64(width as f64);
    let rows = gradient.chunks_exact_mut(width).zip(normed.rows.chunks_exact(width));
    for ((gradient, row), &factor) in rows.zip(&normed.factors) {
        add(shift_back, gradient);
        for (((gradient, &number), &scale), back) in
            gradient.iter_mut().zip(row).zip(scale).zip(scale_back.iter_mut())
        {
            *back += *gradient * number;
            *gradient *= scale;
        }
        let mean = sum(gradient, |number| number) / count;
        let along = dot(gradient, row) / count;
        for (gradient, &number) in gradient.iter_mut().zip(row) {
            *gradient = (*gradient - mean - number * along) * factor;
        }
    }
}
