//! The ranking of the labels, and whether the best may be acted on.

use crate::format::DecisionRule;
use crate::prediction::{Confidence, Decision, Read, Reason, Score};

/// Fills `ranking` with the labels of the highest scores, best first; of equal scores the first label wins. Returns how
/// many were filled in.
pub(crate) fn rank(scores: &[Score], ranking: &mut [u32]) -> usize {
    if ranking.is_empty() {
        return 0;
    }
    let mut filled = 0_usize;
    let score_of = |index: u32| scores.get(index as usize).copied().unwrap_or_default();
    for (index, &score) in scores.iter().enumerate() {
        let beats_last = ranking
            .get(filled.wrapping_sub(1))
            .is_none_or(|&last| filled < ranking.len() || score > score_of(last));
        if !beats_last {
            continue;
        }
        if filled < ranking.len() {
            filled += 1;
        }
        // Insertion from the end: a strictly higher score moves up.
        let mut at = filled - 1;
        while let Some(&above) = at.checked_sub(1).and_then(|above| ranking.get(above)) {
            if score <= score_of(above) {
                break;
            }
            if let Some(slot) = ranking.get_mut(at) {
                *slot = above;
            }
            at -= 1;
        }
        if let Some(slot) = ranking.get_mut(at) {
            *slot = index as u32;
        }
    }
    filled
}

/// What a decision rests on.
pub(crate) struct Evidence<'a> {
    /// The best label; none where a text has any number, or the model has none.
    pub(crate) best: Option<u32>,
    /// How certain the answer is.
    pub(crate) confidence: Confidence,
    /// The least confidence of this label, in 65,536ths, beside that of the rule.
    pub(crate) limit: u32,
    /// Whether the text is unlike those that the model learned from.
    pub(crate) outside: bool,
    /// Whether every slot that the label requires is there.
    pub(crate) complete: bool,
    /// Whether each of them is certain enough.
    pub(crate) sure: bool,
    pub(crate) read: &'a Read,
}

/// Whether an answer is accepted.
pub(crate) fn decide(rule: &DecisionRule, evidence: &Evidence<'_>) -> (Decision, Option<Reason>) {
    let Evidence { best, confidence, limit, outside, complete, sure, read } = *evidence;
    let reason = if read.known_words == 0 {
        Reason::NoKnownWords
    } else if read.truncated {
        Reason::TooLong
    } else if outside || (best.is_some() && best == rule.out_of_scope) {
        Reason::OutOfScope
    } else if confidence.raw() < rule.min_confidence.raw().max(limit) {
        Reason::LowConfidence
    } else if !complete {
        Reason::MissingSlot
    } else if !sure {
        Reason::UnsureSlot
    } else {
        return (Decision::Accept, None);
    };
    (Decision::Abstain, Some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn ranking_agrees_with_sorting() {
        let mut state = 7u32;
        for length in 0..40 {
            let scores: Vec<_> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    Score((state >> 28) as i32 - 8)
                })
                .collect();
            let mut sorted: Vec<u32> = (0..length).collect();
            sorted.sort_by_key(|&index| core::cmp::Reverse(scores[index as usize]));
            for room in 0..8 {
                let mut ranking = vec![0; room];
                let filled = rank(&scores, &mut ranking);
                assert_eq!(ranking[..filled], sorted[..room.min(scores.len())]);
            }
        }
    }
}
