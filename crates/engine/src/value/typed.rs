//! The value of a slot.

use super::calendar::{Date, Time};
use super::decimal::Decimal;
use super::duration::Duration;
use super::kind::ValueType;
use super::unit::{Currency, TemperatureUnit};
use core::fmt;

/// What a slot's text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value<'a> {
    /// The text itself.
    Text(&'a str),
    /// One of the declared values.
    Choice {
        /// Its place among the declared values, from 0.
        index: u32,
        /// The declared value.
        value: &'a str,
        /// How many characters the text is away from a declared phrase: 0 to 2.
        distance: u8,
    },
    /// A number.
    Number(Decimal),
    /// A place in an order, from 1.
    Ordinal(u32),
    /// So many hundredths.
    Percent(Decimal),
    /// So many degrees.
    Temperature(Decimal, TemperatureUnit),
    /// A length of time.
    Duration(Duration),
    /// A part of the calendar.
    Date(DateValue),
    /// A time of day.
    Time(TimeValue),
    /// A date, with a time of day where there is one.
    DateTime(DateTimeValue),
    /// An amount of money.
    Money(Decimal, Currency),
    /// The text itself, which the slot's pattern matches.
    Regex(&'a str),
}

impl Value<'_> {
    /// Its type.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Text(_) => ValueType::Text,
            Self::Choice { .. } => ValueType::Choice,
            Self::Number(_) => ValueType::Number,
            Self::Ordinal(_) => ValueType::Ordinal,
            Self::Percent(_) => ValueType::Percent,
            Self::Temperature(..) => ValueType::Temperature,
            Self::Duration(_) => ValueType::Duration,
            Self::Date(_) => ValueType::Date,
            Self::Time(_) => ValueType::Time,
            Self::DateTime(_) => ValueType::DateTime,
            Self::Money(..) => ValueType::Money,
            Self::Regex(_) => ValueType::Regex,
        }
    }

    /// The unit of a number that has one: `celsius`, `fahrenheit` or `degree`, and the ISO 4217 code of a currency.
    #[must_use]
    pub fn unit(&self) -> Option<&'static str> {
        match self {
            Self::Temperature(_, unit) => Some(unit.name()),
            Self::Money(_, currency) => Some(currency.code()),
            _ => None,
        }
    }

    /// Whether [`Display`](fmt::Display) writes a number, which JSON may have without quotes.
    #[must_use]
    pub const fn is_numeric(&self) -> bool {
        matches!(
            self,
            Self::Number(_) | Self::Ordinal(_) | Self::Percent(_) | Self::Temperature(..) | Self::Money(..)
        )
    }
}

impl fmt::Display for Value<'_> {
    /// Numbers as `12.5`, without their unit; dates, times and durations as ISO 8601 has them; everything else as text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Regex(text) | Self::Choice { value: text, .. } => f.write_str(text),
            Self::Number(number)
            | Self::Percent(number)
            | Self::Temperature(number, _)
            | Self::Money(number, _) => number.fmt(f),
            Self::Ordinal(place) => place.fmt(f),
            Self::Duration(duration) => duration.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::DateTime(moment) => moment.fmt(f),
        }
    }
}

/// A part of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateValue {
    /// One day.
    Day(Date),
    /// An ISO 8601 week.
    Week {
        /// The year that the week belongs to.
        year: i32,
        /// 1 to 53.
        week: u8,
    },
    /// A month.
    Month {
        /// 1 to 9999.
        year: i32,
        /// 1 to 12.
        month: u8,
    },
    /// A year, 1 to 9999.
    Year(i32),
    /// Several days, such as a weekend, both ends included.
    Interval {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
}

impl fmt::Display for DateValue {
    /// As `2026-11-28`, `2026-W48`, `2026-11`, `2026` or `2026-11-28/2026-11-29`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Week { year, week } => write!(f, "{year:04}-W{week:02}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Interval { first, last } => write!(f, "{first}/{last}"),
        }
    }
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeValue {
    /// The time. Where the half of the day was not said: with a reference the next such time, else as said.
    pub time: Time,
    /// Whether the text says which half of the day is meant.
    pub meridiem_known: bool,
}

impl fmt::Display for TimeValue {
    /// As `18:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.time.fmt(f)
    }
}

/// A date, with a time of day where the text has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTimeValue {
    /// The date; [`DateValue::Day`] if there is a time.
    pub date: DateValue,
    /// The time on that day.
    pub time: Option<TimeValue>,
}

impl fmt::Display for DateTimeValue {
    /// As `2026-11-28T18:30`, or the date alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date.fmt(f)?;
        match &self.time {
            Some(time) => write!(f, "T{time}"),
            None => Ok(()),
        }
    }
}
