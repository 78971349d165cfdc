//! Parts of the calendar.

use super::calendar::{Date, Reference};
use super::clock::TODAY;
use super::cursor::Cursor;
use super::duration::Duration;
use super::kind::Language;
use super::lexicon::Class;
use super::number::{below_hundred, cardinal, count, ordinal};
use super::period::duration;
use super::typed::DateValue;

const LAST: u16 = 0;
const NEXT: u16 = 2;
const COMING: u16 = 3;
const WEEK: u16 = 5;
const MONTH: u16 = 6;
const YEAR: u16 = 7;

/// Reads a part of the calendar.
pub(super) fn date(c: &mut Cursor<'_>) -> Option<DateValue> {
    c.attempt(|c| {
        c.fillers();
        let kinds = [near_day, iso, in_digits, weekday, day_of_month, unit, weekend, month, year, day_only];
        let found = kinds.into_iter().find_map(|kind| c.attempt(kind))?;
        possessive(c);
        Some(found)
    })
}

/// Reads the `s` of "today's".
fn possessive(c: &mut Cursor<'_>) {
    if c.language == Some(Language::English) && c.left() == 1 {
        c.fillers();
    }
}

fn today(c: &Cursor<'_>) -> Option<Date> {
    c.reference.map(|now| now.date)
}

/// Reads "today", "the day after tomorrow". With an article "mañana" and "Morgen" are a part of the day.
fn near_day(c: &mut Cursor<'_>) -> Option<DateValue> {
    let has_part = c.language == Some(Language::Spanish) || c.peek(Class::Part).is_some();
    let part = c.part_comes() && has_part;
    let offset = i32::from(c.take(Class::Day).filter(|&day| !part || day == TODAY)?) - 128;
    today(c)?.plus_days(offset).map(DateValue::Day)
}

/// Reads a moment some days, weeks, months or years from now: "in three days", "two weeks ago".
pub(super) fn away(c: &mut Cursor<'_>) -> Option<(Duration, bool)> {
    c.attempt(|c| {
        let ahead = c.take(Class::In).is_some();
        let before = !ahead && c.take(Class::AgoBefore).is_some();
        let length = duration(c)?;
        let behind = !ahead && !before;
        let ago = behind && c.take(Class::Ago).is_some();
        let later = behind && !ago && c.take(Class::FromNow).is_some();
        (ahead || before || ago || later).then_some((length, ahead || later))
    })
}

/// The day so long after (or before) another; none for what is not whole days.
pub(super) fn moved(from: Date, length: &Duration, later: bool) -> Option<Date> {
    (length.milliseconds == 0).then_some(())?;
    let (months, days) = (i32::try_from(length.months).ok()?, i32::try_from(length.days).ok()?);
    let sign = if later { 1 } else { -1 };
    from.plus_months(months.checked_mul(sign)?)?.plus_days(days.checked_mul(sign)?)
}

/// Reads a whole date that is counted from now or from another day.
pub(super) fn counted(c: &mut Cursor<'_>) -> Option<DateValue> {
    if let Some((length, later)) = away(c) {
        return moved(today(c)?, &length, later).map(DateValue::Day);
    }
    // "a week from friday"
    let length = duration(c)?;
    c.take(Class::From)?;
    match date(c)? {
        DateValue::Day(day) => moved(day, &length, true).map(DateValue::Day),
        _ => None,
    }
}

/// Reads `2026-11-28`, `2026-11`, `2026-W48`.
fn iso(c: &mut Cursor<'_>) -> Option<DateValue> {
    let year = c.digits().filter(|&(count, _)| count == 4)?.1 as i32;
    let two = |c: &mut Cursor<'_>| c.digits().filter(|&(count, _)| count == 2).map(|(_, value)| value as u8);
    let slash = c.inner_symbol(b'/').is_some();
    if !slash {
        c.inner_symbol(b'-')?;
    }
    if c.take_glued(Class::IsoWeek).is_some() {
        return week(year, two(c)?);
    }
    let month = two(c)?;
    let day = c.attempt(|c| {
        c.inner_symbol(if slash { b'/' } else { b'-' })?;
        two(c)
    });
    match day {
        Some(day) => Date::new(year, month, day).map(DateValue::Day),
        None if slash => None,
        None => Date::new(year, month, 1).map(|_| DateValue::Month { year, month }),
    }
}

