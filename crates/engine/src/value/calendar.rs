//! Days and times of day, in the proleptic Gregorian calendar. There are no time zones here: all times are local.

use core::fmt;
use core::str::FromStr;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// How many days a month has.
fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Date {
    /// The day, if the calendar has it. Years are 1 to 9999.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day);
        valid.then_some(Self { year, month, day })
    }

    /// 1 to 9999.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Day of the week: 1 is Monday, 7 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // 0000-03-01 was a Wednesday.
        (self.number() + 2).rem_euclid(7) as u8 + 1
    }

    /// The year and number of its ISO 8601 week.
    #[must_use]
    pub fn week(self) -> (i32, u8) {
        // A week belongs to the year of its Thursday.
        let thursday = self.number() + 4 - i32::from(self.weekday());
        let (year, ..) = civil(thursday);
        let first = number(year, 1, 1);
        (year, ((thursday - first) / 7 + 1) as u8)
    }

    /// Days since 1 March of the year 0 (after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    fn number(self) -> i32 {
        number(self.year, self.month, self.day)
    }

    /// The day so many days later (or earlier).
    pub(super) fn plus_days(self, days: i32) -> Option<Self> {
        let (year, month, day) = civil(self.number().checked_add(days)?);
        Self::new(year, month, day)
    }

    /// The same day of the month so many months later (or earlier), or the last one that the month has.
    pub(super) fn plus_months(self, months: i32) -> Option<Self> {
        let all = (self.year * 12 + i32::from(self.month) - 1).checked_add(months)?;
        let (year, month) = (all.div_euclid(12), all.rem_euclid(12) as u8 + 1);
        Self::new(year, month, self.day.min(days_in_month(year, month)))
    }

    /// Monday of the same ISO week.
    pub(super) fn monday(self) -> Option<Self> {
        self.plus_days(1 - i32::from(self.weekday()))
    }
}

/// Days since 1 March of the year 0; years begin in March, so that the leap day is the last.
fn number(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (i32::from(month) + 9) % 12;
    year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + i32::from(day)
        - 1
}

/// Year, month and day of a number of days since 1 March of the year 0.
fn civil(days: i32) -> (i32, u8, u8) {
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u8, day as u8)
}

impl fmt::Display for Date {
    /// As `2026-11-28`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    hour: u8,
    minute: u8,
    second: u8,
}

impl Time {
    /// The time, if a day has it: 00:00:00 to 23:59:59.
    #[must_use]
    pub const fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour < 24 && minute < 60 && second < 60 { Some(Self { hour, minute, second }) } else { None }
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// Seconds since midnight.
    pub(super) fn seconds(self) -> i64 {
        (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second)
    }

    /// Twelve hours later on the clock, past midnight if need be.
    pub(super) const fn opposite(self) -> Self {
        Self { hour: (self.hour + 12) % 24, ..self }
    }
}

impl fmt::Display for Time {
    /// As `18:30`, or `18:30:15` where there are seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        if self.second == 0 { Ok(()) } else { write!(f, ":{:02}", self.second) }
    }
}

/// The moment that "tomorrow" and "in two hours" are counted from. The engine never reads a clock: the caller says when
/// now is, in local time.
///
/// ```
/// use stonechat_engine::value::Reference;
///
/// let now: Reference = "2026-11-22T18:30:00+01:00".parse().unwrap();
/// assert_eq!(now.to_string(), "2026-11-22T18:30");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The day.
    pub date: Date,
    /// The time on that day.
    pub time: Time,
}

impl Reference {
    /// The moment so many seconds later (or earlier).
    pub(super) fn plus_seconds(self, seconds: i64) -> Option<Self> {
        let all = self.time.seconds().checked_add(seconds)?;
        let date = self.date.plus_days(i32::try_from(all.div_euclid(86_400)).ok()?)?;
        let of_day = all.rem_euclid(86_400);
        let time = Time::new((of_day / 3600) as u8, (of_day / 60 % 60) as u8, (of_day % 60) as u8)?;
        Some(Self { date, time })
    }
}

impl fmt::Display for Reference {
    /// As `2026-11-28T18:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

/// A text that is no local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BadReference;

impl fmt::Display for BadReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no date and time; write it as 2026-11-22T18:30:00, in local time")
    }
}

impl core::error::Error for BadReference {}

impl FromStr for Reference {
    type Err = BadReference;

    /// Reads `2026-11-22T18:30:00`; a space may stand for the `T`, and the seconds may be left out. A fraction of a second
    /// and an offset from UTC (`Z`, `+01:00`) are accepted and left out: the local part counts.
    fn from_str(text: &str) -> Result<Self, BadReference> {
        parse(text).ok_or(BadReference)
    }
}

fn parse(text: &str) -> Option<Reference> {
    let mut rest = text;
    let year = digits(&mut rest, 4)?;
    let month = digits(skip(&mut rest, "-")?, 2)?;
    let day = digits(skip(&mut rest, "-")?, 2)?;
    rest = rest.strip_prefix(['T', 't', ' '])?;
    let hour = digits(&mut rest, 2)?;
    let minute = digits(skip(&mut rest, ":")?, 2)?;
    let mut second = 0;
    if skip(&mut rest, ":").is_some() {
        second = digits(&mut rest, 2)?;
        if skip(&mut rest, ".").is_some() {
            let fraction = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            (fraction.len() < rest.len()).then_some(())?;
            rest = fraction;
        }
    }
    if let Some(offset) = rest.strip_prefix(['+', '-']) {
        rest = offset;
        (digits(&mut rest, 2)? < 24).then_some(())?;
        // ISO 8601 also knows offsets without a colon, and without minutes.
        let colon = skip(&mut rest, ":").is_some();
        if colon || !rest.is_empty() {
            (digits(&mut rest, 2)? < 60).then_some(())?;
        }
    } else {
        rest = rest.strip_prefix(['Z', 'z']).unwrap_or(rest);
    }
    let date = Date::new(i32::from(year), month as u8, day as u8)?;
    let time = Time::new(hour as u8, minute as u8, second as u8)?;
    rest.is_empty().then_some(Reference { date, time })
}

/// Takes exactly so many digits off the front, at most four.
fn digits(rest: &mut &str, count: usize) -> Option<u16> {
    let (front, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    front.bytes().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u16::from(byte - b'0')))
}

/// Takes `prefix` off the front, if it is there.
fn skip<'r, 't>(rest: &'r mut &'t str, prefix: &str) -> Option<&'r mut &'t str> {
    *rest = rest.strip_prefix(prefix)?;
    Some(rest)
}
