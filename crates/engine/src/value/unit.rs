//! Units of temperatures and amounts of money.

/// The scale of a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TemperatureUnit {
    /// Degrees Celsius.
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
    /// Degrees of a scale that was not said.
    Degree,
}

impl TemperatureUnit {
    /// `celsius`, `fahrenheit` or `degree`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Celsius => "celsius",
            Self::Fahrenheit => "fahrenheit",
            Self::Degree => "degree",
        }
    }
}

/// A currency, by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(u8);

/// The codes that are understood.
const CODES: [&str; 30] = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "INR", "RUB", "PLN", "SEK", "NOK", "DKK", "CZK", "HUF", "TRY",
    "BRL", "MXN", "CAD", "AUD", "NZD", "ZAR", "KRW", "SGD", "HKD", "ILS", "THB", "ARS", "CLP", "COP", "AED",
];

/// The place of a currency that is not understood.
pub(super) const NO_CURRENCY: u16 = CODES.len() as u16;

/// The place of a code among those that are understood, else [`NO_CURRENCY`].
#[allow(clippy::indexing_slicing)] // Checked by the compiler wherever it is used: in constants.
pub(super) const fn place(code: &str) -> u16 {
    let code = code.as_bytes();
    let mut at = 0;
    while at < CODES.len() {
        let known = CODES[at].as_bytes();
        if code.len() == 3 && known[0] == code[0] && known[1] == code[1] && known[2] == code[2] {
            return at as u16;
        }
        at += 1;
    }
    NO_CURRENCY
}

impl Currency {
    pub(super) const GBP: Self = Self(place("GBP") as u8);
    pub(super) const JPY: Self = Self(place("JPY") as u8);
    pub(super) const CHF: Self = Self(place("CHF") as u8);

    /// The currency of a code, whatever its case, if it is one of those that are understood.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let at = CODES.iter().position(|known| known.eq_ignore_ascii_case(code))?;
        Some(Self(at as u8))
    }

    /// The currency at this place among the codes.
    pub(super) fn at(place: u16) -> Option<Self> {
        (usize::from(place) < CODES.len()).then_some(Self(place as u8))
    }

    /// Its ISO 4217 code, such as `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        CODES.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}
