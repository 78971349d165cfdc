//! The list of checks, and how they are run.

use super::rows::Rows;
use super::{
    conflicting_labels, declared_labels, duplicates, empty_texts, few_examples, imbalance, leaks, long_texts,
    no_train_rows, one_label, replaced_characters, similar_labels, unseen_labels,
};
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
