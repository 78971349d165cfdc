//! Times of day.

use super::calendar::{Reference, Time};
use super::cursor::Cursor;
use super::kind::Language;
use super::lexicon::Class;
use super::number::{below_hundred, count};
use super::typed::TimeValue;

const MINUTE: u16 = 2;
const HOUR: u16 = 3;
const DAY: i64 = 86_400;

/// A time as it was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// The time, in the half of the day that was said, else in the first.
    pub(super) time: Time,
    /// Whether the half of the day was said.
    pub(super) known: bool,
    /// Whether it is a number that nothing shows to be an hour.
    pub(super) bare: bool,
    /// Whether it is the end of a day as well as the start of one, or a night that belongs to two days, so that a date
    /// with it may mean either.
    pub(super) two_dates: bool,
    /// Whether the part of the day is one of today: "this morning".
    pub(super) today: bool,
}

/// Today, as [`Class::Day`] numbers it.
pub(super) const TODAY: u16 = 128;

/// A part of the day.
#[derive(Clone, Copy)]
pub(super) struct Part {
    number: u16,
    /// Whether its word is that of the day too: "tonight".
    today: bool,
}

/// The hour, 0 to 23, that an hour of 1 to 12 is in a part of the day.
fn in_part(hour: u8, part: u16) -> Option<u8> {
    Some(match (part, hour) {
        // am, pm
        (0, hour) => hour % 12,
        (1, hour) => hour % 12 + 12,
        // morning
        (2, 1..=11) => hour,
        // midday
        (3, 11 | 12) => hour,
        (3, 1..=3) => hour + 12,
        // afternoon
        (4, 12) => 12,
        (4, 1..=8) => hour + 12,
        // evening
        (5, 4..=11) => hour + 12,
        // night
        (6, 6..=11) => hour + 12,
        (6, 12) => 0,
        (6, 1..=5) => hour,
        // before dawn
        (7, 12) => 0,
        (7, 1..=6) => hour,
        _ => return None,
    })
}

/// Parts of a day that noon may be in: after it, and around it.
const PM: u16 = 1;
const MIDDAY: u16 = 3;

/// The part of a day that only counts behind the day: the German word is also that for tomorrow.
const MORNING_OF_DAY: u16 = 8;

/// Reads a part of the day; `day` says whether a day stands before it.
pub(super) fn part(c: &mut Cursor<'_>, day: bool) -> Option<Part> {
    let today = c.peek(Class::Day) == Some(TODAY);
    let number = c.attempt(|c| c.take(Class::Part).filter(|&part| day || part != MORNING_OF_DAY))?;
    Some(Part { number: if number == MORNING_OF_DAY { 2 } else { number }, today })
}

/// Whether a word for a part of today comes: a time beside it must be in that part.
pub(super) fn part_of_today_comes(c: &Cursor<'_>) -> bool {
    c.peek(Class::Day) == Some(TODAY) && c.peek(Class::Part).is_some()
}

/// Reads a time of day, with the part of the day before or behind it; `day` says whether a day stands before it.
pub(super) fn clock(c: &mut Cursor<'_>, day: bool) -> Option<Clock> {
    c.fillers();
    let with_part = c.attempt(|c| {
        let part = part(c, day)?;
        c.fillers();
        clock_in(c, Some(part))
    });
    with_part.or_else(|| c.attempt(|c| clock_in(c, None)))
}

