//! The arithmetic of an encoder beside its matrix products.

use candle_core::WithDType;

/// Numbers to compute with: of 32 bits for speed, of 64 where the last bits must not matter.
pub(crate) trait Real: WithDType {
    fn exp(self) -> Self;
    fn root(self) -> Self;
    fn gelu(self) -> Self;
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
}

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

/// The mean of numbers, and what gives them the variance 1.
pub(super) fn mean_and_factor<T: Real>(row: &[T], epsilon: f64) -> (T, T) {
    let count = T::from_f64(row.len() as f64);
    let mean = sum(row, |number| number) / count;
    let variance = sum(row, |number| (number - mean) * (number - mean)) / count;
    (mean, T::one() / (variance + T::from_f64(epsilon)).root())
}

/// What is added to how much a token sees of another, by how far before or behind it that is (Raffel et al., "Exploring the
/// Limits of Transfer Learning", JMLR 2020): of each head one number for each distance, the same in all layers.
pub(super) struct Distances<T> {
    /// Of each head, the numbers for the distances from 1 - `tokens` to `tokens` - 1; none where distances do not count.
    numbers: Vec<T>,
    tokens: usize,
}

impl<T: Real> Distances<T> {
    /// Where distances do not count.
    pub(super) fn none() -> Self {
        Self { numbers: Vec::new(), tokens: 0 }
    }

    /// For texts of so many tokens at the most; `table` has a row of a number for each head, for each kind of distance.
    pub(super) fn new(table: &[T], heads: usize, tokens: usize) -> Self {
        let one = |head: usize, at: usize| {
            let (near, far) = (at.min(tokens - 1), at.max(tokens - 1));
            table[kind_of_distance(far - near, at >= tokens) * heads + head]
        };
        let numbers = (0..heads).flat_map(|head| (0..2 * tokens - 1).map(move |at| one(head, at)));
        Self { numbers: numbers.collect(), tokens }
    }

    /// What is added for a head's token, for each of so many tokens.
    fn of(&self, head: usize, token: usize, tokens: usize) -> Option<&[T]> {
        let start = head * (2 * self.tokens).saturating_sub(1) + self.tokens.saturating_sub(1 + token);
        if self.numbers.is_empty() { None } else { Some(&self.numbers[start..start + tokens]) }
    }
}

/// The row for a distance in a table of 32: 16 for tokens before (and the token itself), and 16 for those `behind`; of these, 8 for the distances
/// below 8, the others ever wider, by the root of two, and the last one for all from 91 on.
fn kind_of_distance(distance: usize, behind: bool) -> usize {
    let kind = match distance {
        0..8 => distance,
        far => (8 + (far * far / 64).ilog2() as usize).min(15),
    };
    if behind { 16 + kind } else { kind }
}

/// Attention (Vaswani et al., 2017) inside one text: `states` has a row of queries, keys and values, `3 * dim` numbers, for
/// each token; adds to `out`, `dim` numbers a token, which are zeros. `shares` gets how much each token sees of each: for each head
/// and token a row of a number for each token.
pub(super) fn attend<T: Real>(
    states: &[T],
    dim: usize,
    heads: usize,
    distances: &Distances<T>,
    shares: &mut [T],
    out: &mut [T],
) {
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
            if let Some(distances) = distances.of(head, token, tokens) {
                add(shares, distances);
            }
            softmax(shares);
            let out = &mut out[head * size..][..size];
            for (other, &share) in shares.iter().enumerate() {
                add_times(share, part(other, 2), out);
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
pub(super) fn sum<T: Real>(numbers: &[T], of: impl Fn(T) -> T) -> T {
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

    /// As the encoder was trained: logarithms of distances, rounded down, in 32-bit numbers.
    #[test]
    fn kinds_of_distances_are_those_of_the_encoder() {
        for distance in 0..400usize {
            let far = libm::logf(distance.max(1) as f32 / 8.0) / libm::logf(16.0) * 8.0;
            let expected = if distance < 8 { distance } else { 15.min(8 + far as usize) };
            assert_eq!(kind_of_distance(distance, false), expected, "{distance}");
            assert_eq!(kind_of_distance(distance, true), 16 + expected, "{distance}");
        }
    }

    #[test]
    fn distances_are_added_by_where_a_token_is() {
        // Two heads; each kind of distance has its own number, times 100 for the second head.
        let table: Vec<f64> = (0..32).flat_map(|kind| [f64::from(kind), f64::from(kind) * 100.0]).collect();
        let distances = Distances::new(&table, 2, 5);
        assert_eq!(distances.of(0, 1, 4), Some(&[1.0, 0.0, 17.0, 18.0][..]));
        assert_eq!(distances.of(1, 4, 5), Some(&[400.0, 300.0, 200.0, 100.0, 0.0][..]));
        assert_eq!(Distances::<f64>::none().of(1, 4, 5), None);
    }

    #[test]
    fn attention_means_what_is_alike() {
        // Two tokens, one head of one number: queries 0, so each sees the mean of the values 1 and 3.
        let mut out = [0.0f32; 2];
        attend(&[0.0, 5.0, 1.0, 0.0, -5.0, 3.0], 1, 1, &Distances::none(), &mut [0.0; 4], &mut out);
        assert_eq!(out, [2.0, 2.0]);
    }
}
