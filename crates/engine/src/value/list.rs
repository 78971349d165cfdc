//! Lists of values that a slot may have, and the phrases that stand for them.
//!
//! A list is bytes, from a model file or made while running; it is used where it lies. All numbers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 5 × 4 | number of phrases *n*, of values *m*, of slots *s* (a power of two above *n*), bytes of the phrases *p* and of the values *v* |
//! | 66 × 4 | for each length 0 to 64, and for all longer ones: how many phrases are shorter |
//! | *n* × 8 | which characters each phrase has, shortest phrase first |
//! | *n* × 4 | the hash of each phrase |
//! | *n* × 4 | the value that each phrase stands for |
//! | (*n* + 1) × 4 | where each phrase begins, and where the last one ends |
//! | (*m* + 1) × 4 | likewise the values |
//! | *s* × 4 | the table of hashes: 0 or the number of a phrase, counted from 1; linear probing |
//! | *p* | the phrases, normalised, UTF-8 |
//! | *v* | the values, UTF-8 |
//!
//! A length is a number of characters. A phrase that stands for several values is there once for each.

#![allow(clippy::indexing_slicing)] // Only of this file's own small arrays, by numbers that are checked beside.

#[cfg(feature = "alloc")]
use crate::text::normalised_phrase;
use crate::text::{TokenKind, phrase_characters, phrase_hash};
#[cfg(feature = "alloc")]
use alloc::string::String;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "alloc")]
use core::iter;
use core::str;

/// Texts and phrases that are longer, in characters, are only found exactly.
const LONGEST: usize = 64;
/// Each length up to [`LONGEST`], one for all that are longer, and the end.
const GROUPS: usize = LONGEST + 2;
const HEADER: usize = 5;
/// The largest distance that is ever looked for.
const REACH: usize = 2;

/// Values, and the phrases that stand for them.
///
/// ```
/// use stonechat_engine::value::ValueList;
///
/// let phrases = [("kitchen", 0), ("living room", 1), ("lounge", 1)];
/// let bytes = ValueList::write(phrases.into_iter(), &["kitchen", "living room"]);
/// let list = ValueList::read(&bytes).unwrap();
/// let found = list.find("Kithcen").unwrap();
/// assert_eq!((list.canonical(found.index), found.distance), ("kitchen", 1));
/// assert!(list.find("garden").is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValueList<'a> {
    /// How many phrases are shorter than each length.
    groups: &'a [[u8; 4]],
    signatures: &'a [[u8; 8]],
    hashes: &'a [[u8; 4]],
    values: &'a [[u8; 4]],
    phrase_offsets: &'a [[u8; 4]],
    value_offsets: &'a [[u8; 4]],
    table: &'a [[u8; 4]],
    phrase_text: &'a [u8],
    value_text: &'a [u8],
}

/// Where a text was found in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The place of the value in the list, from 0.
    pub index: u32,
    /// How many characters the text is away from a phrase of the value: 0 to 2.
    pub distance: u8,
}

