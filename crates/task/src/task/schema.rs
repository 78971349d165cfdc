//! Which slots a label has, and of what type they are.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::text::nearest;

/// What a model may answer: the slots of every label, and the type of every slot. What the task file does not
/// declare is empty; [`Schema::infer`] fills it in from examples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The labels with their slots, in declared order.
    pub intents: Vec<Intent>,
    /// The slots with their types, in declared order.
    pub slots: Vec<SlotSchema>,
}

/// A label and the slots that a text of it may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// The label; empty in a slots-only task, which has this one intent.
    pub label: String,
    /// The slots that may occur, each once here.
    pub slots: Vec<String>,
    /// Those of `slots` without which an answer is not accepted.
    pub required: Vec<String>,
    /// Those of `slots` that may occur more than once in a text; the others occur at most once.
    pub repeated: Vec<String>,
}

/// A slot and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotSchema {
    /// The name of the slot.
    pub name: String,
    /// What its text means.
    pub kind: SlotKind,
}

/// What the text of a slot means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SlotKind {
    /// Just the text.
    #[default]
    Text,
    /// One of a list of values.
    Choice {
        /// The values, at least one; no phrase stands for two of them.
        values: Vec<ChoiceValue>,
    },
    /// A number, as `two and a half`.
    Number,
    /// A place in an order, as `third`.
    Ordinal,
    /// A share of a hundred, as `30 %`.
    Percent,
    /// A temperature, as `21 degrees`.
    Temperature,
    /// A length of time, as `an hour and a half`.
    Duration,
    /// A day or a longer part of the calendar, as `next friday`.
    Date,
    /// A time of day, as `half past six`.
    Time,
    /// A day with a time, as `tomorrow at noon`.
    DateTime,
    /// An amount of money, as `five euros`.
    Money,
    /// A text of a given form.
    Regex {
        /// The regular expression, in the syntax of the crate `regex`, that the whole text matches.
        pattern: String,
    },
}

/// One value of a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChoiceValue {
    /// The value as it is answered; a phrase for itself.
    pub value: String,
    /// Further phrases for it.
    pub synonyms: Vec<String>,
}

impl SlotKind {
    /// The names of all types.
    pub(super) const NAMES: [&str; 12] = [
        "text",
        "choice",
        "number",
        "ordinal",
        "percent",
        "temperature",
        "duration",
        "date",
        "time",
        "datetime",
        "money",
        "regex",
    ];

    /// The name in a task file, as `text` or `datetime`.
    pub fn name(&self) -> &'static str {
        match self {
            SlotKind::Text => "text",
            SlotKind::Choice { .. } => "choice",
            SlotKind::Number => "number",
            SlotKind::Ordinal => "ordinal",
            SlotKind::Percent => "percent",
            SlotKind::Temperature => "temperature",
            SlotKind::Duration => "duration",
            SlotKind::Date => "date",
            SlotKind::Time => "time",
            SlotKind::DateTime => "datetime",
            SlotKind::Money => "money",
            SlotKind::Regex { .. } => "regex",
        }
    }
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SlotKind {
    type Err = String;

    /// Reads a name; a `choice` has no values yet then, and a `regex` an empty pattern.
    fn from_str(name: &str) -> Result<SlotKind, String> {
        Ok(match name {
            "text" => SlotKind::Text,
            "choice" => SlotKind::Choice { values: Vec::new() },
            "number" => SlotKind::Number,
            "ordinal" => SlotKind::Ordinal,
            "percent" => SlotKind::Percent,
            "temperature" => SlotKind::Temperature,
            "duration" => SlotKind::Duration,
            "date" => SlotKind::Date,
            "time" => SlotKind::Time,
            "datetime" => SlotKind::DateTime,
            "money" => SlotKind::Money,
            "regex" => SlotKind::Regex { pattern: String::new() },
            _ => {
                let known = SlotKind::NAMES.join(", ");
                return Err(match nearest(name, SlotKind::NAMES) {
                    Some(near) => format!("unknown type {name:?}; did you mean {near:?}? The types: {known}"),
                    None => format!("unknown type {name:?}; the types: {known}"),
                });
            }
        })
    }
}

impl Schema {
    /// What is declared for a label.
    pub fn intent(&self, label: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.label == label)
    }

    /// What is declared for a slot.
    pub fn slot(&self, name: &str) -> Option<&SlotSchema> {
        self.slots.iter().find(|slot| slot.name == name)
    }

    /// The names of the declared slots: those of `slots` or, where there are none, those of `intents` in the
    /// order in which they first stand there. Empty where nothing is declared.
    pub fn slot_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.slots.iter().map(|slot| slot.name.as_str()).collect();
        if names.is_empty() {
            let mut seen = BTreeSet::new();
            let all = self.intents.iter().flat_map(|intent| &intent.slots).map(String::as_str);
            names.extend(all.filter(|name| seen.insert(*name)));
        }
        names
    }
}
