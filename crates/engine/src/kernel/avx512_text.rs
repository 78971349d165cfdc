//! Hashes and look-ups with AVX-512, 16 side by side.

#![allow(unsafe_code)] // Vector registers need it; this room is the one place that has it.

use super::blocks;
use super::hash::{BLOCK, Block, END, HISTORY, NGRAM, START, mix, spread};
use crate::format::Filter;
use core::arch::x86_64::{
    __m512i, __mmask16, _mm512_add_epi32, _mm512_and_si512, _mm512_cmpeq_epi32_mask, _mm512_cmpge_epu32_mask,
    _mm512_i32gather_epi32, _mm512_loadu_si512, _mm512_mask_blend_epi32, _mm512_mask_storeu_epi32,
    _mm512_mask_sub_epi32, _mm512_maskz_compress_epi32, _mm512_maskz_loadu_epi32, _mm512_min_epu32,
    _mm512_mul_epu32, _mm512_mullo_epi32, _mm512_rol_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_slli_epi32, _mm512_srli_epi32, _mm512_srli_epi64, _mm512_srlv_epi32, _mm512_sub_epi32,
    _mm512_xor_si512,
};

/// Numbers of a register.
const WIDE: usize = 16;

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn all(value: u32) -> __m512i {
    _mm512_set1_epi32(value.cast_signed())
}

/// As [`mix`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn mix_wide(state: __m512i, value: __m512i) -> __m512i {
    let x = _mm512_mullo_epi32(_mm512_xor_si512(_mm512_rol_epi32::<5>(state), value), all(0x9e37_79b1));
    _mm512_xor_si512(x, _mm512_srli_epi32::<15>(x))
}

/// As [`spread`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn spread_wide(x: __m512i) -> __m512i {
    let x = _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x));
    let x = _mm512_mullo_epi32(x, all(0x85eb_ca6b));
    let x = _mm512_xor_si512(x, _mm512_srli_epi32::<13>(x));
    let x = _mm512_mullo_epi32(x, all(0xc2b2_ae35));
    _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x))
}

/// Writes the numbers of the lanes in `kept` one behind another, if there is room; returns how many there are.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn keep(numbers: __m512i, kept: __mmask16, places: &mut [u32]) -> usize {
    let count = kept.count_ones() as usize;
    if count > places.len() {
        return 0;
    }
    let lowest = ((1u32 << count) - 1) as __mmask16;
    // SAFETY: only the lowest `count` lanes are stored, for which there is room; the store asks for no alignment.
    unsafe {
        let together = _mm512_maskz_compress_epi32(kept, numbers);
        _mm512_mask_storeu_epi32(places.as_mut_ptr().cast::<i32>(), lowest, together);
    }
    count
}

/// As [`reference::ngrams`](super::reference::ngrams).
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn ngrams(block: &Block, lengths: (u8, u8), hashes: &mut [u32]) -> usize {
    let mut count = 0;
    for first in (0..BLOCK).step_by(WIDE).take_while(|&first| first < block.used) {
        let inside = (block.words >> (HISTORY + first)) as __mmask16;
        let mut state = all(NGRAM);
        for length in 1..=lengths.1.min(HISTORY as u8 + 1) {
            let from = HISTORY + first + 1 - usize::from(length);
            let Some(characters) = block.characters.get(from..).and_then(<[u32]>::first_chunk::<WIDE>) else {
                break;
            };
            // SAFETY: the array has 16 numbers of 32 bits, and the load asks for no alignment.
            let characters = unsafe { _mm512_loadu_si512(characters.as_ptr().cast::<__m512i>()) };
            let characters =
                if length == 1 { _mm512_mask_blend_epi32(inside, all(END), characters) } else { characters };
            state = mix_wide(state, characters);
            if length >= lengths.0 {
                let ends = (block.ends(length) >> first) as __mmask16;
                count += keep(spread_wide(state), ends, hashes.get_mut(count..).unwrap_or_default());
            }
        }
    }
    if lengths.0 == 1 {
        let begins = hashes.iter_mut().skip(count).take(block.begins());
        count += begins.map(|place| *place = spread(mix(NGRAM, START))).count();
    }
    count
}

/// As the hash of a filter.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn next(x: __m512i) -> __m512i {
    let x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32::<16>(x)), all(0x7feb_352d));
    let x = _mm512_mullo_epi32(_mm512_xor_si512(x, _mm512_srli_epi32::<15>(x)), all(0x846c_a68b));
    _mm512_xor_si512(x, _mm512_srli_epi32::<16>(x))
}

