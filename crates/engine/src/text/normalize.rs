//! Normalisation: every spelling of a text that means the same becomes the same characters.
//!
//! For each character of the text:
//!
//! - default-ignorable characters (soft hyphen, joiners, byte order mark, variation selectors, bidi controls) are
//!   dropped;
//! - controls and white space become a space, one for one;
//! - the rest is put into Unicode's form NFKC and lower case, repeatedly until nothing changes. `ς` becomes `σ`, `ß`
//!   stays, and `İ` (in whichever spelling, also as `i` with a dot above) becomes `i`;
//! - decimal digits of every script become `0` to `9`;
//! - typographic apostrophes and single quotes (also `´`) become `'`, double ones (also `«` and `»`) `"`, dashes and the
//!   minus sign `-`.
//!
//! Combining marks are put in canonical order and composed with the character before them, so composed and decomposed
//! input give the same output. At most [`MARKS`] marks are kept on one character, the first in canonical order: enough
//! for every written language, and a bound on the work.
//!
//! One group of NFKC mappings is left out: spacing accents (`¨`, `˝`, `゛`, U+203E) stay themselves, because NFKC would
//! make them a space and a mark, which tears the word they are typed in. Nothing else is left out, the compatibility
//! ideographs included.
//!
//! The tables are the engine's own and name their Unicode version, so that an answer never changes with a compiler.

#![allow(clippy::indexing_slicing)] // Only into this file's own small arrays; every character there is goes through the tests.

use super::tables;
use core::iter::FusedIterator;
use core::str::Chars;

/// How many combining marks a character keeps.
const MARKS: usize = 4;

/// One normalised character and where it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Character {
    /// The character itself.
    pub value: char,
    /// What it counts as when tokens are told apart.
    pub class: Class,
    /// Byte offset in the original text where its source begins.
    ///
    /// Characters that come from one source character carry the same range; where characters composed, the range covers
    /// them all. `start` and `end` never decrease from one character to the next.
    pub start: u32,
    /// Byte offset in the original text where its source ends.
    pub end: u32,
}

/// What a character counts as when tokens are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// The space, the only character of its class.
    Space,
    /// Alphabetic characters, marks and numbers that are not decimal digits.
    Letter,
    /// `0` to `9`.
    Digit,
    /// Letters, marks and numbers of scripts written without spaces: Han, Hiragana, Katakana, Thai, Lao, Khmer, Myanmar,
    /// Tibetan.
    Unspaced,
    /// Everything else: punctuation, emoji, unassigned characters.
    Symbol,
}

/// The normalised characters of a text. No memory is allocated, and the work per source byte is bounded.
///
/// Offsets are 32 bits wide: of a text longer than 4 GiB only the first 4 GiB are read.
#[inline]
pub fn characters(text: &str) -> Characters<'_> {
    let text = text.get(..text.floor_char_boundary(u32::MAX as usize)).unwrap_or_default();
    Characters {
        rest: text.chars(),
        length: text.len() as u32,
        busy: false,
        held: None,
        expansion: &[],
        range: (0, 0),
        orders: [0; MARKS + 1],
        segment: [NOTHING; MARKS + 1],
        used: 0,
        filled: 0,
    }
}

/// Iterator over the normalised characters of a text; made by [`characters`].
#[derive(Clone, Debug)]
pub struct Characters<'a> {
    rest: Chars<'a>,
    /// Bytes of the whole text.
    length: u32,
    /// Whether there is anything in the fields below.
    busy: bool,
    /// A character that was read and belongs to the next segment.
    held: Option<(char, Entry)>,
    /// What is left of the several characters that one source character became, in UTF-16.
    expansion: &'static [u16],
    /// The range of the source character read last.
    range: (u32, u32),
    /// A character and the marks on it, in canonical order: first while it gathers, then while it is handed out.
    segment: [Character; MARKS + 1],
    /// The canonical combining classes of the segment's characters; 0 for the one that the marks stand on.
    orders: [u8; MARKS + 1],
    /// How many of the segment's characters were handed out.
    used: usize,
    /// How many there are.
    filled: usize,
}

