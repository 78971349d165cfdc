//! Lengths of time.

use super::cursor::Cursor;
use super::decimal::{Decimal, power_of_ten};
use super::duration::Duration;
use super::lexicon::Class;
use super::number::{and_fraction, count, fraction, magnitude};

const MINUTE: u16 = 2;
const HOUR: u16 = 3;

/// Where words of the class [`Class::More`] may stand.
const BEFORE_NUMBER: u16 = 1;
const BEFORE_UNIT: u16 = 2;
const BEHIND: u16 = 4;
const ONE: u16 = 8;

/// Reads a word such as "more" that may stand here.
fn more(c: &mut Cursor<'_>, place: u16) -> Option<u16> {
    c.attempt(|c| c.take(Class::More).filter(|places| places & place != 0))
}

impl Duration {
    /// So many of a unit, as [`Class::Period`] numbers them; none where that is no whole number of months or milliseconds.
    fn of(amount: Decimal, unit: u16) -> Option<Self> {
        let times = |factor: i64| amount.multiply(Decimal::integer(factor));
        let milliseconds = |each: i64| u64::try_from(times(each)?.to_integer()?).ok();
        let months = |each: i64| u32::try_from(times(each)?.to_integer()?).ok();
        let days = |each: i64| {
            let days = times(each)?;
            let whole = days.mantissa() / power_of_ten(days.decimals())?;
            let rest = days.add(Decimal::integer(whole).negate()?)?;
            let milliseconds = rest.multiply(Decimal::integer(86_400_000))?.to_integer()?;
            Some(Self {
                days: whole.try_into().ok()?,
                milliseconds: milliseconds.try_into().ok()?,
                ..Self::default()
            })
        };
        Some(match unit {
            0 => Self { milliseconds: milliseconds(1)?, ..Self::default() },
            1 => Self { milliseconds: milliseconds(1000)?, ..Self::default() },
            MINUTE => Self { milliseconds: milliseconds(60_000)?, ..Self::default() },
            HOUR => Self { milliseconds: milliseconds(3_600_000)?, ..Self::default() },
            4 => return days(1),
            5 => return days(7),
            6 => Self { months: months(1)?, ..Self::default() },
            _ => Self { months: months(12)?, ..Self::default() },
        })
    }

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            months: self.months.checked_add(other.months)?,
            days: self.days.checked_add(other.days)?,
            milliseconds: self.milliseconds.checked_add(other.milliseconds)?,
        })
    }
}

/// Reads a length of time: parts from the longest unit to the shortest.
pub(super) fn duration(c: &mut Cursor<'_>) -> Option<Duration> {
    if let Some(duration) = c.attempt(clock_like) {
        return Some(duration);
    }
    let (mut sum, mut smallest) = c.attempt(part)?;
    loop {
        let next = c.attempt(|c| {
            c.take(Class::And);
            let (more, unit) = part(c)?;
            (unit < smallest).then_some((more, unit))
        });
        if let Some((more, unit)) = next {
            (sum, smallest) = (sum.plus(more)?, unit);
            continue;
        }
        // "an hour and a half", "1 h 30".
        let rest = c.attempt(|c| Duration::of(and_fraction(c)?, smallest)).or_else(|| {
            c.attempt(|c| {
                let below = matches!(smallest, MINUTE | HOUR).then(|| smallest - 1)?;
                let value = count(c).filter(|&count| count > 0 && count < 60)?;
                c.ends()?;
                Duration::of(Decimal::integer(value.into()), below)
            })
        });
        more(c, BEHIND);
        return match rest {
            Some(rest) => sum.plus(rest),
            None => Some(sum),
        };
    }
}

