//! The sections of the file, each read and written here.

use super::bytes::{Cursor, Words};
#[cfg(feature = "alloc")]
use super::bytes::{pad, put};
use super::error::FormatError;
use super::names::{ALIGNMENT, SectionKind};
use super::settings::FeatureSettings;
use crate::prediction::{Confidence, Decision, Reason, Score};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The names of the labels, in the order of the scores.
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    ends: Words<'a>,
    count: u32,
    names: &'a str,
}

impl<'a> Labels<'a> {
    /// The most labels that a model may have.
    pub const MOST: u32 = 1 << 20;

    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Labels, bytes);
        let count = cursor.u32()?;
        if count > Self::MOST {
            return Err(cursor.broken("the number of labels is not 0 to 1,048,576"));
        }
        let broken = cursor.broken("the ends of the names do not rise, or cut a character");
        let ends = cursor.words(count)?;
        let length = (count as usize).checked_sub(1).map_or(0, |last| ends.get(last));
        let names = cursor.text(length as usize)?;
        let mut reached = 0;
        for end in ends.iter() {
            if end <= reached || !names.is_char_boundary(end as usize) {
                return Err(broken);
            }
            reached = end;
        }
        cursor.finish()?;
        Ok(Self { ends, count, names })
    }

    /// The section for these names, none of which is empty.
    #[cfg(feature = "alloc")]
    pub fn write<S: AsRef<str>>(names: &[S]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[names.len() as u32]);
        let mut end = 0;
        for name in names {
            end += name.as_ref().len() as u32;
            put(&mut out, &[end]);
        }
        for name in names {
            out.extend_from_slice(name.as_ref().as_bytes());
        }
        out
    }

    /// How many labels there are: 0, in a model of slots alone, to [`Labels::MOST`].
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none: a model of slots alone.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The name of the label at `index`; empty beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> &'a str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends.get(before));
        let end = self.ends.get(index);
        self.names.get(start as usize..end as usize).unwrap_or_default()
    }

    /// All names, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let this = *self;
        (0..this.len()).map(move |index| this.get(index))
    }
}

/// The section of [`FeatureSettings`].
#[derive(Clone, Copy, Debug)]
pub enum Features {}

impl Features {
    pub(crate) fn read(bytes: &[u8]) -> Result<FeatureSettings, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Features, bytes);
        let broken = cursor.broken("a feature setting is out of its range");
        let settings = FeatureSettings {
            max_characters: cursor.u32()?,
            word_ngrams: cursor.u8()?,
            character_ngrams: (cursor.u8()?, cursor.u8()?),
            unspaced_ngrams: (cursor.u8()?, cursor.u8()?),
        };
        cursor.pad(4)?;
        cursor.finish()?;
        if settings.is_valid() { Ok(settings) } else { Err(broken) }
    }

    /// The section for valid settings.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(settings: &FeatureSettings) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[settings.max_characters]);
        let (character, unspaced) = (settings.character_ngrams, settings.unspaced_ngrams);
        out.extend_from_slice(&[settings.word_ngrams, character.0, character.1, unspaced.0, unspaced.1]);
        pad(&mut out, 4);
        out
    }
}

/// Tells features that were seen in training from those that were not, wrongly once in 256 or 65,536 times: an xor filter
/// (Graf and Lemire, "Xor Filters: Faster and Smaller Than Bloom and Cuckoo Filters", JEA 2020) with fingerprints of 8 or 16 bits.
///
/// With owners it also gives each known feature a table row of its own (Botelho, Pagh and Ziviani, "Simple and
/// Space-Efficient Minimal Perfect Hash Functions", WADS 2007); without, features share rows by their hash.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    seed: u32,
    segment: u32,
    /// One or two bytes each.
    fingerprints: &'a [u8],
    wide: bool,
    /// Two bits for each fingerprint, lowest first; empty where features share rows.
    owners: &'a [u8],
}

