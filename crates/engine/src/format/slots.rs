//! The section of the slots: their names and types, and which of them a text of each label may have.

use super::bytes::{Cursor, Words};
#[cfg(feature = "alloc")]
use super::bytes::{pad, put};
use super::error::FormatError;
use super::names::SectionKind;
use super::sections::Labels;
use super::tagger::MAX_SLOTS;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// How often a slot may occur in a text of a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotRule {
    /// Whether it may occur.
    pub allowed: bool,
    /// Whether an answer without it is incomplete. Only if it may occur.
    pub required: bool,
    /// Whether it may occur more than once. Only if it may occur.
    pub repeated: bool,
}

impl SlotRule {
    #[cfg(feature = "alloc")]
    const fn code(self) -> u8 {
        self.allowed as u8 | (self.required as u8) << 1 | (self.repeated as u8) << 2
    }

    const fn from_code(code: u8) -> Self {
        Self { allowed: code & 1 != 0, required: code & 2 != 0, repeated: code & 4 != 0 }
    }
}

/// The slots of a model.
#[derive(Clone, Copy, Debug)]
pub struct Slots<'a> {
    count: u32,
    language: u8,
    ends: Words<'a>,
    names: &'a str,
    types: &'a [u8],
    rules: &'a [u8],
    value_ends: Words<'a>,
    values: &'a [u8],
}

/// A slot to be written.
#[derive(Clone, Debug)]
pub struct SlotEntry<'a> {
    /// Its name: not empty.
    pub name: &'a str,
    /// The code of its type.
    pub kind: u8,
    /// Its list of values or its automaton, if its type has one.
    pub values: &'a [u8],
}

impl<'a> Slots<'a> {
    /// Code of the language for a text in none that is known.
    pub const NO_LANGUAGE: u8 = 0xff;

    pub(crate) fn read(bytes: &'a [u8], labels: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Slots, bytes);
        let (count, intents, language) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
        if count == 0 || count > MAX_SLOTS {
            return Err(cursor.broken("the number of slots is not 1 to 4,096"));
        }
        if intents != labels.max(1) {
            return Err(cursor.broken("there are not as many rules as labels"));
        }
        if language > 0xff {
            return Err(cursor.broken("the language is out of its range"));
        }
        let broken = cursor.broken("the ends of the names do not rise, or cut a character");
        let ends = cursor.words(count)?;
        let names = cursor.text(ends.get(count as usize - 1) as usize)?;
        let mut reached = 0;
        for end in ends.iter() {
            if end <= reached || !names.is_char_boundary(end as usize) {
                return Err(broken);
            }
            reached = end;
        }
        cursor.pad(4)?;
        let types = cursor.bytes(count as usize)?;
        let ends_early = cursor.broken("the section ends too early");
        let rules = cursor.bytes((count as usize).checked_mul(intents as usize).ok_or(ends_early)?)?;
        if rules.iter().any(|&rule| rule > 7 || rule & 1 == 0 && rule != 0) {
            return Err(cursor.broken("a rule is out of its range"));
        }
        cursor.pad(4)?;
        let value_ends = cursor.words(count)?;
        if !value_ends.iter().is_sorted() {
            return Err(cursor.broken("the ends of the values do not rise"));
        }
        let values = cursor.bytes(value_ends.get(count as usize - 1) as usize)?;
        cursor.pad(4)?;
        cursor.finish()?;
        Ok(Self { count, language: language as u8, ends, names, types, rules, value_ends, values })
    }

    /// The section for these slots. `rules` has a row for each label, or one where there are none, with one rule for each slot.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(language: u8, slots: &[SlotEntry<'_>], rules: &[Vec<SlotRule>]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[slots.len() as u32, rules.len() as u32, u32::from(language)]);
        let mut end = 0;
        for slot in slots {
            end += slot.name.len() as u32;
            put(&mut out, &[end]);
        }
        for slot in slots {
            out.extend_from_slice(slot.name.as_bytes());
        }
        pad(&mut out, 4);
        out.extend(slots.iter().map(|slot| slot.kind));
        out.extend(rules.iter().flatten().map(|rule| rule.code()));
        pad(&mut out, 4);
        let mut end = 0;
        for slot in slots {
            end += slot.values.len() as u32;
            put(&mut out, &[end]);
        }
        for slot in slots {
            out.extend_from_slice(slot.values);
        }
        pad(&mut out, 4);
        out
    }

    /// How many there are: 1 to [`MAX_SLOTS`].
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Never true: a model with this section has a slot.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The code of the language that numbers and dates are read in.
    #[must_use]
    pub const fn language(&self) -> u8 {
        self.language
    }

    /// The name of the slot at `index`; empty beyond the last.
    #[must_use]
    pub fn name(&self, index: usize) -> &'a str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends.get(before));
        self.names.get(start as usize..self.ends.get(index) as usize).unwrap_or_default()
    }

    /// All names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let this = *self;
        (0..this.len()).map(move |index| this.name(index))
    }

    /// The code of the type of the slot at `index`.
    #[must_use]
    pub fn kind(&self, index: usize) -> u8 {
        self.types.get(index).copied().unwrap_or(0)
    }

    /// The list of values or the automaton of the slot at `index`; empty if it has none.
    #[must_use]
    pub fn values(&self, index: usize) -> &'a [u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.value_ends.get(before));
        self.values.get(start as usize..self.value_ends.get(index) as usize).unwrap_or_default()
    }

    /// Whether and how a slot may occur in a text of this label; in a model without labels, of label 0.
    #[inline]
    #[must_use]
    pub fn rule(&self, label: u32, slot: u32) -> SlotRule {
        let index = label as usize * self.count as usize + slot as usize;
        self.rules.get(index).map_or(SlotRule::default(), |&code| SlotRule::from_code(code))
    }
}

const _: () = assert!(MAX_SLOTS as u64 * Labels::MOST as u64 <= 1 << 32);