/// Reads a time of day, the day that `day` reads, and the part of that day: "seven tomorrow evening".
pub(super) fn clock_and_day<T>(
    c: &mut Cursor<'_>,
    day: impl Fn(&mut Cursor<'_>) -> Option<T>,
) -> Option<(Clock, T)> {
    c.attempt(|c| {
        c.fillers();
        let shown = c.hour_comes();
        let face = face(c)?;
        c.fillers();
        let day = day(c)?;
        c.fillers();
        let part = part(c, true)?;
        Some((face.in_part(shown, Some(part), None)?, day))
    })
}

/// Reads a time of day behind a part of the day, if that was said.
fn clock_in(c: &mut Cursor<'_>, before: Option<Part>) -> Option<Clock> {
    let shown = c.hour_comes();
    let face = face(c)?;
    let behind = c.attempt(|c| {
        c.fillers();
        part(c, false)
    });
    let named = c.attempt(|c| c.take(Class::Noon).filter(|_| face.hour == 12));
    let said = [before.is_some(), behind.is_some(), named.is_some()];
    (said.into_iter().filter(|&said| said).count() <= 1).then_some(())?;
    face.in_part(shown, before.or(behind), named)
}

/// What a clock shows.
#[derive(Clone, Copy)]
struct Face {
    hour: u8,
    minute: u8,
    second: u8,
    /// Whether the hour is one of 24.
    known: bool,
    /// Whether it was called the end of a day.
    midnight: bool,
    /// Whether it is a number and nothing more.
    bare: bool,
    /// Whether it was called noon, or counted from it.
    noon: bool,
}

impl Face {
    /// A full hour, 0 to 24.
    fn hour(hour: u8) -> Option<Self> {
        let midnight = hour == 24;
        let hour = if midnight { 0 } else { hour };
        (hour < 24).then_some(Self {
            hour,
            minute: 0,
            second: 0,
            known: hour == 0 || hour > 12,
            midnight,
            bare: true,
            noon: false,
        })
    }

    /// The time in a part of the day, or at noon or midnight, where one was said; `shown` says whether the words before
    /// show an hour.
    fn in_part(self, shown: bool, part: Option<Part>, named: Option<u16>) -> Option<Clock> {
        let (mut hour, mut known) = (self.hour, self.known);
        let number = part.map(|part| part.number);
        match number {
            Some(part) if self.noon && part != MIDDAY && (part, hour) != (PM, 12) => return None,
            Some(part) if (1..=12).contains(&hour) => (hour, known) = (in_part(hour, part)?, true),
            // 19:30 in the evening: nothing new, but it must agree.
            Some(part) => {
                let twelve = if hour == 0 { 12 } else { hour.checked_sub(12)? };
                (in_part(twelve, part)? == hour).then_some(())?;
            }
            None => {}
        }
        if let Some(name) = named {
            (hour, known) = (name as u8, true);
        }
        let night = number == Some(6) && hour < 6;
        Some(Clock {
            time: Time::new(hour, self.minute, self.second)?,
            known,
            bare: self.bare && !shown && part.is_none() && named.is_none(),
            two_dates: self.midnight || night || named == Some(0),
            today: part.is_some_and(|part| part.today),
        })
    }

    /// So many minutes later, or earlier, less than an hour. What comes just before one o'clock is just after twelve.
    fn shifted(self, minutes: i16) -> Option<Self> {
        let of_day = i16::from(self.hour) * 60 + i16::from(self.minute) + minutes;
        let of_day = if self.known { of_day.rem_euclid(1440) } else { of_day };
        let hour = if of_day < 60 && !self.known { 12 } else { of_day / 60 };
        Some(Self {
            hour: u8::try_from(hour).ok()?,
            minute: of_day.rem_euclid(60) as u8,
            midnight: self.midnight && minutes >= 0,
            bare: false,
            ..self
        })
    }
}

fn face(c: &mut Cursor<'_>) -> Option<Face> {
    c.attempt(relative_to_hour).or_else(|| c.attempt(in_digits)).or_else(|| c.attempt(in_words))
}

/// Reads an hour with a name: noon or midnight.
fn named_hour(c: &mut Cursor<'_>) -> Option<Face> {
    let hour = c.take(Class::Noon)? as u8;
    Some(Face { hour, minute: 0, second: 0, known: true, midnight: hour == 0, bare: false, noon: hour > 0 })
}

/// Reads an hour and the word for "o'clock".
fn hour(c: &mut Cursor<'_>) -> Option<Face> {
    c.fillers();
    if let Some(face) = named_hour(c) {
        return Some(face);
    }
    let hour = match c.digits() {
        Some((count, value)) => u8::try_from(value).ok().filter(|_| count <= 2)?,
        None => below_hundred(c)?,
    };
    oclock(c, hour);
    Face::hour(hour)
}

/// Reads the word for "o'clock", or "hours" where that stands for it behind this hour: always in French; in Spanish on the
/// 24-hour clock, as "dos horas" are a length of time.
fn oclock(c: &mut Cursor<'_>, hour: u8) -> bool {
    let hours = c.language == Some(Language::French) || (c.language == Some(Language::Spanish) && hour > 12);
    let found = hours && c.take_the(Class::Period, HOUR).is_some();
    c.take(Class::Oclock).is_some() || found
}

/// Reads minutes before or after an hour: "half past six", "zehn vor sieben", "halb sieben".
fn relative_to_hour(c: &mut Cursor<'_>) -> Option<Face> {
    let german = c.language == Some(Language::German);
    let half_hour = |c: &mut Cursor<'_>| {
        c.take(Class::Half)?;
        hour(c)?.shifted(if german { -30 } else { 30 })
    };
    if let Some(face) = c.attempt(|c| if german { half_hour(c) } else { None }) {
        return Some(face);
    }
    c.take(Class::Article);
    if c.take(Class::Half).is_some() {
        // "half six" is said for "half past six".
        c.take(Class::Past);
        return if c.language == Some(Language::English) { hour(c)?.shifted(30) } else { None };
    }
    let quarters = if c.take(Class::Quarter).is_some() {
        Some(1)
    } else if c.take(Class::ThreeQuarters).is_some() {
        Some(3)
    } else {
        None
    };
    let minutes = match quarters {
        Some(quarters) => 15 * quarters,
        None => i16::try_from(count(c)?).ok().filter(|minutes| (1..60).contains(minutes))?,
    };
    let named = quarters.is_some() || c.take_the(Class::Period, MINUTE).is_some();
    if c.take(Class::Past).is_some() {
        return c.attempt(half_hour).or_else(|| hour(c)).and_then(|face| face.shifted(minutes));
    }
    if c.take(Class::To).is_some() {
        // "seven to eight" is a span of time.
        (named || c.language != Some(Language::English) || minutes % 5 == 0).then_some(())?;
        return c.attempt(half_hour).or_else(|| hour(c)).and_then(|face| face.shifted(-minutes));
    }
    // "viertel sieben", "dreiviertel sieben"
    (german && quarters.is_some()).then_some(())?;
    hour(c)?.shifted(minutes - 60)
}

