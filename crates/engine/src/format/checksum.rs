//! The checksum of a section: CRC-32 as in gzip.

/// The checksum of these bytes, by the quickest way that the machine has.
#[cfg(not(any(target_arch = "wasm32", target_os = "none")))]
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The checksum of these bytes. Where a program is loaded over a network or lies in flash, 1 KB of table does, in place of 16.
#[cfg(any(target_arch = "wasm32", target_os = "none"))]
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    by_table(bytes)
}

/// One byte at a time.
#[cfg(any(test, target_arch = "wasm32", target_os = "none"))]
fn by_table(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        let place = usize::from(sum as u8 ^ byte);
        TABLE.get(place).copied().unwrap_or_default() ^ sum >> 8
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(any(test, target_arch = "wasm32", target_os = "none"))]
static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    #[allow(clippy::indexing_slicing)] // Of a constant, checked by the compiler.
    while byte < table.len() {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ sum >> 1 } else { sum >> 1 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{by_table, checksum};

    #[test]
    fn both_ways_agree() {
        assert_eq!(by_table(b"123456789"), 0xcbf4_3926);
        let bytes: alloc::vec::Vec<u8> =
            (0..1000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for end in 0..bytes.len() {
            assert_eq!(by_table(&bytes[..end]), checksum(&bytes[..end]), "{end}");
        }
    }
}