const NOTHING: Character = Character { value: ' ', class: Class::Space, start: 0, end: 0 };

/// What becomes of a character, as `tables::ENTRIES` has it: from the low bits up, 3 bits of kind, 3 of class, one that
/// tells whether it may compose with the character before it, one unused, and 24 bits that depend on the kind.
#[derive(Clone, Copy, Debug)]
struct Entry(u32);

enum Kind {
    /// Nothing.
    Drop,
    /// Itself, and no mark.
    Same,
    /// The character at this distance.
    Shift(i32),
    /// This character.
    Fixed(char),
    /// Itself; a mark of this canonical combining class.
    Mark(u8),
    /// Several characters, or one that is not like those above.
    Expand,
}

impl Entry {
    #[inline]
    fn of(c: char) -> Self {
        use tables::{BLOCKS, ENTRIES, LOW_BITS, MIDDLE_BITS, MIDDLES, ROOTS, TABLED};
        let code = c as u32;
        if code >= TABLED {
            return Self::beyond(code);
        }
        let at = |group: u32, bits: u32, high: u32| (group << bits | high & ((1 << bits) - 1)) as usize;
        let root = ROOTS.get((code >> (LOW_BITS + MIDDLE_BITS)) as usize).copied().unwrap_or_default();
        let middle = MIDDLES.get(at(root.into(), MIDDLE_BITS, code >> LOW_BITS)).copied().unwrap_or_default();
        let leaf = BLOCKS.get(at(middle.into(), LOW_BITS, code)).copied().unwrap_or_default();
        Self(ENTRIES[usize::from(leaf)])
    }

    /// The planes that need no table; the generator of the tables checks that this still holds.
    #[cold]
    fn beyond(code: u32) -> Self {
        Self(match code {
            // Compatibility ideographs.
            0x2_F800..0x2_FA1E => 5,
            // Ideographs, and room for more of them.
            0x2_0000..0x4_0000 => 1 | (Class::Unspaced as u32) << 3,
            // Tags and variation selectors.
            0xE_0000..0xE_1000 => 0,
            _ => 1 | (Class::Symbol as u32) << 3,
        })
    }

    #[inline]
    fn kind(self) -> Kind {
        match self.0 & 7 {
            0 => Kind::Drop,
            1 => Kind::Same,
            2 => Kind::Shift((self.0 as i32) >> 8),
            3 => Kind::Fixed(char::from_u32(self.0 >> 8).unwrap_or_default()),
            4 => Kind::Mark((self.0 >> 8) as u8),
            _ => Kind::Expand,
        }
    }

    #[inline]
    fn class(self) -> Class {
        match self.0 >> 3 & 7 {
            0 => Class::Space,
            1 => Class::Letter,
            2 => Class::Digit,
            3 => Class::Unspaced,
            _ => Class::Symbol,
        }
    }

    /// Whether the character may compose with the one before it.
    #[inline]
    fn joins(self) -> bool {
        self.0 >> 6 & 1 != 0
    }

    /// The one character that `c` becomes, when that is one which no mark need precede.
    #[inline]
    fn plain(self, c: char) -> Option<char> {
        match self.kind() {
            Kind::Same => Some(c),
            Kind::Shift(by) => char::from_u32((c as u32).wrapping_add_signed(by)),
            Kind::Fixed(value) => Some(value),
            Kind::Drop | Kind::Mark(_) | Kind::Expand => None,
        }
    }

    /// Whether the character leaves alone whatever precedes it.
    #[inline]
    fn parts(self) -> bool {
        matches!(self.0 & 7, 1..=3) && !self.joins()
    }
}

