//! Scores of tags to declared slots: the best sequence of tags among those that the task allows (Viterbi, 1967), and how
//! probable each of its slots is (forward and backward sums, Rabiner, "A Tutorial on Hidden Markov Models", 1989).
//!
//! Tags are numbered: 0 is outside of every slot, 1 + 2s begins slot s, 2 + 2s continues it. A tag that continues a slot
//! follows only a tag of the same slot. What the task does not allow is not searched, so nothing is repaired afterwards.

use super::confidence::exp2_negative;
use crate::format::{Slots, Transitions};
use crate::kernel::{Buffer, Source};
use crate::prediction::Confidence;

/// Tags that are considered for a token at the most: those that the best sequences lead to, and always the one outside.
const CANDIDATES: usize = 24;
/// A tag that scores so much less than the token's best is not considered: one in three thousand.
const MARGIN: i64 = 8 << 16;
/// Slots whose occurrences are counted exactly when a text has some of them too often, at the most.
const COUNTED: usize = 4;
const MASKS: usize = 1 << COUNTED;

/// A slot that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Which slot.
    pub(crate) slot: u32,
    /// Its first token.
    pub(crate) first: u32,
    /// Its last token.
    pub(crate) last: u32,
    /// How probable it is that exactly these tokens are this slot, however often it may occur.
    pub(crate) confidence: Confidence,
}

/// A tag that a token may have.
#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    tag: u32,
    /// In the units of a [`Score`](crate::Score).
    emission: i32,
}

/// What is searched of one token.
#[derive(Clone, Copy, Debug)]
struct Column {
    candidates: [Candidate; CANDIDATES],
    /// How many candidates there are.
    size: u8,
    /// For each set of counted slots and candidate: the candidate of the token before.
    backs: [[u8; CANDIDATES]; MASKS],
    /// The weight of each emission against the best.
    emissions: [Weight; CANDIDATES],
    /// The weight of all ways to each candidate, its own emission included.
    forward: [Weight; CANDIDATES],
    /// The weight of all ways on from each candidate, its own emission included.
    backward: [Weight; CANDIDATES],
}

impl Column {
    const EMPTY: Self = Self {
        candidates: [Candidate { tag: 0, emission: 0 }; CANDIDATES],
        size: 0,
        backs: [[0; CANDIDATES]; MASKS],
        emissions: [Weight::NOTHING; CANDIDATES],
        forward: [Weight::NOTHING; CANDIDATES],
        backward: [Weight::NOTHING; CANDIDATES],
    };

    fn candidates(&self) -> &[Candidate] {
        self.candidates.get(..usize::from(self.size)).unwrap_or_default()
    }

    fn place_of(&self, tag: u32) -> Option<usize> {
        self.candidates().iter().position(|candidate| candidate.tag == tag)
    }
}

/// The memory that a search needs.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub(crate) struct SlotScratch<'m> {
    columns: Buffer<'m, Column>,
    /// The slots that the label at hand may have.
    allowed: Buffer<'m, u32>,
    /// What the two tags of each of these score for the token at hand.
    scores: Buffer<'m, [Option<i32>; 2]>,
    found: Buffer<'m, Found>,
    count: usize,
    /// How probable the whole sequence of tags is.
    pub(crate) whole: Confidence,
}

impl<'m> SlotScratch<'m> {
    pub(crate) fn new(tokens: usize, slots: usize, source: &mut Source<'m>) -> Self {
        Self {
            columns: source.take(tokens, Column::EMPTY),
            allowed: source.take(slots, 0),
            scores: source.take(slots, [None; 2]),
            found: source.take(tokens, Found::default()),
            count: 0,
            whole: Confidence::ONE,
        }
    }

    /// What was found, in the order of the text.
    pub(crate) fn found(&self) -> &[Found] {
        self.found.get(..self.count).unwrap_or_default()
    }
}

/// What is searched.
pub(crate) struct Search<'a> {
    pub(crate) slots: &'a Slots<'a>,
    pub(crate) transitions: &'a Transitions<'a>,
    /// The label whose rules hold; 0 in a model without labels.
    pub(crate) label: u32,
    /// Score to exponent of two, in 65,536ths: log2(e) over the calibrated temperature.
    pub(crate) sharpness: u32,
}

fn slot_of(tag: u32) -> Option<u32> {
    tag.checked_sub(1).map(|tag| tag / 2)
}

const fn begins(tag: u32) -> bool {
    tag % 2 == 1
}

/// Whether `next` may follow `previous`, which is none at the start of a text.
const fn follows(previous: Option<u32>, next: u32) -> bool {
    if next == 0 || begins(next) {
        return true;
    }
    // What continues slot s is 2 + 2s; what begins it is one less.
    match previous {
        Some(previous) => previous == next || previous + 1 == next,
        None => false,
    }
}

const NEVER: i64 = i64::MIN / 2;

