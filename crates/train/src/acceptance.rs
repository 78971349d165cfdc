//! How scores become a decision, as a file holds it.

use stonechat_engine::format::{DecisionRule, LabelLimits, ScopeRule, SectionKind};

/// How scores become a decision.
#[derive(Clone, Debug)]
pub(crate) struct Acceptance {
    pub(crate) rule: DecisionRule,
    pub(crate) scope: Option<ScopeRule>,
    /// For each label the least confidence of an accepted answer; empty where one is enough for all.
    pub(crate) limits: Vec<u32>,
}

impl Acceptance {
    /// Accepts by the rule alone.
    pub(crate) const fn of(rule: DecisionRule) -> Self {
        Self { rule, scope: None, limits: Vec::new() }
    }

    /// Its sections.
    pub(crate) fn sections(&self) -> Vec<(SectionKind, Vec<u8>)> {
        let mut sections = vec![(SectionKind::Decision, self.rule.write())];
        sections.extend(self.scope.map(|scope| (SectionKind::Scope, scope.write())));
        if !self.limits.is_empty() {
            sections.push((SectionKind::Limits, LabelLimits::write(&self.limits)));
        }
        sections
    }
}
