//! The rows as the checks look at them: grouped by text, and counted by label and slot.

use std::collections::BTreeMap;

use crate::dataset::{Origin, Splits};
use crate::example::{Example, Slot, Split};
use crate::finding::{Finding, Place, Places, Severity};
use crate::task::Task;
use crate::text::normalise;

/// All rows of a task.
pub(super) struct Rows<'a> {
    pub(super) task: &'a Task,
    pub(super) splits: &'a Splits,
    /// Rows whose normalised text is the same and not empty, two at least, in the order of their first rows;
    /// within a group training rows stand first, then validation rows, then test rows.
    pub(super) groups: Vec<Vec<&'a Example>>,
    /// Every label of a row but the out-of-scope label.
    pub(super) labels: BTreeMap<&'a str, NameRows<'a>>,
    /// Every slot.
    pub(super) slots: BTreeMap<&'a str, NameRows<'a>>,
}

/// The rows of a label or a slot.
pub(super) struct NameRows<'a> {
    /// How often it stands in training rows.
    pub(super) train: usize,
    /// The first, a training row if there is one.
    pub(super) first: &'a Example,
}

impl<'a> Rows<'a> {
    pub(super) fn new(task: &'a Task, splits: &'a Splits) -> Rows<'a> {
        let rows: Vec<&Example> = splits.all().collect();
        let (mut labels, mut slots) = (BTreeMap::new(), BTreeMap::new());
        for (index, &row) in rows.iter().enumerate() {
            let train = usize::from(index < splits.train.len());
            let add = |names: &mut BTreeMap<&'a str, NameRows<'a>>, name: &'a str| {
                names.entry(name).or_insert(NameRows { train: 0, first: row }).train += train;
            };
            row.labels
                .iter()
                .filter(|label| **label != task.out_of_scope)
                .for_each(|name| add(&mut labels, name));
            row.slots.iter().for_each(|slot| add(&mut slots, &slot.name));
        }
        Rows { task, splits, groups: groups(&rows), labels, slots }
    }

    /// The split of a row in its file: rows that were set aside are training rows there.
    pub(super) fn split_in_file(&self, row: &Example) -> Split {
        let set_aside = match row.split {
            Some(Split::Valid) => self.splits.valid_origin == Origin::SetAside,
            Some(Split::Test) => self.splits.test_origin == Origin::SetAside,
            Some(Split::Train) | None => true,
        };
        row.split.filter(|_| !set_aside).unwrap_or(Split::Train)
    }

    /// A finding about the rows that are as asked, if there is one.
    pub(super) fn where_row(
        &self,
        as_asked: impl Fn(&Example) -> bool,
        kind: &'static str,
        severity: Severity,
        message: &str,
        proposal: &str,
    ) -> Vec<Finding> {
        let mut places = Places::default();
        for row in self.splits.all().filter(|row| as_asked(row)) {
            places.add_example(row);
        }
        match places.len() {
            0 => Vec::new(),
            1 => vec![places.finding(kind, severity, 1, format!("1 text {message}"), proposal)],
            n => vec![places.finding(kind, severity, n, format!("{n} texts {message}"), proposal)],
        }
    }

    /// A finding about the labels that are as asked, if there is one: the message names the first of them.
    pub(super) fn where_label(
        &self,
        as_asked: impl Fn(&str, &NameRows<'_>) -> bool,
        kind: &'static str,
        severity: Severity,
        message: &str,
        proposal: &str,
    ) -> Vec<Finding> {
        where_name(&self.labels, "label", as_asked, kind, severity, message, proposal)
    }

    /// As [`Rows::where_label`], about slots.
    pub(super) fn where_slot(
        &self,
        as_asked: impl Fn(&str, &NameRows<'_>) -> bool,
        kind: &'static str,
        severity: Severity,
        message: &str,
        proposal: &str,
    ) -> Vec<Finding> {
        where_name(&self.slots, "slot", as_asked, kind, severity, message, proposal)
    }

    /// A finding about the places of slots in texts that are as asked, if there is one.
    pub(super) fn where_span(
        &self,
        as_asked: impl Fn(&Example, &Slot) -> bool,
        kind: &'static str,
        severity: Severity,
        message: &str,
        proposal: &str,
    ) -> Vec<Finding> {
        let mut places = Places::default();
        for row in self.splits.all() {
            for slot in row.slots.iter().filter(|slot| as_asked(row, slot)) {
                places.add(|| Place::of_slot(row, slot));
            }
        }
        let number = places.len();
        if number == 0 {
            return Vec::new();
        }
        let message = format!("{} {message}", count(number, "marked slot"));
        vec![places.finding(kind, severity, number, message, proposal)]
    }
}

fn where_name(
    all: &BTreeMap<&str, NameRows<'_>>,
    thing: &str,
    as_asked: impl Fn(&str, &NameRows<'_>) -> bool,
    kind: &'static str,
    severity: Severity,
    message: &str,
    proposal: &str,
) -> Vec<Finding> {
    let mut places = Places::default();
    let mut names = Vec::new();
    for (name, rows) in all.iter().filter(|(name, rows)| as_asked(name, rows)) {
        places.add_example(rows.first);
        names.push(*name);
    }
    if names.is_empty() {
        return Vec::new();
    }
    let message = format!("{} {message}: {}", count(names.len(), thing), list(&names));
    vec![places.finding(kind, severity, names.len(), message, proposal)]
}

/// A number of things.
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The first of some names.
pub(super) fn list(names: &[&str]) -> String {
    let shown = names.iter().take(10).copied().collect::<Vec<_>>().join(", ");
    if names.len() > 10 { format!("{shown}, ...") } else { shown }
}

/// The labels of a row, sorted: equal for rows that say the same.
pub(super) fn label_set(row: &Example) -> Vec<&str> {
    let mut labels: Vec<&str> = row.labels.iter().map(String::as_str).collect();
    labels.sort_unstable();
    labels
}

fn groups<'a>(rows: &[&'a Example]) -> Vec<Vec<&'a Example>> {
    // Half of a BLAKE3 hash stands for the text: it is smaller to sort, and never equal by chance.
    let mut keyed: Vec<([u8; 16], usize)> = rows
        .iter()
        .enumerate()
        .filter_map(|(index, row)| {
            let text = normalise(&row.text);
            let key = blake3::hash(text.as_bytes()).as_bytes().first_chunk().copied()?;
            (!text.is_empty()).then_some((key, index))
        })
        .collect();
    keyed.sort_unstable();
    let mut groups: Vec<Vec<usize>> = keyed
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|chunk| chunk.len() > 1)
        .map(|chunk| chunk.iter().map(|(_, index)| *index).collect())
        .collect();
    groups.sort_unstable();
    let row = |index: usize| rows.get(index).copied();
    groups.into_iter().map(|group| group.into_iter().filter_map(row).collect()).collect()
}