impl<'a> ValueList<'a> {
    /// The bytes of the list of `values`, from phrases and the places of the values that they stand for. A value is found
    /// by its own name only if that is among the phrases.
    ///
    /// Phrases without a token, such as white space, and those whose value is not there, are left out; the order of the
    /// phrases does not matter.
    #[cfg(feature = "alloc")]
    pub fn write<'s>(phrases: impl Iterator<Item = (&'s str, u32)>, values: &[&str]) -> Vec<u8> {
        let mut phrases = Phrases::read(phrases, values.len());
        phrases.order();
        phrases.write(values)
    }

    /// As [`ValueList::write`], in less time: phrases of one length stay in the order that they came in, on which no answer
    /// depends.
    #[cfg(feature = "alloc")]
    pub(super) fn write_unordered<'s>(
        phrases: impl Iterator<Item = (&'s str, u32)>,
        values: &[&str],
    ) -> Vec<u8> {
        let mut phrases = Phrases::read(phrases, values.len());
        phrases.group();
        phrases.write(values)
    }

    /// The list that these bytes are, from the first to the last.
    ///
    /// # Errors
    ///
    /// The rule that the bytes break, as words.
    pub fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let list = Self::laid_out(bytes)?;
        let (phrases, values) = (list.phrases(), list.len());
        check_offsets(list.phrase_offsets, list.phrase_text)?;
        check_offsets(list.value_offsets, list.value_text)?;
        let groups = || list.groups.iter().map(|&bytes| u32::from_le_bytes(bytes) as usize);
        if !groups().is_sorted() || groups().next_back().is_none_or(|last| last > phrases) {
            return Err("the phrases of a list are not ordered by length");
        }
        if list.values.iter().any(|&value| u32::from_le_bytes(value) as usize >= values) {
            return Err("a phrase stands for a value that the list does not have");
        }
        let filled =
            || list.table.iter().map(|&slot| u32::from_le_bytes(slot) as usize).filter(|&slot| slot > 0);
        if filled().count() != phrases || filled().any(|slot| slot > phrases) {
            return Err("the table of a list does not name each phrase");
        }
        Ok(list)
    }

    /// The list that these bytes are, of which only the sizes are looked at: for bytes that [`ValueList::read`] took, or
    /// [`ValueList::write`] made.
    pub(super) fn laid_out(bytes: &'a [u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "the list ends too early";
        let mut rest = bytes;
        let header = take::<4>(&mut rest, HEADER).ok_or(SHORT)?;
        let size = |at: usize| number(header, at) as usize;
        let (phrases, values, slots, phrase_bytes, value_bytes) =
            (size(0), size(1), size(2), size(3), size(4));
        if !slots.is_power_of_two() || slots <= phrases {
            return Err("the table of a list is no power of two above the number of phrases");
        }
        let list = Self {
            groups: take(&mut rest, GROUPS).ok_or(SHORT)?,
            signatures: take(&mut rest, phrases).ok_or(SHORT)?,
            hashes: take(&mut rest, phrases).ok_or(SHORT)?,
            values: take(&mut rest, phrases).ok_or(SHORT)?,
            phrase_offsets: take(&mut rest, phrases.saturating_add(1)).ok_or(SHORT)?,
            value_offsets: take(&mut rest, values.saturating_add(1)).ok_or(SHORT)?,
            table: take(&mut rest, slots).ok_or(SHORT)?,
            phrase_text: rest.split_off(..phrase_bytes).ok_or(SHORT)?,
            value_text: rest.split_off(..value_bytes).ok_or(SHORT)?,
        };
        if !rest.is_empty() {
            return Err("the list is longer than its content");
        }
        Ok(list)
    }

    /// How many values there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.value_offsets.len().saturating_sub(1)
    }

    /// Whether there are no values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many phrases there are.
    #[must_use]
    pub const fn phrases(&self) -> usize {
        self.values.len()
    }

    /// The value at this place; empty if there is none.
    #[must_use]
    pub fn canonical(&self, index: u32) -> &'a str {
        piece(self.value_text, self.value_offsets, index as usize)
    }

    /// Whether a phrase of the list has this hash, made by [`phrase_hash`](crate::text::phrase_hash). A text that is no
    /// phrase has such a hash once in 2³² / [`phrases`](Self::phrases) times.
    #[inline]
    #[must_use]
    pub fn contains(&self, hash: u32) -> bool {
        self.bucket(hash).any(|phrase| number(self.hashes, phrase) == hash)
    }

    /// The value that a text stands for: whose phrase is the same after normalisation, or else the one nearest to it.
    ///
    /// Near is at most one edit for texts and phrases of 4 to 7 characters (the shorter of the two counts), two from 8 to
    /// 64, and none for others. An edit inserts, drops or changes a character, or swaps two neighbours ("optimal string
    /// alignment"); digits, what parts them or a sign before them, and characters of scripts without spaces are never edited. If phrases of several values are
    /// equally near, there is no answer.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Match> {
        let mut query = Query { characters: ['\0'; LONGEST], length: 0, exact: false };
        for (character, kind) in phrase_characters(text) {
            if let Some(place) = query.characters.get_mut(query.length) {
                *place = character;
            }
            query.length += 1;
            query.exact |= kind == TokenKind::Unspaced;
        }
        let mut best = Best { distance: 0, value: None, tie: false };
        for phrase in self.bucket(phrase_hash(text)) {
            if phrase_characters(text).map(|(character, _)| character).eq(self.phrase(phrase).chars()) {
                best.offer(number(self.values, phrase), 0);
            }
        }
        if best.value.is_none() {
            best.distance = REACH;
            self.search(&query, &mut best);
        }
        let index = best.value.filter(|_| !best.tie)?;
        Some(Match { index, distance: best.distance as u8 })
    }

    /// Offers all phrases near the query, those of its length first.
    fn search(&self, query: &Query, best: &mut Best) {
        if query.exact || query.length > LONGEST {
            return;
        }
        let characters = query.characters.get(..query.length).unwrap_or_default();
        let signature = signature(characters.iter().copied());
        for apart in 0..=REACH {
            let longer = Some(query.length + apart);
            let shorter = query.length.checked_sub(apart).filter(|_| apart > 0);
            for length in [shorter, longer].into_iter().flatten().filter(|&length| length <= LONGEST) {
                let start = number(self.groups, length) as usize;
                let end = number(self.groups, length + 1) as usize;
                for (at, &set) in self.signatures.get(start..end).unwrap_or_default().iter().enumerate() {
                    let reach = allowed(length.min(query.length)).min(best.distance);
                    if reach < apart || reach == 0 {
                        break;
                    }
                    // An edit takes away one character at most, and adds one at most: each changes one bit.
                    if more_ones(u64::from_le_bytes(set) ^ signature, reach) {
                        continue;
                    }
                    if let Some(distance) = distance(characters, self.phrase(start + at), reach) {
                        best.offer(number(self.values, start + at), distance);
                    }
                }
            }
        }
    }

    /// The normalised phrase at this place.
    fn phrase(&self, at: usize) -> &'a str {
        piece(self.phrase_text, self.phrase_offsets, at)
    }

    /// The phrases whose hash leads to the same slots.
    #[inline]
    fn bucket(&self, hash: u32) -> impl Iterator<Item = usize> {
        probe(hash, self.table.len())
            .map(|slot| number(self.table, slot) as usize)
            .take_while(|&filled| filled > 0)
            .map(|filled| filled - 1)
    }
}

