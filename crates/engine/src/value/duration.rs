//! Lengths of time.

use core::fmt;

/// A length of time. Months have no fixed number of days, and days (where clocks change) no fixed number of hours, so the
/// three are kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Duration {
    /// Months; a year is twelve.
    pub months: u32,
    /// Days; a week is seven.
    pub days: u32,
    /// Milliseconds: hours, minutes and seconds in one.
    pub milliseconds: u64,
}

impl fmt::Display for Duration {
    /// As ISO 8601 has it: `PT1H30M`, `P1Y6M`, `P3DT12H`; `P2W` where there are whole weeks and nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { months, days, milliseconds } = *self;
        let part = |f: &mut fmt::Formatter<'_>, count: u64, unit: char| {
            if count == 0 { Ok(()) } else { write!(f, "{count}{unit}") }
        };
        f.write_str("P")?;
        if months == 0 && milliseconds == 0 && days > 0 && days.is_multiple_of(7) {
            return write!(f, "{}W", days / 7);
        }
        part(f, (months / 12).into(), 'Y')?;
        part(f, (months % 12).into(), 'M')?;
        part(f, days.into(), 'D')?;
        let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
        if milliseconds > 0 {
            f.write_str("T")?;
            part(f, seconds / 3600, 'H')?;
            part(f, seconds / 60 % 60, 'M')?;
            match (seconds % 60, fraction) {
                (0, 0) => Ok(()),
                (whole, 0) => write!(f, "{whole}S"),
                (whole, fraction) => {
                    let (digits, width) = match fraction {
                        fraction if fraction % 100 == 0 => (fraction / 100, 1),
                        fraction if fraction % 10 == 0 => (fraction / 10, 2),
                        fraction => (fraction, 3),
                    };
                    write!(f, "{whole}.{digits:0width$}S")
                }
            }
        } else if months == 0 && days == 0 {
            f.write_str("T0S")
        } else {
            Ok(())
        }
    }
}
