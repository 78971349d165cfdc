//! Dates with a time of day, and times that are counted from now.

use super::calendar::Reference;
use super::clock::{Clock, TODAY, clock, clock_and_day, part, part_of_today_comes, settle};
use super::cursor::Cursor;
use super::date::{away, counted, date, is_days, moved_moment, year, year_halves};
use super::lexicon::Class;
use super::typed::{DateTimeValue, DateValue, TimeValue};

/// Reads a whole date. A part of the day behind it adds nothing that a date could hold.
pub(super) fn whole_date(c: Cursor<'_>) -> Option<DateValue> {
    c.whole(counted).or_else(|| c.whole(date_and_part))
}

fn date_and_part(c: &mut Cursor<'_>) -> Option<DateValue> {
    let found = date(c)?;
    if matches!(found, DateValue::Day(_)) {
        c.attempt(|c| {
            c.fillers();
            part(c, true)
        });
    }
    Some(found)
}

/// Reads a whole time of day.
pub(super) fn whole_time(c: Cursor<'_>) -> Option<TimeValue> {
    let moment = |c: &mut Cursor<'_>| {
        let then = from_now(c)?;
        // A time of day tells nothing of another day than the one from now or up to now.
        let (now, day) = (c.reference?, 24 * 3600);
        let near = now.plus_seconds(-day)? < then && then < now.plus_seconds(day)?;
        near.then_some(TimeValue { time: then.time, meridiem_known: true })
    };
    // "acht Uhr heute Abend"
    let today = |c: &mut Cursor<'_>| {
        let (clock, ()) = clock_and_day(c, |c| c.take_the(Class::Day, TODAY))?;
        Some(settle(&clock, c.reference))
    };
    let clock = |c: &mut Cursor<'_>| {
        // "heute Abend um acht"
        let today = c.attempt(|c| {
            c.take_the(Class::Day, TODAY)?;
            c.fillers();
            c.peek(Class::Part)
        });
        Some(settle(&clock(c, today.is_some())?, c.reference))
    };
    c.whole(moment).or_else(|| c.whole(today)).or_else(|| c.whole(clock))
}

/// Reads a whole date, a whole time, or both.
pub(super) fn whole_moment(c: Cursor<'_>) -> Option<DateTimeValue> {
    if c.whole(year_or_time).is_some() {
        return None;
    }
    let plain = |date| DateTimeValue { date, time: None };
    let exact = |c: &mut Cursor<'_>| {
        let Reference { date, time } = from_now(c)?;
        let time = Some(TimeValue { time, meridiem_known: true });
        Some(DateTimeValue { date: DateValue::Day(date), time })
    };
    c.whole(exact)
        .or_else(|| c.whole(counted).map(plain))
        .or_else(|| c.whole(date_and_part).map(plain))
        .or_else(|| c.whole(in_part_of_today))
        .or_else(|| c.whole(date_then_time))
        .or_else(|| c.whole(time_then_date))
        .or_else(|| c.whole(next_time))
}

/// Reads what is both a year and a time: "2030", "twenty thirty".
fn year_or_time(c: &mut Cursor<'_>) -> Option<()> {
    let mut other = *c;
    year(c)?;
    clock(&mut other, false)?;
    (c.left() == other.left()).then_some(())
}

/// Reads "now", "in two hours", "ten minutes ago".
fn from_now(c: &mut Cursor<'_>) -> Option<Reference> {
    let now = c.reference?;
    if c.take(Class::Now).is_some() {
        return Some(*now);
    }
    let (length, later) = away(c)?;
    (!is_days(&length)).then(|| moved_moment(now, &length, later)).flatten()
}

/// Reads a time and a word that is both a part of the day and today, which it stays when the time has passed: "tonight at
/// eight", "six this morning".
fn in_part_of_today(c: &mut Cursor<'_>) -> Option<DateTimeValue> {
    let clock = clock(c, false).filter(|clock| clock.today)?;
    on_day(c.reference, DateValue::Day(c.reference?.date), &clock)
}

fn date_then_time(c: &mut Cursor<'_>) -> Option<DateTimeValue> {
    c.fillers();
    (!part_of_today_comes(c)).then_some(())?;
    let day = date(c)?;
    // "ersten Februar zwanzig siebzehn" is rather the year.
    let mut year = *c;
    if year_halves(&mut year).is_some() && year.ends().is_some() {
        return None;
    }
    let clock = clock(c, true)?;
    on_day(c.reference, day, &clock)
}

fn time_then_date(c: &mut Cursor<'_>) -> Option<DateTimeValue> {
    let in_part = clock_and_day(c, date);
    let (clock, day) = match in_part {
        Some(found) => found,
        None => (clock(c, false)?, date(c)?),
    };
    on_day(c.reference, day, &clock)
}

/// A time on a day. On the day of the reference a time whose half is not said is the next one, which must be on that day.
fn on_day(reference: Option<&Reference>, date: DateValue, clock: &Clock) -> Option<DateTimeValue> {
    let DateValue::Day(day) = date else { return None };
    (!clock.two_dates && !clock.bare).then_some(())?;
    let today = reference.filter(|now| now.date == day);
    let time = settle(clock, today);
    let passed = today.is_some_and(|now| time.time <= now.time);
    (clock.known || !passed).then_some(DateTimeValue { date, time: Some(time) })
}

/// Reads a time without a date: the next such time after the reference.
fn next_time(c: &mut Cursor<'_>) -> Option<DateTimeValue> {
    let clock = clock(c, false).filter(|clock| !clock.bare && !clock.today)?;
    let time = settle(&clock, c.reference);
    let now = c.reference?;
    let date = if time.time > now.time { now.date } else { now.date.plus_days(1)? };
    Some(DateTimeValue { date: DateValue::Day(date), time: Some(time) })
}