/// The week of this number, if the year has it.
fn week(year: i32, week: u8) -> Option<DateValue> {
    // 4 January is in the first week.
    let day = Date::new(year, 1, 4)?.plus_days(7 * (i32::from(week) - 1))?;
    (week > 0 && day.week() == (year, week)).then_some(DateValue::Week { year, week })
}

/// Reads `11/28/2026`, `28.11.2026`, `28/11`: the month first in English, the day first elsewhere.
fn in_digits(c: &mut Cursor<'_>) -> Option<DateValue> {
    let two = |c: &mut Cursor<'_>| c.digits().filter(|&(count, _)| count <= 2).map(|(_, value)| value as u8);
    let first = two(c)?;
    let sign = [b'/', b'.', b'-'].into_iter().find(|&sign| c.inner_symbol(sign).is_some())?;
    let second = two(c)?;
    let year = c.attempt(|c| {
        c.inner_symbol(sign)?;
        match c.digits()? {
            (4, year) => i32::try_from(year).ok(),
            // As POSIX reads them.
            (2, year) => Some(year as i32 + if year < 69 { 2000 } else { 1900 }),
            _ => None,
        }
    });
    if year.is_none() {
        // "28.11." in full; "28-11" and "28.11" may be anything.
        let dot = sign == b'.' && c.glued() && c.symbol(b'.').is_some();
        (dot || sign == b'/').then_some(())?;
    }
    // Which of both comes first with other signs is for the language to say.
    (sign == b'.' || c.language.is_some()).then_some(())?;
    let month_first = c.language == Some(Language::English) && sign != b'.' && first <= 12;
    let (month, day) = if month_first { (first, second) } else { (second, first) };
    match year {
        Some(year) => Date::new(year, month, day),
        None => upcoming(today(c)?, month, day),
    }
    .map(DateValue::Day)
}

/// The next day of this name on or after another day; 29 February may be years away.
fn upcoming(from: Date, month: u8, day: u8) -> Option<Date> {
    (from.year()..=from.year() + 8).filter_map(|year| Date::new(year, month, day)).find(|&date| date >= from)
}

/// Reads a day of the week, alone, with its week, or with its date.
fn weekday(c: &mut Cursor<'_>) -> Option<DateValue> {
    if let Some(day) = c.attempt(day_in_week) {
        return Some(day);
    }
    let relative = c.take(Class::Relative);
    let weekday = c.take(Class::Weekday)?;
    let after = c.attempt(|c| {
        c.fillers();
        if relative.is_none() { c.take(Class::Relative) } else { None }
    });
    let relative = relative.or(after);
    if relative.is_none()
        && let Some(date) = c.attempt(|c| {
            c.fillers();
            // "viernes a las siete"
            (!c.hour_comes()).then_some(())?;
            let kinds = [in_digits, iso, day_of_month, day_only, day_in_romance];
            kinds.into_iter().find_map(|kind| c.attempt(kind))
        })
    {
        // "Friday, November 27th": they must agree.
        let agrees = matches!(date, DateValue::Day(day) if u16::from(day.weekday()) == weekday);
        return agrees.then_some(date);
    }
    let today = today(c)?;
    let ahead = i32::from(weekday) - i32::from(today.weekday());
    let day = match relative {
        Some(LAST) => today.plus_days(if ahead < 0 { ahead } else { ahead - 7 }),
        Some(NEXT) => today.plus_days(ahead + 7),
        _ => today.plus_days(if ahead > 0 { ahead } else { ahead + 7 }),
    };
    day.map(DateValue::Day)
}

/// Reads the day in "viernes trece".
fn day_in_romance(c: &mut Cursor<'_>) -> Option<DateValue> {
    let romance = matches!(c.language, Some(Language::Spanish | Language::French));
    let day = count(c).filter(|_| romance && !c.sign_follows() && c.peek(Class::Period).is_none())?;
    next_day(today(c)?, u8::try_from(day).ok()?)
}

