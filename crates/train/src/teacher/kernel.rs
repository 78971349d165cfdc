//! The arithmetic of an encoder beside its matrix products.

use candle_core::WithDType;

/// Numbers to compute with: of 32 bits for speed, of 64 where the last bits must not matter.
pub(crate) trait Real: WithDType {
    fn exp(self) -> Self;
    fn root(self) -> Self;
    fn gelu(self) -> Self;
    /// The slope of [`Self::gelu`] at this place.
    fn gelu_slope(self) -> Self;
}

impl Real for f32 {
    fn exp(self) -> Self {
        libm::expf(self)
    }

    fn root(self) -> Self {
        self.sqrt()
    }

    fn gelu(self) -> Self {
        0.5 * self * (1.0 + error_function(self * std::f32::consts::FRAC_1_SQRT_2))
    }

    fn gelu_slope(self) -> Self {
        let share = 0.5 * (1.0 + error_function(self * std::f32::consts::FRAC_1_SQRT_2));
        share + self * BELL as f32 * libm::expf(-0.5 * self * self)
    }
}

impl Real for f64 {
    fn exp(self) -> Self {
        libm::exp(self)
    }

    fn root(self) -> Self {
        self.sqrt()
    }

    fn gelu(self) -> Self {
        0.5 * self * (1.0 + libm::erf(self * std::f64::consts::FRAC_1_SQRT_2))
    }

    fn gelu_slope(self) -> Self {
        let share = 0.5 * (1.0 + libm::erf(self * std::f64::consts::FRAC_1_SQRT_2));
        share + self * BELL * libm::exp(-0.5 * self * self)
    }
}

/// The height of the normal distribution: 1 / √(2π).
const BELL: f64 = 0.398_942_280_401_432_7;

