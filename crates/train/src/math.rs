//! Arithmetic in a fixed order, so that the same numbers give the same sums on every machine.

/// The sum of products, in 16 partial sums that are added in a fixed order: any vector unit computes the same bits.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_blocks, a_rest) = a.as_chunks::<16>();
    let (b_blocks, b_rest) = b.as_chunks::<16>();
    let mut sums = [0.0f32; 16];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..16 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut width = 8;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    a_rest.iter().zip(b_rest).fold(sums[0], |sum, (a, b)| sum + a * b)
}

/// Adds `factor` times `x` to `y`.
pub(crate) fn add_scaled(factor: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Turns logits into probabilities; returns the logarithm of their total before that.
pub(crate) fn softmax(logits: &mut [f32]) -> f32 {
    let most = logits.iter().fold(f32::NEG_INFINITY, |most, &logit| most.max(logit));
    let mut total = 0.0;
    for logit in logits.iter_mut() {
        *logit = libm::expf(*logit - most);
        total += *logit;
    }
    for logit in logits.iter_mut() {
        *logit /= total;
    }
    most + libm::logf(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_every_length() {
        for length in 0..70u16 {
            let a: Vec<f32> = (0..length).map(f32::from).collect();
            let expected: u32 = (0..u32::from(length)).map(|i| i * i).sum();
            assert_eq!(dot(&a, &a), expected as f32);
        }
    }

    #[test]
    fn probabilities_add_up() {
        let mut logits = [1000.0, 1001.0, -1000.0];
        let total = softmax(&mut logits);
        assert!((total - 1001.3133).abs() < 1e-3);
        assert!((logits[1] - 0.7310586).abs() < 1e-6 && logits[2] == 0.0);
    }
}
