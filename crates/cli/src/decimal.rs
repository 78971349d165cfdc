//! Confidences as decimal fractions.

use stonechat_engine::Confidence;

/// A confidence with four decimals, which is all that calibration on some hundred rows can bear.
pub(crate) fn decimal(confidence: Confidence) -> f64 {
    f64::from(confidence.per_ten_thousand()) / 10_000.0
}
