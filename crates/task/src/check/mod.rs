//! What is wrong with the data, and what to do about it. One file a check.
//!
//! Texts are compared in lower case with white space collapsed, as [`crate::normalise`] gives them. Every
//! check is a function from `Rows` to its findings, listed in `CHECKS`.

mod conflicting_labels;
mod declared_labels;
mod duplicates;
mod empty_texts;
mod few_examples;
mod imbalance;
mod leaks;
mod long_texts;
mod no_train_rows;
mod one_label;
mod replaced_characters;
mod rows;
mod similar_labels;
mod unseen_labels;

use rows::Rows;

use crate::dataset::Splits;
use crate::finding::Finding;
use crate::task::Task;

/// Every check.
const CHECKS: [fn(&Rows<'_>) -> Vec<Finding>; 13] = [
    no_train_rows::check,
    one_label::check,
    declared_labels::check,
    conflicting_labels::check,
    leaks::check,
    empty_texts::check,
    few_examples::check,
    unseen_labels::check,
    similar_labels::check,
    duplicates::check,
    replaced_characters::check,
    long_texts::check,
    imbalance::check,
];

/// Runs every check. What was found while reading the rows ([`Splits::warnings`]) comes along; errors stand
/// first, then warnings, then notes.
pub fn all(task: &Task, splits: &Splits) -> Vec<Finding> {
    let rows = Rows::new(task, splits);
    let mut findings = splits.warnings.clone();
    findings.extend(CHECKS.iter().flat_map(|check| check(&rows)));
    findings.sort_by_key(|finding| finding.severity);
    findings
}
