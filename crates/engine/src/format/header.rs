//! The frame of the file: header, table of sections, checksums.

use super::checksum::checksum;
use super::error::FormatError;
use super::names::{ALIGNMENT, MAGIC, SectionKind, Tier, VERSION};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;

const HEADER: usize = 64;
const ENTRY: usize = 32;
/// More sections than any tier has; bounds the work of opening a hostile file.
const MOST_SECTIONS: u32 = 64;
const MAY_SKIP: u32 = 1;

fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).map_or(0, |&bytes| u32::from_le_bytes(bytes))
}

fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    bytes.get(offset..).and_then(<[u8]>::first_chunk).map_or(0, |&bytes| u64::from_le_bytes(bytes))
}

/// A file whose frame and checksums are sound.
pub(crate) struct Container<'a> {
    file: &'a [u8],
    table: &'a [u8],
    tier: Tier,
}

impl<'a> Container<'a> {
    /// Proves the frame: magic, version, length, header, order and place of the sections, and every checksum.
    pub(crate) fn open(file: &'a [u8]) -> Result<Self, FormatError> {
        if !file.starts_with(&MAGIC) {
            return Err(FormatError::NotAModel);
        }
        let found = file.len() as u64;
        let header = file.get(..HEADER).ok_or(FormatError::Length { stated: HEADER as u64, found })?;
        let version = u32_at(header, 8);
        if version == 0 || version > VERSION {
            return Err(FormatError::Version { found: version });
        }
        let stated = u64_at(header, 16);
        if stated != found {
            return Err(FormatError::Length { stated, found });
        }
        if checksum(header.get(..60).unwrap_or_default()) != u32_at(header, 60) {
            return Err(FormatError::HeaderChecksum);
        }
        if header.get(32..60).is_none_or(|rest| rest.iter().any(|&byte| byte != 0)) {
            return Err(FormatError::Header { offset: 32, rule: "reserved bytes are not zero" });
        }
        let count = u32_at(header, 12);
        if count == 0 || count > MOST_SECTIONS {
            return Err(FormatError::Header { offset: 12, rule: "the number of sections is not 1 to 64" });
        }
        let end = HEADER + count as usize * ENTRY;
        let table = file
            .get(HEADER..end)
            .ok_or(FormatError::Header { offset: 12, rule: "the table of sections is cut" })?;
        if checksum(table) != u32_at(header, 24) {
            return Err(FormatError::HeaderChecksum);
        }
        let code = u32_at(header, 28);
        let tier = Tier::from_code(code).ok_or(FormatError::Tier { found: code })?;
        let container = Self { file, table, tier };
        container.sections(end)?;
        Ok(container)
    }

    fn sections(&self, mut reached: usize) -> Result<(), FormatError> {
        for (index, entry) in self.table.chunks_exact(ENTRY).enumerate() {
            let offset = (HEADER + index * ENTRY) as u64;
            let broken = |rule| FormatError::Header { offset, rule };
            let name: [u8; 4] = u32_at(entry, 0).to_le_bytes();
            let flags = u32_at(entry, 4);
            if flags & !MAY_SKIP != 0 || u32_at(entry, 28) != 0 {
                return Err(broken("reserved bits of a section are not zero"));
            }
            let start = reached.next_multiple_of(ALIGNMENT);
            if u64_at(entry, 8) != start as u64 {
                return Err(broken("a section is not where the one before it ends"));
            }
            let length = usize::try_from(u64_at(entry, 16))
                .map_err(|_| broken("a section is longer than the file"))?;
            let end = start.checked_add(length).ok_or_else(|| broken("a section is longer than the file"))?;
            let content =
                self.file.get(start..end).ok_or_else(|| broken("a section is longer than the file"))?;
            if self.file.get(reached..start).is_none_or(|gap| gap.iter().any(|&byte| byte != 0)) {
                return Err(broken("padding before a section is not zero"));
            }
            let kind = SectionKind::from_name(name);
            if kind.is_none() && flags & MAY_SKIP == 0 {
                return Err(FormatError::Unknown { kind: name });
            }
            let earlier = self.table.get(..index * ENTRY).unwrap_or_default();
            if earlier.chunks_exact(ENTRY).any(|other| u32_at(other, 0).to_le_bytes() == name) {
                return Err(broken("a section stands twice"));
            }
            if checksum(content) != u32_at(entry, 24) {
                return Err(kind.map_or(FormatError::HeaderChecksum, FormatError::Checksum));
            }
            reached = end;
        }
        if reached == self.file.len() {
            Ok(())
        } else {
            Err(FormatError::Header {
                offset: reached as u64,
                rule: "there are bytes after the last section",
            })
        }
    }