/// The high halves of products of 32 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn reduce(hash: __m512i, to: __m512i) -> __m512i {
    let even = _mm512_srli_epi64::<32>(_mm512_mul_epu32(hash, to));
    let odd = _mm512_mul_epu32(_mm512_srli_epi64::<32>(hash), to);
    _mm512_mask_blend_epi32(0b1010_1010_1010_1010, even, odd)
}

/// The bytes at 16 places and those behind them, the first in the lowest bits, as far as there are any. There must be at least
/// four bytes; a place beyond the last gives any number.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn gather(bytes: &[u8], places: __m512i) -> __m512i {
    let Some(last) = bytes.len().checked_sub(4) else { return _mm512_setzero_si512() };
    let at = _mm512_min_epu32(places, all(last as u32));
    let behind = _mm512_slli_epi32::<3>(_mm512_sub_epi32(places, at));
    // SAFETY: no place lies beyond the last four bytes, and there are fewer than 2³¹ bytes, as the caller made sure.
    let found = unsafe { _mm512_i32gather_epi32::<1>(at, bytes.as_ptr().cast::<i32>()) };
    _mm512_srlv_epi32(found, behind)
}

/// As [`reference::known`](super::reference::known).
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) fn known(filter: &Filter<'_>, buckets: u32, hashes: &[u32], rows: &mut [u32]) -> usize {
    let (prints, owners) = (filter.fingerprints(), filter.owners());
    let few = |bytes: &[u8]| bytes.len() < 4 || bytes.len() > i32::MAX as usize;
    if few(prints) || !owners.is_empty() && few(owners) {
        return blocks::known(filter, buckets, hashes, rows);
    }
    let (seed, segment) = filter.seed();
    let wide = filter.wide();
    let (seed, length) = (all(seed), all(segment));
    let (second_seed, third_seed) = (all(0x9e37_79b9), all(0x85eb_ca6b));
    let mut count = 0;
    for hashes in hashes.chunks(WIDE) {
        let lanes = ((1u32 << hashes.len()) - 1) as __mmask16;
        // SAFETY: only as many lanes are loaded as there are hashes; the load asks for no alignment.
        let hash = unsafe { _mm512_maskz_loadu_epi32(lanes, hashes.as_ptr().cast::<i32>()) };
        let first = next(_mm512_xor_si512(hash, seed));
        let second = next(_mm512_xor_si512(first, second_seed));
        let third = next(_mm512_xor_si512(second, third_seed));
        let a = reduce(first, length);
        let b = _mm512_add_epi32(reduce(second, length), length);
        let c = _mm512_add_epi32(reduce(third, length), _mm512_add_epi32(length, length));
        let print = _mm512_xor_si512(first, _mm512_xor_si512(second, third));
        let at = |places: __m512i| if wide { _mm512_add_epi32(places, places) } else { places };
        let there = _mm512_xor_si512(
            gather(prints, at(a)),
            _mm512_xor_si512(gather(prints, at(b)), gather(prints, at(c))),
        );
        let differ = _mm512_and_si512(_mm512_xor_si512(there, print), all(if wide { 0xffff } else { 0xff }));
        let known = _mm512_cmpeq_epi32_mask(differ, _mm512_setzero_si512()) & lanes;
        if known == 0 {
            continue;
        }
        let row = if owners.is_empty() {
            reduce(hash, all(buckets))
        } else {
            let owner = |places: __m512i| {
                let fours = gather(owners, _mm512_srli_epi32::<2>(places));
                let pair = _mm512_slli_epi32::<1>(_mm512_and_si512(places, all(3)));
                _mm512_and_si512(_mm512_srlv_epi32(fours, pair), all(3))
            };
            // The sum is at most 6: modulo 3 by two subtractions.
            let sum = _mm512_add_epi32(owner(a), _mm512_add_epi32(owner(b), owner(c)));
            let sum = _mm512_mask_sub_epi32(sum, _mm512_cmpge_epu32_mask(sum, all(3)), sum, all(3));
            let sum = _mm512_mask_sub_epi32(sum, _mm512_cmpge_epu32_mask(sum, all(3)), sum, all(3));
            let which = |number| _mm512_cmpeq_epi32_mask(sum, all(number));
            _mm512_mask_blend_epi32(which(2), _mm512_mask_blend_epi32(which(1), a, b), c)
        };
        count += keep(row, known, rows.get_mut(count..).unwrap_or_default());
    }
    count
}
