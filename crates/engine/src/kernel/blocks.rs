//! Hashes and look-ups in plain Rust, a few side by side and without branches that nobody can foresee: compilers make vector
//! instructions of it wherever there are any.

#![allow(clippy::indexing_slicing)] // Only of this file's own small arrays, by numbers below their lengths.

use super::hash::{BLOCK, Block, END, HISTORY, NGRAM, START, mix, spread};
use crate::format::Filter;

/// Hashes that are looked up side by side.
const WIDE: usize = 16;

/// As [`reference::ngrams`](super::reference::ngrams).
#[inline(always)]
pub(super) fn ngrams(block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize {
    let mut states = [NGRAM; BLOCK];
    let mut count = 0;
    for length in 1..=lengths.1.min(HISTORY as u8 + 1) {
        let back = usize::from(length - 1);
        let Some(characters) = block.characters[HISTORY - back..].first_chunk::<BLOCK>() else { break };
        if length == 1 {
            for (at, (state, &character)) in states.iter_mut().zip(characters).enumerate() {
                let inside = block.words >> (at + HISTORY) & 1 == 1;
                *state = mix(NGRAM, if inside { character } else { END });
            }
        } else {
            for (state, &character) in states.iter_mut().zip(characters) {
                *state = mix(*state, character);
            }
        }
        if length < lengths.0 {
            continue;
        }
        let ends = block.ends(length);
        let mut ready = states;
        for state in &mut ready {
            *state = spread(*state);
        }
        let Some(places) = hashes.get_mut(count..).filter(|places| places.len() >= BLOCK) else { break };
        count += keep(&ready[..block.used], ends, places);
    }
    if lengths.0 == 1 {
        let begins = hashes.iter_mut().skip(count).take(block.begins());
        count += begins.map(|place| *place = spread(mix(NGRAM, START))).count();
    }
    count
}

/// As [`reference::known`](super::reference::known).
#[inline(always)]
pub(super) fn known(filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize {
    let mut count = 0;
    for hashes in hashes.chunks(WIDE) {
        let mut wide = [0; WIDE];
        wide[..hashes.len()].copy_from_slice(hashes);
        let mut places = [[0; WIDE]; 3];
        let mut prints = [0u16; WIDE];
        let (seed, segment) = filter.seed();
        for lane in 0..WIDE {
            let (three, print) = Filter::places(wide[lane], seed, segment);
            (places[0][lane], places[1][lane], places[2][lane]) = (three[0], three[1], three[2]);
            prints[lane] = print;
        }
        let mut known = 0;
        let mut found = [0; WIDE];
        for lane in 0..hashes.len() {
            let three = [places[0][lane], places[1][lane], places[2][lane]];
            known |= u64::from(filter.knows(three, prints[lane])) << lane;
            found[lane] = filter.row_of(three, wide[lane], buckets);
        }
        let Some(places) = rows.get_mut(count..).filter(|places| places.len() >= hashes.len()) else { break };
        count += keep(&found[..hashes.len()], known, places);
    }
    count
}

/// Writes the numbers whose bit is set one behind another; returns how many there are. There is room for all.
#[inline(always)]
fn keep(numbers: &[u32], bits: u64, places: &mut [u32]) -> usize {
    let mut count = 0;
    for (at, &number) in numbers.iter().enumerate() {
        if let Some(place) = places.get_mut(count) {
            *place = number;
        }
        count += (bits >> at & 1) as usize;
    }
    count
}
