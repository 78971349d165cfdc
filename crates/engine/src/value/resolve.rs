//! From a text to its value.

use super::amount::{money, percent, temperature};
use super::calendar::Reference;
use super::cursor::Cursor;
use super::kind::{Language, ValueType};
use super::moment::{whole_date, whole_moment, whole_time};
use super::number::{number, ordinal};
use super::period::{duration, iso_duration};
use super::span::Span;
use super::typed::{DateTimeValue, DateValue, TimeValue, Value};

/// The value that a text stands for, or none: where the text is not understood to its last word, where it means more than
/// one thing, or where it is counted from now and there is no `reference`.
///
/// Without a language only what is written with digits is understood. `docs/values.md` lists what is understood, and the
/// rules where usage differs. [`ValueType::Choice`] and [`ValueType::Regex`] need more than a text and are never resolved
/// here: see [`ValueList`](super::ValueList) and [`Automaton`](super::Automaton).
///
/// ```
/// use stonechat_engine::value::{Language, Reference, ValueType, resolve};
///
/// let now: Reference = "2026-11-22T14:00:00".parse().unwrap();
/// let read = |text, kind| resolve(text, kind, Some(Language::English), Some(&now)).map(|value| value.to_string());
/// assert_eq!(read("at half past six", ValueType::Time).as_deref(), Some("18:30"));
/// assert_eq!(read("for an hour and a half", ValueType::Duration).as_deref(), Some("PT1H30M"));
/// assert_eq!(read("this weekend", ValueType::Date).as_deref(), Some("2026-11-21/2026-11-22"));
/// assert_eq!(read("some time next week", ValueType::Date), None);
/// ```
#[must_use]
pub fn resolve<'a>(
    text: &'a str,
    kind: ValueType,
    language: Option<Language>,
    reference: Option<&Reference>,
) -> Option<Value<'a>> {
    match kind {
        ValueType::Text => return Some(Value::Text(text)),
        ValueType::Choice | ValueType::Regex => return None,
        ValueType::Duration => {
            if let Some(duration) = iso_duration(text) {
                return Some(Value::Duration(duration));
            }
        }
        ValueType::DateTime => {
            if let Ok(Reference { date, time }) = text.trim().parse() {
                let time = Some(TimeValue { time, meridiem_known: true });
                return Some(Value::DateTime(DateTimeValue { date: DateValue::Day(date), time }));
            }
        }
        _ => {}
    }
    let span = Span::read(text, language)?;
    let c = Cursor::new(span.tokens(), language, reference);
    Some(match kind {
        ValueType::Number => Value::Number(c.whole(number)?),
        ValueType::Ordinal => Value::Ordinal(c.whole(ordinal)?),
        ValueType::Percent => Value::Percent(c.whole(percent)?),
        ValueType::Temperature => {
            let (number, unit) = c.whole(temperature)?;
            Value::Temperature(number, unit)
        }
        ValueType::Duration => Value::Duration(c.whole(duration)?),
        ValueType::Date => Value::Date(whole_date(c)?),
        ValueType::Time => Value::Time(whole_time(c)?),
        ValueType::DateTime => Value::DateTime(whole_moment(c)?),
        ValueType::Money => {
            let (amount, currency) = c.whole(money)?;
            Value::Money(amount, currency)
        }
        ValueType::Text | ValueType::Choice | ValueType::Regex => return None,
    })
}