impl Search<'_> {
    /// The most pairs of neighbouring tags that are weighed in a text of so many tokens, of a model with so many slots.
    pub(crate) fn worst_case(tokens: u32, slots: u32) -> u64 {
        // A round for each slot that may be counted or restricted, and one more, over every set of counted slots; then once forward
        // and once backward; before all that, to and among the candidates.
        let sets = |round: u32| 1u64 << round.min(COUNTED as u32);
        let rounds: u64 = (0..=slots).map(sets).sum();
        let tags = 2 * u64::from(slots) + 1;
        u64::from(tokens) * CANDIDATES as u64 * (CANDIDATES as u64 * (rounds + 3) + tags)
    }

    /// Finds the slots of a text of `tokens` tokens; of a token `emissions` gives what scores its tags.
    pub(crate) fn run<E: Fn(u32) -> i32>(
        &self,
        tokens: usize,
        emissions: impl Fn(usize) -> E,
        scratch: &mut SlotScratch<'_>,
    ) {
        let SlotScratch { columns, allowed, scores, found, count, whole } = scratch;
        *count = 0;
        *whole = Confidence::ONE;
        let mut slots = 0;
        for slot in (0..self.slots.len() as u32).filter(|&slot| self.slots.rule(self.label, slot).allowed) {
            if let Some(place) = allowed.get_mut(slots) {
                *place = slot;
                slots += 1;
            }
        }
        let allowed = allowed.get(..slots).unwrap_or_default();
        let tokens = tokens.min(columns.len());
        let Some(columns) = columns.get_mut(..tokens) else { return };
        let mut reach = [NEVER; CANDIDATES];
        for token in 0..tokens {
            let (before, rest) = columns.split_at_mut(token);
            if let Some(column) = rest.first_mut() {
                let before = before.last().map(|before| (before, &reach));
                self.consider(allowed, before, column, scores, &emissions(token));
                reach = self.reach(before, column);
            }
        }
        let mut counted = Counted::default();
        // Each round counts one slot more exactly, or leaves one that can begin at one place only.
        for _ in 0..=slots {
            *count = self.best(&counted, columns, found);
            let Some(slot) = self.too_often(found.get(..*count).unwrap_or_default()) else { break };
            if !counted.add(slot) {
                restrict(slot, columns);
            }
        }
        let Some(found) = found.get_mut(..*count) else { return };
        *whole = self.weigh(columns, found);
    }

    fn pair(&self, previous: Option<u32>, next: u32) -> i64 {
        i64::from(self.transitions.pair(previous, next)) * i64::from(Transitions::UNIT)
    }

    /// Chooses the candidates of a token; with those of the token before comes what the best sequence to each scores.
    fn consider(
        &self,
        allowed: &[u32],
        before: Option<(&Column, &[i64; CANDIDATES])>,
        column: &mut Column,
        scores: &mut [[Option<i32>; 2]],
        emission: &impl Fn(u32) -> i32,
    ) {
        let biased = self.transitions.labels() != 0;
        let of = |tag: u32| {
            let bias = if biased { self.transitions.bias(self.label, tag) } else { 0 };
            emission(tag).saturating_add(bias * Transitions::UNIT)
        };
        // The one outside is always there: it can follow everything, so some sequence is always allowed.
        let outside = Candidate { tag: 0, emission: of(0) };
        let mut best = outside.emission;
        for (&slot, scores) in allowed.iter().zip(scores.iter_mut()) {
            let begun = of(1 + 2 * slot);
            *scores = [Some(begun), None];
            best = best.max(begun);
        }
        // What continues a slot is a candidate only where a tag of the token before can lead to it.
        for slot in before.iter().flat_map(|(before, _)| before.candidates()).filter_map(|c| slot_of(c.tag)) {
            let place = allowed.binary_search(&slot).ok().and_then(|at| scores.get_mut(at));
            if let Some([_, score @ None]) = place {
                let continued = of(2 + 2 * slot);
                *score = Some(continued);
                best = best.max(continued);
            }
        }
        let least = i64::from(best) - MARGIN;
        let near = || {
            let tags =
                allowed.iter().zip(scores.iter()).flat_map(|(&slot, scores)| (1 + 2 * slot..).zip(scores));
            tags.filter_map(|(tag, &score)| Some(Candidate { tag, emission: score? }))
                .filter(|candidate| i64::from(candidate.emission) >= least)
        };
        let mut count = 0;
        let mut reaches = [NEVER; CANDIDATES];
        for ranked in [false, true] {
            if ranked && count < CANDIDATES {
                break;
            }
            // What a token shows by itself does not tell which tags go on well: of too many those are kept that the best sequences
            // lead to.
            count = 0;
            for candidate in near() {
                if ranked {
                    let reach = self.reach_of(before, candidate);
                    insert(&mut column.candidates, &mut reaches, &mut count, candidate, reach);
                } else {
                    if let Some(place) = column.candidates.get_mut(count) {
                        *place = candidate;
                    }
                    count += 1;
                }
            }
        }
        count = count.min(CANDIDATES - 1);
        if let Some(place) = column.candidates.get_mut(count) {
            *place = outside;
        }
        column.size = count as u8 + 1;
    }

    /// What the best sequence of candidates to this one scores, however often a slot occurs in it.
    fn reach_of(&self, before: Option<(&Column, &[i64; CANDIDATES])>, candidate: Candidate) -> i64 {
        let pair = match before {
            None => self.pair(None, candidate.tag),
            Some((before, reach)) => {
                let ways = before.candidates().iter().zip(reach);
                let ways = ways.filter(|(previous, _)| follows(Some(previous.tag), candidate.tag));
                let ways =
                    ways.map(|(previous, &reach)| reach + self.pair(Some(previous.tag), candidate.tag));
                ways.max().unwrap_or(NEVER)
            }
        };
        pair + i64::from(candidate.emission)
    }

    fn reach(&self, before: Option<(&Column, &[i64; CANDIDATES])>, column: &Column) -> [i64; CANDIDATES] {
        let mut all = [NEVER; CANDIDATES];
        for (reach, &candidate) in all.iter_mut().zip(column.candidates()) {
            *reach = self.reach_of(before, candidate);
        }
        all
    }

    /// The best sequence of tags in which no counted slot occurs twice, as `found`; returns how many slots it has.
    fn best(&self, counted: &Counted, columns: &mut [Column], found: &mut [Found]) -> usize {
        let masks = 1 << counted.size;
        let mut last = [[NEVER; CANDIDATES]; MASKS];
        let mut before: Option<&Column> = None;
        for column in columns.iter_mut() {
            let Column { candidates, size, backs, .. } = &mut *column;
            // A row is made of itself and of rows of fewer slots, so that from the last on each can be written where it was read.
            for mask in (0..masks).rev() {
                let mut row = [NEVER; CANDIDATES];
                for ((at, candidate), place) in
                    candidates.iter().enumerate().take(usize::from(*size)).zip(&mut row)
                {
                    let bit = if begins(candidate.tag) { counted.bit(slot_of(candidate.tag)) } else { 0 };
                    let emission = i64::from(candidate.emission);
                    // A slot that begins here must not have begun before.
                    if mask & bit != bit {
                        continue;
                    }
                    let Some(before) = before else {
                        if mask == bit && follows(None, candidate.tag) {
                            *place = self.pair(None, candidate.tag) + emission;
                        }
                        continue;
                    };
                    let Some(scores) = last.get(mask & !bit) else { continue };
                    let mut best = (NEVER, 0);
                    for (from, (previous, &score)) in before.candidates().iter().zip(scores).enumerate() {
                        if score == NEVER || !follows(Some(previous.tag), candidate.tag) {
                            continue;
                        }
                        let score = score + self.pair(Some(previous.tag), candidate.tag);
                        if score > best.0 {
                            best = (score, from as u8);
                        }
                    }
                    if best.0 != NEVER
                        && let Some(back) = backs.get_mut(mask).and_then(|row| row.get_mut(at))
                    {
                        *place = best.0 + emission;
                        *back = best.1;
                    }
                }
                if let Some(place) = last.get_mut(mask) {
                    *place = row;
                }
            }
            before = Some(column);
        }
        let mut best = (NEVER, 0, 0);
        for (mask, row) in last.iter().enumerate().take(masks) {
            for (at, &score) in row.iter().enumerate() {
                if score > best.0 {
                    best = (score, mask, at);
                }
            }
        }
        let (_, mut mask, mut at) = best;
        // Backwards: `found` is filled from its end, then moved to the front.
        let most = found.len();
        let mut free = most;
        let mut open: Option<u32> = None;
        for (token, column) in columns.iter().enumerate().rev() {
            let tag = column.candidates.get(at).map_or(0, |candidate| candidate.tag);
            let back = column.backs.get(mask).and_then(|row| row.get(at));
            at = back.map_or(0, |&back| usize::from(back));
            if tag == 0 {
                continue;
            }
            let last = *open.get_or_insert(token as u32);
            if begins(tag) {
                free -= 1;
                if let (Some(place), Some(slot)) = (found.get_mut(free), slot_of(tag)) {
                    *place = Found { slot, first: token as u32, last, confidence: Confidence::ONE };
                }
                open = None;
                mask &= !counted.bit(slot_of(tag));
            }
        }
        found.copy_within(free.., 0);
        most - free
    }

    /// The first slot that was found twice although it may occur once.
    fn too_often(&self, found: &[Found]) -> Option<u32> {
        let twice =
            |(at, one): &(usize, &Found)| found.iter().skip(at + 1).any(|other| other.slot == one.slot);
        let often = found.iter().enumerate().filter(twice).map(|(_, one)| one.slot);
        often.into_iter().find(|&slot| !self.slots.rule(self.label, slot).repeated)
    }

    /// 2^(score · sharpness), of a score in the units of a [`Score`](crate::Score).
    fn power(&self, score: i64) -> Weight {
        Weight::power((score * i64::from(self.sharpness)) >> 16)
    }

    /// Fills in how probable each slot is that was found; returns how probable the whole sequence of tags is.
    fn weigh(&self, columns: &mut [Column], found: &mut [Found]) -> Confidence {
        let mut before: Option<&Column> = None;
        for column in columns.iter_mut() {
            let best = column.candidates().iter().map(|candidate| candidate.emission).max().unwrap_or(0);
            let Column { candidates, size, emissions, forward, .. } = &mut *column;
            *forward = [Weight::NOTHING; CANDIDATES];
            let here = candidates.iter().take(usize::from(*size)).zip(emissions.iter_mut()).zip(forward);
            for ((candidate, emission), forward) in here {
                *emission = self.power(i64::from(candidate.emission) - i64::from(best));
                let ways = match before {
                    None => self.pair_weight(None, candidate.tag),
                    Some(before) => {
                        let ways = before.candidates().iter().zip(&before.forward);
                        Weight::sum_of_products(ways.map(|(previous, &weight)| {
                            (weight, self.pair_weight(Some(previous.tag), candidate.tag))
                        }))
                    }
                };
                *forward = ways.times(*emission);
            }
            before = Some(column);
        }
        // Ways on are asked for behind slots only.
        let first = found.first().map_or(columns.len(), |found| found.last as usize + 1);
        let mut behind: Option<&Column> = None;
        for column in columns.iter_mut().skip(first).rev() {
            let size = usize::from(column.size);
            let Column { candidates, emissions, backward, .. } = &mut *column;
            for ((backward, &emission), candidate) in
                backward.iter_mut().zip(emissions.iter()).zip(candidates.iter()).take(size)
            {
                *backward = behind
                    .map_or(emission, |behind| self.onward(candidate.tag, behind, None).times(emission));
            }
            behind = Some(column);
        }
        let all = columns.last().map_or(Weight::ONE, |column| {
            let forward = column.forward.iter().copied();
            Weight::sum_of_products(forward.map(|forward| (forward, Weight::ONE)))
        });
        for found in found.iter_mut() {
            found.confidence = self.span(found, columns).share_of(all);
        }
        self.sequence(found, columns).share_of(all)
    }
}

