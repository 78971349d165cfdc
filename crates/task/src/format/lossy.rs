//! What a format cannot hold.

use std::collections::BTreeMap;

use crate::example::Example;
use crate::finding::{Finding, Places, Severity};

/// What was lost or changed while writing.
#[derive(Default)]
pub(super) struct Lossy {
    slots: Places,
    splits: Places,
    texts: Places,
    labels: Places,
    no_labels: Places,
    slot_names: Places,
    rows: Places,
    /// Written label -> the label that it stands for.
    tokens: BTreeMap<String, String>,
    /// Written slot name -> the name that it stands for.
    slot_tokens: BTreeMap<String, String>,
}

impl Lossy {
    /// The slots of an example are not written.
    pub(super) fn slots(&mut self, example: &Example) {
        if !example.slots.is_empty() {
            self.slots.add_example(example);
        }
    }

    /// The split of an example is not written.
    pub(super) fn split(&mut self, example: &Example) {
        if example.split.is_some() {
            self.splits.add_example(example);
        }
    }

    /// The text of an example is not written as it is.
    pub(super) fn text(&mut self, example: &Example) {
        self.texts.add_example(example);
    }

    /// The text of an example on one line, without white space around it.
    pub(super) fn line(&mut self, example: &Example) -> String {
        let line = example.text.replace(['\n', '\r'], " ");
        let line = line.trim();
        if line != example.text {
            self.texts.add_example(example);
        }
        line.to_string()
    }

    /// A label as one word; an error where two labels would become the same word.
    pub(super) fn token(&mut self, example: &Example, label: &str) -> Result<String, String> {
        let token = label.replace(char::is_whitespace, "_");
        if token != label {
            self.labels.add_example(example);
        }
        let known = self.tokens.entry(token.clone()).or_insert_with(|| label.to_string());
        if known != label {
            return Err(format!("the labels {known:?} and {label:?} would both be written as {token:?}"));
        }
        Ok(token)
    }

    /// The labels of an example are not written.
    pub(super) fn no_labels(&mut self, example: &Example) {
        if !example.labels.is_empty() {
            self.no_labels.add_example(example);
        }
    }

    /// An example is not written at all.
    pub(super) fn row(&mut self, example: &Example) {
        self.rows.add_example(example);
    }

    /// A slot name as one word; an error where two names would become the same word.
    pub(super) fn slot_name(&mut self, example: &Example, name: &str) -> Result<String, String> {
        let token = name.replace(char::is_whitespace, "_");
        if token != name {
            self.slot_names.add_example(example);
        }
        if let Some(known) = self.slot_tokens.get(&token) {
            if known != name {
                return Err(format!("the slots {known:?} and {name:?} would both be written as {token:?}"));
            }
        } else {
            self.slot_tokens.insert(token.clone(), name.to_string());
        }
        Ok(token)
    }

    /// One warning for each kind of loss.
    pub(super) fn findings(self) -> Vec<Finding> {
        let lost = |places: Places, kind, message: &str, proposal: &str| {
            let count = places.len();
            let message = format!("{message} ({count} times)");
            (count > 0).then(|| places.finding(kind, Severity::Warning, count, message, proposal))
        };
        let all = [
            lost(
                self.slots,
                "lossy-slots",
                "slots are not written, or not as they are",
                "write jsonl to keep them",
            ),
            lost(self.splits, "lossy-split", "the split is not written", "write one file a split, or jsonl"),
            lost(
                self.texts,
                "lossy-text",
                "line ends, tabs or outer white space of a text are not written as they are",
                "write csv or jsonl to keep them",
            ),
            lost(
                self.labels,
                "lossy-label",
                "spaces in a label are written as underscores",
                "write csv or jsonl to keep them",
            ),
            lost(self.no_labels, "lossy-label", "labels are not written", "write jsonl to keep them"),
            lost(
                self.slot_names,
                "lossy-slot-name",
                "spaces in the name of a slot are written as underscores",
                "write jsonl to keep them",
            ),
            lost(
                self.rows,
                "lossy-row",
                "texts of nothing but white space are not written",
                "write jsonl to keep them",
            ),
        ];
        all.into_iter().flatten().collect()
    }
}