impl<'a> Filter<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Filter, bytes);
        let (seed, segment, owned, bits) = (cursor.u32()?, cursor.u32()?, cursor.u32()?, cursor.u32()?);
        if segment == 0 || segment > 1 << 22 {
            return Err(cursor.broken("the length of a segment is not 1 to 4,194,304"));
        }
        if owned > 1 {
            return Err(cursor.broken("whether there are owners is neither 0 nor 1"));
        }
        if bits != 8 && bits != 16 {
            return Err(cursor.broken("fingerprints are neither of 8 nor of 16 bits"));
        }
        let size = segment as usize * 3;
        let fingerprints = cursor.bytes(size * bits as usize / 8)?;
        let broken = cursor.broken("an owner is 3, or there are bits behind the last");
        let owners = cursor.bytes(if owned == 1 { size.div_ceil(4) } else { 0 })?;
        let behind =
            owners.last().filter(|_| !size.is_multiple_of(4)).is_some_and(|last| last >> (size % 4 * 2) != 0);
        if behind || owners.iter().any(|byte| byte & byte >> 1 & 0x55 != 0) {
            return Err(broken);
        }
        cursor.finish()?;
        Ok(Self { seed, segment, fingerprints, wide: bits == 16, owners })
    }

    /// The section for a filter that was built with `seed`: three segments of fingerprints of equal length, 1 to 2²², of which the
    /// lowest 8 bits are kept or, if `wide`, all 16. With owners, there is a number from 0 to 2 for each fingerprint; the sum of a
    /// feature's three, modulo 3, tells which of its places is its table row.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(seed: u32, fingerprints: &[u16], wide: bool, owners: Option<&[u8]>) -> Vec<u8> {
        let mut out = Vec::new();
        let bits = if wide { 16 } else { 8 };
        put(&mut out, &[seed, (fingerprints.len() / 3) as u32, u32::from(owners.is_some()), bits]);
        for fingerprint in fingerprints {
            out.extend_from_slice(fingerprint.to_le_bytes().get(..bits as usize / 8).unwrap_or_default());
        }
        let fours = owners.unwrap_or_default().chunks(4);
        out.extend(fours.map(|four| four.iter().rev().fold(0, |byte, owner| byte << 2 | owner)));
        out
    }

    /// The three places of a feature hash, one in each segment, and its fingerprint: the xor of theirs, if it was seen.
    #[inline]
    #[must_use]
    pub const fn places(hash: u32, seed: u32, segment: u32) -> ([u32; 3], u16) {
        const fn reduce(hash: u32, to: u32) -> u32 {
            ((hash as u64 * to as u64) >> 32) as u32
        }
        const fn next(x: u32) -> u32 {
            let x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
            let x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
            x ^ (x >> 16)
        }
        let first = next(hash ^ seed);
        let second = next(first ^ 0x9e37_79b9);
        let third = next(second ^ 0x85eb_ca6b);
        let places =
            [reduce(first, segment), segment + reduce(second, segment), 2 * segment + reduce(third, segment)];
        (places, (first ^ second ^ third) as u16)
    }

    /// How many rows a table has whose features each own one; none where features share rows.
    pub(crate) const fn owned(&self) -> Option<u32> {
        if self.owners.is_empty() { None } else { Some(self.segment * 3) }
    }

    /// The table row, of `buckets`, of the feature with this hash, if it was seen in training.
    #[inline]
    #[must_use]
    pub fn row(&self, hash: u32, buckets: u32) -> Option<u32> {
        let (places, fingerprint) = Self::places(hash, self.seed, self.segment);
        self.knows(places, fingerprint).then(|| self.row_of(places, hash, buckets))
    }

    /// Whether the fingerprints at these places are that of a feature.
    #[inline]
    pub(crate) fn knows(&self, places: [u32; 3], fingerprint: u16) -> bool {
        if self.wide {
            let prints = self.fingerprints.as_chunks::<2>().0;
            let print =
                |&place: &u32| prints.get(place as usize).map_or(0, |&print| u16::from_le_bytes(print));
            places.iter().fold(0, |x, place| x ^ print(place)) == fingerprint
        } else {
            let print = |&place: &u32| self.fingerprints.get(place as usize).copied().unwrap_or(0);
            places.iter().fold(0, |x, place| x ^ print(place)) == fingerprint as u8
        }
    }

    /// The table row of a feature with these places and this hash that was seen in training.
    #[inline]
    pub(crate) fn row_of(&self, places: [u32; 3], hash: u32, buckets: u32) -> u32 {
        if self.owners.is_empty() {
            return ((u64::from(hash) * u64::from(buckets)) >> 32) as u32;
        }
        let owner = |place: u32| {
            let byte = self.owners.get(place as usize / 4).copied().unwrap_or(0);
            usize::from(byte >> (place % 4 * 2) & 3)
        };
        let which = places.iter().map(|&place| owner(place)).sum::<usize>() % 3;
        places.get(which).copied().unwrap_or(0)
    }

    /// What its hash starts with, and how long a segment is.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) const fn seed(&self) -> (u32, u32) {
        (self.seed, self.segment)
    }

    /// Fingerprints, of one byte each or, if [`wide`](Self::wide), of two.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) const fn fingerprints(&self) -> &'a [u8] {
        self.fingerprints
    }

    /// Whether a fingerprint has two bytes.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) const fn wide(&self) -> bool {
        self.wide
    }

    /// Two bits for each fingerprint; empty where features share rows.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) const fn owners(&self) -> &'a [u8] {
        self.owners
    }
}

