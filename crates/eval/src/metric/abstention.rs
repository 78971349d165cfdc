//! What abstaining costs and what it buys.

use crate::report::RiskPoint;
use stonechat_engine::Confidence;

/// A curve has about this many points.
const POINTS: usize = 100;

/// The risk–coverage curve: for falling thresholds of confidence, the share of the answers that would be accepted and the
/// share of those that are wrong (El-Yaniv and Wiener, "On the Foundations of Noise-Free Selective Classification", JMLR
/// 2010). Each answer has a confidence, or `None` if no threshold would accept it, and was right or not.
///
/// Every point is a threshold that can be set. Of thresholds that differ by less than one percent of the answers only the
/// last is kept.
pub fn risk_coverage(answers: impl IntoIterator<Item = (Option<Confidence>, bool)>) -> Vec<RiskPoint> {
    let mut total = 0usize;
    let mut sorted = Vec::new();
    for (confidence, right) in answers {
        total += 1;
        sorted.extend(confidence.map(|confidence| (confidence, right)));
    }
    sorted.sort_unstable_by_key(|&(confidence, _)| std::cmp::Reverse(confidence));
    let (mut accepted, mut wrong, mut shown) = (0usize, 0usize, 0usize);
    let mut points = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        accepted += group.len();
        wrong += group.iter().filter(|answer| !answer.1).count();
        if (accepted - shown) * POINTS >= total || accepted == sorted.len() {
            shown = accepted;
            let confidence = group.first().map_or(0, |answer| answer.0.raw());
            points.push(RiskPoint {
                confidence: f64::from(confidence) / f64::from(Confidence::ONE.raw()),
                coverage: accepted as f64 / total as f64,
                error: wrong as f64 / accepted as f64,
            });
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let at = |raw| Some(Confidence::from_raw(raw));
        let points =
            risk_coverage([(at(16_384), false), (at(65_536), true), (None, true), (at(16_384), true)]);
        let point = |confidence, coverage, error| RiskPoint { confidence, coverage, error };
        assert_eq!(points, [point(1.0, 0.25, 0.0), point(0.25, 0.75, 1.0 / 3.0)]);
        assert!(risk_coverage([(None, true)]).is_empty());
        assert!(risk_coverage([]).is_empty());
    }

    #[test]
    fn long_curves_are_thinned() {
        let answers = (0..5_000).map(|raw| (Some(Confidence::from_raw(raw)), raw % 2 == 0));
        let points = risk_coverage(answers);
        assert_eq!(points.len(), 100);
        assert_eq!(points[0].coverage, 0.01);
        assert_eq!(points[99].coverage, 1.0);
        assert_eq!(points[99].error, 0.5);
    }
}
