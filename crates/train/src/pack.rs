//! Sections to one file.

use crate::quantize::Sections;
use stonechat_engine::format::{DecisionRule, Features, Labels, SectionKind, Tier, pack as pack_file};
use stonechat_engine::text::FeatureSettings;

/// What a model file is made of.
pub(crate) struct Parts<'a> {
    pub(crate) meta: String,
    pub(crate) labels: &'a [String],
    pub(crate) features: FeatureSettings,
    pub(crate) filter: &'a [u8],
    pub(crate) sections: &'a Sections,
    pub(crate) rule: DecisionRule,
    pub(crate) recorded: Vec<u8>,
}

/// The bytes of the file.
pub(crate) fn pack(parts: Parts<'_>) -> Vec<u8> {
    pack_file(
        Tier::Bag,
        &[
            (SectionKind::Meta, parts.meta.into_bytes()),
            (SectionKind::Labels, Labels::write(parts.labels)),
            (SectionKind::Features, Features::write(&parts.features)),
            (SectionKind::Decision, parts.rule.write()),
            (SectionKind::Filter, parts.filter.to_vec()),
            (SectionKind::Hidden, parts.sections.hidden.clone()),
            (SectionKind::Output, parts.sections.output.clone()),
            (SectionKind::Recorded, parts.recorded),
            (SectionKind::Rows, parts.sections.rows.clone()),
        ],
    )
}