/// Phrases on their way into a list.
#[cfg(feature = "alloc")]
struct Phrases {
    all: Vec<Phrase>,
    /// The normalised phrases, joined.
    text: String,
}

/// A phrase, and its place in the joined text.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy)]
struct Phrase {
    /// How many characters it has, but no more than [`LONGEST`] and one.
    length: usize,
    start: usize,
    end: usize,
    value: u32,
    hash: u32,
}

#[cfg(feature = "alloc")]
impl Phrases {
    /// Those that have a token and whose value is one of so many.
    fn read<'s>(phrases: impl Iterator<Item = (&'s str, u32)>, values: usize) -> Self {
        let mut read = Self { all: Vec::with_capacity(phrases.size_hint().0), text: String::new() };
        for (phrase, value) in phrases.filter(|&(_, value)| (value as usize) < values) {
            let start = read.text.len();
            let mut length = 0;
            let hash = normalised_phrase(phrase, |character| {
                read.text.push(character);
                length += 1;
            });
            if length > 0 {
                let length = length.min(LONGEST + 1);
                read.all.push(Phrase { length, start, end: read.text.len(), value, hash });
            }
        }
        read
    }

    fn text(&self, phrase: &Phrase) -> &str {
        self.text.get(phrase.start..phrase.end).unwrap_or_default()
    }

    /// By length, then by their characters and values; each once.
    fn order(&mut self) {
        let mut all = core::mem::take(&mut self.all);
        let key = |phrase: &Phrase| (phrase.length, self.text(phrase), phrase.value);
        all.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        all.dedup_by(|a, b| key(a) == key(b));
        self.all = all;
    }

    /// By length, without comparing them.
    fn group(&mut self) {
        let mut next = self.shorter();
        let mut grouped = self.all.clone();
        for &phrase in &self.all {
            if let Some(place) = grouped.get_mut(next[phrase.length]) {
                *place = phrase;
            }
            next[phrase.length] += 1;
        }
        self.all = grouped;
    }

    /// For each length, how many phrases are shorter.
    fn shorter(&self) -> [usize; GROUPS] {
        let mut counts = [0; GROUPS];
        self.all.iter().for_each(|phrase| counts[phrase.length] += 1);
        let mut shorter = 0;
        counts.map(|count| {
            shorter += count;
            shorter - count
        })
    }

    /// The bytes of the list of these phrases, which are grouped by length; of equal ones the first stays.
    fn write(mut self, values: &[&str]) -> Vec<u8> {
        let slots = (self.all.len() * 2).next_power_of_two();
        let mut table = alloc::vec![0_u32; slots];
        let mut kept = 0;
        for at in 0..self.all.len() {
            let Some(&phrase) = self.all.get(at) else { break };
            let mut slot = phrase.hash as usize & (slots - 1);
            let same = loop {
                let Some(other) = table.get(slot).and_then(|&filled| (filled as usize).checked_sub(1)) else {
                    break false;
                };
                let other = self.all.get(other);
                if other.is_some_and(|other| {
                    (other.hash, other.value) == (phrase.hash, phrase.value)
                        && self.text(other) == self.text(&phrase)
                }) {
                    break true;
                }
                slot = (slot + 1) & (slots - 1);
            };
            if !same && let (Some(place), Some(phrase_place)) = (table.get_mut(slot), self.all.get_mut(kept))
            {
                *phrase_place = phrase;
                kept += 1;
                *place = kept as u32;
            }
        }
        self.all.truncate(kept);
        let phrase_bytes: usize = self.all.iter().map(|phrase| phrase.end - phrase.start).sum();
        let value_bytes: usize = values.iter().map(|value| value.len()).sum();
        let numbers = HEADER + GROUPS + 5 * kept + 1 + values.len() + 1 + slots;
        let mut out = Vec::with_capacity(numbers * 4 + phrase_bytes + value_bytes);
        let mut put = |number: usize| out.extend_from_slice(&(number as u32).to_le_bytes());
        [kept, values.len(), slots, phrase_bytes, value_bytes].into_iter().for_each(&mut put);
        self.shorter().into_iter().for_each(&mut put);
        for phrase in &self.all {
            let signature = signature(self.text(phrase).chars());
            out.extend_from_slice(&signature.to_le_bytes());
        }
        let mut put = |number: u32| out.extend_from_slice(&number.to_le_bytes());
        self.all.iter().for_each(|phrase| put(phrase.hash));
        self.all.iter().for_each(|phrase| put(phrase.value));
        offsets(self.all.iter().map(|phrase| phrase.end - phrase.start)).for_each(&mut put);
        offsets(values.iter().map(|value| value.len())).for_each(&mut put);
        table.into_iter().for_each(&mut put);
        let texts = self.all.iter().map(|phrase| self.text(phrase));
        texts.chain(values.iter().copied()).for_each(|text| out.extend_from_slice(text.as_bytes()));
        out
    }
}