/// What becomes of the ASCII characters.
static ASCII: [(u8, Class); 128] = {
    let mut table = [(b' ', Class::Space); 128];
    let mut at = 0x21;
    while at < 0x7F {
        let byte = at as u8;
        table[at] = match byte {
            b'0'..=b'9' => (byte, Class::Digit),
            b'A'..=b'Z' | b'a'..=b'z' => (byte.to_ascii_lowercase(), Class::Letter),
            _ => (byte, Class::Symbol),
        };
        at += 1;
    }
    table
};

impl Iterator for Characters<'_> {
    type Item = Character;

    #[inline]
    fn next(&mut self) -> Option<Character> {
        if !self.busy {
            let bytes = self.rest.as_str().as_bytes();
            let &first = bytes.first()?;
            if bytes.get(1).unwrap_or(&0) | first < 0x80 {
                let (value, class) = ASCII[usize::from(first & 0x7F)];
                let start = self.length - bytes.len() as u32;
                self.rest.next();
                return Some(Character { value: char::from(value), class, start, end: start + 1 });
            }
        }
        // Handed over through the segment: were it returned, this loop would keep its characters in memory.
        self.prepare();
        self.segment.get(..self.used)?.last().copied()
    }
}

impl FusedIterator for Characters<'_> {}

impl Characters<'_> {
    /// The byte offset that was read to.
    #[inline]
    fn read_to(&self) -> u32 {
        self.length - self.rest.as_str().len() as u32
    }

    /// Whether the next source character, if any, leaves alone whatever precedes it.
    #[inline]
    fn parted(&self) -> bool {
        match self.rest.as_str().as_bytes().first() {
            None | Some(0..0x80) => true,
            _ => self.rest.clone().next().is_none_or(|c| Entry::of(c).parts()),
        }
    }

    /// Makes the next character the last one handed out of the segment; leaves none handed out at the end.
    #[inline(never)]
    fn prepare(&mut self) {
        if !self.busy {
            let start = self.read_to();
            let before = self.rest.clone();
            let Some(c) = self.rest.next() else { return };
            let entry = Entry::of(c);
            if let Some(value) = entry.plain(c)
                && self.parted()
            {
                self.segment[0] = Character { value, class: entry.class(), start, end: self.read_to() };
                (self.used, self.filled) = (1, 1);
                return;
            }
            self.rest = before;
        }
        if self.used == self.filled {
            self.gather();
        }
        self.used += usize::from(self.used < self.filled);
        self.busy = self.used < self.filled || self.held.is_some() || !self.expansion.is_empty();
    }

    /// Fills the segment with the next character and its marks, composed.
    fn gather(&mut self) {
        (self.used, self.filled) = (0, 0);
        while let Some((c, entry)) = self.held.take().or_else(|| self.pull()) {
            let class = entry.class();
            let (start, end) = self.range;
            let next = Character { value: c, class, start, end };
            if let Kind::Mark(order) = entry.kind() {
                if self.filled == 1 {
                    self.split();
                }
                self.insert(next, order);
            } else if self.filled == 0 {
                self.segment[0] = next;
                self.orders[0] = 0;
                self.filled = 1;
            } else {
                self.settle();
                let joined = if entry.joins() && self.filled == 1 && self.orders[0] == 0 {
                    compose(self.segment[0].value, c)
                } else {
                    None
                };
                let Some(value) = joined else {
                    self.held = Some((c, entry));
                    return;
                };
                self.rename(value, end);
            }
            if self.expansion.is_empty() && self.parted() {
                break;
            }
        }
        self.settle();
    }

    /// The next character that is neither dropped nor mapped to others, with its entry.
    fn pull(&mut self) -> Option<(char, Entry)> {
        loop {
            if let Some(c) = self.expand() {
                return Some((c, Entry::of(c)));
            }
            let start = self.read_to();
            let c = self.rest.next()?;
            self.range = (start, self.read_to());
            let entry = Entry::of(c);
            match entry.kind() {
                Kind::Drop => {}
                Kind::Same | Kind::Mark(_) => return Some((c, entry)),
                Kind::Shift(_) | Kind::Fixed(_) => {
                    let c = entry.plain(c)?;
                    return Some((c, Entry::of(c)));
                }
                Kind::Expand => self.expansion = expansion(c),
            }
        }
    }

    /// The next character of the expansion.
    fn expand(&mut self) -> Option<char> {
        let mut units = self.expansion.iter();
        let c = char::decode_utf16(units.by_ref().copied()).next()?;
        // Reading a character reads no further than its own units, as the tables hold no lone surrogates.
        self.expansion = units.as_slice();
        c.ok()
    }

    /// Takes the marks off a character that the tables know as composed with them.
    fn split(&mut self) {
        let base = self.segment[0];
        let mut marks = [('\0', 0); MARKS];
        let (mut value, mut count) = (base.value, 0);
        if self.orders[0] != 0 {
            return;
        }
        while let Some((first, second)) = decompose(value) {
            let (Kind::Mark(order), Some(slot)) = (Entry::of(second).kind(), marks.get_mut(count)) else {
                break;
            };
            *slot = (second, order);
            value = first;
            count += 1;
        }
        if count == 0 {
            return;
        }
        self.rename(value, base.end);
        for &(value, order) in marks.iter().take(count).rev() {
            self.insert(Character { value, class: Entry::of(value).class(), ..base }, order);
        }
    }

    /// Puts a mark in its canonical place. Beyond [`MARKS`] of them the last ones in that order are dropped.
    fn insert(&mut self, mark: Character, order: u8) {
        let based = self.filled > 0 && self.orders[0] == 0;
        let limit = MARKS + usize::from(based);
        let mut at = self.filled;
        while at > 0 && self.orders[at - 1] > order {
            at -= 1;
        }
        if at == limit {
            return;
        }
        let filled = (self.filled + 1).min(limit);
        self.segment[at..filled].rotate_right(1);
        self.orders[at..filled].rotate_right(1);
        self.orders[at] = order;
        self.segment[at] = mark;
        self.filled = filled;
        // Marks that changed places come from all of the places.
        if at + 1 < filled {
            let start = self.segment[at + 1].start;
            let end = mark.end;
            for mark in &mut self.segment[at..filled] {
                (mark.start, mark.end) = (start, end);
            }
        }
    }

    /// Composes the segment's character with its marks, as far as Unicode has a composite.
    fn settle(&mut self) {
        let mut kept = 1;
        if self.filled > 0 && self.orders[0] == 0 {
            for at in 1..self.filled {
                let (mark, order) = (self.segment[at], self.orders[at]);
                // A mark that was kept blocks those of its own combining class.
                let blocked = kept > 1 && self.orders[kept - 1] == order;
                let composite = if blocked || !Entry::of(mark.value).joins() {
                    None
                } else {
                    compose(self.segment[0].value, mark.value)
                };
                if let Some(value) = composite {
                    self.rename(value, mark.end);
                } else {
                    self.segment[kept] = mark;
                    self.orders[kept] = order;
                    kept += 1;
                }
            }
            self.filled = kept;
        }
        let mut end = 0;
        for character in self.segment.iter_mut().take(self.filled) {
            end = end.max(character.end);
            character.end = end;
        }
    }

    /// Makes the segment's character another one, whose source reaches to `end`.
    fn rename(&mut self, value: char, end: u32) {
        let base = &mut self.segment[0];
        base.value = value;
        base.class = Entry::of(value).class();
        base.end = base.end.max(end);
    }
}

