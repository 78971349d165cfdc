//! Writing a words asset.

use super::file::FORMAT;
use super::quantize::Quantized;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a words asset holds.
pub(super) struct Parts<'a> {
    pub(super) pieces: &'a [String],
    pub(super) dim: usize,
    pub(super) bits: u32,
    pub(super) rows: Quantized,
    pub(super) weights: &'a [f32],
    pub(super) lowercase: bool,
    pub(super) strip_accents: bool,
    pub(super) teacher: &'a str,
    pub(super) licence: Option<&'a str>,
}

/// An entry of the header.
#[derive(Serialize)]
#[serde(untagged)]
enum Head<'a> {
    Facts(BTreeMap<&'a str, String>),
    Tensor { dtype: &'a str, shape: Vec<usize>, data_offsets: [usize; 2] },
}

impl Parts<'_> {
    /// The bytes of the file: the header of safetensors with its keys in order, padded to eight bytes, then the tensors.
    pub(super) fn write(&self) -> serde_json::Result<Vec<u8>> {
        let mut facts = BTreeMap::from([
            ("bits", self.bits.to_string()),
            ("dim", self.dim.to_string()),
            ("format", FORMAT.to_string()),
            ("lowercase", self.lowercase.to_string()),
            ("pieces", self.pieces.len().to_string()),
            ("strip_accents", self.strip_accents.to_string()),
            ("teacher", self.teacher.to_string()),
        ]);
        if let Some(licence) = self.licence {
            facts.insert("licence", licence.to_string());
        }
        let mut header = BTreeMap::from([("__metadata__", Head::Facts(facts))]);

        let count = self.pieces.len();
        let floats = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let pieces: String = self.pieces.iter().flat_map(|piece| [piece.as_str(), "\n"]).collect();
        let (dtype, width) = if self.bits == 4 { ("U8", self.dim / 2) } else { ("I8", self.dim) };
        // Numbers of four bytes come first: they stay aligned.
        let tensors: [(&str, &str, Vec<usize>, Vec<u8>); 4] = [
            ("scales", "F32", vec![self.dim], floats(&self.rows.scales)),
            ("weights", "F32", vec![count], floats(self.weights)),
            ("pieces", "U8", vec![pieces.len()], pieces.into_bytes()),
            ("rows", dtype, vec![count, width], self.rows.bytes.clone()),
        ];
        let mut data = Vec::new();
        for (name, dtype, shape, bytes) in tensors {
            let end = data.len() + bytes.len();
            header.insert(name, Head::Tensor { dtype, shape, data_offsets: [data.len(), end] });
            data.extend(bytes);
        }
        let mut header = serde_json::to_string(&header)?;
        while !header.len().is_multiple_of(8) {
            header.push(' ');
        }
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend(header.as_bytes());
        out.extend(data);
        Ok(out)
    }
}
