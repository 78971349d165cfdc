//! Reading a words asset. The format is described in docs/words.md.

use super::error::WordsError;
use super::file::{FORMAT, MAX_DIM, NIBBLE_ZERO, most};
use safetensors::{Dtype, SafeTensors};
use std::collections::{HashMap, HashSet};
use stonechat_eval::digest;

/// Static rows for word pieces.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Words {
    /// The pieces: single ASCII characters, then the others from the most frequent. One that continues a word begins with `##`.
    pub pieces: Vec<String>,
    /// Numbers in a row: even, 2 to 1024.
    pub dim: usize,
    /// Bits of a number in the file: 4 or 8.
    pub bits: u32,
    /// The rows, `pieces.len() * dim` numbers; all of them together have a root mean square of about 1.
    pub rows: Vec<f32>,
    /// What each piece weighs in a mean, above 0, to 1: smooth inverse frequency (Arora et al., "A Simple but
    /// Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017).
    pub weights: Vec<f32>,
    /// Whether texts are lower-cased before they are split into pieces.
    pub lowercase: bool,
    /// Whether accents are taken off before that: canonical decomposition, less the marks of category Mn.
    pub strip_accents: bool,
    /// The digest of the weights of the encoder that the rows come from: `blake3:` and 64 hexadecimal digits.
    pub teacher: String,
    /// The licence of the rows, where the file names it.
    pub licence: Option<String>,
    /// The digest of the bytes of this file: `blake3:` and 64 hexadecimal digits.
    pub digest: String,
}

impl Words {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break.
    pub fn read(bytes: &[u8]) -> Result<Self, WordsError> {
        let broken = |error| WordsError::new(format_args!("not a sound safetensors file: {error}"));
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        let facts = Facts(header.metadata().as_ref());
        if facts.0.and_then(|facts| facts.get("format")).map(String::as_str) != Some(FORMAT) {
            return Err(WordsError::new(format_args!("no words asset: its `format` is not `{FORMAT}`")));
        }
        let dim = facts.number("dim", MAX_DIM)?;
        let bits = facts.number("bits", 8)? as u32;
        let count = facts.number("pieces", 1 << 24)?;
        if dim < 2 || dim % 2 != 0 || !matches!(bits, 4 | 8) || count == 0 {
            return Err(WordsError::new(format_args!("{count} pieces of {dim} numbers of {bits} bits")));
        }
        let pieces = pieces(tensor(&tensors, "pieces", Dtype::U8, None)?, count)?;
        let scales = floats(tensor(&tensors, "scales", Dtype::F32, Some(&[dim]))?);
        let weights = floats(tensor(&tensors, "weights", Dtype::F32, Some(&[count]))?);
        if !scales.iter().all(|&scale| scale.is_finite() && scale > 0.0) {
            return Err(WordsError::new("a scale is not above 0"));
        }
        if !weights.iter().all(|&weight| weight > 0.0 && weight <= 1.0) {
            return Err(WordsError::new("a weight is not above 0 and up to 1"));
        }
        let numbers: Vec<i8> = if bits == 4 {
            let packed = tensor(&tensors, "rows", Dtype::U8, Some(&[count, dim / 2]))?;
            packed.iter().flat_map(|&byte| [byte & 15, byte >> 4]).map(|n| n as i8 - NIBBLE_ZERO).collect()
        } else {
            let plain = tensor(&tensors, "rows", Dtype::I8, Some(&[count, dim]))?;
            plain.iter().map(|&byte| byte as i8).collect()
        };
        if numbers.iter().any(|&number| number < -most(bits)) {
            return Err(WordsError::new(format_args!("a number of a row is below -{}", most(bits))));
        }
        let rows = numbers.iter().zip(scales.iter().cycle()).map(|(&n, scale)| f32::from(n) * scale);
        let rows: Vec<f32> = rows.collect();
        if !rows.iter().all(|number| number.is_finite()) {
            return Err(WordsError::new("a number of a row is not finite"));
        }
        Ok(Self {
            pieces,
            dim,
            bits,
            rows,
            weights,
            lowercase: facts.flag("lowercase")?,
            strip_accents: facts.flag("strip_accents")?,
            teacher: facts.text("teacher")?.to_string(),
            licence: facts.text("licence").ok().map(str::to_string),
            digest: digest(bytes),
        })
    }
}

/// The facts beside the tensors.
struct Facts<'a>(Option<&'a HashMap<String, String>>);

impl<'a> Facts<'a> {
    fn text(&self, name: &str) -> Result<&'a str, WordsError> {
        let found = self.0.and_then(|facts| facts.get(name));
        found.map(String::as_str).ok_or_else(|| WordsError::new(format_args!("there is no `{name}`")))
    }

    fn number(&self, name: &str, most: usize) -> Result<usize, WordsError> {
        let text = self.text(name)?;
        text.parse().ok().filter(|&number| number <= most).ok_or_else(|| {
            WordsError::new(format_args!("`{name}` is `{text}`, not a number from 0 to {most}"))
        })
    }

    fn flag(&self, name: &str) -> Result<bool, WordsError> {
        let text = self.text(name)?;
        text.parse().map_err(|_| WordsError::new(format_args!("`{name}` is `{text}`, not true or false")))
    }
}

/// The bytes of a tensor of this type and, where it is given, this shape.
fn tensor<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    shape: Option<&[usize]>,
) -> Result<&'a [u8], WordsError> {
    let tensor = tensors.tensor(name).map_err(|error| WordsError::new(format_args!("`{name}`: {error}")))?;
    if tensor.dtype() != dtype || shape.is_some_and(|shape| shape != tensor.shape()) {
        return Err(WordsError::new(format_args!(
            "`{name}` is {} {:?}, not {dtype} {:?}",
            tensor.dtype(),
            tensor.shape(),
            shape.unwrap_or_default()
        )));
    }
    Ok(tensor.data())
}

/// Little-endian numbers.
fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// The pieces, each ended by a line feed.
fn pieces(bytes: &[u8], count: usize) -> Result<Vec<String>, WordsError> {
    let text = std::str::from_utf8(bytes).map_err(|_| WordsError::new("`pieces` is not UTF-8"))?;
    let pieces: Vec<String> = text.split_terminator('\n').map(str::to_string).collect();
    if pieces.len() != count || !text.ends_with('\n') || pieces.iter().any(String::is_empty) {
        return Err(WordsError::new(format_args!(
            "`pieces` is not {count} pieces, each ended by a line feed"
        )));
    }
    let mut known = HashSet::new();
    match pieces.iter().find(|piece| !known.insert(piece.as_str())) {
        Some(twice) => Err(WordsError::new(format_args!("the piece `{twice}` stands there twice"))),
        None => Ok(pieces),
    }
}