/// Hands out what is left of a normalised character without accents and other marks that take no space, canonically decomposed:
/// nothing of a mark, and of a Korean syllable its letters.
pub(super) fn plain_letters(character: char, mut sink: impl FnMut(char)) {
    let code = character as u32;
    if (SYLLABLES..SYLLABLES + 11_172).contains(&code) {
        let syllable = code - SYLLABLES;
        let (lead, vowel, tail) = (syllable / 588, syllable % 588 / 28, syllable % 28);
        let letters = [LEADS + lead, VOWELS + vowel, TAILS + tail];
        letters.into_iter().take(2 + usize::from(tail > 0)).filter_map(char::from_u32).for_each(sink);
        return;
    }
    // A composite is a pair of a shorter one and a mark, a few levels deep.
    let mut base = character;
    while !base.is_ascii()
        && let Some((first, second)) = decompose(base)
        && is_mark(second)
    {
        base = first;
    }
    if !is_mark(base) {
        sink(base);
    }
}

/// Whether it is a mark that takes no space of its own (general category Mn).
fn is_mark(character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    let code = character as u32;
    let range = tables::MARK_STARTS.partition_point(|&start| start <= code).wrapping_sub(1);
    tables::MARK_ENDS.get(range).is_some_and(|&end| code <= end)
}

