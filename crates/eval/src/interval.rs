//! How far a share that was counted may be from the true one.

/// The 97.5th percentile of the normal distribution: 95 % lie within this many standard deviations.
const Z: f64 = 1.959_963_984_540_054;

/// The 95 % interval of Wilson, `[low, high]`, for the true share when `count` of `total` were counted. `[0, 1]` for a total
/// of 0, which says nothing (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927).
#[must_use]
pub fn wilson(count: usize, total: usize) -> [f64; 2] {
    if total == 0 {
        return [0.0, 1.0];
    }
    let n = total as f64;
    let share = count.min(total) as f64 / n;
    let z2 = Z * Z;
    let middle = share + z2 / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    // With none or all counted, one end is exact; rounding must not push it off.
    let low = if count == 0 { 0.0 } else { (middle - half) / scale };
    let high = if count >= total { 1.0 } else { (middle + half) / scale };
    [low, high]
}

#[cfg(test)]
mod tests {
    use super::wilson;

    #[test]
    fn known_intervals() {
        let near = |found: [f64; 2], expected: [f64; 2]| {
            found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 5e-5)
        };
        // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998, table I.
        assert!(near(wilson(81, 263), [0.2553, 0.3662]));
        assert!(near(wilson(15, 148), [0.0624, 0.1605]));
        assert!(near(wilson(0, 20), [0.0, 0.1611]));
        assert!(near(wilson(1, 29), [0.0061, 0.1718]));
        assert_eq!(wilson(7, 7)[1], 1.0);
        assert_eq!(wilson(0, 0), [0.0, 1.0]);
    }
}
