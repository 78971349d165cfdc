//! The sections of a tagger, each read and written here.

use super::bytes::{Cursor, Words};
#[cfg(feature = "alloc")]
use super::bytes::{pad, put};
use super::error::FormatError;
use super::index::Index;
use super::layers::LANES;
#[cfg(feature = "alloc")]
use super::layers::interleave;
use super::names::{ALIGNMENT, SectionKind};
use super::settings::Requantizer;
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// The most tokens that a tagger may be asked to read.
pub const MAX_TOKENS: u32 = 1 << 14;
/// The longest phrase, in tokens, that is looked up in lists.
pub const MAX_PHRASE: u32 = 16;
/// The most slots: two tags each, and one for what is in no slot.
pub const MAX_SLOTS: u32 = 4096;
/// The most numbers of a token times what their sums are lifted by: with it no sum of a gate leaves 32 bits.
pub const MAX_LIFTED: u32 = 1 << 12;

/// One direction of the recurrent layer: three gates (forget, candidate, output) of `units` numbers each.
///
/// Weights lie as those of a [`Dense`](super::Dense) layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Direction<'a> {
    /// What the sums get beside their products, one number for each output of the gates.
    pub(crate) biases: Words<'a>,
    /// Two bytes for each output of the gates: what its sum, shifted, is multiplied by, in 32,768ths.
    pub(crate) multipliers: &'a [u8],
    /// The weights of what a token brings.
    pub(crate) inputs: &'a [u8],
    /// The weights of the state that the token before left.
    pub(crate) states: &'a [u8],
}

/// A recurrent layer of a tagger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a> {
    /// Numbers of the state of a direction: a multiple of [`LANES`], 16 to 1,024; 0 of a layer that is not there.
    pub(crate) units: u32,
    /// By how many bits the sums of the gates are shifted right: 0 to 31.
    pub(crate) shift: u32,
    /// By how many bits the sums of what a token brings are shifted left before they meet those of the state: what they are
    /// lifted by, times [`Recurrent::dim`], is at most [`MAX_LIFTED`].
    pub(crate) lift: u32,
    /// Forward and backward through the text.
    pub(crate) directions: [Direction<'a>; 2],
}

/// What goes into the recurrent layers of a tagger.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent {
    /// Numbers of a token: a multiple of [`LANES`], 16 to 1,024.
    pub dim: u32,
    /// Tokens that are read of a text: 1 to [`MAX_TOKENS`].
    pub max_tokens: u32,
    /// The longest phrase that is looked up, in tokens: 1 to [`MAX_PHRASE`].
    pub max_phrase: u32,
    /// From 256ths of a table number to what goes into the layer.
    pub input: Requantizer,
    /// From the tokens' sum over the root of their number to what goes into the layer of the labels.
    pub pooled: Requantizer,
}

/// A recurrent layer to be written.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct LayerWeights {
    /// By how many bits the sums of the gates are shifted right: 0 to 31.
    pub shift: u32,
    /// By how many bits the sums of what a token brings are shifted left before they meet those of the state: what they are
    /// lifted by, times [`Recurrent::dim`], is at most [`MAX_LIFTED`].
    pub lift: u32,
    /// Forward and backward through the text.
    pub directions: [DirectionWeights; 2],
}

/// A direction to be written: one bias, multiplier and row of weights for each output of the gates.
#[cfg(feature = "alloc")]
#[derive(Clone, Debug)]
pub struct DirectionWeights {
    /// Within ±2²⁸.
    pub biases: Vec<i32>,
    /// 0 to 32,767.
    pub multipliers: Vec<i16>,
    /// Rows of −127 to 127, one number for each number of a token.
    pub inputs: Vec<Vec<i8>>,
    /// Rows of −127 to 127, one number for each number of the state.
    pub states: Vec<Vec<i8>>,
}

fn requantizer(cursor: &mut Cursor<'_>) -> Result<Requantizer, FormatError> {
    let (multiplier, shift) = (cursor.u32()?, cursor.u32()?);
    if multiplier > i32::MAX as u32 || shift == 0 || shift > super::settings::MAX_SHIFT {
        return Err(cursor.broken("a scale is out of its range"));
    }
    Ok(Requantizer { multiplier: multiplier as i32, shift })
}

impl<'a> Layer<'a> {
    pub(crate) const NONE: Self = Self {
        units: 0,
        shift: 0,
        lift: 0,
        directions: [Direction { biases: Words::EMPTY, multipliers: &[], inputs: &[], states: &[] }; 2],
    };

