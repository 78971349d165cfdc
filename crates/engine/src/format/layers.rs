//! Layers: weights of 8 bits, and of each output a bias and a scale.

use super::bytes::{Cursor, Words};
#[cfg(feature = "alloc")]
use super::bytes::{pad, put};
use super::error::FormatError;
use super::names::{ALIGNMENT, SectionKind};
use super::sections::Labels;
use super::settings::{MAX_SHIFT, Requantizer};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

/// Outputs of a block of weights: as many as the widest vector register has numbers of 32 bits.
pub const LANES: usize = 16;
/// Inputs of a group of weights: a number of 32 bits takes so many products of 8 bits.
pub const GROUP: usize = 4;
/// Rows of weights are filled up with zeros to a multiple of this many.
const BLOCK: usize = 16;
const MOST_INPUTS: u32 = 4096;

/// Rows of weights, each of a multiple of [`GROUP`] and all equally long, in blocks of [`LANES`] rows, the last filled up with
/// zeros; in a block groups of inputs; of a group four weights for each output.
///
/// Sums stay in the lanes of a vector register: they are never added across.
#[cfg(feature = "alloc")]
pub(super) fn interleave(out: &mut Vec<u8>, rows: &[Vec<i8>], width: usize) {
    for block in rows.chunks(LANES) {
        for first in (0..width).step_by(GROUP) {
            for lane in 0..LANES {
                let weights = block.get(lane).and_then(|row| row.get(first..)).unwrap_or_default();
                let group = weights.iter().copied().chain([0; GROUP]).take(GROUP);
                out.extend(group.map(|weight| weight as u8));
            }
        }
    }
}

/// The bias and the scale of each output of a layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scales<'a> {
    biases: Words<'a>,
    multipliers: Words<'a>,
    shifts: &'a [u8],
}

/// Those of `N` neighbouring outputs; numbers are little-endian.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
pub(crate) struct ScalesOf<'a, const N: usize> {
    pub(crate) biases: &'a [[u8; 4]; N],
    pub(crate) multipliers: &'a [[u8; 4]; N],
    pub(crate) shifts: &'a [u8; N],
}

/// The same of the last outputs, filled up.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
pub(crate) struct LastScales<const N: usize> {
    biases: [[u8; 4]; N],
    multipliers: [[u8; 4]; N],
    shifts: [u8; N],
}

#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
impl<const N: usize> LastScales<N> {
    pub(crate) const fn as_ref(&self) -> ScalesOf<'_, N> {
        ScalesOf { biases: &self.biases, multipliers: &self.multipliers, shifts: &self.shifts }
    }
}

impl<'a> Scales<'a> {
    fn read(cursor: &mut Cursor<'a>, outputs: u32) -> Result<Self, FormatError> {
        let biases = cursor.words(outputs)?;
        if biases.iter().any(|bias| (bias as i32).unsigned_abs() > 1 << 30) {
            return Err(cursor.broken("a bias is beyond 2^30"));
        }
        let multipliers = cursor.words(outputs)?;
        if multipliers.iter().any(|multiplier| multiplier > i32::MAX as u32) {
            return Err(cursor.broken("a multiplier is 2^31 or more"));
        }
        let shifts = cursor.bytes(outputs as usize)?;
        if shifts.iter().any(|&shift| shift == 0 || u32::from(shift) > MAX_SHIFT) {
            return Err(cursor.broken("a shift is not 1 to 62"));
        }
        cursor.pad(ALIGNMENT)?;
        Ok(Self { biases, multipliers, shifts })
    }

    #[cfg(feature = "alloc")]
    fn write(out: &mut Vec<u8>, rows: &[(i32, Requantizer, Vec<i8>)]) {
        for (bias, _, _) in rows {
            put(out, &[*bias as u32]);
        }
        for (_, scale, _) in rows {
            put(out, &[scale.multiplier as u32]);
        }
        out.extend(rows.iter().map(|(_, scale, _)| scale.shift as u8));
        pad(out, ALIGNMENT);
    }