/// Reads a number and a unit: the length, and the unit.
fn part(c: &mut Cursor<'_>) -> Option<(Duration, u16)> {
    // "another hour"
    let one = more(c, BEFORE_NUMBER).filter(|places| places & ONE != 0).map(|_| Decimal::integer(1));
    let amount = c.attempt(|c| {
        // "an hour", "half an hour", "a quarter of an hour".
        let mut amount = magnitude(c).or_else(|| c.take(Class::Article).map(|_| Decimal::integer(1)))?;
        // "one more half hour"
        if more(c, BEFORE_UNIT).is_some()
            && amount == Decimal::integer(1)
            && let Some(part) = fraction(c)
        {
            amount = part;
        }
        c.take(Class::Of);
        if amount.decimals() > 0 && c.take(Class::Article).is_none() {
            c.take_the(Class::Small, 1);
        }
        let named = [Class::Period, Class::Fortnight, Class::QuarterHour];
        named.into_iter().any(|class| c.peek(class).is_some()).then_some(amount)
    });
    let amount = amount.or(one);
    // "hora y media": one, if a half follows.
    let implied = |c: &mut Cursor<'_>| {
        let mut ahead = *c;
        ahead.take(Class::Period)?;
        ahead.take(Class::And)?;
        ahead.take(Class::Article);
        ahead.take(Class::Half).map(|_| Decimal::integer(1))
    };
    if let Some(minutes) = c.take(Class::QuarterHour) {
        let whole = amount.is_none_or(|amount| amount == Decimal::integer(1));
        return whole.then(|| Some((Duration::of(Decimal::integer(minutes.into()), MINUTE)?, MINUTE)))?;
    }
    if let Some(days) = c.take(Class::Fortnight) {
        // "a fortnight and a half" is not half a day more.
        c.peek(Class::And).is_none().then_some(())?;
        return Some((Duration::of(amount?.multiply(Decimal::integer(days.into()))?, 4)?, 4));
    }
    let amount = amount.or_else(|| implied(c))?;
    let unit = c.take(Class::Period)?;
    Some((Duration::of(amount, unit)?, unit))
}

/// Reads `1:30:00`, or `1:30` before a unit.
fn clock_like(c: &mut Cursor<'_>) -> Option<Duration> {
    let (_, first) = c.digits()?;
    let sixtieth = |c: &mut Cursor<'_>| {
        c.inner_symbol(b':')?;
        c.digits().filter(|&(count, value)| count == 2 && value < 60).map(|(_, value)| value)
    };
    let second = sixtieth(c)?;
    let third = c.attempt(sixtieth);
    let unit = match third {
        Some(_) => HOUR,
        None => c.take(Class::Period).filter(|unit| matches!(*unit, MINUTE | HOUR))?,
    };
    if unit == HOUR && third.is_some() {
        c.take_the(Class::Period, HOUR);
    }
    let amount = |value: u64, unit| Duration::of(Decimal::integer(i64::try_from(value).ok()?), unit);
    let sum = amount(first, unit)?.plus(amount(second, unit - 1)?)?;
    sum.plus(amount(third.unwrap_or(0), 1)?)
}

/// The length of time that a text of ISO 8601 stands for, such as `P1DT12H` or `PT1H30M`.
pub(super) fn iso_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim().strip_prefix(['P', 'p'])?;
    let (mut sum, mut smallest, mut time) = (Duration::default(), 8, false);
    let mut parts = 0;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(['T', 't']).filter(|_| !time) {
            (rest, time) = (behind, true);
            // Something must follow.
            (!rest.is_empty()).then_some(())?;
            continue;
        }
        let letter = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (digits, behind) = rest.split_at_checked(letter)?;
        let (whole, decimals) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() <= 12;
        let fits = !whole.is_empty() && plain(whole) && plain(decimals) && decimals.len() <= 3;
        (fits && digits.len() != whole.len() + 1).then_some(())?;
        let number = |digits: &str| digits.bytes().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let scale = power_of_ten(decimals.len() as u8)?;
        let value = number(whole).checked_mul(scale)?.checked_add(number(decimals))?;
        let unit = match (behind.as_bytes().first()?.to_ascii_uppercase(), time) {
            (b'Y', false) => 7,
            (b'M', false) => 6,
            (b'W', false) => 5,
            (b'D', false) => 4,
            (b'H', true) => HOUR,
            (b'M', true) => MINUTE,
            (b'S', true) => 1,
            _ => return None,
        };
        (unit < smallest).then_some(())?;
        sum = sum.plus(Duration::of(Decimal::new(value, decimals.len() as u8)?, unit)?)?;
        rest = behind.get(1..)?;
        (smallest, parts) = (unit, parts + 1);
    }
    (parts > 0).then_some(sum)
}
