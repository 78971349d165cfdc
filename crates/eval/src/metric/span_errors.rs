//! What is wrong with spans: the kinds of error of MUC-5 (Chinchor and Sundheim, "MUC-5 Evaluation Metrics", 1993).

use super::spans::Span;
use serde::Serialize;

/// What is wrong with a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanErrorKind {
    /// It is due, and nothing was found in its place.
    Missing,
    /// It was found where nothing is due.
    Extra,
    /// Its slot is right; it begins or ends elsewhere.
    WrongLimits,
    /// Its limits are right; it is of another slot.
    WrongSlot,
    /// It overlaps one of another slot that begins or ends elsewhere.
    WrongSlotAndLimits,
}

impl SpanErrorKind {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Missing, Self::Extra, Self::WrongLimits, Self::WrongSlot, Self::WrongSlotAndLimits];

    /// The word for it in a sentence, such as `wrong limits`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::WrongLimits => "wrong limits",
            Self::WrongSlot => "wrong slot",
            Self::WrongSlotAndLimits => "wrong slot and limits",
        }
    }
}

/// A span that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanError {
    /// What is wrong.
    pub kind: SpanErrorKind,
    /// The span that was due; none if it is extra.
    pub due: Option<Span>,
    /// The span that was found; none if it is missing.
    pub found: Option<Span>,
}

/// Pairs the spans of a text that are due and were missed with those that were found and are not due, each with one other at
/// the most: first those of the same limits, then those of the same slot that overlap, then others that overlap; of several,
/// the first in the text. What stays alone is missing or extra.
#[must_use]
pub fn span_errors(missed: &[Span], extra: &[Span]) -> Vec<SpanError> {
    let sorted = |spans: &[Span]| {
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        spans
    };
    let (mut missed, mut extra) = (sorted(missed), sorted(extra));
    let mut errors = Vec::new();
    let mut pair = |kind, fits: fn(&Span, &Span) -> bool| {
        missed.retain(|due| {
            let Some(at) = extra.iter().position(|found| fits(due, found)) else { return true };
            errors.push(SpanError { kind, due: Some(*due), found: Some(extra.remove(at)) });
            false
        });
    };
    pair(SpanErrorKind::WrongSlot, Span::has_limits_of);
    pair(SpanErrorKind::WrongLimits, |due, found| due.slot == found.slot && due.overlaps(found));
    pair(SpanErrorKind::WrongSlotAndLimits, Span::overlaps);
    let missing = missed.iter().map(|&due| (SpanErrorKind::Missing, Some(due), None));
    let extra = extra.iter().map(|&found| (SpanErrorKind::Extra, None, Some(found)));
    errors.extend(missing.chain(extra).map(|(kind, due, found)| SpanError { kind, due, found }));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(all: &[(usize, usize, u32)]) -> Vec<Span> {
        all.iter().map(|&(start, end, slot)| Span { start, end, slot }).collect()
    }

    fn errors(
        missed: &[(usize, usize, u32)],
        extra: &[(usize, usize, u32)],
    ) -> Vec<(SpanErrorKind, Option<usize>, Option<usize>)> {
        let errors = span_errors(&spans(missed), &spans(extra));
        let start = |span: Option<Span>| span.map(|span| span.start);
        errors.into_iter().map(|error| (error.kind, start(error.due), start(error.found))).collect()
    }

    #[test]
    fn by_hand() {
        use SpanErrorKind::{Extra, Missing, WrongLimits, WrongSlot, WrongSlotAndLimits};
        assert_eq!(errors(&[(0, 4, 0)], &[]), [(Missing, Some(0), None)]);
        assert_eq!(errors(&[], &[(0, 4, 0)]), [(Extra, None, Some(0))]);
        assert_eq!(errors(&[(0, 4, 0)], &[(0, 4, 1)]), [(WrongSlot, Some(0), Some(0))]);
        assert_eq!(errors(&[(0, 4, 0)], &[(2, 8, 0)]), [(WrongLimits, Some(0), Some(2))]);
        assert_eq!(errors(&[(0, 4, 0)], &[(2, 8, 1)]), [(WrongSlotAndLimits, Some(0), Some(2))]);
        assert_eq!(errors(&[(0, 4, 0)], &[(4, 8, 0)]), [(Missing, Some(0), None), (Extra, None, Some(4))]);
        assert!(errors(&[], &[]).is_empty());
    }

    #[test]
    fn each_has_one_partner() {
        use SpanErrorKind::{Extra, Missing, WrongLimits, WrongSlot};
        // "new york city" found as "new" and "york city".
        assert_eq!(
            errors(&[(0, 13, 0)], &[(4, 13, 0), (0, 3, 0)]),
            [(WrongLimits, Some(0), Some(0)), (Extra, None, Some(4))]
        );
        // The same limits come before the same slot.
        assert_eq!(
            errors(&[(0, 9, 1), (2, 4, 0)], &[(2, 4, 1)]),
            [(WrongSlot, Some(2), Some(2)), (Missing, Some(0), None)]
        );
    }
}
