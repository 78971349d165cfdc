//! What a slot's text may stand for, and in which language it is read.

/// The type of a slot's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ValueType {
    /// The text itself.
    Text,
    /// One of a list of values, each with synonyms.
    Choice,
    /// A number.
    Number,
    /// A place in an order, counted from 1.
    Ordinal,
    /// A number of hundredths.
    Percent,
    /// A number of degrees.
    Temperature,
    /// A length of time.
    Duration,
    /// A day, week, month, year or weekend of the calendar.
    Date,
    /// A time of day.
    Time,
    /// A date, with a time of day where there is one.
    DateTime,
    /// An amount and its currency.
    Money,
    /// The text itself, which a pattern must match.
    Regex,
}

impl ValueType {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 12] = [
        Self::Text,
        Self::Choice,
        Self::Number,
        Self::Ordinal,
        Self::Percent,
        Self::Temperature,
        Self::Duration,
        Self::Date,
        Self::Time,
        Self::DateTime,
        Self::Money,
        Self::Regex,
    ];

    /// Its name in JSON and in task files, such as `datetime`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Choice => "choice",
            Self::Number => "number",
            Self::Ordinal => "ordinal",
            Self::Percent => "percent",
            Self::Temperature => "temperature",
            Self::Duration => "duration",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "datetime",
            Self::Money => "money",
            Self::Regex => "regex",
        }
    }

    /// The type of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its number in a model file.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The type of this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

/// A language whose words for numbers, times and amounts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Language {
    /// `en`
    English = 1,
    /// `de`
    German = 2,
    /// `es`
    Spanish = 3,
    /// `fr`
    French = 4,
}

impl Language {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Spanish, Self::French];

    /// The language of a BCP 47 tag such as `de` or `de-DE`; regions and everything else behind the first `-` or `_` are
    /// ignored, and so is case.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| first.eq_ignore_ascii_case(language.tag()))
    }

    /// Its BCP 47 tag, such as `de`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
        }
    }

    /// Its number in a model file; 0 is left for "none of these".
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The language of this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}
