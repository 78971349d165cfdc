//! Precision, recall and F1 of spans, as the script of CoNLL-2000 (`conlleval`) and seqeval compute them: a span is right if
//! its slot and both of its limits are.

use super::classification::Counts;

/// A slot's place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Byte offset where it begins.
    pub start: usize,
    /// Byte offset where it ends.
    pub end: usize,
    /// Which slot.
    pub slot: u32,
}

impl Span {
    /// Whether both have a byte in common.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether both have the same limits.
    #[must_use]
    pub const fn has_limits_of(&self, other: &Self) -> bool {
        self.start == other.start && self.end == other.end
    }
}

/// The spans that were found in a text, held against those that are due. A span that is due twice must be found twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Whether each span that was found is due, in the order of what was found.
    pub right: Vec<bool>,
    /// The spans that are due and were not found, in the order of the text.
    pub missed: Vec<Span>,
}

impl Comparison {
    /// Whether what is due was found, and nothing else.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.missed.is_empty() && self.right.iter().all(|&right| right)
    }
}

/// Holds spans that were found against those that are due, both in any order.
#[must_use]
pub fn compare(due: &[Span], found: &[Span]) -> Comparison {
    let mut missed = due.to_vec();
    missed.sort_unstable();
    let mut take = |span: &Span| missed.binary_search(span).map(|at| missed.remove(at)).is_ok();
    let right = found.iter().map(&mut take).collect();
    Comparison { right, missed }
}