/// A text to look for.
struct Query {
    characters: [char; LONGEST],
    /// How many characters the text has; may be more than there is room for.
    length: usize,
    /// Whether no edits are allowed.
    exact: bool,
}

/// The nearest value so far.
struct Best {
    /// Its distance; before there is one, the farthest that is looked for.
    distance: usize,
    value: Option<u32>,
    /// Whether another value is as near.
    tie: bool,
}

impl Best {
    fn offer(&mut self, value: u32, distance: usize) {
        if self.value.is_none() || distance < self.distance {
            *self = Self { distance, value: Some(value), tie: false };
        } else if distance == self.distance && self.value != Some(value) {
            self.tie = true;
        }
    }
}

/// How many edits are allowed for this number of characters.
const fn allowed(length: usize) -> usize {
    match length {
        0..4 => 0,
        4..8 => 1,
        _ => REACH,
    }
}

/// The slots where a phrase of this hash may stand, in order.
#[inline]
fn probe(hash: u32, slots: usize) -> impl Iterator<Item = usize> {
    let mask = slots.wrapping_sub(1);
    (0..slots).map(move |step| (hash as usize).wrapping_add(step) & mask)
}

/// Which characters there are: for each of 32 kinds of characters, a bit for the first of them and one for a second.
#[inline]
fn signature(characters: impl Iterator<Item = char>) -> u64 {
    characters.fold(0, |set, character| {
        let first = 1 << (character as u32 & 31);
        set | first | (set & first) << 32
    })
}