impl Search<'_> {
    /// The weight of a pair; nothing for what is not allowed.
    fn pair_weight(&self, previous: Option<u32>, next: u32) -> Weight {
        if follows(previous, next) { self.power(self.pair(previous, next)) } else { Weight::NOTHING }
    }

    /// The weight of all ways on from a tag through the token behind, but through the tag `without`.
    fn onward(&self, from: u32, behind: &Column, without: Option<u32>) -> Weight {
        let ways = behind.candidates().iter().zip(behind.backward);
        let ways = ways.filter(|(candidate, _)| Some(candidate.tag) != without);
        Weight::sum_of_products(
            ways.map(|(candidate, weight)| (self.pair_weight(Some(from), candidate.tag), weight)),
        )
    }

    /// The weight of all sequences of tags in which exactly these tokens are this slot.
    fn span(&self, found: &Found, columns: &[Column]) -> Weight {
        let (begin, continued) = (1 + 2 * found.slot, 2 + 2 * found.slot);
        let (first, last) = (found.first as usize, found.last as usize);
        let Some(column) = columns.get(first) else { return Weight::NOTHING };
        let Some(place) = column.place_of(begin) else { return Weight::NOTHING };
        let mut weight = column.forward.get(place).copied().unwrap_or_default();
        let mut tag = begin;
        for column in columns.get(first + 1..=last).unwrap_or_default() {
            let Some(next) = column.place_of(continued) else { return Weight::NOTHING };
            weight = column.step(weight, self.pair_weight(Some(tag), continued), next);
            tag = continued;
        }
        // The slot ends here: what continues it does not count.
        columns.get(last + 1).map_or(weight, |behind| weight.times(self.onward(tag, behind, Some(continued))))
    }

    /// The weight of the whole sequence of tags.
    fn sequence(&self, found: &[Found], columns: &[Column]) -> Weight {
        let mut spans = found.iter().peekable();
        let mut weight = Weight::ONE;
        let mut before: Option<u32> = None;
        for (token, column) in columns.iter().enumerate() {
            while spans.next_if(|span| (span.last as usize) < token).is_some() {}
            let tag = match spans.peek() {
                Some(span) if span.first as usize == token => 1 + 2 * span.slot,
                Some(span) if (span.first as usize) < token => 2 + 2 * span.slot,
                _ => 0,
            };
            let Some(at) = column.place_of(tag) else { return Weight::NOTHING };
            weight = column.step(weight, self.pair_weight(before, tag), at);
            before = Some(tag);
        }
        weight
    }
}