    /// What follows its number of units in the section.
    fn read(&mut self, cursor: &mut Cursor<'a>, units: u32, dim: u32) -> Result<(), FormatError> {
        let sound = |size: u32| size != 0 && size <= 1024 && size.is_multiple_of(LANES as u32);
        if !sound(dim) || !sound(units) {
            return Err(cursor.broken("a size is not a multiple of 16, or beyond 1,024"));
        }
        self.units = units;
        self.shift = cursor.u32()?;
        if self.shift > 31 {
            return Err(cursor.broken("the shift of the gates is beyond 31"));
        }
        self.lift = cursor.u32()?;
        if self.lift > MAX_LIFTED.ilog2() || dim << self.lift > MAX_LIFTED {
            return Err(cursor.broken("the sums of a token are lifted too far"));
        }
        let outputs = 3 * units;
        for direction in &mut self.directions {
            let biases = cursor.words(outputs)?;
            if biases.iter().any(|bias| (bias as i32).unsigned_abs() > 1 << 28) {
                return Err(cursor.broken("a bias is beyond 2^28"));
            }
            let multipliers = cursor.bytes(outputs as usize * 2)?;
            if multipliers.as_chunks::<2>().0.iter().any(|&pair| i16::from_le_bytes(pair) < 0) {
                return Err(cursor.broken("a multiplier is below 0"));
            }
            cursor.pad(ALIGNMENT)?;
            let inputs = cursor.bytes((outputs * dim) as usize)?;
            let states = cursor.bytes((outputs * units) as usize)?;
            if inputs.iter().chain(states).any(|&weight| weight == 0x80) {
                return Err(cursor.broken("a weight is -128"));
            }
            cursor.pad(ALIGNMENT)?;
            *direction = Direction { biases, multipliers, inputs, states };
        }
        Ok(())
    }
}

impl Recurrent {
    /// Reads the section: what goes into the layers, and these, that of all and, if there is one, that of the labels.
    pub(crate) fn read<'a>(bytes: &'a [u8], layers: &mut [Layer<'a>; 2]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Tagger, bytes);
        let (dim, mut units) = (cursor.u32()?, cursor.u32()?);
        let (max_tokens, max_phrase) = (cursor.u32()?, cursor.u32()?);
        if max_tokens == 0 || max_tokens > MAX_TOKENS || max_phrase == 0 || max_phrase > MAX_PHRASE {
            return Err(cursor.broken("max_tokens or max_phrase is out of its range"));
        }
        let input = requantizer(&mut cursor)?;
        let pooled = requantizer(&mut cursor)?;
        for layer in layers {
            layer.read(&mut cursor, units, dim)?;
            if cursor.is_at_end() {
                return Ok(Self { dim, max_tokens, max_phrase, input, pooled });
            }
            units = cursor.u32()?;
        }
        Err(cursor.broken("the section is longer than its content"))
    }

    /// The section, with one layer or two.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(&self, layers: &[LayerWeights]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[self.dim]);
        for (index, LayerWeights { shift, lift, directions }) in layers.iter().enumerate() {
            let [forward, _] = directions;
            let units = forward.biases.len() / 3;
            put(&mut out, &[units as u32]);
            if index == 0 {
                put(&mut out, &[self.max_tokens, self.max_phrase]);
                for scale in [self.input, self.pooled] {
                    put(&mut out, &[scale.multiplier as u32, scale.shift]);
                }
            }
            put(&mut out, &[*shift, *lift]);
            for direction in directions {
                for &bias in &direction.biases {
                    put(&mut out, &[bias as u32]);
                }
                for multiplier in &direction.multipliers {
                    out.extend_from_slice(&multiplier.to_le_bytes());
                }
                pad(&mut out, ALIGNMENT);
                interleave(&mut out, &direction.inputs, self.dim as usize);
                interleave(&mut out, &direction.states, units);
                pad(&mut out, ALIGNMENT);
            }
        }
        out
    }
}

/// How well tags follow one another: scores in 1,024ths.
#[derive(Clone, Copy, Debug)]
pub struct Transitions<'a> {
    tags: u32,
    labels: u32,
    /// From each tag to each.
    pairs: &'a [u8],
    /// What a tag scores at the start of a text.
    starts: &'a [u8],
    /// What a tag scores more in a text of each label.
    biases: &'a [u8],
}