    pub(crate) const fn tier(&self) -> Tier {
        self.tier
    }

    /// The content of a section that must be there.
    pub(crate) fn section(&self, kind: SectionKind) -> Result<&'a [u8], FormatError> {
        self.find(kind).ok_or(FormatError::Missing(kind))
    }

    /// The content of a section, if it is there.
    pub(crate) fn find(&self, kind: SectionKind) -> Option<&'a [u8]> {
        let mut entries = self.table.chunks_exact(ENTRY);
        let entry = entries.find(|entry| u32_at(entry, 0).to_le_bytes() == kind.name())?;
        let start = usize::try_from(u64_at(entry, 8)).ok()?;
        let length = usize::try_from(u64_at(entry, 16)).ok()?;
        self.file.get(start..start.checked_add(length)?)
    }
}

/// Sections of a file with their contents, in the order of the file.
#[cfg(feature = "alloc")]
pub type Sections = Vec<(SectionKind, Vec<u8>)>;

/// Takes a file apart: its tier and its sections, in the order of the file; those that this engine does not know are left out.
/// What [`pack`] makes of known sections, this gives back.
///
/// # Errors
///
/// The frame of the file is not sound. The sections themselves are not looked at.
#[cfg(feature = "alloc")]
pub fn unpack(file: &[u8]) -> Result<(Tier, Sections), FormatError> {
    let container = Container::open(file)?;
    let mut sections = Vec::new();
    for entry in container.table.chunks_exact(ENTRY) {
        if let Some(kind) = SectionKind::from_name(u32_at(entry, 0).to_le_bytes()) {
            sections.push((kind, container.section(kind)?.to_vec()));
        }
    }
    Ok((container.tier, sections))
}

/// Puts sections into one file, in the order given. The result is what `Model::open` reads.
#[cfg(feature = "alloc")]
#[must_use]
pub fn pack(tier: Tier, sections: &[(SectionKind, Vec<u8>)]) -> Vec<u8> {
    let table_end = HEADER + sections.len() * ENTRY;
    let mut body = Vec::new();
    let mut table = Vec::new();
    for (kind, content) in sections {
        let start = (table_end + body.len()).next_multiple_of(ALIGNMENT);
        body.resize(start - table_end, 0);
        body.extend_from_slice(content);
        table.extend_from_slice(&kind.name());
        table.extend_from_slice(&0u32.to_le_bytes());
        table.extend_from_slice(&(start as u64).to_le_bytes());
        table.extend_from_slice(&(content.len() as u64).to_le_bytes());
        table.extend_from_slice(&checksum(content).to_le_bytes());
        table.extend_from_slice(&0u32.to_le_bytes());
    }
    let mut file = Vec::with_capacity(table_end + body.len());
    file.extend_from_slice(&MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    file.extend_from_slice(&((table_end + body.len()) as u64).to_le_bytes());
    file.extend_from_slice(&checksum(&table).to_le_bytes());
    file.extend_from_slice(&tier.code().to_le_bytes());
    file.resize(60, 0);
    let sum = checksum(&file);
    file.extend_from_slice(&sum.to_le_bytes());
    file.extend_from_slice(&table);
    file.extend_from_slice(&body);
    file
}
