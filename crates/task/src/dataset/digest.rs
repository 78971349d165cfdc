//! The name of the data in a model file.

use super::splits::Splits;
use crate::example::Split;

/// The BLAKE3 digest of the rows: their texts, labels, slots and splits, in order. File names and line
/// numbers do not count, so the same rows in another format have the same digest.
///
/// Every text is preceded by its length and every list by its number of entries (64 bits, least significant
/// byte first), so that no two data sets have the same bytes.
pub fn digest(splits: &Splits) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"stonechat data 1\n");
    let number = |hasher: &mut blake3::Hasher, number: usize| {
        hasher.update(&(number as u64).to_le_bytes());
    };
    let text = |hasher: &mut blake3::Hasher, text: &str| {
        number(hasher, text.len());
        hasher.update(text.as_bytes());
    };
    for split in Split::ALL {
        let rows = splits.get(split);
        text(&mut hasher, split.name());
        number(&mut hasher, rows.len());
        for row in rows {
            text(&mut hasher, &row.text);
            number(&mut hasher, row.labels.len());
            for label in &row.labels {
                text(&mut hasher, label);
            }
            number(&mut hasher, row.slots.len());
            for slot in &row.slots {
                text(&mut hasher, &slot.name);
                number(&mut hasher, slot.start);
                number(&mut hasher, slot.end);
            }
        }
    }
    *hasher.finalize().as_bytes()
}
