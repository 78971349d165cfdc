//! The list of checks, and how they are run.

use super::rows::Rows;
use super::{
    ambiguous_phrases, broken_spans, conflicting_labels, conflicting_slots, declared_labels, declared_slots,
    duplicates, empty_texts, few_examples, few_slot_examples, imbalance, leaks, long_texts, no_slots,
    no_train_rows, one_label, overlapping_slots, padded_slots, replaced_characters, similar_labels,
    split_words, unlisted_values, unmarked_phrases, unseen_labels, unseen_slots,
};
use crate::dataset::Splits;
use crate::finding::Finding;
use crate::task::Task;

/// Every check.
const CHECKS: [fn(&Rows<'_>) -> Vec<Finding>; 25] = [
    no_train_rows::check,
    one_label::check,
    no_slots::check,
    declared_labels::check,
    declared_slots::check,
    broken_spans::check,
    overlapping_slots::check,
    conflicting_labels::check,
    conflicting_slots::check,
    leaks::check,
    empty_texts::check,
    padded_slots::check,
    split_words::check,
    few_examples::check,
    few_slot_examples::check,
    unseen_labels::check,
    unseen_slots::check,
    unlisted_values::check,
    similar_labels::check,
    duplicates::check,
    ambiguous_phrases::check,
    unmarked_phrases::check,
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