    /// Those of one output.
    #[inline]
    pub(crate) fn of(&self, index: usize) -> (i32, Requantizer) {
        let shift = self.shifts.get(index).map_or(1, |&shift| u32::from(shift));
        (self.biases.get(index) as i32, Requantizer { multiplier: self.multipliers.get(index) as i32, shift })
    }

    /// Those of the `N` outputs from `first` on; none if there are not so many.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) fn chunk<const N: usize>(&self, first: usize) -> Option<ScalesOf<'a, N>> {
        Some(ScalesOf {
            biases: self.biases.chunk(first)?,
            multipliers: self.multipliers.chunk(first)?,
            shifts: self.shifts.get(first..)?.first_chunk()?,
        })
    }

    /// Those of the outputs from `first` on, less than `N`, and 0, 0 and 1 beyond the last.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // For kernels of vectors.
    pub(crate) fn last<const N: usize>(&self, first: usize) -> LastScales<N> {
        let words = |words: Words<'_>| core::array::from_fn(|lane| words.get(first + lane).to_le_bytes());
        LastScales {
            biases: words(self.biases),
            multipliers: words(self.multipliers),
            shifts: core::array::from_fn(|lane| self.shifts.get(first + lane).copied().unwrap_or(1)),
        }
    }
}

/// The number of inputs and of outputs.
fn size(cursor: &mut Cursor<'_>) -> Result<(u32, u32), FormatError> {
    let (inputs, outputs) = (cursor.u32()?, cursor.u32()?);
    if inputs == 0 || inputs > MOST_INPUTS || outputs == 0 || outputs > Labels::MOST {
        return Err(cursor.broken("the size of the layer is out of its range"));
    }
    Ok((inputs, outputs))
}

const BEYOND: &str = "a weight beyond the inputs or outputs is not zero, or a weight is -128";

/// A layer all of whose outputs are wanted: weights lie in blocks of [`LANES`] outputs and, in these, in groups of [`GROUP`] inputs.
#[derive(Clone, Copy, Debug)]
pub struct Dense<'a> {
    /// Numbers that go in: 1 to 4,096.
    pub inputs: u32,
    /// Numbers that come out.
    pub outputs: u32,
    pub(crate) scales: Scales<'a>,
    weights: &'a [u8],
}

impl<'a> Dense<'a> {
    pub(crate) fn read(kind: SectionKind, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(kind, bytes);
        let (inputs, outputs) = size(&mut cursor)?;
        let scales = Scales::read(&mut cursor, outputs)?;
        let broken = cursor.broken(BEYOND);
        let Some(length) = Self::weight_bytes(inputs as usize, outputs as usize) else {
            return Err(cursor.broken("the section ends too early"));
        };
        let weights = cursor.bytes(length)?;
        if weights.contains(&0x80) {
            return Err(broken);
        }
        let layer = Self { inputs, outputs, scales, weights };
        if !layer.ends_in_zeros() {
            return Err(broken);
        }
        cursor.finish()?;
        Ok(layer)
    }

