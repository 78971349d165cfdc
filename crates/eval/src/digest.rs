//! The name of a model file.

/// The BLAKE3 digest of the bytes of a model file, as every JSON document names it: `blake3:` and 64 hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

#[cfg(test)]
mod tests {
    #[test]
    fn of_nothing() {
        // The first test vector of the BLAKE3 specification.
        let expected = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(super::digest(b""), expected);
    }
}
