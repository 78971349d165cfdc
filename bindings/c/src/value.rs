//! What the texts of slots stand for.

use crate::answer::last;
use crate::engine::StonechatEngine;
use crate::status::{StonechatStatus, call};
use crate::text::{StonechatText, print, put};
use core::ffi::c_char;
use stonechat_engine::value::{Date, DateValue, Decimal, Reference, Time, TimeValue, Value};

/// The text itself.
pub const STONECHAT_TYPE_TEXT: u32 = 0;
/// One of a list of values: `text`, `index`, `distance`.
pub const STONECHAT_TYPE_CHOICE: u32 = 1;
/// A number: `mantissa`, `decimals`.
pub const STONECHAT_TYPE_NUMBER: u32 = 2;
/// A place in an order, from 1: `mantissa`.
pub const STONECHAT_TYPE_ORDINAL: u32 = 3;
/// So many hundredths: `mantissa`, `decimals`.
pub const STONECHAT_TYPE_PERCENT: u32 = 4;
/// So many degrees: `mantissa`, `decimals`, `unit`.
pub const STONECHAT_TYPE_TEMPERATURE: u32 = 5;
/// A length of time: `months`, `days`, `milliseconds`.
pub const STONECHAT_TYPE_DURATION: u32 = 6;
/// A part of the calendar: `date`.
pub const STONECHAT_TYPE_DATE: u32 = 7;
/// A time of day: `has_time`.
pub const STONECHAT_TYPE_TIME: u32 = 8;
/// A date, with a time of day where there is one: `date`, `has_time`.
pub const STONECHAT_TYPE_DATETIME: u32 = 9;
/// An amount of money: `mantissa`, `decimals`, `unit`.
pub const STONECHAT_TYPE_MONEY: u32 = 10;
/// The text itself, which the slot's pattern matches: `text`.
pub const STONECHAT_TYPE_REGEX: u32 = 11;

/// There is no date.
pub const STONECHAT_DATE_NONE: u32 = 0;
/// One day: `year`, `month`, `day`.
pub const STONECHAT_DATE_DAY: u32 = 1;
/// A week as ISO 8601 counts: `year`, `week`.
pub const STONECHAT_DATE_WEEK: u32 = 2;
/// A month: `year`, `month`.
pub const STONECHAT_DATE_MONTH: u32 = 3;
/// A year: `year`.
pub const STONECHAT_DATE_YEAR: u32 = 4;
/// Several days, both ends included: `year`, `month`, `day` to `last_year`, `last_month`, `last_day`.
pub const STONECHAT_DATE_INTERVAL: u32 = 5;

/// A local date and time that `tomorrow` counts from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatTime {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
}

/// What a slot's text stands for. `kind` says which fields count; all others are zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct StonechatValue {
    /// The digits of a number without the point: the number is `mantissa` / 10^`decimals`, exactly.
    pub mantissa: i64,
    /// Of a duration: hours, minutes and seconds, in milliseconds.
    pub milliseconds: u64,
    /// Of a duration: days; a week is seven.
    pub days: u32,
    /// Of a duration: months; a year is twelve.
    pub months: u32,
    /// The type, a `STONECHAT_TYPE_…`.
    pub kind: u32,
    /// How many digits stand behind the point: 0 to 18.
    pub decimals: u32,
    /// Of a choice: its place among the values.
    pub index: u32,
    /// Of a choice: how many edits the text is away from a phrase, 0 to 2.
    pub distance: u32,
    /// Which part of the calendar a date is, a `STONECHAT_DATE_…`.
    pub date: u32,
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 1 to 53.
    pub week: u32,
    /// Of an interval: the year of its last day.
    pub last_year: i32,
    /// Of an interval: the month of its last day.
    pub last_month: u32,
    /// Of an interval: its last day.
    pub last_day: u32,
    /// Whether there is a time of day: 0 or 1.
    pub has_time: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// Of a time: whether the text says which half of the day is meant, 0 or 1. If not, the time may be twelve hours off.
    pub meridiem_known: u32,
    /// A text, a match of a pattern, or the declared value of a choice. Lives as the answer does.
    pub text: StonechatText,
    /// `celsius`, `fahrenheit`, `degree` or the ISO 4217 code of a currency. Lives as long as the library.
    pub unit: StonechatText,
}

/// What the text of a slot stands for, by the type of the slot. What depends on the day or the time counts from `now`, which may
/// be null.
///
/// `UNRESOLVED`: it stands for no value of its type, or only with a `now`. `NO_SUCH_TIME`: `now` is none. `NO_ANSWER`,
/// `OUT_OF_RANGE`: there is no such slot in the answer.
///
/// # Safety
///
/// The engine must be alive, and the text that was asked be there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_value(
    engine: *const StonechatEngine,
    slot: u32,
    now: *const StonechatTime,
    value: *mut StonechatValue,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { put(value, told(&resolved(engine, slot, now)?)) })
}

