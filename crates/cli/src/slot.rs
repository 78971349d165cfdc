//! A slot of an answer, for people and for programs.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use stonechat_engine::value::{Reference, Value};
use stonechat_engine::{Model, Prediction, Slot};

use crate::console::one_line;
use crate::decimal::decimal;

/// A slot in `predict --json`.
#[derive(Serialize)]
pub(crate) struct SlotAnswer<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    /// Offsets in Unicode scalar values.
    start: usize,
    end: usize,
    /// A number or a text; null where the slot's text stands for no value of its type.
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    /// Of a choice: how its value was found.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    found: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<u8>,
    /// Present, and false, where a time has a value, but may be meant twelve hours later or earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    meridiem_known: Option<bool>,
    /// Present, and true, where there is no value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unresolved: bool,
    confidence: f64,
    /// Whether the model stands by the slot.
    decision: &'static str,
}

impl<'a> SlotAnswer<'a> {
    /// The slots of an answer, in the order of the text.
    pub(crate) fn all(
        model: &Model<'_>,
        prediction: &Prediction<'a>,
        now: Option<&Reference>,
    ) -> Vec<SlotAnswer<'a>> {
        prediction.slots().map(|slot| SlotAnswer::new(model, prediction, slot, now)).collect()
    }

    fn new(
        model: &Model<'_>,
        prediction: &Prediction<'a>,
        slot: Slot<'a>,
        now: Option<&Reference>,
    ) -> SlotAnswer<'a> {
        let characters =
            |end: u32| prediction.text().get(..end as usize).map_or(0, |before| before.chars().count());
        let value = prediction.value(&slot, now);
        let distance = value.and_then(|value| distance(&value));
        SlotAnswer {
            name: slot.name,
            kind: model.slot_type(slot.index).name(),
            text: slot.text,
            start: characters(slot.start),
            end: characters(slot.end),
            value: value.and_then(|value| json(&value)),
            unit: value.and_then(|value| value.unit()),
            found: distance.map(|distance| if distance == 0 { "exact" } else { "near" }),
            distance,
            meridiem_known: value.is_some_and(|value| half_of_day_unsaid(&value)).then_some(false),
            unresolved: value.is_none(),
            confidence: decimal(slot.confidence),
            decision: slot.decision.name(),
        }
    }
}

/// A value in JSON. All digits of a number are kept, which those of a float are not.
fn json(value: &Value<'_>) -> Option<Box<RawValue>> {
    let text = value.to_string();
    if value.is_numeric() { RawValue::from_string(text).ok() } else { to_raw_value(&text).ok() }
}

/// How many edits a choice is away from what the text says.
fn distance(value: &Value<'_>) -> Option<u8> {
    match value {
        Value::Choice { distance, .. } => Some(*distance),
        _ => None,
    }
}

/// Whether a time of day leaves open which half of the day it is in.
fn half_of_day_unsaid(value: &Value<'_>) -> bool {
    let time = match value {
        Value::Time(time) => Some(time),
        Value::DateTime(moment) => moment.time.as_ref(),
        _ => None,
    };
    time.is_some_and(|time| !time.meridiem_known)
}

/// The slots on part of a line, as `[room=kitchen, level=30 percent]`; nothing without slots. The words of the text stand
/// behind what they do not say exactly.
pub(crate) fn words(prediction: &Prediction<'_>, now: Option<&Reference>) -> Option<String> {
    let slots: Vec<String> = prediction
        .slots()
        .map(|slot| {
            let Slot { name, text, .. } = slot;
            match prediction.value(&slot, now) {
                None => format!("{name}=? {text:?}"),
                Some(value) => {
                    let unit = match value {
                        Value::Percent(_) => Some("percent"),
                        value => value.unit(),
                    };
                    let unit = unit.map(|unit| format!(" {unit}")).unwrap_or_default();
                    let near = distance(&value).filter(|distance| *distance > 0);
                    let near = near.map(|_| format!(" {text:?}")).unwrap_or_default();
                    format!("{name}={value}{unit}{near}")
                }
            }
        })
        .collect();
    (!slots.is_empty()).then(|| one_line(&format!("[{}]", slots.join(", "))))
}
