//! What a word may be.

/// A part that a word plays. A word can have several.
///
/// The number beside a word says which of the kind it is; its meaning stands with each class, and it is 0 where there is
/// nothing to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::value) enum Class {
    /// Says nothing: an article, or a preposition. 1 where it may also be the last word, 2 for an article that a part of the day may
    /// have, but no day.
    Filler,
    /// Says nothing at the start of a text; inside it may stand between the ends of a span.
    Lead,
    /// Stands before a time of day, so that a bare number behind it is an hour.
    At,
    /// Stands before a day, so that a bare number behind it is the day of a month.
    DayArticle,
    /// Several of a unit.
    Plural,
    /// `and`, between the parts of a number or a sum.
    And,
    /// `a`, which counts as one before a unit; in languages where it is the word for one, it is that.
    Article,
    /// Between a part and its whole.
    Of,
    /// A number up to 29, the value.
    Small,
    /// 20 to 90, the value.
    Tens,
    /// A hundred, behind a number.
    Hundred,
    /// Hundreds in one word: the value.
    Hundreds,
    /// A power of ten: the exponent.
    Power,
    /// A half.
    Half,
    /// A quarter.
    Quarter,
    /// Three quarters.
    ThreeQuarters,
    /// One and a half.
    OneAndHalf,
    /// A half more than the number before it.
    AndHalf,
    /// A sign for a fraction: in hundredths.
    Fraction,
    /// A group with a name: how many it is.
    Dozen,
    /// Zero, inside a time or a year.
    Oh,
    /// The decimal point, spoken.
    Point,
    /// A sign, spoken; in times, "less".
    Minus,
    /// A sign that comes last.
    BelowZero,
    /// A place in an order: the value.
    Ordinal,
    /// What makes digits a place in an order.
    Suffix,
    /// Hundredths.
    Percent,
    /// So many hundredths in one word, where all there is counts as a hundred.
    Share,
    /// Degrees.
    Degree,
    /// 0 Celsius, 1 Fahrenheit.
    Scale,
    /// The main unit of a currency: its place among the codes.
    Currency,
    /// A hundredth of a currency: its place among the codes, beyond them if it can be any.
    Cent,
    /// A length of time: 0 milliseconds, 1 seconds, 2 minutes, 3 hours, 4 days, 5 weeks, 6 months, 7 years.
    Period,
    /// Several days with a name: how many.
    Fortnight,
    /// Quarters of an hour in one word: in minutes.
    QuarterHour,
    /// Says that a length of time comes on top: where it may stand, the sum of 1 before the number, 2 before the unit, 4
    /// behind, and 8 if before a unit alone it is one.
    More,
    /// A day near today: 128 is today, 129 tomorrow.
    Day,
    /// 1 Monday to 7 Sunday.
    Weekday,
    /// 1 to 12.
    Month,
    /// Which of several: 0 last, 1 this, 2 next, 3 coming.
    Relative,
    /// Saturday and Sunday.
    Weekend,
    /// Before a length of time: so much later than now.
    In,
    /// Before a length of time: so much earlier than now.
    AgoBefore,
    /// Behind a length of time: so much earlier than now.
    Ago,
    /// Behind a length of time: so much later than now.
    FromNow,
    /// Between a length of time and the day that it is counted from.
    From,
    /// Behind a full hour.
    Oclock,
    /// Between minutes and the hour before.
    Past,
    /// Between minutes and the hour to come.
    To,
    /// A part of the day, as `clock.rs` numbers them.
    Part,
    /// An hour with a name: 12 or 0.
    Noon,
    /// The moment itself.
    Now,
    /// The `W` of ISO 8601 weeks.
    IsoWeek,
}

/// A word or several, in lower case without accents, its class and its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::value) struct Row(pub(super) &'static str, pub(super) Class, pub(super) u16);

impl Row {
    /// Its number, if it has this class.
    #[inline]
    pub(in crate::value) fn get(&self, class: Class) -> Option<u16> {
        (self.1 == class).then_some(self.2)
    }
}
