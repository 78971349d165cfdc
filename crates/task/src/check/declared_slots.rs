//! Slots that the task file and the rows do not agree on.

use std::collections::BTreeSet;

use super::rows::{Rows, count, list};
use crate::dataset::{Allowed, Violation};
use crate::example::Example;
use crate::finding::{Finding, Places, Severity};
use crate::task::Kind;
use crate::text::nearest;

/// `undeclared-slot`: slots that `[slots]` does not name, where it names any. `slot-not-of-intent` and
/// `slot-not-repeated`: rows whose declared intent does not have the slot, or has it once only.
/// `missing-required-slot`: training rows without a slot that their intent requires. `unused-slot`: declared slots
/// that no training row has. `unused-intent`: intents that no training row has as its label, where the labels are those of the rows.
/// `slots-of-many-labels`: slots in a task of any number of labels a text, which no model learns.
pub(super) fn check(rows: &Rows<'_>) -> Vec<Finding> {
    let schema = &rows.task.schema;
    let mut findings = Vec::new();
    if !schema.slots.is_empty() {
        findings.extend(rows.where_slot(
            |name, _| schema.slot(name).is_none(),
            "undeclared-slot",
            Severity::Error,
            "not declared in the task file",
            "add to [slots] in task.toml, or mend the rows",
        ));
    }
    if !schema.intents.is_empty() {
        let allowed = Allowed::new(rows.task);
        let (mut strange, mut again) = (Places::default(), Places::default());
        for row in rows.splits.all() {
            let found = allowed.violations(row);
            if found.iter().any(|found| matches!(found, Violation::NotOfIntent(_))) {
                strange.add_example(row);
            }
            if found.iter().any(|found| matches!(found, Violation::Repeated(_))) {
                again.add_example(row);
            }
        }
        let texts = [
            (
                strange,
                "slot-not-of-intent",
                "with a slot that the intent does not declare",
                "add it to the slots of the intent in task.toml, or mend the rows",
            ),
            (
                again,
                "slot-not-repeated",
                "with a slot more than once",
                "add it to repeated of the intent in task.toml, or mend the rows",
            ),
        ];
        for (places, kind, message, proposal) in texts.into_iter().filter(|(places, ..)| places.len() > 0) {
            let number = places.len();
            let message = format!("{} {message}", count(number, "text"));
            findings.push(places.finding(kind, Severity::Error, number, message, proposal));
        }
        let mut places = Places::default();
        rows.splits
            .train
            .iter()
            .filter(|row| lacks_required(rows, row))
            .for_each(|row| places.add_example(row));
        if places.len() > 0 {
            let number = places.len();
            let message =
                format!("{} without a slot that the intent requires", count(number, "training row"));
            let proposal = "such answers are not accepted: add the slot, or remove it from required";
            findings.push(places.finding(
                "missing-required-slot",
                Severity::Warning,
                number,
                message,
                proposal,
            ));
        }
    }
    let declared = schema.slot_names();
    let has_rows = |name: &str| rows.slots.get(name).is_some_and(|of_slot| of_slot.train > 0);
    let unused: Vec<&str> = declared.into_iter().filter(|name| !has_rows(name)).collect();
    if !unused.is_empty() && !rows.splits.train.is_empty() {
        let places = Places::of_lines(&rows.task.origin.as_path().into(), &[0]);
        let message =
            format!("{} declared without a training row: {}", count(unused.len(), "slot"), list(&unused));
        let proposal = "add rows, or remove from the task file";
        findings.push(places.finding("unused-slot", Severity::Warning, unused.len(), message, proposal));
    }
    if rows.task.labels.is_empty() && rows.task.kind != Kind::SlotsOnly && !rows.splits.train.is_empty() {
        let has_rows = |label: &str| rows.labels.get(label).is_some_and(|of_label| of_label.train > 0);
        let intents = schema.intents.iter().map(|intent| intent.label.as_str());
        let unused: Vec<&str> =
            intents.filter(|label| !has_rows(label) && *label != rows.task.out_of_scope).collect();
        if let Some(first) = unused.first() {
            let places = Places::of_lines(&rows.task.origin.as_path().into(), &[0]);
            let message = format!(
                "{} declared without a training row: {}",
                count(unused.len(), "intent"),
                list(&unused)
            );
            let proposal = match nearest(first, rows.labels.keys().copied()) {
                Some(near) => {
                    format!("did you mean [intents.{near}]? Else add rows, or remove it from the task file")
                }
                None => "add rows with this label, or remove it from the task file".to_string(),
            };
            findings.push(places.finding(
                "unused-intent",
                Severity::Warning,
                unused.len(),
                message,
                proposal,
            ));
        }
    }
    if rows.task.kind == Kind::MultiLabel {
        findings.extend(rows.where_row(
            |row| !row.slots.is_empty(),
            "slots-of-many-labels",
            Severity::Warning,
            "with slots in a task of any number of labels a text: no model learns both",
            "give each row one label, or train with --tier bag, which leaves the slots out",
        ));
    }
    findings
}

fn lacks_required(rows: &Rows<'_>, row: &Example) -> bool {
    let names: BTreeSet<&str> = row.slots.iter().map(|slot| slot.name.as_str()).collect();
    let lacks = |label: &str| {
        let intent = rows.task.schema.intent(label);
        intent.is_some_and(|intent| intent.required.iter().any(|name| !names.contains(name.as_str())))
    };
    match rows.task.kind {
        Kind::SlotsOnly => lacks(""),
        Kind::SingleLabel | Kind::MultiLabel => row.labels.iter().any(|label| lacks(label)),
    }
}
