//! Rows to whole numbers, one scale a dimension.

use super::file::{NIBBLE_ZERO, most};

/// Scales that are tried: this many, evenly, from a quarter of what the greatest magnitude asks for up to that.
const TRIED: u32 = 97;

/// Whole numbers in place of rows.
pub(super) struct Quantized {
    /// One number's worth, for each dimension; above 0.
    pub(super) scales: Vec<f32>,
    /// Row by row; of four bits, two numbers a byte, the first in the low half.
    pub(super) bytes: Vec<u8>,
    /// The mean squared error as a share of the mean square.
    pub(super) error: f64,
}

/// Quantises rows of `dim` numbers, an even number, to `bits` bits: 4 or 8. Each dimension gets the scale with the least
/// squared error.
pub(super) fn quantize(rows: &[f64], dim: usize, bits: u32) -> Quantized {
    let most = f64::from(most(bits));
    let mut scales = Vec::with_capacity(dim);
    let mut numbers = vec![0i8; rows.len()];
    let (mut lost, mut total) = (0.0, 0.0);
    for at in 0..dim {
        let column: Vec<f64> = rows.iter().skip(at).step_by(dim).copied().collect();
        let (scale, error) = best_scale(&column, most);
        for (row, &value) in column.iter().enumerate() {
            numbers[row * dim + at] = nearest(value, scale, most) as i8;
        }
        scales.push(scale);
        lost += error;
        total += column.iter().map(|value| value * value).sum::<f64>();
    }
    let bytes = match bits {
        4 => {
            let half = |number: i8| (number + NIBBLE_ZERO) as u8;
            numbers.chunks_exact(2).map(|pair| half(pair[0]) | half(pair[1]) << 4).collect()
        }
        _ => numbers.iter().map(|&number| number as u8).collect(),
    };
    Quantized { scales, bytes, error: if total > 0.0 { lost / total } else { 0.0 } }
}

/// The whole number, from -`most` to `most`, that comes nearest.
fn nearest(value: f64, scale: f32, most: f64) -> f64 {
    libm::round(value / f64::from(scale)).clamp(-most, most)
}

/// The scale with the least squared error, and that error.
fn best_scale(column: &[f64], most: f64) -> (f32, f64) {
    let greatest = column.iter().fold(0.0f64, |greatest, value| greatest.max(value.abs()));
    if greatest == 0.0 {
        return (1.0, 0.0);
    }
    let mut best = (1.0, f64::INFINITY);
    for step in 0..TRIED {
        let share = 1.0 - 0.75 * f64::from(step) / f64::from(TRIED - 1);
        let scale = ((greatest / most * share) as f32).max(f32::MIN_POSITIVE);
        let error = |value: f64| value - nearest(value, scale, most) * f64::from(scale);
        let lost = column.iter().map(|&value| error(value) * error(value)).sum();
        if lost < best.1 {
            best = (scale, lost);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outlier_does_not_set_the_scale() {
        // 999 numbers of ±1 and one of 20: a scale of 20 / 7 would make nothing of the ±1.
        let mut rows: Vec<f64> = (0..2000).map(|i| if i % 4 < 2 { 1.0 } else { -1.0 }).collect();
        rows[0] = 20.0;
        let out = quantize(&rows, 2, 4);
        assert!(out.scales[0] < 1.5 && out.error < 0.2, "{:?} {}", out.scales, out.error);
        assert_eq!(out.bytes.len(), 1000);
        assert_eq!(out.bytes[0] & 15, 15);
    }

    #[test]
    fn zeros_are_zeros() {
        let out = quantize(&[0.0; 4], 2, 4);
        assert_eq!((out.bytes, out.scales, out.error), (vec![0x88, 0x88], vec![1.0, 1.0], 0.0));
    }
}