/// Whether more than twice `reach` bits are set. Quicker than to count them where no instruction does.
#[inline]
fn more_ones(mut bits: u64, reach: usize) -> bool {
    for _ in 0..reach {
        bits &= bits.wrapping_sub(1);
        bits &= bits.wrapping_sub(1);
    }
    bits != 0
}

/// The number of edits between a text and a phrase, if it is at most `reach` (at most [`REACH`]) and leaves the digits as they are.
fn distance(text: &[char], phrase: &str, reach: usize) -> Option<usize> {
    /// Cells of a row: the diagonal, [`REACH`] beside it on each side, and a wall.
    const WIDTH: usize = 2 * REACH + 3;
    const WALL: u8 = 100;
    // Cell `c` of row `r` holds the distance between the first `r` characters of the phrase and the first
    // `r + c - REACH - 1` of the text.
    let mut above = [WALL; WIDTH];
    let mut two_above = [WALL; WIDTH];
    for (column, cell) in above.iter_mut().skip(REACH + 1).take(REACH + 1).enumerate() {
        *cell = column as u8;
    }
    let mut rows = 0;
    let mut before = '\0';
    for (row, of_phrase) in phrase.chars().enumerate() {
        let mut cells = [WALL; WIDTH];
        for cell in 1..WIDTH - 1 {
            // The column, counted from 0 at the text's first character.
            let Some(column) = (row + cell).checked_sub(REACH + 1) else {
                if row + cell == REACH {
                    cells[cell] = row as u8 + 1;
                }
                continue;
            };
            let Some(&of_text) = text.get(column) else { break };
            let mut least = above[cell] + u8::from(of_text != of_phrase);
            least = least.min(above[cell + 1] + 1).min(cells[cell - 1] + 1);
            let digit = of_text.is_ascii_digit() || of_phrase.is_ascii_digit();
            if !digit && of_text == before && column > 0 && text.get(column - 1) == Some(&of_phrase) {
                least = least.min(two_above[cell] + 1);
            }
            cells[cell] = least;
        }
        if cells.iter().all(|&cell| usize::from(cell) > reach)
            && above.iter().all(|&cell| usize::from(cell) > reach)
        {
            return None;
        }
        (two_above, above) = (above, cells);
        before = of_phrase;
        rows = row + 1;
    }
    let last = (text.len() + REACH + 1).checked_sub(rows)?;
    let distance = usize::from(*above.get(last)?);
    let same_digits = || digits(text.iter().copied()).eq(digits(phrase.chars()));
    (distance <= reach && same_digits()).then_some(distance)
}

/// Each digit with what stands right before it: a sign, another digit (`0`), or anything else (a space), so that `1 2`, `12` and
/// `1.2` differ.
fn digits(characters: impl Iterator<Item = char>) -> impl Iterator<Item = (char, char)> {
    let with_before = characters.scan(' ', |before, character| {
        let kind = match *before {
            '0'..='9' => '0',
            sign if sign.is_ascii_punctuation() => sign,
            _ => ' ',
        };
        *before = character;
        Some((character, kind))
    });
    with_before.filter(|(character, _)| character.is_ascii_digit())
}

