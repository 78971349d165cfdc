//! The slots in a model file: their types, and which of them a text of each label may have.

use serde::Serialize;
use stonechat_engine::Model;
use stonechat_engine::format::SlotRule;
use stonechat_engine::value::{Language, ValueList, ValueType};

use crate::listed::{SHOWN, listed};

/// `slots` of `inspect --json`.
#[derive(Serialize)]
pub(crate) struct SlotFacts {
    /// The language that numbers and dates are read in.
    language: Option<&'static str>,
    names: Vec<SlotFact>,
    /// One for each label; one without a label in a model of slots alone.
    rules: Vec<Rules>,
}

#[derive(Serialize)]
struct SlotFact {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Of a choice: values, and phrases that stand for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phrases: Option<usize>,
}

#[derive(Serialize)]
struct Rules {
    label: Option<String>,
    slots: Vec<String>,
    required: Vec<String>,
    repeated: Vec<String>,
}

impl SlotFacts {
    /// Those of a model, if it finds slots.
    pub(crate) fn of(model: &Model<'_>) -> Option<SlotFacts> {
        let slots = model.slots()?;
        let named = || slots.names().zip(0_u32..);
        let names = named().map(|(name, index)| {
            let kind = model.slot_type(index);
            let list =
                (kind == ValueType::Choice).then(|| ValueList::read(slots.values(index as usize)).ok());
            let list = list.flatten();
            SlotFact {
                name: name.to_string(),
                kind: kind.name(),
                values: list.map(|list| list.len()),
                phrases: list.map(|list| list.phrases()),
            }
        });
        let labels: Vec<Option<&str>> = match model.labels().is_empty() {
            true => vec![None],
            false => model.labels().iter().map(Some).collect(),
        };
        let rules = labels.into_iter().zip(0_u32..).map(|(label, index)| {
            let with = |which: fn(SlotRule) -> bool| {
                let those = named().filter(|(_, slot)| which(slots.rule(index, *slot)));
                those.map(|(name, _)| name.to_string()).collect()
            };
            Rules {
                label: label.map(str::to_string),
                slots: with(|rule| rule.allowed),
                required: with(|rule| rule.required),
                repeated: with(|rule| rule.repeated),
            }
        });
        Some(SlotFacts {
            language: model.language().map(Language::tag),
            names: names.collect(),
            rules: rules.collect(),
        })
    }

    /// The facts as names and values for people.
    pub(crate) fn lines(&self, add: &mut impl FnMut(&str, String)) {
        let names: Vec<String> = self
            .names
            .iter()
            .map(|slot| match slot.values {
                Some(values) => format!("{} ({} of {values})", slot.name, slot.kind),
                None => format!("{} ({})", slot.name, slot.kind),
            })
            .collect();
        add("slots", listed(&names));
        let of_labels: Vec<_> =
            self.rules.iter().filter_map(|rules| Some((rules.label.as_ref()?, rules))).collect();
        if let [_, ..] = of_labels.as_slice() {
            add("slots of a label", "! is required, + may occur again".to_string());
        }
        for (label, rules) in of_labels.iter().take(SHOWN) {
            add("", format!("{label}: {}", rules.words(names.len())));
        }
        if of_labels.len() > SHOWN {
            add("", "... (--json lists all)".to_string());
        }
        add("language", self.language.unwrap_or("none that is known").to_string());
    }
}

impl Rules {
    /// Those of a model with so many slots.
    fn words(&self, slots: usize) -> String {
        if slots > 1 && self.repeated.len() == slots && self.required.is_empty() {
            return "any, any number of times".to_string();
        }
        let marked = |slot: &String| {
            let mark = |marked: &[String], mark| if marked.contains(slot) { mark } else { "" };
            format!("{slot}{}{}", mark(&self.required, "!"), mark(&self.repeated, "+"))
        };
        match self.slots.is_empty() {
            true => "none".to_string(),
            false => self.slots.iter().map(marked).collect::<Vec<_>>().join(", "),
        }
    }
}
