//! The frame of a model file, as `docs/model-format.md` defines it: written a second time, so that a test can break one
//! thing of a file and keep its checksums right.

use super::random::Random;
use std::ops::Range;

pub(crate) const HEADER: usize = 64;
pub(crate) const ENTRY: usize = 32;
const ALIGNMENT: usize = 64;

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&four| u32::from_le_bytes(four))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&eight| u64::from_le_bytes(eight))
}

/// Writes bytes over others, where there are as many.
pub(crate) fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + value.len()) {
        place.copy_from_slice(value);
    }
}

/// The place of each entry of the table of sections, as far as the file has it.
fn entries(file: &[u8]) -> impl Iterator<Item = usize> + use<> {
    let room = file.len().saturating_sub(HEADER) / ENTRY;
    (0..room.min(u32_at(file, 12) as usize)).map(|index| HEADER + index * ENTRY)
}

/// Where the content of the section with the entry at `at` lies, cut to the file.
fn content(file: &[u8], at: usize) -> Range<usize> {
    let length = file.len();
    let bound = |value: u64| usize::try_from(value).unwrap_or(length).min(length);
    let start = u64_at(file, at + 8);
    bound(start)..bound(start.saturating_add(u64_at(file, at + 16)))
}

/// Makes every checksum of the file right, so that only the deeper checks can refuse it.
pub(crate) fn restamp(file: &mut [u8]) {
    for at in entries(file) {
        let checksum = crc32fast::hash(&file[content(file, at)]);
        put(file, at + 24, &checksum.to_le_bytes());
    }
    let table_end = entries(file).last().map_or(HEADER, |at| at + ENTRY);
    if let Some(table) = file.get(HEADER..table_end) {
        let checksum = crc32fast::hash(table);
        put(file, 24, &checksum.to_le_bytes());
    }
    if let Some(header) = file.get(..60) {
        let checksum = crc32fast::hash(header);
        put(file, 60, &checksum.to_le_bytes());
    }
}

/// Makes the stated length and the checksum of the header right.
pub(crate) fn restate_length(file: &mut [u8]) {
    let length = file.len() as u64;
    put(file, 16, &length.to_le_bytes());
    if let Some(header) = file.get(..60) {
        let checksum = crc32fast::hash(header);
        put(file, 60, &checksum.to_le_bytes());
    }
}

/// A file taken apart: what the header states, and per section its name, its flags and its content.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) version: u32,
    pub(crate) tier: u32,
    pub(crate) sections: Vec<([u8; 4], u32, Vec<u8>)>,
}

impl Parts {
    pub(crate) fn of(file: &[u8]) -> Self {
        let section = |at: usize| {
            (u32_at(file, at).to_le_bytes(), u32_at(file, at + 4), file[content(file, at)].to_vec())
        };
        Self {
            version: u32_at(file, 8),
            tier: u32_at(file, 28),
            sections: entries(file).map(section).collect(),
        }
    }

    /// The file with these parts, all its checksums right.
    pub(crate) fn join(&self) -> Vec<u8> {
        let mut file = vec![0; HEADER + self.sections.len() * ENTRY];
        put(&mut file, 0, b"\x89STONE\r\n");
        put(&mut file, 8, &self.version.to_le_bytes());
        put(&mut file, 12, &(self.sections.len() as u32).to_le_bytes());
        put(&mut file, 28, &self.tier.to_le_bytes());
        for (index, (name, flags, content)) in self.sections.iter().enumerate() {
            let start = file.len().next_multiple_of(ALIGNMENT);
            file.resize(start, 0);
            file.extend_from_slice(content);
            let at = HEADER + index * ENTRY;
            put(&mut file, at, name);
            put(&mut file, at + 4, &flags.to_le_bytes());
            put(&mut file, at + 8, &(start as u64).to_le_bytes());
            put(&mut file, at + 16, &(content.len() as u64).to_le_bytes());
        }
        let length = file.len() as u64;
        put(&mut file, 16, &length.to_le_bytes());
        restamp(&mut file);
        file
    }
}

