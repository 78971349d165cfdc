//! Numbers, in digits and in words, and places in an order.

use super::cursor::Cursor;
use super::decimal::{Decimal, power_of_ten};
use super::kind::Language;
use super::lexicon::Class;

/// Reads a number with its sign.
pub(super) fn number(c: &mut Cursor<'_>) -> Option<Decimal> {
    c.attempt(|c| {
        let negative = c.symbol(b'-').or_else(|| c.take(Class::Minus).map(|_| ())).is_some();
        let value = magnitude(c)?;
        match (negative, c.take(Class::BelowZero).is_some()) {
            (true, true) => None,
            (false, false) => Some(value),
            _ => value.negate(),
        }
    })
}

/// Reads a number that is not negative.
pub(super) fn magnitude(c: &mut Cursor<'_>) -> Option<Decimal> {
    c.attempt(|c| {
        let digits = in_digits(c);
        let value = digits.or_else(|| fraction(c)).or_else(|| in_words(c))?;
        // "2.5 million", "two and a half million"; words for whole numbers have read it already.
        if digits.is_none() && value.decimals() == 0 {
            return Some(value);
        }
        match c.take(Class::Power) {
            Some(exponent) => value.multiply(Decimal::integer(power_of_ten(exponent as u8)?)),
            None => Some(value),
        }
    })
}

/// Reads a whole number in words, or digits without any sign inside.
pub(super) fn count(c: &mut Cursor<'_>) -> Option<u32> {
    c.attempt(|c| match c.digits() {
        Some((_, value)) => u32::try_from(value).ok(),
        None => u32::try_from(cardinal(c)?).ok(),
    })
}

/// Reads a place in an order, from 1.
pub(super) fn ordinal(c: &mut Cursor<'_>) -> Option<u32> {
    c.attempt(|c| {
        let place = match c.digits() {
            Some((_, value)) => {
                let dot = |c: &mut Cursor<'_>| c.glued().then(|| c.symbol(b'.')).flatten();
                c.take_glued(Class::Suffix).map(|_| ()).or_else(|| dot(c))?;
                i64::try_from(value).ok()?
            }
            None => {
                let mut words = Words { ordinal: None };
                let value = words.whole(c)?;
                words.ordinal?;
                value
            }
        };
        u32::try_from(place).ok().filter(|&place| place > 0)
    })
}

/// Reads a whole number in words.
pub(super) fn cardinal(c: &mut Cursor<'_>) -> Option<i64> {
    c.attempt(|c| Words { ordinal: Some(false) }.whole(c))
}

/// Reads a number below 100 in words.
pub(super) fn below_hundred(c: &mut Cursor<'_>) -> Option<u8> {
    c.attempt(|c| Words { ordinal: Some(false) }.tail(c)).map(|value| value as u8)
}

/// Reads a half, a quarter or three quarters.
pub(super) fn fraction(c: &mut Cursor<'_>) -> Option<Decimal> {
    c.attempt(|c| {
        if let Some(hundredths) = c.take(Class::Fraction) {
            return Decimal::new(hundredths.into(), 2);
        }
        let count = c.take(Class::Article).map(|_| 1).or_else(|| c.take(Class::Small));
        let one = matches!(count, None | Some(1));
        if one && c.take(Class::ThreeQuarters).is_some() {
            return Decimal::new(75, 2);
        }
        if one && c.take(Class::Half).is_some() {
            // "half an hour", "half a dozen".
            c.take(Class::Article);
            return match dozen(c) {
                Some(dozen) => dozen.multiply(Decimal::HALF),
                None => Some(Decimal::HALF),
            };
        }
        c.take(Class::Quarter)?;
        match count {
            // The Spanish word is also that for the fourth.
            None if c.language == Some(Language::Spanish) => None,
            None | Some(1) => Decimal::new(25, 2),
            Some(3) => Decimal::new(75, 2),
            _ => None,
        }
    })
}

/// Reads a group with a name, such as a dozen.
fn dozen(c: &mut Cursor<'_>) -> Option<Decimal> {
    let count = c.take(Class::Dozen)?;
    c.take(Class::Of);
    Some(Decimal::integer(count.into()))
}

/// Reads "and a half" and the like behind a number.
pub(super) fn and_fraction(c: &mut Cursor<'_>) -> Option<Decimal> {
    c.attempt(|c| {
        c.take(Class::And)?;
        fraction(c)
    })
}

fn in_words(c: &mut Cursor<'_>) -> Option<Decimal> {
    if c.take(Class::OneAndHalf).is_some() {
        return Decimal::new(15, 1);
    }
    let group = c.attempt(|c| {
        c.take(Class::Article);
        dozen(c)
    });
    if group.is_some() {
        return group;
    }
    let count = cardinal(c)?;
    let whole = Decimal::integer(count);
    if let Some(group) = dozen(c) {
        return whole.multiply(group);
    }
    // "deux millions et demi" is half a million more.
    let half = |c: &mut Cursor<'_>| if count < 1000 { half_more(c) } else { None };
    match c.attempt(decimals).or_else(|| half(c)) {
        Some(part) => whole.add(part),
        None => Some(whole),
    }
}

