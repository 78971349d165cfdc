//! Sections to one file, with its recorded answers.

use crate::acceptance::Acceptance;
use crate::error::TrainError;
use crate::record::record;
use stonechat_engine::format::{Labels, Recorded, SectionKind, Tier, pack};
use stonechat_engine::{Model, verify};

/// What a model file is made of before it is calibrated and recorded.
pub(crate) struct Package<'a> {
    pub(crate) tier: Tier,
    pub(crate) labels: &'a [String],
    pub(crate) sections: Vec<(SectionKind, Vec<u8>)>,
}

/// Whether the filter among these sections gives each feature a table row of its own.
pub(crate) fn owns_rows(sections: &[(SectionKind, Vec<u8>)]) -> bool {
    let filter = sections.iter().find(|(kind, _)| *kind == SectionKind::Filter);
    // The third number of the section.
    filter.is_some_and(|(_, bytes)| bytes.get(8) == Some(&1))
}

impl Package<'_> {
    /// Whether the model finds slots.
    pub(crate) fn finds_slots(&self) -> bool {
        self.sections.iter().any(|(kind, _)| *kind == SectionKind::Slots)
    }

    /// The bytes of a file without recorded answers and facts.
    pub(crate) fn draft(&self, acceptance: &Acceptance) -> Vec<u8> {
        self.pack(acceptance, "{}", Recorded::write(&[]))
    }

    fn pack(&self, acceptance: &Acceptance, meta: &str, recorded: Vec<u8>) -> Vec<u8> {
        // What is small comes first, so that a reader of the facts need not read it all.
        let mut sections = vec![
            (SectionKind::Meta, meta.as_bytes().to_vec()),
            (SectionKind::Labels, Labels::write(self.labels)),
            (SectionKind::Recorded, recorded),
        ];
        sections.extend(acceptance.sections());
        sections.extend(self.sections.iter().cloned());
        pack(self.tier, &sections)
    }

    /// The file, with `count` recorded answers to these texts, fewer of them if it grew too large, checked as a user would.
    pub(crate) fn write(
        &self,
        acceptance: &Acceptance,
        meta: &str,
        texts: &[&str],
        mut count: usize,
        max_size: u64,
    ) -> Result<Vec<u8>, TrainError> {
        let fault = |error: &dyn std::fmt::Display| TrainError::Fault(error.to_string());
        let bare = self.pack(acceptance, meta, Recorded::write(&[]));
        let model = Model::open(&bare).map_err(|error| fault(&error))?;
        loop {
            let recorded = if count > 0 { record(&model, texts, count) } else { Recorded::write(&[]) };
            let bytes = self.pack(acceptance, meta, recorded);
            if bytes.len() as u64 > max_size {
                if count == 0 {
                    return Err(TrainError::Size { max_size, least: bytes.len() as u64 });
                }
                count /= 2;
                continue;
            }
            verify(&Model::open(&bytes).map_err(|error| fault(&error))?).map_err(|error| fault(&error))?;
            return Ok(bytes);
        }
    }
}
