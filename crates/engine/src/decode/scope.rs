//! How unlike a text is to those that the model learned from.

use crate::format::ScopeRule;
use crate::prediction::{Read, Score};

/// The outsideness of a text with these scores of its labels, of which `outside` stands for texts outside the task.
pub(crate) fn outsideness(rule: &ScopeRule, scores: &[Score], outside: Option<u32>, read: &Read) -> Score {
    let outside = outside.map(|index| index as usize);
    let inside = scores.iter().enumerate().filter(|&(index, _)| Some(index) != outside);
    let best = inside.map(|(_, score)| i64::from(score.0)).max().unwrap_or_default();
    let named = outside.and_then(|index| scores.get(index)).map_or(0, |score| i64::from(score.0));
    let [words, characters] = read.seen.map(|seen| i64::from(seen.unknown_share()));
    // Each product is below 2^52.
    let parts = named * i64::from(rule.outside)
        + words * i64::from(rule.words)
        + characters * i64::from(rule.characters);
    Score(((parts >> 16) - best).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prediction::Seen;

    #[test]
    fn by_hand() {
        let rule = ScopeRule {
            outside: 1 << 15,
            words: 4 << 16,
            characters: 2 << 16,
            most: Score(0),
            most_unknown: 0,
        };
        let scores = [Score(3 << 16), Score(2 << 16), Score(-1 << 16)];
        let mut read = Read::default();
        assert_eq!(outsideness(&rule, &scores, None, &read), Score(-3 << 16));
        // Half of the named label's score.
        assert_eq!(outsideness(&rule, &scores, Some(1), &read), Score(-2 << 16));
        // The best label itself may be the one outside.
        assert_eq!(outsideness(&rule, &scores, Some(0), &read), Score(-(1 << 15)));
        read.seen = [Seen { known: 3, unknown: 1 }, Seen { known: 0, unknown: 7 }];
        assert_eq!(outsideness(&rule, &scores, None, &read), Score(0));
        assert_eq!(read.unknown_share(), (8 << 16) / 11);
        let extreme = [Score(i32::MIN), Score(i32::MIN)];
        assert_eq!(outsideness(&rule, &extreme, None, &read), Score(i32::MAX));
    }
}