/// The embedding rows: `buckets` rows of `dim` numbers, all of one scale, and how their sums become activations.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// How many rows there are: 1 to 2²⁴.
    pub buckets: u32,
    /// Numbers in a row: even, 2, up to 1,024.
    pub dim: u32,
    /// Bits of a number: 8 (two's complement) or 4 (excess 8, the even place in the low half of the byte).
    pub bits: u32,
    /// For each group of features, words first, the multiplier of its sum divided by the root of its number of features;
    /// below 2³¹.
    pub multipliers: [u32; 2],
    /// By how many bits the sum of the two is shifted right: 1 to 40.
    pub shift: u32,
    /// The rows, one after another.
    pub data: &'a [u8],
}

impl<'a> Rows<'a> {
    pub(crate) fn read(kind: SectionKind, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(kind, bytes);
        let (buckets, dim, bits) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
        if buckets == 0 || buckets > 1 << 24 {
            return Err(cursor.broken("the number of rows is not 1 to 16,777,216"));
        }
        if dim == 0 || !dim.is_multiple_of(2) || dim > 1024 {
            return Err(cursor.broken("the length of a row is not even, or beyond 1,024"));
        }
        if bits != 8 && bits != 4 {
            return Err(cursor.broken("numbers of a row are neither of 8 nor of 4 bits"));
        }
        let multipliers = [cursor.u32()?, cursor.u32()?];
        let shift = cursor.u32()?;
        if multipliers.iter().any(|&m| m > i32::MAX as u32) || shift == 0 || shift > 40 {
            return Err(cursor.broken("the scale of the rows is out of its range"));
        }
        cursor.pad(ALIGNMENT)?;
        let stride = (dim * bits / 8) as usize;
        let length = stride
            .checked_mul(buckets as usize)
            .ok_or_else(|| cursor.broken("the section ends too early"))?;
        let data = cursor.bytes(length)?;
        cursor.finish()?;
        Ok(Self { buckets, dim, bits, multipliers, shift, data })
    }

    /// The section.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let [words, characters] = self.multipliers;
        put(&mut out, &[self.buckets, self.dim, self.bits, words, characters, self.shift]);
        pad(&mut out, ALIGNMENT);
        out.extend_from_slice(self.data);
        out
    }

    /// Bytes of a row.
    #[inline]
    #[must_use]
    pub const fn stride(&self) -> usize {
        (self.dim * self.bits / 8) as usize
    }
}

/// How scores become confidences and a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRule {
    /// Whether a text may have any number of labels. Then each label's confidence is a logistic function of its own score;
    /// otherwise all confidences together are a softmax.
    pub multi_label: bool,
    /// Score to exponent of two, in 65,536ths: log2(e) divided by the calibrated temperature; 0 to 2²⁴.
    pub sharpness: u32,
    /// Added to the exponent of two, in 65,536ths; 0 unless `multi_label`. Within ±2²⁴.
    pub offset: i32,
    /// The least confidence of an accepted answer.
    pub min_confidence: Confidence,
    /// The least confidence of a label that is part of a multi-label answer.
    pub label_threshold: Confidence,
    /// The label that stands for everything outside the task, if there is one; none if `multi_label`.
    pub out_of_scope: Option<u32>,
    /// As `sharpness`, for the tags of slots; 0 in a model without slots.
    pub slot_sharpness: u32,
    /// The least confidence of a slot that is stood by; 0 in a model without slots.
    pub min_slot_confidence: Confidence,
}

