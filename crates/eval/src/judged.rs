//! Answers held against their rows.

use crate::metric::spans::{Comparison, Span, compare};
use crate::names::Names;
use crate::outcome::Outcome;
use stonechat_engine::Model;
use stonechat_task::Example;

/// The names of labels and slots.
pub(crate) struct Declared<'a> {
    pub(crate) labels: Names<'a>,
    pub(crate) slots: Names<'a>,
    /// Whether the model gives labels.
    pub(crate) gives_labels: bool,
    /// Whether the model finds slots.
    pub(crate) finds_slots: bool,
    /// Names of the label for texts outside the task: what the caller calls it, and what the model does.
    outside_names: [Option<&'a str>; 2],
    /// The model's label for texts outside the task.
    pub(crate) outside: Option<u32>,
    /// Whether the model abstains from what has that label.
    abstains: bool,
}

impl<'a> Declared<'a> {
    pub(crate) fn new(model: &Model<'a>, examples: &'a [Example], out_of_scope: &'a str) -> Self {
        let gives_labels = !model.labels().is_empty();
        // What the model does not give is not asked of it.
        let labels = examples.iter().filter(|_| gives_labels).flat_map(|example| &example.labels);
        let labels = Names::new(model.labels().iter(), labels.map(String::as_str));
        let own_slots = model.slots();
        let slots = examples.iter().filter(|_| own_slots.is_some()).flat_map(|example| &example.slots);
        let slots = Names::new(
            own_slots.into_iter().flat_map(|slots| slots.names()),
            slots.map(|slot| slot.name.as_str()),
        );
        let own = model.rule().out_of_scope;
        let named = labels.index(out_of_scope).filter(|&index| labels.is_own(index));
        Self {
            outside_names: [Some(out_of_scope), own.map(|index| model.labels().get(index as usize))],
            outside: own.or(named),
            abstains: own.is_some(),
            gives_labels,
            finds_slots: own_slots.is_some(),
            labels,
            slots,
        }
    }

    fn are_outside(&self, labels: &[String]) -> bool {
        matches!(labels, [label] if self.outside_names.contains(&Some(label)))
    }

    /// Labels that only the examples have, but that for texts outside the task.
    pub(crate) fn unknown_labels(&self) -> Vec<String> {
        let new = self.labels.of_examples().filter(|name| !self.outside_names.contains(&Some(name)));
        new.map(str::to_owned).collect()
    }
}

/// A row, its answer, and what of that is right.
pub(crate) struct Judged<'a> {
    /// Its place among the examples.
    pub(crate) row: usize,
    pub(crate) example: &'a Example,
    pub(crate) outcome: &'a Outcome,
    /// The labels that are due, rising, each once; none if the model gives no labels.
    pub(crate) due: Vec<u32>,
    /// The slots, if the model finds any.
    pub(crate) spans: Comparison,
    /// Whether the row is outside the task.
    pub(crate) is_outside: bool,
    /// Whether the labels that are due were given, and no others; in a model without labels, whether all slots are right.
    pub(crate) is_right: bool,
    /// Whether labels and slots are all right and none is missing.
    pub(crate) is_exact: bool,
    /// Whether the row is one of those whose labels and slots count: inside the task, or outside with a label that the model answers
    /// with as with any other.
    pub(crate) counts: bool,
    /// Whether the model has all labels that are due.
    pub(crate) is_known: bool,
}

impl<'a> Judged<'a> {
    pub(crate) fn new(
        row: usize,
        example: &'a Example,
        outcome: &'a Outcome,
        declared: &Declared<'_>,
    ) -> Self {
        let mut due: Vec<u32> = if declared.gives_labels {
            example.labels.iter().filter_map(|name| declared.labels.index(name)).collect()
        } else {
            Vec::new()
        };
        due.sort_unstable();
        due.dedup();
        let spans = if declared.finds_slots {
            compare(&due_spans(example, &declared.slots), &outcome.spans)
        } else {
            compare(&[], &[])
        };
        let is_known = due.iter().all(|&label| declared.labels.is_own(label));
        let is_outside = declared.are_outside(&example.labels);
        let is_exact = due == outcome.labels && spans.is_exact();
        Self {
            row,
            example,
            outcome,
            is_outside,
            is_right: if declared.gives_labels { due == outcome.labels } else { is_exact },
            is_exact,
            counts: !is_outside || (declared.gives_labels && is_known && !declared.abstains),
            is_known,
            due,
            spans,
        }
    }
}

fn due_spans(example: &Example, names: &Names<'_>) -> Vec<Span> {
    let span = |slot: &stonechat_task::Slot| {
        names.index(&slot.name).map(|index| Span { start: slot.start, end: slot.end, slot: index })
    };
    example.slots.iter().filter_map(span).collect()
}