/// Reads "Friday next week", "nächste Woche Freitag".
fn day_in_week(c: &mut Cursor<'_>) -> Option<DateValue> {
    let before = c.take(Class::Weekday);
    c.fillers();
    let monday = relative_unit(c, WEEK)?;
    let weekday = match before {
        Some(weekday) => weekday,
        None => {
            c.fillers();
            c.take(Class::Weekday)?
        }
    };
    monday.plus_days(i32::from(weekday) - 1).map(DateValue::Day)
}

/// Reads a unit and which of several it is: its first day.
fn relative_unit(c: &mut Cursor<'_>, unit: u16) -> Option<Date> {
    let before = c.take(Class::Relative);
    if c.peek(Class::Plural).is_some() {
        return None;
    }
    c.take_the(Class::Period, unit)?;
    let relative = before.or_else(|| c.take(Class::Relative))?;
    let steps = match relative {
        LAST => -1,
        NEXT | COMING => 1,
        _ => 0,
    };
    let today = today(c)?;
    match unit {
        WEEK => today.monday()?.plus_days(7 * steps),
        MONTH => Date::new(today.year(), today.month(), 1)?.plus_months(steps),
        _ => Date::new(today.year(), 1, 1)?.plus_months(12 * steps),
    }
}

/// Reads "next week", "le mois dernier", "this year".
fn unit(c: &mut Cursor<'_>) -> Option<DateValue> {
    if let Some(first) = c.attempt(|c| relative_unit(c, WEEK)) {
        let (year, week) = first.week();
        return Some(DateValue::Week { year, week });
    }
    if let Some(first) = c.attempt(|c| relative_unit(c, MONTH)) {
        return Some(DateValue::Month { year: first.year(), month: first.month() });
    }
    c.attempt(|c| relative_unit(c, YEAR)).map(|first| DateValue::Year(first.year()))
}

/// Reads "this weekend": of the running week, Saturday and Sunday.
fn weekend(c: &mut Cursor<'_>) -> Option<DateValue> {
    let before = c.take(Class::Relative);
    c.take(Class::Weekend)?;
    let relative = before.or_else(|| c.take(Class::Relative));
    let today = today(c)?;
    let weeks = match relative {
        Some(LAST) => -1,
        Some(NEXT) => 1,
        // On a Saturday the coming one is that of the week after.
        Some(COMING) if today.weekday() > 5 => 1,
        _ => 0,
    };
    let first = today.monday()?.plus_days(5 + 7 * weeks)?;
    Some(DateValue::Interval { first, last: first.plus_days(1)? })
}

/// Reads a day and its month, and the year if there is one: "November 3rd", "3 de noviembre de 2026".
fn day_of_month(c: &mut Cursor<'_>) -> Option<DateValue> {
    let (month, day) = c.attempt(day_then_month).or_else(|| c.attempt(month_then_day))?;
    match c.attempt(year_behind) {
        Some(year) => Date::new(year, month, day),
        None => upcoming(today(c)?, month, day),
    }
    .map(DateValue::Day)
}

fn day_then_month(c: &mut Cursor<'_>) -> Option<(u8, u8)> {
    let day = day_number(c)?;
    between(c);
    Some((c.take(Class::Month)? as u8, day))
}

fn month_then_day(c: &mut Cursor<'_>) -> Option<(u8, u8)> {
    let month = c.take(Class::Month)? as u8;
    c.fillers();
    // "March twenty seventeen" is a month and a year.
    let mut year = *c;
    let ends_year = year_number(&mut year).map(|_| year.left());
    let day = day_number(c)?;
    let mut with_year = *c;
    with_year.attempt(year_behind);
    (ends_year.is_none_or(|left| left >= with_year.left())).then_some((month, day))
}

/// Reads what may stand between a day, its month and its year.
fn between(c: &mut Cursor<'_>) {
    c.take(Class::Of);
    c.fillers();
    c.take(Class::Of);
}

