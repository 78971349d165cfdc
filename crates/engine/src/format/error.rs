//! What can be wrong with a model file.

use super::names::{SectionKind, VERSION};
use core::fmt;

/// Why bytes are not a model file that this engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The bytes do not begin as a model file does.
    NotAModel,
    /// The file is of a version that this engine does not know.
    Version {
        /// The version that the file states.
        found: u32,
    },
    /// The file was cut or has grown: it states another length than it has.
    Length {
        /// Bytes that the file states.
        stated: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// The header or the table of sections does not match its checksum.
    HeaderChecksum,
    /// The header or the table of sections breaks a rule.
    Header {
        /// Byte offset in the file.
        offset: u64,
        /// The rule.
        rule: &'static str,
    },
    /// The model is of a tier that this engine cannot run.
    Tier {
        /// The number that the file states.
        found: u32,
    },
    /// A section that the tier needs is not there.
    Missing(SectionKind),
    /// A section that this engine does not know and may not leave out.
    Unknown {
        /// The four bytes that name it.
        kind: [u8; 4],
    },
    /// A section does not match its checksum.
    Checksum(SectionKind),
    /// A section breaks a rule.
    Section {
        /// The section.
        kind: SectionKind,
        /// Byte offset in the section.
        offset: u64,
        /// The rule.
        rule: &'static str,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotAModel => {
                write!(f, "byte 0: this is not a model file; give a file that `stonechat train` wrote")
            }
            Self::Version { found } => {
                write!(f, "byte 8: format version {found}, this engine reads version {}; update it", VERSION)
            }
            Self::Length { stated, found } => write!(
                f,
                "byte 16: the file states {stated} bytes and has {found}; it was damaged on its way, copy it again"
            ),
            Self::HeaderChecksum => {
                write!(
                    f,
                    "byte 0: the header does not match its checksum; the file is damaged, copy it again"
                )
            }
            Self::Header { offset, rule } => {
                write!(f, "byte {offset}: {rule}; the file is damaged, train it anew")
            }
            Self::Tier { found } => {
                write!(f, "byte 28: tier {found} is not one that this engine runs; update it")
            }
            Self::Missing(kind) => write!(f, "section {kind} is missing; the file is damaged, train it anew"),
            Self::Unknown { kind } => write!(
                f,
                "section `{}` is not known to this engine and may not be left out; update the engine",
                kind.escape_ascii()
            ),
            Self::Checksum(kind) => {
                write!(f, "section {kind} does not match its checksum; the file is damaged, copy it again")
            }
            Self::Section { kind, offset, rule } => {
                write!(f, "section {kind}, byte {offset}: {rule}; the file is damaged, train it anew")
            }
        }
    }
}

impl core::error::Error for FormatError {}