/// Reads "and a half" and the like in one word or several.
fn half_more(c: &mut Cursor<'_>) -> Option<Decimal> {
    and_fraction(c).or_else(|| c.take(Class::AndHalf).map(|_| Decimal::HALF))
}

/// Reads what comes behind a spoken point: digit after digit, or one number of two digits.
fn decimals(c: &mut Cursor<'_>) -> Option<Decimal> {
    c.take(Class::Point)?;
    let mut sum = 0_i64;
    let mut places = 0;
    while let Some(value) = c.attempt(|c| match c.take(Class::Oh) {
        Some(_) => Some(0),
        None => below_hundred(c),
    }) {
        let width = if value < 10 { 1 } else { 2 };
        if width == 2 && places > 0 {
            return None;
        }
        sum = sum.checked_mul(power_of_ten(width)?)?.checked_add(value.into())?;
        places += width;
        if width == 2 {
            break;
        }
    }
    (places > 0).then(|| Decimal::new(sum, places)).flatten()
}

/// Numbers in words.
struct Words {
    /// Whether a place in an order was read, which ends a number; `Some(false)` if none is wanted.
    ordinal: Option<bool>,
}

impl Words {
    /// Reads thousands, millions and so on, each smaller than the one before, and the rest.
    fn whole(&mut self, c: &mut Cursor<'_>) -> Option<i64> {
        let (mut total, mut thousands, mut limit) = (0_i64, 0_i64, u16::MAX);
        let mut read = 0;
        loop {
            let group = c.attempt(|c| {
                if read > 0 && joins_parts(c.language) {
                    c.take(Class::And);
                }
                let one = c.attempt(|c| c.take(Class::Article).filter(|_| c.peek(Class::Power).is_some()));
                if one.is_some() { Some(1) } else { self.group(c) }
            });
            let ended = self.ordinal == Some(true);
            let power = if ended { None } else { c.attempt(|c| c.take(Class::Power).filter(|&e| e < limit)) };
            match (group, power) {
                // A thousand alone is one, and a hundred hundreds are no number.
                (None | Some(0..1000), Some(3)) if thousands == 0 && group != Some(0) => {
                    thousands = group.unwrap_or(1) * 1000;
                }
                (_, Some(exponent)) if exponent > 3 && (group.is_some() || thousands > 0) => {
                    let group = group.filter(|&group| group < 1000).or((thousands > 0).then_some(0))?;
                    let part = (thousands + group).checked_mul(power_of_ten(exponent as u8)?)?;
                    total = total.checked_add(part)?;
                    (thousands, limit) = (0, exponent);
                }
                (Some(group), None) if read == 0 || (1..1000).contains(&group) => {
                    return total.checked_add(thousands)?.checked_add(group);
                }
                (None, None) if read > 0 => return total.checked_add(thousands),
                _ => return None,
            }
            read += 1;
        }
    }

    /// Reads a number below 1000, or hundreds up to 9900.
    fn group(&mut self, c: &mut Cursor<'_>) -> Option<i64> {
        let hundreds = c.take(Class::Hundreds).map(i64::from).or_else(|| {
            c.attempt(|c| {
                let most = if c.language == Some(Language::English) { 99 } else { 19 };
                let count = match c.take(Class::Article) {
                    Some(_) => 1,
                    None => Self { ordinal: Some(false) }.tail(c).unwrap_or(1),
                };
                c.take(Class::Hundred)?;
                ((1..=most).contains(&count) && count != 10).then_some(count * 100)
            })
        });
        let Some(hundreds) = hundreds else { return self.tail(c) };
        let rest = c.attempt(|c| {
            if joins_parts(c.language) {
                c.take(Class::And);
            }
            self.tail(c).filter(|&rest| (1..100).contains(&rest))
        });
        Some(hundreds + rest.unwrap_or(0))
    }

    /// Reads a number below 100, or a place in an order that begins here.
    fn tail(&mut self, c: &mut Cursor<'_>) -> Option<i64> {
        if c.language == Some(Language::German)
            && let Some(value) = c.attempt(|c| {
                let ones = c.take(Class::Small).filter(|ones| (1..10).contains(ones))?;
                c.take(Class::And)?;
                let tens =
                    c.take(Class::Tens).or_else(|| self.place(c, |place| (20..100).contains(&place)))?;
                Some(i64::from(ones + tens))
            })
        {
            return Some(value);
        }
        if let Some(tens) = c.take(Class::Tens) {
            let most = if c.language == Some(Language::French) && matches!(tens, 60 | 80) { 20 } else { 10 };
            let fits = |ones: u16| ones > 0 && ones < most;
            let ones = c.attempt(|c| {
                if matches!(c.language, Some(Language::Spanish | Language::French)) {
                    c.take(Class::And);
                }
                let plain = |c: &mut Cursor<'_>| c.take(Class::Small).filter(|&ones| fits(ones));
                if c.language == Some(Language::German) {
                    return None;
                }
                c.attempt(plain).or_else(|| self.place(c, fits))
            });
            return Some(i64::from(tens + ones.unwrap_or(0)));
        }
        if let Some(value) = c.take(Class::Small) {
            // "two hundredth"
            let large = self.place(c, |place| place >= 100);
            return i64::from(value).checked_mul(large.map_or(1, i64::from));
        }
        let first = self.place(c, |_| true)?;
        let more = match (c.language, first) {
            (Some(Language::Spanish), 10..100) if first % 10 == 0 => self.place(c, |place| place < 10),
            (Some(Language::French), 60 | 80) => self.place(c, |place| place < 20),
            _ => None,
        };
        Some(i64::from(first + more.unwrap_or(0)))
    }

