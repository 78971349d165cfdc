//! Plain Rust: what every other kernel must compute.

/// Adds the rows of 8-bit numbers at `ids` to `sum`; a row is as long as `sum`. Ids beyond the rows add nothing.
pub(super) fn sum_rows_8(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len();
    for &id in ids {
        let start = id as usize * stride;
        let Some(row) = rows.get(start..start + stride) else { continue };
        for (sum, &value) in sum.iter_mut().zip(row) {
            *sum += i32::from(value as i8);
        }
    }
}

/// Adds the rows of 4-bit numbers at `ids` to `sum`; a row is half as many bytes as `sum` has numbers. Ids beyond the
/// rows add nothing.
pub(super) fn sum_rows_4(rows: &[u8], ids: &[u32], sum: &mut [i32]) {
    let stride = sum.len() / 2;
    for &id in ids {
        let start = id as usize * stride;
        let Some(row) = rows.get(start..start + stride) else { continue };
        for (pair, &byte) in sum.as_chunks_mut::<2>().0.iter_mut().zip(row) {
            pair[0] += i32::from(byte & 15) - 8;
            pair[1] += i32::from(byte >> 4) - 8;
        }
    }
}

/// The sum of products of 8-bit weights (two's complement) and activations, of the shorter one's length.
pub(super) fn dot(weights: &[u8], inputs: &[i16]) -> i32 {
    weights.iter().zip(inputs).map(|(&weight, &input)| i32::from(weight as i8) * i32::from(input)).sum()
}