impl DecisionRule {
    pub(crate) fn read(bytes: &[u8], labels: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Decision, bytes);
        let broken = cursor.broken("a number of the decision rule is out of its range");
        let kind = cursor.u32()?;
        let sharpness = cursor.u32()?;
        let offset = cursor.u32()? as i32;
        let (min_confidence, label_threshold) = (cursor.u32()?, cursor.u32()?);
        let out_of_scope = cursor.u32()?;
        let slot_sharpness = cursor.u32()?;
        let min_slot_confidence = cursor.u32()?;
        cursor.finish()?;
        let one = Confidence::ONE.raw();
        let most = 1 << 24;
        if kind > 1
            || sharpness > most
            || slot_sharpness > most
            || offset.unsigned_abs() > most
            || (kind == 0 && offset != 0)
            || min_confidence > one
            || label_threshold > one
            || min_slot_confidence > one
            || (out_of_scope != u32::MAX && (out_of_scope >= labels || kind == 1))
        {
            return Err(broken);
        }
        Ok(Self {
            multi_label: kind == 1,
            sharpness,
            offset,
            min_confidence: Confidence::from_raw(min_confidence),
            label_threshold: Confidence::from_raw(label_threshold),
            out_of_scope: (out_of_scope != u32::MAX).then_some(out_of_scope),
            slot_sharpness,
            min_slot_confidence: Confidence::from_raw(min_slot_confidence),
        })
    }

    /// The section.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let (min_confidence, label_threshold) = (self.min_confidence.raw(), self.label_threshold.raw());
        let out_of_scope = self.out_of_scope.unwrap_or(u32::MAX);
        let kind = u32::from(self.multi_label);
        put(
            &mut out,
            &[
                kind,
                self.sharpness,
                self.offset as u32,
                min_confidence,
                label_threshold,
                out_of_scope,
                self.slot_sharpness,
                self.min_slot_confidence.raw(),
            ],
        );
        out
    }
}

/// A hash of all scores in order (FNV-1a, 64 bits, over their little-endian bytes), so that one number stands for all.
#[must_use]
pub fn score_hash(scores: &[Score]) -> u64 {
    scores
        .iter()
        .flat_map(|score| score.0.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The texts whose exact answers the file records.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    count: u32,
    bytes: &'a [u8],
}

/// A text and the exact answer that the file gives to it.
#[derive(Clone, Copy, Debug)]
pub struct RecordedExample<'a> {
    /// The text.
    pub text: &'a str,
    /// The decision, with the reason for an abstention.
    pub decision: (Decision, Option<Reason>),
    /// The confidence of the answer.
    pub confidence: Confidence,
    /// [`score_hash`] of all scores.
    pub hash: u64,
    top: Words<'a>,
    slots: Words<'a>,
}

/// A slot of a recorded answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedSlot {
    /// Its place in the model's list of slots.
    pub index: u32,
    /// Byte offset in the text where it begins.
    pub start: u32,
    /// Byte offset where it ends.
    pub end: u32,
    /// How probable it is.
    pub confidence: Confidence,
}

/// An answer to be recorded.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The text.
    pub text: &'a str,
    /// Why the engine abstained, if it did.
    pub reason: Option<Reason>,
    /// The confidence of the answer.
    pub confidence: Confidence,
    /// [`score_hash`] of all scores.
    pub hash: u64,
    /// The best labels, best first: index and exact score.
    pub top: Vec<(u32, Score)>,
    /// The slots, in the order of the text.
    pub slots: Vec<RecordedSlot>,
}

