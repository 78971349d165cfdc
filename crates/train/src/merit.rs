//! How good a model is in one number, to compare models of one task by.

use stonechat_eval::{Evaluation, wilson};

/// How good a model is on the tuning rows, by the bytes that ship.
#[derive(Clone, Debug, PartialEq)]
pub struct Merit {
    /// What is measured: `accuracy`; with slots `exact_match`, the share of rows with the right label and exactly the right slots;
    /// with any number of labels a text `micro_f1`.
    pub measure: &'static str,
    /// The measure, 0 to 1.
    pub value: f64,
    /// Its 95 % interval, `[low, high]` (Wilson); of an F1 an estimate, as if it were a share of the rows.
    pub interval: [f64; 2],
    /// Tuning rows.
    pub rows: usize,
}

impl Merit {
    /// The share of rows that are right; none without rows.
    pub(crate) fn counted(measure: &'static str, right: usize, rows: usize) -> Option<Self> {
        let value = right as f64 / rows as f64;
        (rows > 0).then(|| Self { measure, value, interval: wilson(right, rows), rows })
    }

    /// The merit of an evaluation on so many tuning rows; none without rows.
    pub(crate) fn of(evaluation: &Evaluation, multi_label: bool, rows: usize) -> Option<Self> {
        let (measure, value) = match (&evaluation.label, evaluation.exact_match) {
            (_, Some(exact)) => ("exact_match", exact),
            (Some(label), None) if multi_label => ("micro_f1", label.micro_f1),
            (Some(label), None) => ("accuracy", label.accuracy),
            // Neither labels, nor a slot in a row or in an answer: all is as it should be.
            (None, None) => ("exact_match", 1.0),
        };
        let right = libm::round(value * rows as f64) as usize;
        Self::counted(measure, right, rows).map(|merit| Self { value, ..merit })
    }
}