/// The error function to about 4e-7: the quotient of two polynomials that Eigen and XLA use, which any vector unit computes.
fn error_function(x: f32) -> f32 {
    const ABOVE: [f32; 7] = [
        -2.726_142_4e-10,
        2.770_681_4e-8,
        -2.101_024e-6,
        -5.692_506_5e-5,
        -7.349_906e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    const BELOW: [f32; 5] = [-1.456_607_2e-5, -2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_473_9e-2];
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let above = ABOVE.iter().fold(0.0, |sum, factor| sum * square + factor);
    let below = BELOW.iter().fold(0.0, |sum, factor| sum * square + factor);
    x * above / below
}

/// Adds a row to each row.
pub(super) fn add_row<T: Real>(rows: &mut [T], row: &[T]) {
    for target in rows.chunks_exact_mut(row.len()) {
        add(target, row);
    }
}

/// Adds numbers to as many others.
pub(super) fn add<T: Real>(target: &mut [T], other: &[T]) {
    for (target, other) in target.iter_mut().zip(other) {
        *target += *other;
    }
}

/// Gaussian error linear units (Hendrycks and Gimpel, 2016).
pub(super) fn gelu<T: Real>(numbers: &mut [T]) {
    for number in numbers {
        *number = number.gelu();
    }
}

/// Layer normalisation (Ba, Kiros and Hinton, 2016) of each row.
pub(super) fn layer_norm<T: Real>(rows: &mut [T], scale: &[T], shift: &[T], epsilon: f64) {
    for row in rows.chunks_exact_mut(scale.len()) {
        let (mean, factor) = mean_and_factor(row, epsilon);
        for ((number, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
            *number = (*number - mean) * factor * *scale + *shift;
        }
    }
}

/// Rows of mean 0 and variance 1, and what each was multiplied by.
pub(super) struct Normed<T> {
    rows: Vec<T>,
    factors: Vec<T>,
}

/// [`layer_norm`], with what the way back needs.
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

/// The mean of numbers, and what gives them the variance 1.
fn mean_and_factor<T: Real>(row: &[T], epsilon: f64) -> (T, T) {
    let count = T::from_f64(row.len() as f64);
    let mean = sum(row, |number| number) / count;
    let variance = sum(row, |number| (number - mean) * (number - mean)) / count;
    (mean, T::one() / (variance + T::from_f64(epsilon)).root())
}

/// Attention (Vaswani et al., 2017) inside one text: `states` has a row of queries, keys and values, `3 * dim` numbers, for
/// each token; adds to `out`, `dim` numbers a token, which are zeros. `shares` gets how much each token sees of each: for each head
/// and token a row of a number for each token.
pub(super) fn attend<T: Real>(states: &[T], dim: usize, heads: usize, shares: &mut [T], out: &mut [T]) {
    let size = dim / heads;
    let tokens = out.len() / dim;
    let scale = T::one() / T::from_f64(size as f64).root();
    for (head, shares) in shares.chunks_exact_mut(tokens * tokens).enumerate() {
        let part = |token: usize, kind: usize| &states[(token * 3 + kind) * dim + head * size..][..size];
        for ((token, out), shares) in
            out.chunks_exact_mut(dim).enumerate().zip(shares.chunks_exact_mut(tokens))
        {
            let query = part(token, 0);
            for (other, share) in shares.iter_mut().enumerate() {
                *share = dot(query, part(other, 1)) * scale;
            }
            softmax(shares);
            let out = &mut out[head * size..][..size];
            for (other, &share) in shares.iter().enumerate() {
                add_times(share, part(other, 2), out);
            }
        }
    }
}

/// The way back through [`attend`]: the gradient of `out` gives that of `states`, which is added to `back`, zeros so far.
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

/// Adds numbers, times a factor, to as many others.
pub(super) fn add_times<T: Real>(factor: T, numbers: &[T], target: &mut [T]) {
    for (target, number) in target.iter_mut().zip(numbers) {
        *target += factor * *number;
    }
}

/// The way back through [`layer_norm`], given what came out of it: the gradient of its output becomes that of its input. Those of
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

pub(super) fn softmax<T: Real>(scores: &mut [T]) {
    let mut most = scores[0];
    for &score in scores.iter() {
        if score > most {
            most = score;
        }
    }
    let mut total = T::zero();
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        total += *score;
    }
    for score in scores.iter_mut() {
        *score /= total;
    }
}

/// The sum of a function of numbers, in eight partial sums.
fn sum<T: Real>(numbers: &[T], of: impl Fn(T) -> T) -> T {
    let (blocks, rest) = numbers.as_chunks::<8>();
    let mut sums = [T::zero(); 8];
    for block in blocks {
        for (sum, &number) in sums.iter_mut().zip(block) {
            *sum += of(number);
        }
    }
    rest.iter()
        .chain(&sums[1..])
        .enumerate()
        .fold(sums[0], |total, (at, &number)| total + if at < rest.len() { of(number) } else { number })
}

pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let (a_blocks, a_rest) = a.as_chunks::<8>();
    let (b_blocks, b_rest) = b.as_chunks::<8>();
    let mut sums = [T::zero(); 8];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(T::zero(), |total, (&a, &b)| total + a * b);
    sums.iter().fold(rest, |total, &sum| total + sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_function_is_close() {
        for at in -6000..=6000i16 {
            let x = f32::from(at) / 1000.0;
            let off = f64::from(error_function(x)) - libm::erf(f64::from(x));
            assert!(off.abs() < 1e-6, "{x}: {off}");
        }
    }

    #[test]
    fn a_row_is_normalised() {
        let mut row: Vec<f64> = (0..11).map(f64::from).collect();
        layer_norm(&mut row, &[1.0; 11], &[2.0; 11], 1e-12);
        assert!((row.iter().sum::<f64>() - 22.0).abs() < 1e-12);
        assert!((row.iter().map(|x| (x - 2.0) * (x - 2.0)).sum::<f64>() - 11.0).abs() < 1e-9);
    }

    #[test]
    fn attention_means_what_is_alike() {
        // Two tokens, one head of one number: queries 0, so each sees the mean of the values 1 and 3.
        let mut out = [0.0f32; 2];
        attend(&[0.0, 5.0, 1.0, 0.0, -5.0, 3.0], 1, 1, &mut [0.0; 4], &mut out);
        assert_eq!(out, [2.0, 2.0]);
    }
}