/// Reads `18:30`, `18:30:15`, `18h30`, `18.30`, `1830`, `7`.
fn in_digits(c: &mut Cursor<'_>) -> Option<Face> {
    let (count, value) = c.digits()?;
    if count == 4 {
        let (hour, minute) = ((value / 100) as u8, (value % 100) as u8);
        oclock(c, hour);
        return (hour < 24 && minute < 60).then_some(Face {
            hour,
            minute,
            second: 0,
            known: true,
            midnight: false,
            bare: true,
            noon: false,
        });
    }
    let face = Face::hour(u8::try_from(value).ok().filter(|_| count <= 2)?)?;
    let sixtieth = |c: &mut Cursor<'_>| c.digits().filter(|&(count, value)| count == 2 && value < 60);
    let point = |c: &mut Cursor<'_>, sign: u8| {
        c.attempt(|c| {
            c.inner_symbol(sign)?;
            sixtieth(c)
        })
    };
    // The 24-hour clock is what these languages write with digits; in others a leading zero tells.
    let written = matches!(c.language, Some(Language::German | Language::French));
    let leading_zero = count == 2 && value < 10;
    let known = face.known || leading_zero;
    let mut minute = point(c, b':').or_else(|| point(c, b'.'));
    let mut second = None;
    if minute.is_some() {
        second = point(c, b':');
    } else {
        minute = c.attempt(|c| {
            let glued = c.glued();
            c.take_the(Class::Period, HOUR)?;
            (glued || c.language == Some(Language::French)).then_some(())?;
            sixtieth(c)
        });
        if minute.is_some() {
            c.take_the(Class::Period, MINUTE);
        }
    }
    if let Some((_, minute)) = minute {
        oclock(c, face.hour);
        let second = second.map_or(0, |(_, second)| second as u8);
        let midnight = face.midnight;
        (!midnight || (minute == 0 && second == 0)).then_some(())?;
        return Some(Face { minute: minute as u8, second, known: known || written, bare: false, ..face });
    }
    behind_hour(c, Face { known, ..face })
}