    /// Reads a place in an order, where one is wanted.
    fn place(&mut self, c: &mut Cursor<'_>, fits: impl Fn(u16) -> bool) -> Option<u16> {
        if self.ordinal == Some(false) {
            return None;
        }
        let place = c.attempt(|c| c.take(Class::Ordinal).filter(|&place| fits(place)))?;
        self.ordinal = Some(true);
        Some(place)
    }
}

/// Whether "and" may stand between a hundred or a thousand and what follows.
const fn joins_parts(language: Option<Language>) -> bool {
    matches!(language, Some(Language::English | Language::German))
}

/// How a language writes numbers: the decimal sign, and the sign between groups of three digits. Where only one of them is
/// known, or none, a sign that could be either is not understood.
const fn signs(language: Option<Language>) -> (u8, u8) {
    match language {
        Some(Language::English) => (b'.', b','),
        Some(Language::German | Language::Spanish) => (b',', b'.'),
        Some(Language::French) => (b',', 0),
        None => (0, 0),
    }
}

/// Reads a number in digits, with its groups, decimals and fraction.
fn in_digits(c: &mut Cursor<'_>) -> Option<Decimal> {
    if let Some(part) = c.attempt(slashed) {
        return Some(part);
    }
    let whole = c.attempt(grouped)?;
    if whole.decimals() > 0 {
        return Some(whole);
    }
    let sign = |c: &mut Cursor<'_>| Decimal::new(c.take(Class::Fraction)?.into(), 2);
    let half = |c: &mut Cursor<'_>| if whole.to_integer()? < 1000 { half_more(c) } else { None };
    match c.attempt(slashed).or_else(|| sign(c)).or_else(|| half(c)) {
        Some(part) => whole.add(part),
        None => Some(whole),
    }
}

/// Reads `1/2`, `1/4` or `3/4`.
fn slashed(c: &mut Cursor<'_>) -> Option<Decimal> {
    let (_, over) = c.digits()?;
    c.inner_symbol(b'/')?;
    match (over, c.digits()?.1) {
        (1, 2) => Some(Decimal::HALF),
        (1, 4) => Decimal::new(25, 2),
        (3, 4) => Decimal::new(75, 2),
        _ => None,
    }
}

/// The most groups that a number is written with.
const RUNS: usize = 8;

/// Reads runs of digits and the signs, or spaces, between them.
fn grouped(c: &mut Cursor<'_>) -> Option<Decimal> {
    let (mut count, first) = c.digits()?;
    let mut all = i64::try_from(first).ok()?;
    let groupable = count <= 3 && first > 0;
    // The sign before each run, and how many digits the run has.
    let mut runs = [(b' ', 0); RUNS];
    let mut length = 0;
    while let Some((sign, digits, value)) = c.attempt(|c| {
        let sign = [b'.', b','].into_iter().find(|&sign| c.inner_symbol(sign).is_some()).unwrap_or(b' ');
        let glued = c.glued();
        let (digits, value) = c.digits()?;
        let spaced = !glued && digits == 3 && groupable && c.language != Some(Language::English);
        (sign != b' ' || spaced).then_some((sign, digits, value))
    }) {
        *runs.get_mut(length)? = (sign, digits);
        length += 1;
        count = count.checked_add(digits).filter(|&count| count <= 18)?;
        all = all.checked_mul(power_of_ten(digits)?)?.checked_add(i64::try_from(value).ok()?)?;
    }
    let Some((&(sign, digits), before)) = runs.get(..length)?.split_last() else {
        return Some(Decimal::integer(all));
    };
    let (decimal, group) = signs(c.language);
    let has_decimals = match before.first() {
        Some(&(first, _)) => sign != first,
        None if sign == b' ' => false,
        None if digits != 3 || !groupable || sign == decimal => true,
        None if sign == group => false,
        None => return None,
    };
    let groups = if has_decimals { before } else { runs.get(..length)? };
    let first = groups.first().map(|&(sign, _)| sign);
    let regular = groups.iter().all(|&(sign, digits)| digits == 3 && first == Some(sign));
    if !regular || (!groups.is_empty() && !groupable) || (has_decimals && sign == b' ') {
        return None;
    }
    Decimal::new(all, if has_decimals { digits } else { 0 })
}