const EXTREMES: [u32; 16] = [
    0,
    1,
    2,
    7,
    15,
    16,
    0x40,
    0xff,
    0x400,
    0xffff,
    1 << 24,
    (1 << 24) + 1,
    1 << 30,
    i32::MAX as u32,
    1 << 31,
    u32::MAX,
];

/// Changes a few bytes at random.
fn scratch(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes.len();
    match random.below(7) {
        0 | 1 if length > 0 => bytes[random.below(length)] ^= 1 << random.below(8),
        2 | 3 if length >= 4 => {
            // Most numbers of the format lie at multiples of four, most of those that matter at the beginning.
            let reach = if random.below(2) == 0 { length.min(64) } else { length };
            let at = random.below(reach / 4) * 4;
            let old = u32_at(bytes, at);
            let near = [old.wrapping_add(1), old.wrapping_sub(1), old << 1, old >> 1, !old];
            let value = if random.below(3) == 0 { *random.pick(&near) } else { *random.pick(&EXTREMES) };
            put(bytes, at, &value.to_le_bytes());
        }
        4 => bytes.truncate(random.below(length + 1)),
        5 => {
            let at = random.below(length + 1);
            let more = random.below(9);
            let filler = random.next().to_le_bytes();
            bytes.splice(at..at, filler.iter().copied().cycle().take(more));
        }
        6 if length > 1 => {
            let (one, other) = (random.below(length), random.below(length));
            let most = (length - one.max(other)).min(1 + random.below(32));
            for step in 0..most {
                bytes.swap(one + step, other + step);
            }
        }
        _ => {}
    }
}

/// A mutant of `files[0]`, with sections of the others mixed in at times. About half of the mutants carry right checksums.
pub(crate) fn mutant(files: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let [base, ..] = files else { return Vec::new() };
    let mut rounds = 1 + random.below(3);
    if random.below(2) == 0 {
        // Bytes anywhere, checksums mostly left wrong.
        let mut file = base.to_vec();
        while rounds > 0 {
            scratch(&mut file, random);
            rounds -= 1;
        }
        match random.below(4) {
            0 => restamp(&mut file),
            1 => restate_length(&mut file),
            _ => {}
        }
        return file;
    }
    let mut parts = Parts::of(base);
    while rounds > 0 {
        rounds -= 1;
        let count = parts.sections.len();
        let at = random.below(count);
        match random.below(32) {
            0 => {
                let other = Parts::of(files[random.below(files.len())]);
                let name = parts.sections.get(at).map(|section| section.0);
                if let Some(found) = other.sections.into_iter().find(|section| Some(section.0) == name) {
                    parts.sections[at] = found;
                }
            }
            1 if count > 0 => {
                parts.sections.remove(at);
            }
            2 if count > 0 => {
                let twin = parts.sections[at].clone();
                parts.sections.insert(random.below(count), twin);
            }
            3 if count > 0 => parts.sections.swap(at, random.below(count)),
            4 if count > 0 => {
                // A section that may be left out, or one that may not.
                let flags = *random.pick(&[0, 1, 2, u32::MAX]);
                parts.sections[at].0[random.below(4)] ^= 1 << random.below(8);
                parts.sections[at].1 = flags;
            }
            5 => parts.version = *random.pick(&EXTREMES),
            6 => parts.tier = *random.pick(&EXTREMES),
            _ if count > 0 => scratch(&mut parts.sections[at].2, random),
            _ => {}
        }
    }
    let mut file = parts.join();
    if random.below(16) == 0 && file.len() > HEADER {
        // A number of the header or of the table, under a right checksum.
        let at = random.below((HEADER + parts.sections.len() * ENTRY) / 4) * 4;
        let value = *random.pick(&EXTREMES);
        put(&mut file, at, &value.to_le_bytes());
        restamp(&mut file);
    }
    file
}