/// The UTF-16 text that a character of [`Kind::Expand`] becomes.
fn expansion(c: char) -> &'static [u16] {
    let code = c as u32;
    let run = tables::RUN_KEYS.partition_point(|key| key >> 8 <= code).wrapping_sub(1);
    let (Some(&key), Some(&offset)) = (tables::RUN_KEYS.get(run), tables::RUN_OFFSETS.get(run)) else {
        return &[];
    };
    let length = (key & 0xFF) as usize;
    let start = usize::from(offset) + (code - (key >> 8)) as usize * length;
    tables::EXPANSIONS.get(start..start + length).unwrap_or_default()
}

const SYLLABLES: u32 = 0xAC00;
const LEADS: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
const TAILS: u32 = 0x11A7;

/// The composite of two characters, if there is one.
fn compose(first: char, second: char) -> Option<char> {
    let (a, b) = (first as u32, second as u32);
    // Hangul syllables are numbered by their 19 leads, 21 vowels and 27 tails (or none).
    let composite = match (a, b) {
        (LEADS..0x1113, VOWELS..0x1176) => SYLLABLES + ((a - LEADS) * 21 + b - VOWELS) * 28,
        (SYLLABLES..0xD7A4, 0x11A8..0x11C3) if (a - SYLLABLES).is_multiple_of(28) => a + b - TAILS,
        _ => match (u16::try_from(a), u16::try_from(b)) {
            (Ok(a), Ok(b)) => {
                let start = tables::FIRSTS.partition_point(|&first| first < a);
                let end = tables::FIRSTS.partition_point(|&first| first <= a);
                let at = start + tables::SECONDS.get(start..end)?.binary_search(&b).ok()?;
                (*tables::COMPOSITES.get(at)?).into()
            }
            _ => {
                let mut pairs = tables::HIGH_FIRSTS.iter().zip(&tables::HIGH_SECONDS);
                *tables::HIGH_COMPOSITES.get(pairs.position(|pair| pair == (&a, &b))?)?
            }
        },
    };
    char::from_u32(composite)
}

/// The two characters that make a composite, Hangul aside.
fn decompose(composite: char) -> Option<(char, char)> {
    let (first, second) = if let Ok(c) = u16::try_from(composite as u32) {
        let known = |at: &u16| tables::COMPOSITES.get(usize::from(*at)).copied().unwrap_or_default();
        let place = tables::BY_COMPOSITE.binary_search_by_key(&c, known).ok()?;
        let at = usize::from(*tables::BY_COMPOSITE.get(place)?);
        ((*tables::FIRSTS.get(at)?).into(), (*tables::SECONDS.get(at)?).into())
    } else {
        let at = tables::HIGH_COMPOSITES.iter().position(|&known| known == composite as u32)?;
        (*tables::HIGH_FIRSTS.get(at)?, *tables::HIGH_SECONDS.get(at)?)
    };
    Some((char::from_u32(first)?, char::from_u32(second)?))
}