impl<'a> RecordedExample<'a> {
    /// The best labels, best first: index and exact score.
    pub fn top(&self) -> impl Iterator<Item = (u32, Score)> + use<'a> {
        let top = self.top;
        (0..top.iter().len() / 2).map(move |at| (top.get(2 * at), Score(top.get(2 * at + 1) as i32)))
    }

    /// The slots, in the order of the text.
    pub fn slots(&self) -> impl Iterator<Item = RecordedSlot> + use<'a> {
        let slots = self.slots;
        (0..slots.iter().len() / 4).map(move |at| RecordedSlot {
            index: slots.get(4 * at),
            start: slots.get(4 * at + 1),
            end: slots.get(4 * at + 2),
            confidence: Confidence::from_raw(slots.get(4 * at + 3)),
        })
    }

    fn read(cursor: &mut Cursor<'a>, labels: u32, slots_there_are: u32) -> Result<Self, FormatError> {
        let broken = cursor.broken("a recorded answer is out of its range");
        let length = cursor.u32()?;
        let decision = match cursor.u32()? {
            0 => (Decision::Accept, None),
            1 => (Decision::Abstain, Some(Reason::NoKnownWords)),
            2 => (Decision::Abstain, Some(Reason::LowConfidence)),
            3 => (Decision::Abstain, Some(Reason::OutOfScope)),
            4 => (Decision::Abstain, Some(Reason::MissingSlot)),
            5 => (Decision::Abstain, Some(Reason::TooLong)),
            6 => (Decision::Abstain, Some(Reason::UnsureSlot)),
            _ => return Err(broken),
        };
        let confidence = cursor.u32()?;
        let hash = cursor.u64()?;
        let count = cursor.u32()?;
        if confidence > Confidence::ONE.raw() || count > labels {
            return Err(broken);
        }
        let top = cursor.words(count.checked_mul(2).ok_or(broken)?)?;
        if top.iter().step_by(2).any(|label| label >= labels) {
            return Err(broken);
        }
        let count = cursor.u32()?;
        let slots = cursor.words(count.checked_mul(4).ok_or(broken)?)?;
        let text = cursor.text(length as usize)?;
        cursor.pad(4)?;
        let answer = Self { text, decision, confidence: Confidence::from_raw(confidence), hash, top, slots };
        let one = Confidence::ONE.raw();
        let confidences = slots.iter().skip(3).step_by(4);
        let indices = slots.iter().step_by(4);
        if confidences.into_iter().any(|confidence| confidence > one)
            || indices.into_iter().any(|slot| slot >= slots_there_are)
        {
            return Err(broken);
        }
        Ok(answer)
    }
}

impl<'a> Recorded<'a> {
    /// The most answers that a file may record: replaying them all must not take for ever.
    pub const MOST: u32 = 4096;

    pub(crate) fn read(bytes: &'a [u8], labels: u32, slots: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Recorded, bytes);
        let count = cursor.u32()?;
        if count > Self::MOST {
            return Err(cursor.broken("there are more than 4,096 recorded answers"));
        }
        for _ in 0..count {
            RecordedExample::read(&mut cursor, labels, slots)?;
        }
        cursor.finish()?;
        Ok(Self { count, bytes })
    }

    /// The section for these answers.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(answers: &[Answer<'_>]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[answers.len() as u32]);
        for answer in answers {
            let decision = match answer.reason {
                None => 0,
                Some(Reason::NoKnownWords) => 1,
                Some(Reason::LowConfidence) => 2,
                Some(Reason::OutOfScope) => 3,
                Some(Reason::MissingSlot) => 4,
                Some(Reason::TooLong) => 5,
                Some(Reason::UnsureSlot) => 6,
            };
            put(&mut out, &[answer.text.len() as u32, decision, answer.confidence.raw()]);
            put(&mut out, &[answer.hash as u32, (answer.hash >> 32) as u32, answer.top.len() as u32]);
            for (label, score) in &answer.top {
                put(&mut out, &[*label, score.0 as u32]);
            }
            put(&mut out, &[answer.slots.len() as u32]);
            for slot in &answer.slots {
                put(&mut out, &[slot.index, slot.start, slot.end, slot.confidence.raw()]);
            }
            out.extend_from_slice(answer.text.as_bytes());
            pad(&mut out, 4);
        }
        out
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = RecordedExample<'a>> + use<'a> {
        let mut cursor = Cursor::new(SectionKind::Recorded, self.bytes);
        let _ = cursor.u32();
        // Read once before, in `Recorded::read`: it cannot fail, and the true bounds of indices were proven there.
        (0..self.count).map_while(move |_| RecordedExample::read(&mut cursor, u32::MAX, u32::MAX).ok())
    }
}