/// A weight: so many times a power of two. A weight that is not nothing has 30 or 31 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    mantissa: u32,
    exponent: i32,
}

impl Weight {
    const NOTHING: Self = Self { mantissa: 0, exponent: 0 };
    const ONE: Self = Self { mantissa: 1 << 30, exponent: -30 };

    /// 2^x, for `x` in 65,536ths.
    fn power(x: i64) -> Self {
        let up = -(-x >> 16);
        let mantissa = exp2_negative(((up << 16) - x).unsigned_abs());
        Self { mantissa, exponent: up as i32 - 30 }
    }

    /// Keeps the first 30 bits.
    const fn of(value: u64, exponent: i32) -> Self {
        if value == 0 {
            return Self::NOTHING;
        }
        let shift = 34 - value.leading_zeros() as i32;
        let mantissa = if shift >= 0 { value >> shift } else { value << -shift };
        Self { mantissa: mantissa as u32, exponent: exponent + shift }
    }

    const fn times(self, other: Self) -> Self {
        Self::of(self.mantissa as u64 * other.mantissa as u64, self.exponent + other.exponent)
    }

    /// The sum of the products of at most [`CANDIDATES`] pairs, each cut to four units of the one with the largest exponent, so that
    /// their order does not matter.
    fn sum_of_products(pairs: impl Iterator<Item = (Self, Self)>) -> Self {
        let mut products = [(0u64, i32::MIN / 2); CANDIDATES];
        let mut most = i32::MIN / 2;
        for (place, (a, b)) in products.iter_mut().zip(pairs) {
            let product = u64::from(a.mantissa) * u64::from(b.mantissa);
            if product > 0 {
                *place = (product, a.exponent + b.exponent);
                most = most.max(place.1);
            }
        }
        // 24 quarters of products of 2^30 and 2^30 stay below 2^64.
        let cut = |&(product, exponent): &(u64, i32)| {
            (product >> 2).checked_shr(most.abs_diff(exponent)).unwrap_or(0)
        };
        Self::of(products.iter().map(cut).sum(), most + 2)
    }

