//! A model file, opened: every length, offset and index is proven here, once, so that running it cannot fail.

use crate::format::{Container, DecisionRule, FormatError, Labels, Recorded, SectionKind, Tier};
use crate::text::FeatureSettings;
use crate::tier::Bag;

/// A model, in the bytes of its file, which are borrowed and never copied: they can be memory-mapped or live in flash.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    bytes: &'a [u8],
    meta: &'a str,
    tier: Tier,
    labels: Labels<'a>,
    pub(crate) bag: Bag<'a>,
    pub(crate) rule: DecisionRule,
    recorded: Recorded<'a>,
}

/// A bound on what one answer costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstCase {
    /// Table rows read.
    pub rows: u64,
    /// Bytes of a table row.
    pub row_bytes: usize,
    /// Products of an 8-bit weight and an activation in the layers.
    pub multiply_adds: u64,
}

impl<'a> Model<'a> {
    /// Opens a model file. Nothing is copied; the work is linear in the length of the file.
    ///
    /// # Errors
    ///
    /// The first rule of the format that the bytes break.
    pub fn open(bytes: &'a [u8]) -> Result<Self, FormatError> {
        let container = Container::open(bytes)?;
        let meta = core::str::from_utf8(container.section(SectionKind::Meta)?).map_err(|error| {
            let offset = error.valid_up_to() as u64;
            FormatError::Section { kind: SectionKind::Meta, offset, rule: "text is not UTF-8" }
        })?;
        let labels = Labels::read(container.section(SectionKind::Labels)?)?;
        let count = labels.len() as u32;
        Ok(Self {
            bytes,
            meta,
            tier: container.tier(),
            labels,
            bag: Bag::read(&container, labels.len())?,
            rule: DecisionRule::read(container.section(SectionKind::Decision)?, count)?,
            recorded: Recorded::read(container.section(SectionKind::Recorded)?, count)?,
        })
    }

    /// The bytes of the file.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Task, recipe, data digest and metrics, as the trainer wrote them: JSON, for tools on a host.
    #[must_use]
    pub const fn meta(&self) -> &'a str {
        self.meta
    }

    /// What kind of model it is.
    #[must_use]
    pub const fn tier(&self) -> Tier {
        self.tier
    }

    /// The names of the labels, in the order of the scores.
    #[must_use]
    pub const fn labels(&self) -> Labels<'a> {
        self.labels
    }

    /// How scores become a decision.
    #[must_use]
    pub const fn rule(&self) -> &DecisionRule {
        &self.rule
    }

    /// Which features are taken from a text.
    #[must_use]
    pub const fn features(&self) -> &FeatureSettings {
        &self.bag.settings
    }

    /// Rows, numbers in a row and bits of a number of the embedding table.
    #[must_use]
    pub const fn table(&self) -> (u32, u32, u32) {
        (self.bag.rows.buckets, self.bag.rows.dim, self.bag.rows.bits)
    }

    /// Numbers in the hidden layer.
    #[must_use]
    pub const fn hidden(&self) -> u32 {
        self.bag.hidden.outputs
    }

    /// Texts with the exact answers that this file gives, for [`verify`](crate::verify()).
    #[must_use]
    pub const fn recorded(&self) -> Recorded<'a> {
        self.recorded
    }

    /// A bound on what one answer to a text of so many characters costs.
    #[must_use]
    pub fn worst_case(&self, characters: u32) -> WorstCase {
        let (rows, multiply_adds) = self.bag.worst_case(characters);
        WorstCase { rows, row_bytes: self.bag.rows.stride(), multiply_adds }
    }
}