    /// The section for a layer: per output a bias, a scale and its weights (-127 to 127), one for each input.
    #[cfg(feature = "alloc")]
    pub fn write(inputs: u32, rows: &[(i32, Requantizer, Vec<i8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[inputs, rows.len() as u32]);
        Scales::write(&mut out, rows);
        let weights: Vec<_> = rows.iter().map(|(_, _, weights)| weights.clone()).collect();
        interleave(&mut out, &weights, (inputs as usize).next_multiple_of(BLOCK));
        out
    }

    /// Bytes of the weights of a layer of this size; none if they cannot be counted.
    #[must_use]
    pub fn weight_bytes(inputs: usize, outputs: usize) -> Option<usize> {
        inputs.checked_next_multiple_of(BLOCK)?.checked_mul(outputs.checked_next_multiple_of(LANES)?)
    }

    /// Whether all weights beyond the inputs and outputs are zero.
    fn ends_in_zeros(&self) -> bool {
        let (inputs, outputs) = (self.inputs as usize, self.outputs as usize);
        self.weights.chunks_exact(self.width() * LANES).enumerate().all(|(block, weights)| {
            let lanes = outputs - (block * LANES).min(outputs);
            weights.as_chunks::<{ GROUP * LANES }>().0.iter().enumerate().all(|(group, weights)| {
                let used = inputs - (group * GROUP).min(inputs);
                (used >= GROUP && lanes >= LANES)
                    || weights.as_chunks::<GROUP>().0.iter().enumerate().all(|(lane, weights)| {
                        let used = if lane < lanes { used } else { 0 };
                        weights.iter().skip(used).all(|&weight| weight == 0)
                    })
            })
        })
    }

    /// How many numbers must go in: the inputs, and any others up to the next multiple of 16, whose weights are zero.
    #[inline]
    #[must_use]
    pub const fn width(&self) -> usize {
        (self.inputs as usize).next_multiple_of(BLOCK)
    }

    /// How many sums come out of its weights: the outputs, and zeros up to the next multiple of [`LANES`].
    #[inline]
    #[must_use]
    pub const fn sums(&self) -> usize {
        (self.outputs as usize).next_multiple_of(LANES)
    }

    /// The weights: that of output `o` and input `i` is byte `⌊o / 16⌋ · 16 · width + ⌊i / 4⌋ · 64 + 4 · (o mod 16) + (i mod 4)`.
    #[inline]
    #[must_use]
    pub const fn weights(&self) -> &'a [u8] {
        self.weights
    }
}

/// A layer of whose outputs few are wanted: what tags score. Weights lie row after row, one row for each output.
#[derive(Clone, Copy, Debug)]
pub struct Emissions<'a> {
    /// Numbers that go in: 1 to 4,096.
    pub inputs: u32,
    /// Numbers that come out.
    pub outputs: u32,
    scales: Scales<'a>,
    weights: &'a [u8],
}

impl<'a> Emissions<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let mut cursor = Cursor::new(SectionKind::Emissions, bytes);
        let (inputs, outputs) = size(&mut cursor)?;
        let scales = Scales::read(&mut cursor, outputs)?;
        let broken = cursor.broken(BEYOND);
        let layer = Self { inputs, outputs, scales, weights: &[] };
        let length = layer.width().checked_mul(outputs as usize);
        let length = length.ok_or_else(|| cursor.broken("the section ends too early"))?;
        let weights = cursor.bytes(length)?;
        let ends_in_zeros = |row: &[u8]| row.iter().skip(inputs as usize).all(|&weight| weight == 0);
        if weights.contains(&0x80) || !weights.chunks_exact(layer.width()).all(ends_in_zeros) {
            return Err(broken);
        }
        cursor.finish()?;
        Ok(Self { weights, ..layer })
    }

    /// The section, of what [`Dense::write`] takes.
    #[cfg(feature = "alloc")]
    pub fn write(inputs: u32, rows: &[(i32, Requantizer, Vec<i8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, &[inputs, rows.len() as u32]);
        Scales::write(&mut out, rows);
        for (_, _, weights) in rows {
            out.extend(weights.iter().map(|&weight| weight as u8));
            out.resize(out.len() + (inputs as usize).next_multiple_of(BLOCK) - weights.len(), 0);
        }
        out
    }

    /// Bytes of a row of weights.
    pub(crate) const fn width(&self) -> usize {
        (self.inputs as usize).next_multiple_of(BLOCK)
    }

    /// The weights, the bias and the scale of one output.
    #[inline]
    pub(crate) fn output(&self, index: usize) -> Option<(&'a [u8], i32, Requantizer)> {
        let weights = self.weights.get(index * self.width()..(index + 1) * self.width())?;
        let (bias, scale) = self.scales.of(index);
        Some((weights, bias, scale))
    }
}
