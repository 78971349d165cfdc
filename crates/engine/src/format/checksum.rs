//! The checksum of a section: CRC-32 as Ethernet and gzip have it (reflected, polynomial 0xEDB88320).

/// The checksum of these bytes, with tables of 16 KB.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The checksum of these bytes, with a table of 1 KB: on machines where size matters more than how fast a model is opened.
#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[cfg_attr(test, allow(dead_code))]
pub(super) fn small(bytes: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| {
        let at = (sum ^ u32::from(byte)) & 0xff;
        sum >> 8 ^ TABLE.get(at as usize).copied().unwrap_or_default()
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use small as checksum;

/// What each byte makes of a sum of nothing.
#[cfg(any(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    #[allow(clippy::indexing_slicing)] // Computed by the compiler, which would say so.
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::small;

    #[test]
    fn the_small_one_is_the_fast_one() {
        assert_eq!(small(b"123456789"), 0xcbf4_3926, "the check value of the standard");
        let bytes: [u8; 600] = core::array::from_fn(|at| (at * at % 251) as u8);
        for end in 0..bytes.len() {
            assert_eq!(small(&bytes[end / 3..end]), super::checksum(&bytes[end / 3..end]));
        }
    }
}
