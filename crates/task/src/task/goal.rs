//! What a model must achieve.

/// What a model must achieve. Whatever is `None` is not asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Goal {
    /// Least share of tuning rows that are right, 0 to 1: of the label, or with slots of label and all slots; with any number of
    /// labels a text, the least micro F1.
    pub min_accuracy: Option<f64>,
    /// Largest model file, in bytes.
    pub max_size: Option<u64>,
    /// Longest time for one text (50th percentile), in microseconds, above 0.
    pub max_latency_us: Option<f64>,
    /// Largest share of wrong answers among those given (not abstained from), above 0, to 0.5.
    pub max_error: Option<f64>,
}

/// Reads a size in bytes: `300KB`, `1.5 MB`, `64KiB` or `4096`. `K`, `M` and `G` count in thousands, `Ki`,
/// `Mi` and `Gi` in 1,024s; the `B` may be left out, and case does not matter.
///
/// # Errors
/// Says what is wrong when the text is no size of at least one byte.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let units = [
        ("", 1.0),
        ("k", 1e3),
        ("m", 1e6),
        ("g", 1e9),
        ("ki", 1024.0),
        ("mi", 1024.0 * 1024.0),
        ("gi", 1024.0 * 1024.0 * 1024.0),
    ];
    let (number, unit) = number_and_unit(text);
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let factor = units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    match (number, factor) {
        // Above 2^53 a size could not be told from its neighbours any more, and no model is that large.
        (Some(number), Some(factor)) if (1.0..9.0e15).contains(&(number * factor)) => {
            Ok((number * factor).round() as u64)
        }
        _ => Err(format!("{text:?} is not a size; write a number of bytes, as 300KB, 1.5MB or 64KiB")),
    }
}

/// Reads a time in microseconds: `50us`, `50 µs`, `1.5ms`, `900ns` or `2s`; a bare number is microseconds.
///
/// # Errors
/// Says what is wrong when the text is no time above zero.
pub fn parse_latency_us(text: &str) -> Result<f64, String> {
    // Both the micro sign and the Greek letter are typed for it.
    let units =
        [("", 1.0), ("us", 1.0), ("\u{b5}s", 1.0), ("\u{3bc}s", 1.0), ("ns", 1e-3), ("ms", 1e3), ("s", 1e6)];
    let (number, unit) = number_and_unit(text);
    let factor = units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    match (number, factor) {
        (Some(number), Some(factor)) if number > 0.0 && (number * factor).is_finite() => Ok(number * factor),
        _ => Err(format!("{text:?} is not a time; write it as 50us, 1.5ms or 2s")),
    }
}

/// A number and the unit behind it in lower case.
fn number_and_unit(text: &str) -> (Option<f64>, String) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number.parse().ok(), unit.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("300KB", 300_000),
            ("1.5 MB", 1_500_000),
            ("64KiB", 65_536),
            ("4096", 4096),
            ("2k", 2000),
            ("7b", 7),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "KB", "-3KB", "3XB", "1e3", "0", "99999999999GB", "1.2.3K", "NaN"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, micros) in [("50us", 50.0), ("1.5ms", 1500.0), ("2 s", 2e6), ("7", 7.0), ("50µs", 50.0)] {
            assert_eq!(parse_latency_us(text), Ok(micros), "{text}");
        }
        assert_eq!(parse_latency_us("500ns"), Ok(0.5));
        for text in ["", "us", "0us", "-1ms", "5 minutes", "inf"] {
            assert!(parse_latency_us(text).is_err(), "{text}");
        }
    }
}