/// The same as text, with a zero behind it: numbers as `12.5`, without their unit; dates, times and durations as ISO 8601 has
/// them; everything else as it is. Writes its length without the zero to `*length`.
///
/// As `stonechat_value`, and `TOO_SHORT`: the buffer has no room for both (or is null, to ask for the length).
///
/// # Safety
///
/// As `stonechat_value`; `buffer` must be a place for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stonechat_value_text(
    engine: *const StonechatEngine,
    slot: u32,
    now: *const StonechatTime,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> StonechatStatus {
    // SAFETY: as the caller promises.
    call(|| unsafe { print(&resolved(engine, slot, now)?, buffer, capacity, length) })
}

/// # Safety
///
/// As [`stonechat_value`] asks for.
unsafe fn resolved<'e>(
    engine: *const StonechatEngine,
    slot: u32,
    now: *const StonechatTime,
) -> Result<Value<'e>, StonechatStatus> {
    // SAFETY: as the caller promises.
    let (answer, now) = unsafe { (last::<'e>(engine)?, now.as_ref()) };
    let slot = answer.slots().nth(slot as usize).ok_or(StonechatStatus::OutOfRange)?;
    let now = now.map(|now| reference(now).ok_or(StonechatStatus::NoSuchTime)).transpose()?;
    answer.value(&slot, now.as_ref()).ok_or(StonechatStatus::Unresolved)
}

fn reference(now: &StonechatTime) -> Option<Reference> {
    let byte = |number: u32| u8::try_from(number).ok();
    Some(Reference {
        date: Date::new(now.year, byte(now.month)?, byte(now.day)?)?,
        time: Time::new(byte(now.hour)?, byte(now.minute)?, byte(now.second)?)?,
    })
}

const NOTHING: StonechatValue = StonechatValue {
    mantissa: 0,
    milliseconds: 0,
    days: 0,
    months: 0,
    kind: 0,
    decimals: 0,
    index: 0,
    distance: 0,
    date: STONECHAT_DATE_NONE,
    year: 0,
    month: 0,
    day: 0,
    week: 0,
    last_year: 0,
    last_month: 0,
    last_day: 0,
    has_time: 0,
    hour: 0,
    minute: 0,
    second: 0,
    meridiem_known: 0,
    text: StonechatText::EMPTY,
    unit: StonechatText::EMPTY,
};

fn told(value: &Value<'_>) -> StonechatValue {
    let unit = value.unit().map_or(StonechatText::EMPTY, StonechatText::of);
    let mut out = StonechatValue { kind: value.value_type().code().into(), unit, ..NOTHING };
    match *value {
        Value::Text(text) | Value::Regex(text) => out.text = StonechatText::of(text),
        Value::Choice { index, value, distance } => {
            (out.index, out.text, out.distance) = (index, StonechatText::of(value), distance.into());
        }
        Value::Number(number)
        | Value::Percent(number)
        | Value::Temperature(number, _)
        | Value::Money(number, _) => put_number(number, &mut out),
        Value::Ordinal(place) => out.mantissa = place.into(),
        Value::Duration(length) => {
            (out.months, out.days, out.milliseconds) = (length.months, length.days, length.milliseconds);
        }
        Value::Date(date) => put_date(date, &mut out),
        Value::Time(time) => put_time(time, &mut out),
        Value::DateTime(moment) => {
            put_date(moment.date, &mut out);
            if let Some(time) = moment.time {
                put_time(time, &mut out);
            }
        }
        // A type that this interface does not have yet: its text and its `kind` tell.
        _ => {}
    }
    out
}

fn put_number(number: Decimal, out: &mut StonechatValue) {
    (out.mantissa, out.decimals) = (number.mantissa(), number.decimals().into());
}

fn put_date(date: DateValue, out: &mut StonechatValue) {
    let mut put_day =
        |day: Date| (out.year, out.month, out.day) = (day.year(), day.month().into(), day.day().into());
    match date {
        DateValue::Day(day) => {
            put_day(day);
            out.date = STONECHAT_DATE_DAY;
        }
        DateValue::Week { year, week } => {
            (out.year, out.week, out.date) = (year, week.into(), STONECHAT_DATE_WEEK);
        }
        DateValue::Month { year, month } => {
            (out.year, out.month, out.date) = (year, month.into(), STONECHAT_DATE_MONTH);
        }
        DateValue::Year(year) => (out.year, out.date) = (year, STONECHAT_DATE_YEAR),
        DateValue::Interval { first, last } => {
            put_day(first);
            out.date = STONECHAT_DATE_INTERVAL;
            (out.last_year, out.last_month, out.last_day) =
                (last.year(), last.month().into(), last.day().into());
        }
    }
}

fn put_time(time: TimeValue, out: &mut StonechatValue) {
    (out.has_time, out.meridiem_known) = (1, time.meridiem_known.into());
    (out.hour, out.minute, out.second) =
        (time.time.hour().into(), time.time.minute().into(), time.time.second().into());
}
