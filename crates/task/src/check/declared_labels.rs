//! Labels that the task file and the rows do not agree on.

use std::collections::BTreeSet;

use super::rows::{Rows, count, list};
use crate::finding::{Finding, Places, Severity};

/// `undeclared-label`: labels of rows that the task file does not name, where it names any.
/// `unused-label`: labels that it names and no training row has.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let declared: BTreeSet<&str> = rows.task.labels.iter().map(String::as_str).collect();
    if declared.is_empty() {
        return Vec::new();
    }
    let mut findings = rows.where_label(
        |label, _| !declared.contains(label),
        "undeclared-label",
        Severity::Error,
        "not declared in the task file",
        "add to labels in task.toml, or mend the rows",
    );
    let has_rows = |label: &str| rows.labels.get(label).is_some_and(|of_label| of_label.train > 0);
    let unused: Vec<&str> =
        declared.into_iter().filter(|label| *label != rows.task.out_of_scope && !has_rows(label)).collect();
    if !unused.is_empty() && !rows.splits.train.is_empty() {
        let places = Places::of_lines(&rows.task.origin.as_path().into(), &[0]);
        let message =
            format!("{} declared without a training row: {}", count(unused.len(), "label"), list(&unused));
        let proposal = "add rows, or remove from labels";
        findings.push(places.finding("unused-label", Severity::Warning, unused.len(), message, proposal));
    }
    findings
}
