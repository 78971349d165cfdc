//! Scores to probabilities: what the packed engine says on rows that it did not learn from, made to mean what it says.

use stonechat_engine::{Engine, Model};

/// The scores of a row, as logits, and its labels.
pub(crate) struct Scored {
    pub(crate) logits: Vec<f64>,
    pub(crate) labels: Vec<u32>,
}

/// How logits become probabilities: `softmax(slope · logit)`, or, for each label, `logistic(slope · logit + offset)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Calibration {
    pub(crate) slope: f64,
    pub(crate) offset: f64,
}

impl Calibration {
    /// Logits as they are.
    pub(crate) const NONE: Self = Self { slope: 1.0, offset: 0.0 };
}

/// Fewer rows than this say too little.
pub(crate) const LEAST_ROWS: usize = 20;

/// The packed engine's scores of these texts.
pub(crate) fn score<'t>(model: &Model<'_>, rows: impl Iterator<Item = (&'t str, Vec<u32>)>) -> Vec<Scored> {
    let mut engine = Engine::new(model);
    rows.map(|(text, labels)| {
        let prediction = engine.predict(text);
        let logits = prediction.scores().iter().map(|score| f64::from(score.0) / 65_536.0).collect();
        Scored { logits, labels }
    })
    .collect()
}

/// The temperature with the least negative log-likelihood (Guo et al., "On Calibration of Modern Neural Networks", ICML
/// 2017); in a multi-label task also the offset (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
pub(crate) fn calibrate(rows: &[Scored], multi_label: bool) -> Calibration {
    if rows.len() < LEAST_ROWS {
        return Calibration::NONE;
    }
    if !multi_label {
        let slope = lowest(|slope| rows.iter().map(|row| softmax_loss(row, slope)).sum());
        return Calibration { slope, offset: 0.0 };
    }
    let mut found = Calibration::NONE;
    // The two turns settle quickly: the loss is convex in both.
    for _ in 0..8 {
        found.slope = lowest(|slope| rows.iter().map(|row| logistic_loss(row, slope, found.offset)).sum());
        found.offset = lowest_between(-8.0, 8.0, |offset| {
            rows.iter().map(|row| logistic_loss(row, found.slope, offset)).sum()
        });
    }
    found
}

fn softmax_loss(row: &Scored, slope: f64) -> f64 {
    let most = row.logits.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(logit));
    let total: f64 = row.logits.iter().map(|logit| libm::exp(slope * (logit - most))).sum();
    let right =
        row.labels.first().and_then(|&label| row.logits.get(label as usize)).map_or(most, |&logit| logit);
    libm::log(total) - slope * (right - most)
}

fn logistic_loss(row: &Scored, slope: f64, offset: f64) -> f64 {
    let one = |(label, logit): (usize, &f64)| {
        let value = slope * logit + offset;
        let signed = if row.labels.contains(&(label as u32)) { value } else { -value };
        libm::log1p(libm::exp(-signed.abs())) + (-signed).max(0.0)
    };
    row.logits.iter().enumerate().map(one).sum()
}

/// The slope between 1/64 and 64 with the least loss.
fn lowest(loss: impl Fn(f64) -> f64) -> f64 {
    libm::exp2(lowest_between(-6.0, 6.0, |exponent| loss(libm::exp2(exponent))))
}

/// Golden-section search.
fn lowest_between(mut low: f64, mut high: f64, loss: impl Fn(f64) -> f64) -> f64 {
    let ratio = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut left_loss, mut right_loss) = (loss(left), loss(right));
    for _ in 0..40 {
        if left_loss <= right_loss {
            (high, right, right_loss) = (right, left, left_loss);
            left = high - ratio * (high - low);
            left_loss = loss(left);
        } else {
            (low, left, left_loss) = (left, right, right_loss);
            right = low + ratio * (high - low);
            right_loss = loss(right);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(multi_label: bool) -> Vec<Scored> {
        // Right three times in four, at a logit of 10.
        (0..400)
            .map(|i| Scored {
                logits: vec![10.0, if multi_label { -10.0 } else { 0.0 }],
                labels: vec![u32::from(i % 4 == 0)],
            })
            .collect()
    }

    #[test]
    fn an_overconfident_model_is_cooled() {
        let found = calibrate(&rows(false), false);
        // logistic(slope · 10) = 3/4.
        assert!((found.slope - libm::log(3.0) / 10.0).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn yes_and_no_are_calibrated_together() {
        let found = calibrate(&rows(true), true);
        assert!((found.slope - libm::log(3.0) / 10.0).abs() < 1e-3 && found.offset.abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn too_few_rows_change_nothing() {
        assert_eq!(calibrate(&rows(false)[..LEAST_ROWS - 1], false), Calibration::NONE);
    }
}
