//! Labels that are probably one.

use std::collections::BTreeMap;

use super::rows::{Rows, count};
use crate::finding::{Finding, Places, Severity};

/// `similar-labels`: labels that differ only in case, spaces, hyphens or underscores.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for label in rows.labels.keys() {
        let letters = label.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'));
        alike.entry(letters.flat_map(char::to_lowercase).collect()).or_default().push(label);
    }
    let mut places = Places::default();
    let mut sets = Vec::new();
    for names in alike.values().filter(|names| names.len() > 1) {
        names.iter().filter_map(|name| rows.labels.get(name)).for_each(|of| places.add_example(of.first));
        sets.push(names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" and "));
    }
    if sets.is_empty() {
        return Vec::new();
    }
    let shown = sets.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let groups = count(sets.len(), "group");
    let message =
        format!("{groups} of labels that differ only in case, spaces, hyphens or underscores: {shown}");
    vec![places.finding("similar-labels", Severity::Warning, sets.len(), message, "write each label one way")]
}