    /// What share of the whole it is.
    fn share_of(self, whole: Self) -> Confidence {
        let below = whole.exponent - self.exponent;
        let (part, whole) = (u128::from(self.mantissa) << 16, u128::from(whole.mantissa));
        let (part, whole) = match below {
            0..=64 => (part, whole << below),
            // A part is no more than the whole, but for the last bit.
            -2..0 => (part << -below, whole),
            _ => return Confidence::default(),
        };
        let share = (part + whole / 2).checked_div(whole).unwrap_or(0);
        Confidence::from_raw(share.min(u128::from(Confidence::ONE.raw())) as u32)
    }
}

impl Column {
    /// The weight of one way to a candidate, of which `weight` had come to a candidate before.
    fn step(&self, weight: Weight, pair: Weight, at: usize) -> Weight {
        weight.times(pair).times(self.emissions.get(at).copied().unwrap_or_default())
    }
}

/// Lets a slot begin only where it begins best: for texts that have more slots too often than are counted.
fn restrict(slot: u32, columns: &mut [Column]) {
    let tag = 1 + 2 * slot;
    let mut best: Option<(i32, usize)> = None;
    for (token, column) in columns.iter().enumerate() {
        let here = column.candidates().iter().find(|candidate| candidate.tag == tag);
        if let Some(here) = here
            && best.is_none_or(|(score, _)| here.emission > score)
        {
            best = Some((here.emission, token));
        }
    }
    let Some((_, kept)) = best else { return };
    let mut before: Option<&Column> = None;
    for (token, column) in columns.iter_mut().enumerate() {
        let mut count = 0;
        for at in 0..usize::from(column.size) {
            let Some(&candidate) = column.candidates.get(at) else { continue };
            let reached = candidate.tag == 0
                || begins(candidate.tag)
                || before.is_some_and(|before| {
                    before.candidates().iter().any(|c| follows(Some(c.tag), candidate.tag))
                });
            if (candidate.tag == tag && token != kept) || !reached {
                continue;
            }
            if let Some(place) = column.candidates.get_mut(count) {
                *place = candidate;
            }
            count += 1;
        }
        column.size = count as u8;
        before = Some(column);
    }
}

/// Keeps candidates sorted by what the best sequence to each scores, the best first; of equal ones the first taken.
fn insert(
    candidates: &mut [Candidate; CANDIDATES],
    reaches: &mut [i64; CANDIDATES],
    count: &mut usize,
    candidate: Candidate,
    reach: i64,
) {
    let at = reaches.iter().take(*count).position(|&other| other < reach).unwrap_or(*count);
    if at >= CANDIDATES {
        return;
    }
    candidates.copy_within(at..CANDIDATES - 1, at + 1);
    reaches.copy_within(at..CANDIDATES - 1, at + 1);
    if let (Some(place), Some(own)) = (candidates.get_mut(at), reaches.get_mut(at)) {
        (*place, *own) = (candidate, reach);
    }
    *count = (*count + 1).min(CANDIDATES);
}

/// Slots whose occurrences are counted.
#[derive(Default)]
struct Counted {
    slots: [u32; COUNTED],
    size: usize,
}