/// Reads a day of a month, as a number or a place.
fn day_number(c: &mut Cursor<'_>) -> Option<u8> {
    let day = ordinal(c).or_else(|| c.attempt(|c| count(c).filter(|_| !c.sign_follows())))?;
    u8::try_from(day).ok().filter(|day| (1..=31).contains(day))
}

/// Reads a month, alone, with its year, or with which of several it is.
fn month(c: &mut Cursor<'_>) -> Option<DateValue> {
    let before = c.take(Class::Relative);
    let month = c.take(Class::Month)? as u8;
    if before.is_none()
        && let Some(year) = c.attempt(year_behind)
    {
        return Some(DateValue::Month { year, month });
    }
    let relative = before.or_else(|| c.take(Class::Relative));
    let today = today(c)?;
    let passed = match relative {
        Some(LAST) if month >= today.month() => -1,
        Some(LAST) => 0,
        Some(NEXT) => i32::from(month <= today.month()),
        _ => i32::from(month < today.month()),
    };
    let year = today.year() + passed;
    Date::new(year, month, 1).map(|_| DateValue::Month { year, month })
}

/// Reads a year.
pub(super) fn year(c: &mut Cursor<'_>) -> Option<DateValue> {
    year_number(c).map(DateValue::Year)
}

/// Reads the year behind a day or a month. Behind "at" an hour comes.
fn year_behind(c: &mut Cursor<'_>) -> Option<i32> {
    between(c);
    if c.hour_comes() { None } else { year_number(c) }
}

/// Reads a year: four digits, a number from 1000 on, or two halves as "nineteen ninety eight".
fn year_number(c: &mut Cursor<'_>) -> Option<i32> {
    c.attempt(|c| {
        let year = match c.digits() {
            Some((4, year)) if !c.sign_follows() => i64::try_from(year).ok()?,
            Some(_) => return None,
            None => {
                let english = c.language == Some(Language::English);
                c.attempt(|c| if english { year_halves(c) } else { None }).or_else(|| cardinal(c))?
            }
        };
        i32::try_from(year).ok().filter(|year| (1000..3000).contains(year))
    })
}

/// Reads a year in two halves, as "nineteen ninety eight"; "ten thirty" is a time.
pub(super) fn year_halves(c: &mut Cursor<'_>) -> Option<i64> {
    let first = below_hundred(c).filter(|first| (10..30).contains(first))?;
    if c.language != Some(Language::English) {
        c.take(Class::And);
    }
    let oh = c.take(Class::Oh).is_some();
    let second = below_hundred(c).filter(|&second| (second >= 10) != oh && second > 0)?;
    (first > 12 || second > 59).then_some(i64::from(first) * 100 + i64::from(second))
}

/// Reads a day without its month: the next one.
fn day_only(c: &mut Cursor<'_>) -> Option<DateValue> {
    // "el diez": what article and number show a day, other languages say with a place.
    let article = c.day_comes();
    let day = ordinal(c).or_else(|| if article { count(c) } else { None })?;
    next_day(today(c)?, u8::try_from(day).ok()?)
}

/// The next day with this number in its month, on or after another day.
fn next_day(today: Date, day: u8) -> Option<DateValue> {
    let first = Date::new(today.year(), today.month(), 1)?;
    (0..12)
        .filter_map(|months| first.plus_months(months))
        .filter_map(|first| Date::new(first.year(), first.month(), day))
        .find(|&date| date >= today)
        .map(DateValue::Day)
}

/// Whether a length of time is one of whole days, so that it leads to a day.
pub(super) const fn is_days(length: &Duration) -> bool {
    length.milliseconds == 0
}

/// The moment so long after (or before) now, if that is no whole number of days.
pub(super) fn moved_moment(now: &Reference, length: &Duration, later: bool) -> Option<Reference> {
    let whole = Duration { milliseconds: 0, ..*length };
    let seconds = i64::try_from(length.milliseconds / 1000).ok()?;
    let date = moved(now.date, &whole, later)?;
    Reference { date, ..*now }.plus_seconds(if later { seconds } else { -seconds })
}
