//! Percentages, temperatures and amounts of money.

use super::cursor::Cursor;
use super::decimal::Decimal;
use super::lexicon::Class;
use super::number::{and_fraction, fraction, number};
use super::unit::{Currency, TemperatureUnit};

/// Reads a percentage. A whole number needs no sign, and a half is fifty.
pub(super) fn percent(c: &mut Cursor<'_>) -> Option<Decimal> {
    if let Some(share) = c.take(Class::Share) {
        return Some(Decimal::integer(share.into()));
    }
    let share = |c: &mut Cursor<'_>| {
        let part = fraction(c)?;
        c.ends()?;
        part.multiply(Decimal::integer(100))
    };
    if let Some(share) = c.attempt(share) {
        return Some(share);
    }
    let value = number(c)?;
    let signed = c.take(Class::Percent).is_some();
    (signed || value.to_integer().is_some()).then_some(value)
}

/// Reads a temperature. The scale may be left out, and so may the word for degrees.
pub(super) fn temperature(c: &mut Cursor<'_>) -> Option<(Decimal, TemperatureUnit)> {
    // "a degree"
    let article = |c: &mut Cursor<'_>| c.take(Class::Article).filter(|_| c.peek(Class::Degree).is_some());
    let mut value = number(c).or_else(|| c.attempt(article).map(|_| Decimal::integer(1)))?;
    // "twenty degrees and a half"
    if c.take(Class::Degree).is_some()
        && value.to_integer().is_some()
        && let Some(part) = and_fraction(c)
    {
        value = value.add(if value.mantissa() < 0 { part.negate()? } else { part })?;
    }
    let before = c.take(Class::BelowZero).is_some();
    let unit = match c.take(Class::Scale) {
        Some(0) => TemperatureUnit::Celsius,
        Some(_) => TemperatureUnit::Fahrenheit,
        None => TemperatureUnit::Degree,
    };
    let below = before || c.take(Class::BelowZero).is_some();
    if !below {
        return Some((value, unit));
    }
    (value.mantissa() > 0).then(|| value.negate()).flatten().map(|value| (value, unit))
}

/// Reads an amount of money, whose currency must be said.
pub(super) fn money(c: &mut Cursor<'_>) -> Option<(Decimal, Currency)> {
    if let Some(place) = c.take(Class::Currency) {
        return Some((number(c)?, Currency::at(place)?));
    }
    let value = number(c).or_else(|| c.take(Class::Article).map(|_| Decimal::integer(1)))?;
    if let Some(place) = c.take(Class::Cent) {
        let cents = value.to_integer().filter(|cents| (1..100).contains(cents))?;
        return Some((Decimal::new(cents, 2)?, Currency::at(place)?));
    }
    c.take(Class::Of);
    let currency = Currency::at(c.take(Class::Currency)?)?;
    let value = match c.attempt(|c| cents(c, currency)) {
        Some(cents) => {
            // "2.5 dollars fifty" is no amount.
            value.to_integer()?;
            value.add(if value.mantissa() < 0 { cents.negate()? } else { cents })?
        }
        None => value,
    };
    Some((value, currency))
}

/// Reads the hundredths behind a number of main units: "and fifty cents", "fünfzig".
fn cents(c: &mut Cursor<'_>, currency: Currency) -> Option<Decimal> {
    c.take(Class::And);
    let cents = number(c)?.to_integer().filter(|cents| (1..100).contains(cents))?;
    let fits = match c.take(Class::Cent) {
        // Pence and rappen are of one currency, cents and centimes of many.
        Some(place) => match Currency::at(place) {
            Some(of @ (Currency::GBP | Currency::CHF)) => of == currency,
            _ => currency != Currency::GBP,
        },
        None => cents >= 10,
    };
    (fits && currency != Currency::JPY).then_some(())?;
    Decimal::new(cents, 2)
}