/// Counts the spans of each slot, which are numbers below `slots`, over texts of (found, their comparison). Numbers out of
/// that range do not count. [`Counts::total`] of the result gives the scores of all spans together.
pub fn count<'a>(slots: usize, texts: impl IntoIterator<Item = (&'a [Span], &'a Comparison)>) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); slots];
    for (found, comparison) in texts {
        for (span, &right) in found.iter().zip(&comparison.right) {
            if let Some(counts) = counts.get_mut(span.slot as usize) {
                *(if right { &mut counts.hits } else { &mut counts.extra }) += 1;
            }
        }
        for span in &comparison.missed {
            if let Some(counts) = counts.get_mut(span.slot as usize) {
                counts.missed += 1;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span((start, end, slot): (usize, usize, u32)) -> Span {
        Span { start, end, slot }
    }

    fn spans(all: &[(usize, usize, u32)]) -> Vec<Span> {
        all.iter().copied().map(span).collect()
    }

    /// Counts over texts of (due, found).
    fn counts(slots: usize, texts: &[(Vec<Span>, Vec<Span>)]) -> Vec<Counts> {
        let compared: Vec<_> = texts.iter().map(|(due, found)| compare(due, found)).collect();
        count(slots, texts.iter().zip(&compared).map(|((_, found), comparison)| (&found[..], comparison)))
    }

    #[test]
    fn by_hand_as_conlleval_counts() {
        // Tokens of one byte; slots 0 PER, 1 LOC, 2 ORG.
        let texts = [
            // due  B-PER I-PER O B-LOC O      found B-PER I-PER O B-LOC B-LOC
            (spans(&[(0, 2, 0), (3, 4, 1)]), spans(&[(0, 2, 0), (3, 4, 1), (4, 5, 1)])),
            // due  B-ORG I-ORG I-ORG          found B-ORG I-ORG O: cut, so both extra and missed
            (spans(&[(0, 3, 2)]), spans(&[(0, 2, 2)])),
            // due  O B-LOC                    found O B-ORG: the other slot
            (spans(&[(1, 2, 1)]), spans(&[(1, 2, 2)])),
            // due  B-PER B-PER                found B-PER I-PER: two spans are not one
            (spans(&[(0, 1, 0), (1, 2, 0)]), spans(&[(0, 2, 0)])),
            (Vec::new(), Vec::new()),
        ];
        let counts = counts(4, &texts);
        assert_eq!(counts[0], Counts { hits: 1, extra: 1, missed: 2 });
        assert_eq!(counts[1], Counts { hits: 1, extra: 1, missed: 1 });
        assert_eq!(counts[2], Counts { hits: 0, extra: 2, missed: 1 });
        assert!(!counts[3].occurs());
        // conlleval: 6 phrases; found: 6 phrases; correct: 2.
        let all = Counts::total(&counts);
        assert_eq!((all.precision(), all.recall(), all.f1()), (2.0 / 6.0, 2.0 / 6.0, 2.0 / 6.0));
        assert_eq!((counts[0].precision(), counts[0].recall(), counts[0].f1()), (0.5, 1.0 / 3.0, 0.4));
        assert_eq!(counts[2].f1(), 0.0);
    }

    #[test]
    fn nothing_over_nothing_is_0() {
        let none = Counts::total(&counts(2, &[(Vec::new(), Vec::new())]));
        assert_eq!((none.precision(), none.recall(), none.f1(), none.support()), (0.0, 0.0, 0.0, 0));
        let missed = Counts::total(&counts(1, &[(spans(&[(0, 1, 0)]), Vec::new())]));
        assert_eq!((missed.precision(), missed.recall(), missed.f1()), (0.0, 0.0, 0.0));
        let extra = Counts::total(&counts(1, &[(Vec::new(), spans(&[(0, 1, 0)]))]));
        assert_eq!((extra.precision(), extra.recall(), extra.f1()), (0.0, 0.0, 0.0));
        assert_eq!(
            counts(1, &[(spans(&[(0, 1, 7)]), spans(&[(0, 2, 8)]))]),
            [Counts::default()],
            "no such slot"
        );
    }

    #[test]
    fn the_order_does_not_matter_and_a_span_counts_as_often_as_it_is_there() {
        let due = spans(&[(5, 9, 1), (0, 3, 0), (0, 3, 0)]);
        assert!(compare(&due, &spans(&[(0, 3, 0), (5, 9, 1), (0, 3, 0)])).is_exact());
        let once = compare(&due, &spans(&[(0, 3, 0), (5, 9, 1)]));
        assert_eq!((once.right, once.missed), (vec![true, true], spans(&[(0, 3, 0)])));
        let often = compare(&due, &spans(&[(5, 9, 1), (5, 9, 1)]));
        assert_eq!((often.right, often.missed), (vec![true, false], spans(&[(0, 3, 0), (0, 3, 0)])));
        assert!(compare(&[], &[]).is_exact());
    }

    #[test]
    fn limits() {
        let at = |start, end| span((start, end, 0));
        assert!(at(0, 3).overlaps(&at(2, 4)) && at(2, 4).overlaps(&at(0, 3)) && at(0, 9).overlaps(&at(3, 4)));
        assert!(!at(0, 3).overlaps(&at(3, 4)) && !at(3, 4).overlaps(&at(0, 3)));
        assert!(at(0, 3).has_limits_of(&span((0, 3, 5))) && !at(0, 3).has_limits_of(&at(0, 4)));
    }

    proptest! {
        #[test]
        fn agrees_with_sets(
            due in prop::collection::btree_set((0usize..6, 6usize..9, 0u32..3), 0..12),
            found in prop::collection::btree_set((0usize..6, 6usize..9, 0u32..3), 0..12),
        ) {
            let (due_spans, found_spans): (Vec<_>, Vec<_>) =
                (due.iter().copied().map(span).collect(), found.iter().copied().map(span).collect());
            let hits = due.intersection(&found).count() as u64;
            let counts = counts(3, &[(due_spans.clone(), found_spans.clone())]);
            let expected = Counts {
                hits,
                extra: found.len() as u64 - hits,
                missed: due.len() as u64 - hits,
            };
            prop_assert_eq!(Counts::total(&counts), expected);
            prop_assert_eq!(compare(&due_spans, &found_spans).is_exact(), due == found);
        }
    }
}
