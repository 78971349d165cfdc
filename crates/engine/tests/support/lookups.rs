//! Small look-ups, written by the engine's own writers.

use super::models::{RULE, SETTINGS, TEXTS, record};
use stonechat_engine::Confidence;
use stonechat_engine::format::{DecisionRule, Features, Labels, Recorded, SectionKind, Texts, Tier, pack};
use stonechat_engine::text::{FeatureSettings, exact_hash};

/// What a look-up is made of.
#[derive(Clone, Debug)]
pub(crate) struct LookupPlan {
    /// At least one, none empty.
    pub(crate) labels: Vec<String>,
    pub(crate) settings: FeatureSettings,
    pub(crate) rule: DecisionRule,
    /// The label of a text that is not known.
    pub(crate) guess: u32,
    /// In 65,536ths.
    pub(crate) confidence: u32,
    /// Texts that it knows, their labels in turn.
    pub(crate) known: Vec<String>,
    /// Texts whose answers it records.
    pub(crate) recorded: Vec<String>,
}

impl LookupPlan {
    /// A small one.
    pub(crate) fn small() -> Self {
        let texts = TEXTS.map(str::to_string).to_vec();
        Self {
            labels: ["lights.on", "lights.off", "oos"].map(str::to_string).to_vec(),
            settings: SETTINGS,
            rule: DecisionRule { sharpness: 0, ..RULE },
            guess: 1,
            confidence: 60_000,
            known: texts.clone(),
            recorded: texts,
        }
    }

    /// The texts that have a hash, each with its label, as the section holds them.
    pub(crate) fn texts(&self) -> Vec<(u64, u32)> {
        let labels = (0..self.labels.len() as u32).cycle();
        let hash = |text: &String| exact_hash(text, self.settings.max_characters).0;
        let mut texts: Vec<_> =
            self.known.iter().zip(labels).filter_map(|(text, label)| Some((hash(text)?, label))).collect();
        texts.sort_unstable();
        texts.dedup_by_key(|text| text.0);
        texts
    }

    /// The model, with the answers that it gives to its texts.
    pub(crate) fn build(&self) -> Vec<u8> {
        self.build_of(Texts::write(&self.texts(), self.guess, Confidence::from_raw(self.confidence)))
    }

    /// The model with this section of texts.
    pub(crate) fn build_of(&self, texts: Vec<u8>) -> Vec<u8> {
        let mut sections = vec![
            (SectionKind::Meta, b"{}".to_vec()),
            (SectionKind::Labels, Labels::write(&self.labels)),
            (SectionKind::Features, Features::write(&self.settings)),
            (SectionKind::Texts, texts),
            (SectionKind::Decision, self.rule.write()),
            (SectionKind::Recorded, Recorded::write(&[])),
        ];
        let answers = record(&pack(Tier::Lookup, &sections), &self.recorded);
        sections.pop();
        sections.push((SectionKind::Recorded, answers));
        pack(Tier::Lookup, &sections)
    }
}

/// One look-up of each kind: a few texts, none, a single label and an uncertain one, many texts, and one that reads little.
pub(crate) fn lookups() -> Vec<Vec<u8>> {
    let plan = LookupPlan::small;
    let many = || (0..500).map(|index| format!("text number {index} 灯")).collect();
    let plans = [
        plan(),
        LookupPlan { known: Vec::new(), guess: 2, ..plan() },
        LookupPlan { labels: vec!["only".to_string()], guess: 0, confidence: 0, ..plan() },
        LookupPlan { rule: DecisionRule { out_of_scope: Some(2), ..RULE }, known: many(), ..plan() },
        LookupPlan {
            labels: (0..9).map(|label| format!("étiquette {label}")).collect(),
            settings: FeatureSettings { max_characters: 12, ..SETTINGS },
            confidence: 65_536,
            ..plan()
        },
    ];
    plans.iter().map(LookupPlan::build).collect()
}
