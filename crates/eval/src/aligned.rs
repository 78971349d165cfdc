//! Bytes of a model file in memory, where the engine reads them fastest.

use std::io::{self, Read};
use std::ops::Deref;
use stonechat_engine::format::ALIGNMENT;

/// Bytes that begin at a multiple of [`ALIGNMENT`], as the sections of a model file do within it: a table row that fits in a cache
/// line then lies in one.
#[derive(Clone, Debug)]
pub struct Aligned {
    room: Vec<u8>,
    start: usize,
}

impl Aligned {
    /// Reads all that is left of `source`, about `length` bytes: if there are many more, they may begin anywhere.
    ///
    /// # Errors
    ///
    /// Those of the source.
    pub fn read(mut source: impl Read, length: usize) -> io::Result<Self> {
        let mut room: Vec<u8> = Vec::new();
        room.try_reserve_exact(length.saturating_add(ALIGNMENT)).map_err(|_| io::ErrorKind::OutOfMemory)?;
        // How far it is may not be known.
        let start = room.as_ptr().align_offset(ALIGNMENT) % ALIGNMENT;
        room.resize(start, 0);
        source.read_to_end(&mut room)?;
        Ok(Self { room, start })
    }
}

impl Deref for Aligned {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.room.get(self.start..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_begin_at_a_multiple() {
        for length in [0, 1, 63, 64, 1000, 1 << 20] {
            let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
            for hint in [0, length, 2 * length] {
                let found = Aligned::read(&*bytes, hint).unwrap();
                assert_eq!(*found, *bytes);
                assert!(hint < length || found.as_ptr().align_offset(ALIGNMENT) == 0, "{length}");
            }
        }
    }
}