impl Counted {
    /// Counts a slot more; false if no more can be counted, or it is counted already.
    fn add(&mut self, slot: u32) -> bool {
        match self.slots.get_mut(self.size) {
            Some(place) => {
                *place = slot;
                self.size += 1;
                true
            }
            None => false,
        }
    }

    fn bit(&self, slot: Option<u32>) -> usize {
        let at = self.slots.iter().take(self.size).position(|&counted| Some(counted) == slot);
        at.map_or(0, |at| 1 << at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_arithmetic)] // The exact answer, to hold that of integers against.

    extern crate std;

    use super::*;
    use crate::format::{SlotEntry, SlotRule};
    use alloc::vec;
    use alloc::vec::Vec;
    use std::println;

    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % end
        }

        /// From `-reach` to `reach`.
        fn around(&mut self, reach: i32) -> i32 {
            self.below(2 * u64::from(reach.unsigned_abs()) + 1) as i32 - reach
        }
    }

    /// What is asked of random problems.
    #[derive(Clone, Copy)]
    struct Kind {
        tokens: u64,
        slots: u64,
        /// How far emissions reach on either side of 0, in 65,536ths.
        emissions: i32,
        /// And transitions, in 1,024ths.
        transitions: i32,
        /// Score to exponent of two, in 65,536ths.
        sharpness: u32,
        /// Whether the tags that begin a slot score much, and most slots may occur once.
        eager: bool,
    }

    const PLAIN: Kind = Kind {
        tokens: 5,
        slots: 3,
        emissions: 6 << 16,
        transitions: 3 << 10,
        sharpness: 94_548,
        eager: false,
    };

    struct Problem {
        tokens: usize,
        tags: u32,
        slots: Vec<u8>,
        transitions: Vec<u8>,
        emissions: Vec<i32>,
        label: u32,
        sharpness: u32,
    }

    impl Problem {
        fn random(numbers: &mut Numbers, kind: Kind) -> Self {
            let tokens = 1 + numbers.below(kind.tokens) as usize;
            let slots = 1 + numbers.below(kind.slots) as usize;
            let labels = 1 + numbers.below(2) as usize;
            let tags = 2 * slots + 1;
            let entry = SlotEntry { name: "slot", kind: 0, values: &[] };
            let rules: Vec<Vec<SlotRule>> = (0..labels)
                .map(|_| {
                    let rule = |_| {
                        let allowed = numbers.below(8) > 0;
                        let repeated = allowed && numbers.below(if kind.eager { 8 } else { 2 }) == 0;
                        SlotRule { allowed, required: false, repeated }
                    };
                    (0..slots).map(rule).collect()
                })
                .collect();
            let mut scores = |count: usize| -> Vec<i16> {
                (0..count).map(|_| numbers.around(kind.transitions) as i16).collect()
            };
            let transitions = Transitions::write(&scores(tags * tags), &scores(tags), &scores(tags * labels));
            let emissions = (0..tokens * tags)
                .map(|at| {
                    let more = if kind.eager && begins((at % tags) as u32) { kind.emissions } else { 0 };
                    numbers.around(kind.emissions) + more
                })
                .collect();
            Self {
                tokens,
                tags: tags as u32,
                slots: Slots::write(Slots::NO_LANGUAGE, &vec![entry; slots], &rules),
                transitions,
                emissions,
                label: numbers.below(labels as u64) as u32,
                sharpness: kind.sharpness,
            }
        }

        fn with<T>(&self, of: impl FnOnce(&Search<'_>) -> T) -> T {
            let transitions = Transitions::read(&self.transitions).unwrap();
            let slots = Slots::read(&self.slots, transitions.labels()).unwrap();
            of(&Search {
                slots: &slots,
                transitions: &transitions,
                label: self.label,
                sharpness: self.sharpness,
            })
        }

        /// The tags that were found, one for each token.
        fn found(&self, scratch: &SlotScratch<'_>) -> Vec<u32> {
            let mut tags = vec![0; self.tokens];
            for found in scratch.found() {
                for token in found.first..=found.last {
                    tags[token as usize] = 2 + 2 * found.slot - u32::from(token == found.first);
                }
            }
            tags
        }

        fn run(&self, search: &Search<'_>, scratch: &mut SlotScratch<'_>) {
            search.run(
                self.tokens,
                |token| move |tag: u32| self.emissions[token * self.tags as usize + tag as usize],
                scratch,
            );
        }

        /// The emission of a tag with what its label adds.
        fn emission(&self, search: &Search<'_>, token: usize, tag: u32) -> i64 {
            i64::from(self.emissions[token * self.tags as usize + tag as usize])
                + i64::from(search.transitions.bias(self.label, tag)) * 64
        }

        fn score(&self, search: &Search<'_>, tags: &[u32]) -> i64 {
            let mut previous = None;
            let mut score = 0;
            for (token, &tag) in tags.iter().enumerate() {
                let pair = i64::from(search.transitions.pair(previous, tag)) * 64;
                score += pair + self.emission(search, token, tag);
                previous = Some(tag);
            }
            score
        }

        /// The tags that are considered for each token, as `docs/model-format.md` says it.
        fn considered(&self, search: &Search<'_>) -> Vec<Vec<u32>> {
            let mut all: Vec<Vec<u32>> = Vec::new();
            // What the best sequence to each of the last tags scores.
            let mut reaches: Vec<(u32, i64)> = Vec::new();
            for token in 0..self.tokens {
                let mut tags: Vec<u32> = (1..self.tags)
                    .filter(|&tag| search.slots.rule(self.label, (tag - 1) / 2).allowed)
                    .filter(|&tag| {
                        tag % 2 == 1
                            || all
                                .last()
                                .is_some_and(|before| before.contains(&tag) || before.contains(&(tag - 1)))
                    })
                    .collect();
                let best = tags.iter().chain([&0]).map(|&tag| self.emission(search, token, tag)).max();
                tags.retain(|&tag| Some(self.emission(search, token, tag) + MARGIN) >= best);
                let reach = |tag: u32| {
                    let pair = |before| i64::from(search.transitions.pair(before, tag)) * 64;
                    let ways = reaches.iter().filter(|&&(before, _)| {
                        tag % 2 == 1 || tag == 0 || before == tag || before == tag - 1
                    });
                    let best = ways.map(|&(before, reach)| reach + pair(Some(before))).max();
                    best.unwrap_or_else(|| pair(None)) + self.emission(search, token, tag)
                };
                if tags.len() >= CANDIDATES {
                    tags.sort_by_key(|&tag| core::cmp::Reverse(reach(tag)));
                    tags.truncate(CANDIDATES - 1);
                }
                tags.push(0);
                reaches = tags.iter().map(|&tag| (tag, reach(tag))).collect();
                all.push(tags);
            }
            all
        }

        /// Every sequence of tags in which a slot goes on only behind itself.
        fn sequences(&self, search: &Search<'_>) -> Vec<Vec<u32>> {
            let mut all: Vec<Vec<u32>> = vec![Vec::new()];
            for tags in self.considered(search) {
                let longer = all.iter().flat_map(|sequence| {
                    let last = sequence.last().copied().unwrap_or(0);
                    let may = move |&&tag: &&u32| {
                        tag % 2 == 1 || tag == 0 || (last > 0 && (last - 1) / 2 == (tag - 1) / 2)
                    };
                    tags.iter().filter(may).map(|&tag| [sequence.as_slice(), &[tag]].concat())
                });
                all = longer.collect();
            }
            all
        }
    }

    /// Whether every slot occurs as often as it may.
    fn sound(search: &Search<'_>, tags: &[u32]) -> bool {
        (0..search.slots.len() as u32).all(|slot| {
            let count = tags.iter().filter(|&&tag| tag == 1 + 2 * slot).count();
            let rule = search.slots.rule(search.label, slot);
            count <= if rule.repeated { usize::MAX } else { usize::from(rule.allowed) }
        })
    }

    /// How far the confidences are from the exact ones, in a problem whose best sequence is checked too.
    fn hold(problem: &Problem, scratch: &mut SlotScratch<'_>) -> f64 {
        problem.with(|search| {
            problem.run(search, scratch);
            let found = problem.found(scratch);
            let sequences = problem.sequences(search);
            assert!(sequences.contains(&found), "{found:?} is no sequence of tags");
            assert!(sound(search, &found), "{found:?} has a slot too often");
            let best =
                sequences.iter().filter(|tags| sound(search, tags)).map(|tags| problem.score(search, tags));
            assert_eq!(Some(problem.score(search, &found)), best.max(), "{found:?} is not the best");
            // Probabilities are those of all sequences, whatever may occur once.
            let most = sequences.iter().map(|tags| problem.score(search, tags)).max().unwrap_or(0);
            let weight = |tags: &[u32]| {
                let below = (problem.score(search, tags) - most) as f64 / 65_536.0;
                (below * f64::from(problem.sharpness) / 65_536.0).exp2()
            };
            let total: f64 = sequences.iter().map(|tags| weight(tags)).sum();
            let mut off = 0.0_f64;
            let mut compare = |confidence: Confidence, exact: f64| {
                off = off.max((f64::from(confidence.raw()) / 65_536.0 - exact).abs());
            };
            compare(scratch.whole, weight(&found) / total);
            for span in scratch.found() {
                let (first, last) = (span.first as usize, span.last as usize);
                let is_it = |tags: &&Vec<u32>| {
                    tags[first] == 1 + 2 * span.slot
                        && tags[first + 1..=last].iter().all(|&tag| tag == 2 + 2 * span.slot)
                        && tags.get(last + 1) != Some(&(2 + 2 * span.slot))
                };
                let inside: f64 = sequences.iter().filter(is_it).map(|tags| weight(tags)).sum();
                compare(span.confidence, inside / total);
            }
            off
        })
    }

    fn hold_all(seed: u64, count: usize, kind: Kind) -> f64 {
        let mut numbers = Numbers(seed);
        // One for all: nothing may be left behind.
        let mut scratch = SlotScratch::new(8, 40, &mut Source::Heap);
        let mut most = 0.0_f64;
        for _ in 0..count {
            most = most.max(hold(&Problem::random(&mut numbers, kind), &mut scratch));
        }
        println!("confidences are at most {most:.6} off");
        most
    }

    #[test]
    fn the_best_sequence_and_exact_confidences() {
        assert!(hold_all(1, 4000, PLAIN) < 0.002);
    }

    #[test]
    fn flat_and_steep_scores() {
        for (seed, sharpness) in [(2, 0), (3, 20_000), (4, 200_000)] {
            assert!(hold_all(seed, 1000, Kind { sharpness, ..PLAIN }) < 0.002, "sharpness {sharpness}");
        }
    }

    #[test]
    fn far_transitions() {
        for (seed, transitions) in [(5, 6 << 10), (6, 12 << 10), (7, i32::from(i16::MAX))] {
            let off = hold_all(seed, 1000, Kind { transitions, ..PLAIN });
            assert!(off < 0.002, "transitions to ±{}: {off}", transitions >> 10);
        }
    }

    /// More tags than are considered, and emissions beyond the margin.
    #[test]
    fn few_candidates() {
        let kind = Kind { tokens: 3, slots: 9, emissions: 10 << 16, ..PLAIN };
        assert!(hold_all(8, 400, kind) < 0.002);
        let kind = Kind { tokens: 3, slots: 40, emissions: 4 << 16, transitions: 6 << 10, ..PLAIN };
        assert!(hold_all(13, 60, kind) < 0.002);
        let kind = Kind { emissions: 40 << 16, ..PLAIN };
        assert!(hold_all(9, 1000, kind) < 0.002);
    }

    /// Up to four slots that would occur twice are counted exactly.
    #[test]
    fn slots_that_want_to_occur_twice() {
        let kind = Kind { tokens: 5, slots: 4, eager: true, ..PLAIN };
        let mut numbers = Numbers(10);
        let mut scratch = SlotScratch::new(8, 16, &mut Source::Heap);
        for _ in 0..400 {
            hold(&Problem::random(&mut numbers, kind), &mut scratch);
        }
    }

    /// More than four are restricted, and still none occurs twice.
    #[test]
    fn many_slots_that_want_to_occur_twice() {
        let mut numbers = Numbers(11);
        let mut scratch = SlotScratch::new(16, 16, &mut Source::Heap);
        for round in 0..4000 {
            let transitions = if round % 2 == 0 { 3 << 10 } else { i32::from(i16::MAX) };
            let kind = Kind { tokens: 16, slots: 12, eager: true, transitions, ..PLAIN };
            let problem = Problem::random(&mut numbers, kind);
            problem.with(|search| {
                problem.run(search, &mut scratch);
                let found = problem.found(&scratch);
                assert!(sound(search, &found), "round {round}: {found:?} has a slot too often");
            });
        }
    }

    /// Each of many slots is best twice, and worst beside another: whichever is forbidden, the next one takes its place.
    #[test]
    fn slots_that_want_to_occur_twice_in_turn() {
        for tokens in 2..=8usize {
            for slots in 1..=16usize {
                let tags = 2 * slots + 1;
                let rules = [vec![SlotRule { allowed: true, required: false, repeated: false }; slots]];
                let entry = SlotEntry { name: "slot", kind: 0, values: &[] };
                let pair =
                    |at: usize| if at / tags == at % tags && at % tags % 2 == 1 { 8000 } else { -30_000 };
                let problem =
                    Problem {
                        tokens,
                        tags: tags as u32,
                        slots: Slots::write(Slots::NO_LANGUAGE, &vec![entry; slots], &rules),
                        transitions: Transitions::write(
                            &(0..tags * tags).map(pair).collect::<Vec<_>>(),
                            &vec![0; tags],
                            &vec![0; tags],
                        ),
                        emissions: (0..tokens * tags)
                            .map(|at| {
                                if begins((at % tags) as u32) {
                                    1000 - (at % tags) as i32
                                } else {
                                    -(8 << 16)
                                }
                            })
                            .collect(),
                        label: 0,
                        sharpness: 94_548,
                    };
                let mut scratch = SlotScratch::new(8, 16, &mut Source::Heap);
                problem.with(|search| {
                    problem.run(search, &mut scratch);
                    let found = problem.found(&scratch);
                    assert!(
                        sound(search, &found),
                        "{tokens} tokens, {slots} slots: {found:?} has a slot too often"
                    );
                });
            }
        }
    }

    #[test]
    fn nothing_to_read() {
        let problem = Problem::random(&mut Numbers(12), PLAIN);
        let mut scratch = SlotScratch::new(8, 16, &mut Source::Heap);
        problem.with(|search| {
            problem.run(search, &mut scratch);
            search.run(0, |_| |_| 0, &mut scratch);
            assert_eq!((scratch.found(), scratch.whole), (&[][..], Confidence::ONE));
        });
    }
}