/// Reads an hour in words and what is behind it.
fn in_words(c: &mut Cursor<'_>) -> Option<Face> {
    let face = match named_hour(c) {
        Some(face) => face,
        None => Face::hour(below_hundred(c)?)?,
    };
    behind_hour(c, face)
}

/// Reads the minutes behind "and": "media", "quart", "diez". What could as well be another hour is not understood.
fn and_minutes(c: &mut Cursor<'_>) -> Option<i16> {
    if c.take(Class::Half).is_some() {
        return Some(30);
    }
    if c.take(Class::Quarter).is_some() {
        return Some(15);
    }
    let minutes =
        count(c).and_then(|count| i16::try_from(count).ok()).filter(|minutes| (1..60).contains(minutes))?;
    let spoken = c.language == Some(Language::Spanish) && (minutes % 5 == 0 || minutes > 12);
    (spoken || c.peek(Class::Period) == Some(MINUTE)).then_some(minutes)
}

/// Reads what is behind an hour: "o'clock", "thirty", "y media", "et quart", "moins dix".
fn behind_hour(c: &mut Cursor<'_>, face: Face) -> Option<Face> {
    let full = oclock(c, face.hour);
    let quarter_or = |c: &mut Cursor<'_>| {
        c.fillers();
        if c.take(Class::Quarter).is_some() {
            return Some(15);
        }
        count(c).and_then(|count| i16::try_from(count).ok()).filter(|minutes| (1..60).contains(minutes))
    };
    let romance = matches!(c.language, Some(Language::Spanish | Language::French));
    let minutes = c.attempt(|c| {
        if romance && c.take(Class::Minus).is_some() {
            return quarter_or(c).map(|minutes| -minutes);
        }
        if romance && c.take(Class::And).is_some() {
            return and_minutes(c);
        }
        if romance && c.take(Class::Quarter).is_some() {
            return Some(15);
        }
        let oh = c.take(Class::Oh).is_some();
        let (two_digits, minutes) = match c.digits() {
            Some((count, value)) => (count == 2, u8::try_from(value).ok()?),
            None => (false, below_hundred(c)?),
        };
        if minutes >= 60 || (two_digits && oh) {
            return None;
        }
        // "seven five" is no time, "seven oh five" is.
        let small = (1..10).contains(&minutes);
        let fits = if oh { small } else { minutes >= 10 || two_digits || (full && small) };
        fits.then_some(i16::from(minutes))
    });
    let Some(minutes) = minutes else { return Some(Face { bare: face.bare && !full, ..face }) };
    c.take_the(Class::Period, MINUTE);
    c.take(Class::Oclock);
    face.shifted(minutes)
}

/// The time of a clock: if the half of the day was not said, the one that comes next after the reference.
pub(super) fn settle(clock: &Clock, reference: Option<&Reference>) -> TimeValue {
    let time = match reference {
        Some(now) if !clock.known => {
            let wait = |time: Time| (time.seconds() - now.time.seconds() - 1).rem_euclid(DAY);
            if wait(clock.time.opposite()) < wait(clock.time) { clock.time.opposite() } else { clock.time }
        }
        _ => clock.time,
    };
    TimeValue { time, meridiem_known: clock.known }
}