/// Takes `count` pieces of `N` bytes off the front.
fn take<'a, const N: usize>(rest: &mut &'a [u8], count: usize) -> Option<&'a [[u8; N]]> {
    let (front, behind) = rest.split_at_checked(count.checked_mul(N)?)?;
    *rest = behind;
    Some(front.as_chunks().0)
}

/// The number at this place; 0 beyond the end.
#[inline]
fn number(numbers: &[[u8; 4]], at: usize) -> u32 {
    numbers.get(at).map_or(0, |&bytes| u32::from_le_bytes(bytes))
}

/// Where each text of these lengths begins when all are joined, and where the last ends.
#[cfg(feature = "alloc")]
fn offsets(lengths: impl Iterator<Item = usize>) -> impl Iterator<Item = u32> {
    iter::once(0).chain(lengths.scan(0, |end, length| {
        *end += length as u32;
        Some(*end)
    }))
}

/// The text between two offsets; empty if there is none.
fn piece<'a>(texts: &'a [u8], offsets: &[[u8; 4]], at: usize) -> &'a str {
    let (Some(&start), Some(&end)) = (offsets.get(at), offsets.get(at.saturating_add(1))) else { return "" };
    let piece = texts.get(u32::from_le_bytes(start) as usize..u32::from_le_bytes(end) as usize);
    str::from_utf8(piece.unwrap_or_default()).unwrap_or_default()
}

fn check_offsets(offsets: &[[u8; 4]], texts: &[u8]) -> Result<(), &'static str> {
    let texts = str::from_utf8(texts).map_err(|_| "a text of a list is not UTF-8")?;
    let all = || offsets.iter().map(|&bytes| u32::from_le_bytes(bytes) as usize);
    if all().next() != Some(0) || all().next_back() != Some(texts.len()) || !all().is_sorted() {
        return Err("the texts of a list do not follow each other");
    }
    if all().all(|at| texts.is_char_boundary(at)) { Ok(()) } else { Err("a text of a list is not UTF-8") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn no_answer_depends_on_the_order(
            phrases in proptest::collection::vec(("[ab ]{0,9}|[a-c]{60,70}", 0_u32..4), 0..30),
            texts in proptest::collection::vec("[abc]{1,9}", 1..20),
        ) {
            let phrases = || phrases.iter().map(|(phrase, value)| (phrase.as_str(), *value));
            let values = ["one", "two", "three"];
            let ordered = ValueList::write(phrases(), &values);
            let unordered = ValueList::write_unordered(phrases(), &values);
            let (ordered, unordered) = (ValueList::read(&ordered).unwrap(), ValueList::read(&unordered).unwrap());
            prop_assert_eq!(ordered.phrases(), unordered.phrases());
            let every = phrases().map(|(phrase, _)| phrase).chain(texts.iter().map(String::as_str));
            for text in every {
                prop_assert_eq!(ordered.find(text), unordered.find(text));
                let hash = phrase_hash(text);
                prop_assert_eq!(ordered.contains(hash), unordered.contains(hash));
            }
        }
    }

    /// The bytes by their definition: phrases in a set, in the order of their length, characters and values.
    #[test]
    fn ordered_phrases_are_a_set() {
        let phrases =
            [("b", 1), ("a", 0), ("B ", 1), ("ab", 0), ("", 0), ("a", 2), ("a", 1), ("ä", 0), ("x", 9)];
        let bytes = ValueList::write(phrases.into_iter(), &["v", "w", "x"]);
        let list = ValueList::read(&bytes).unwrap();
        let found: Vec<_> =
            (0..list.phrases()).map(|at| (list.phrase(at), number(list.values, at))).collect();
        assert_eq!(found, [("a", 0), ("a", 1), ("a", 2), ("b", 1), ("ä", 0), ("ab", 0)]);
        assert_eq!(list.table.len(), 16);
    }
}
