//! Exact decimal fractions.

use core::fmt;

/// The powers of ten that fit.
const POWERS: [i64; Decimal::MAX_DECIMALS as usize + 1] = {
    let mut powers = [1; Decimal::MAX_DECIMALS as usize + 1];
    let mut at = 1;
    #[allow(clippy::indexing_slicing)] // Of a constant, checked by the compiler.
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// 10 to the power of `exponent`, up to 18.
pub(super) fn power_of_ten(exponent: u8) -> Option<i64> {
    POWERS.get(usize::from(exponent)).copied()
}

/// A decimal fraction without rounding, such as 12.5. It has no zeros at its end, so equal numbers are equal values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i64,
    decimals: u8,
}

impl Decimal {
    /// The most digits behind the point.
    pub const MAX_DECIMALS: u8 = 18;
    /// One half.
    pub(super) const HALF: Self = Self { mantissa: 5, decimals: 1 };

    /// The number `mantissa` / 10^`decimals`; none if that has more than [`Self::MAX_DECIMALS`] digits behind the point.
    #[must_use]
    pub fn new(mut mantissa: i64, mut decimals: u8) -> Option<Self> {
        while decimals > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            decimals -= 1;
        }
        (decimals <= Self::MAX_DECIMALS).then_some(Self { mantissa, decimals })
    }

    /// A whole number.
    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self { mantissa: value, decimals: 0 }
    }

    /// The digits of the number, the point left out.
    #[must_use]
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// How many of the digits stand behind the point: 0 to [`Self::MAX_DECIMALS`].
    #[must_use]
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// The number, if it is whole.
    #[must_use]
    pub const fn to_integer(self) -> Option<i64> {
        if self.decimals == 0 { Some(self.mantissa) } else { None }
    }

    pub(super) fn add(self, other: Self) -> Option<Self> {
        let decimals = self.decimals.max(other.decimals);
        let widened = |number: Self| number.mantissa.checked_mul(power_of_ten(decimals - number.decimals)?);
        Self::new(widened(self)?.checked_add(widened(other)?)?, decimals)
    }

    pub(super) fn multiply(self, other: Self) -> Option<Self> {
        Self::new(self.mantissa.checked_mul(other.mantissa)?, self.decimals.checked_add(other.decimals)?)
    }

    pub(super) fn negate(self) -> Option<Self> {
        Some(Self { mantissa: self.mantissa.checked_neg()?, ..self })
    }
}

impl fmt::Display for Decimal {
    /// As `-12.5`: all digits, no grouping, no exponent. It is also a JSON number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = power_of_ten(self.decimals).unwrap_or(1).unsigned_abs();
        let digits = self.mantissa.unsigned_abs();
        let sign = if self.mantissa < 0 { "-" } else { "" };
        write!(f, "{sign}{}", digits / power)?;
        match self.decimals {
            0 => Ok(()),
            width => write!(f, ".{:0width$}", digits % power, width = usize::from(width)),
        }
    }
}