impl<'a> Transitions<'a> {
    /// One score is so many of the engine's [`Score`](crate::Score)s.
    pub const UNIT: i32 = 64;

    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Transitions, bytes);
        let (tags, labels) = (cursor.u32()?, cursor.u32()?);
        if tags == 0
            || tags > 2 * MAX_SLOTS + 1
            || tags.is_multiple_of(2)
            || labels > super::sections::Labels::MOST
        {
            return Err(cursor.broken("the number of tags or labels is out of its range"));
        }
        let ends = cursor.broken("the section ends too early");
        let size = |rows: u32| (rows as usize).checked_mul(tags as usize * 2).ok_or(ends);
        let pairs = cursor.bytes(size(tags)?)?;
        let starts = cursor.bytes(size(1)?)?;
        let biases = cursor.bytes(size(labels)?)?;
        cursor.pad(4)?;
        cursor.finish()?;
        Ok(Self { tags, labels, pairs, starts, biases })
    }

    /// The section: from each of `starts.len()` tags to each, at the start, and more for each label.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(pairs: &[i16], starts: &[i16], biases: &[i16]) -> Vec<u8> {
        let mut out = Vec::new();
        let tags = starts.len();
        put(&mut out, &[tags as u32, (biases.len() / tags.max(1)) as u32]);
        for score in pairs.iter().chain(starts).chain(biases) {
            out.extend_from_slice(&score.to_le_bytes());
        }
        pad(&mut out, 4);
        out
    }

    /// Tags: twice the slots and one.
    #[must_use]
    pub const fn tags(&self) -> u32 {
        self.tags
    }

    /// Labels whose texts have biases of their own: all, or none.
    #[must_use]
    pub const fn labels(&self) -> u32 {
        self.labels
    }

    #[inline]
    fn score(bytes: &[u8], index: usize) -> i32 {
        bytes.as_chunks().0.get(index).map_or(0, |&pair| i32::from(i16::from_le_bytes(pair)))
    }

    /// What it scores that `next` follows `previous`, in 1,024ths; without a previous tag, that the text begins so.
    #[inline]
    #[must_use]
    pub fn pair(&self, previous: Option<u32>, next: u32) -> i32 {
        match previous {
            Some(previous) => Self::score(self.pairs, previous as usize * self.tags as usize + next as usize),
            None => Self::score(self.starts, next as usize),
        }
    }

    /// What a tag scores more in a text of this label, in 1,024ths.
    #[inline]
    #[must_use]
    pub fn bias(&self, label: u32, tag: u32) -> i32 {
        Self::score(self.biases, label as usize * self.tags as usize + tag as usize)
    }
}

/// Phrases that stood in the slots of the training texts, by their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Phrases<'a> {
    index: Index<'a>,
    /// The slot of each phrase, in two bytes.
    slots: &'a [u8],
    /// Slots that one phrase stood in, at the most.
    most_slots: u32,
}

impl<'a> Phrases<'a> {
    pub(crate) fn read(bytes: &'a [u8], slots_there_are: u32) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Phrases, bytes);
        let index = Index::read(&mut cursor)?;
        let slots = cursor.bytes(index.len() * 2)?;
        if slots.as_chunks::<2>().0.iter().any(|&slot| u32::from(u16::from_le_bytes(slot)) >= slots_there_are)
        {
            return Err(cursor.broken("a slot does not exist"));
        }
        cursor.pad(4)?;
        let twice = cursor.broken("the slots of a phrase do not rise");
        cursor.finish()?;
        let mut phrases = Self { index, slots, most_slots: 0 };
        let mut same = 0;
        for place in 0..index.len() {
            let again = place > 0 && index.hash(place - 1) == index.hash(place);
            if again && phrases.slot(place - 1) >= phrases.slot(place) {
                return Err(twice);
            }
            same = if again { same + 1 } else { 1 };
            phrases.most_slots = phrases.most_slots.max(same);
        }
        Ok(phrases)
    }

    /// Slots that one phrase stood in, at the most.
    pub(crate) const fn most_slots(&self) -> u32 {
        self.most_slots
    }

    fn slot(&self, place: usize) -> u32 {
        let slot = self.slots.get(place * 2..).and_then(<[u8]>::first_chunk);
        slot.map_or(0, |&slot| u32::from(u16::from_le_bytes(slot)))
    }

    /// The section for phrases, as pairs of a hash and a slot, sorted and all different.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn write(phrases: &[(u32, u16)]) -> Vec<u8> {
        let mut out = Vec::new();
        let hashes: Vec<u32> = phrases.iter().map(|&(hash, _)| hash).collect();
        Index::write(&mut out, &hashes);
        for &(_, slot) in phrases {
            out.extend_from_slice(&slot.to_le_bytes());
        }
        pad(&mut out, 4);
        out
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The slots that a phrase with this hash stood in.
    #[inline]
    pub fn slots(&self, hash: u32) -> impl Iterator<Item = u32> + use<'a> {
        let this = *self;
        let (first, end) = self.index.find(hash);
        (first..end)
            .take_while(move |&place| this.index.hash(place) == hash)
            .map(move |place| this.slot(place))
    }
}
