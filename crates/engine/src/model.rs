//! A model file, opened: every length, offset and index is proven here, once, so that running it cannot fail.

use crate::decode::Search;
use crate::format::{
    Container, DecisionRule, FormatError, LabelLimits, Labels, Recorded, ScopeRule, SectionKind, Slots,
    Texts, Tier,
};
use crate::prediction::Confidence;
use crate::text::FeatureSettings;
use crate::tier::{Bag, Lookup, Tagger, Tags};
use crate::value::{Automaton, Language, ValueList, ValueType};

/// A model, in the bytes of its file, which are borrowed and never copied: they can be memory-mapped or live in flash.
#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    bytes: &'a [u8],
    meta: &'a str,
    tier: Tier,
    labels: Labels<'a>,
    pub(crate) runner: Runner<'a>,
    pub(crate) rule: DecisionRule,
    scope: Option<ScopeRule>,
    pub(crate) limits: Option<LabelLimits<'a>>,
    pub(crate) inner: Option<Inner<'a>>,
    recorded: Recorded<'a>,
}

/// What computes.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant)] // A model is one, and must not allocate.
pub(crate) enum Runner<'a> {
    Bag(Bag<'a>),
    /// With its slots, if it finds any.
    Tagger(Tagger<'a>, Option<Slots<'a>>),
    Lookup(Lookup<'a>),
}

/// A model in the file of another. In that of a bag it is a cheaper one that answers first: a text that it accepts is not looked at further
/// (Viola and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features", CVPR 2001). In that of a tagger it is a bag whose scores of
/// labels are added to the tagger's, and nothing else of it counts (Hansen and Salamon, "Neural Network Ensembles", 1990).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inner<'a> {
    pub(crate) tier: Tier,
    /// A bag or a look-up.
    pub(crate) runner: Runner<'a>,
    pub(crate) rule: DecisionRule,
    pub(crate) scope: Option<ScopeRule>,
    pub(crate) limits: Option<LabelLimits<'a>>,
}

impl<'a> Inner<'a> {
    /// Reads it from the bytes of its own file, which has the labels of the outer one, `labels` in the section `names`; whether
    /// its scores are to be added.
    fn read(bytes: &'a [u8], names: &[u8], labels: u32, adds: bool) -> Result<Self, FormatError> {
        let broken = |rule| FormatError::Section { kind: SectionKind::First, offset: 0, rule };
        let container = Container::open(bytes).map_err(|_| broken("it is no sound model file"))?;
        if container.section(SectionKind::Labels)? != names {
            return Err(broken("its labels are others"));
        }
        let rule = DecisionRule::read(container.section(SectionKind::Decision)?, labels)?;
        if rule.multi_label {
            return Err(broken("a text may have any number of labels"));
        }
        let runner = match container.tier() {
            Tier::Bag => Runner::Bag(Bag::read(&container, labels as usize)?),
            Tier::Lookup if !adds => Runner::Lookup(Lookup::read(&container, labels)?),
            _ => return Err(broken("it is of another tier than it may be")),
        };
        let (scope, limits) = acceptance(&container, &runner, &rule, labels)?;
        Ok(Self { tier: container.tier(), runner, rule, scope, limits })
    }
}

/// The scope and the limits of labels of a file.
fn acceptance<'a>(
    container: &Container<'a>,
    runner: &Runner<'_>,
    rule: &DecisionRule,
    labels: u32,
) -> Result<(Option<ScopeRule>, Option<LabelLimits<'a>>), FormatError> {
    let broken = |kind, rule| FormatError::Section { kind, offset: 0, rule };
    let scope = container.find(SectionKind::Scope);
    let scope = scope.map(|bytes| ScopeRule::read(bytes, rule.out_of_scope.is_some())).transpose()?;
    if scope.is_some() && (labels == 0 || matches!(runner, Runner::Lookup(_))) {
        return Err(broken(SectionKind::Scope, "a model without scores of labels cannot tell"));
    }
    let limits = container.find(SectionKind::Limits);
    let limits = limits.map(|bytes| LabelLimits::read(bytes, labels)).transpose()?;
    if limits.is_some() && (labels == 0 || rule.multi_label) {
        return Err(broken(SectionKind::Limits, "there is no one label that they could be for"));
    }
    Ok((scope, limits))
}

/// A bound on what one answer costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstCase {
    /// Table rows read; of a look-up, numbers read of its table of texts.
    pub rows: u64,
    /// Bytes of a table row; of a look-up, of the largest such number.
    pub row_bytes: usize,
    /// Keys looked up: features in the filter, word pieces, phrases in lists; of a look-up, the text.
    pub lookups: u64,
    /// Products of an 8-bit weight and an activation in the layers.
    pub multiply_adds: u64,
    /// Pairs of tags of neighbouring tokens that are weighed to find the slots; 0 in a model without.
    pub tag_pairs: u64,
}

impl WorstCase {
    /// The cost of both.
    const fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            row_bytes: if self.row_bytes > other.row_bytes { self.row_bytes } else { other.row_bytes },
            lookups: self.lookups + other.lookups,
            multiply_adds: self.multiply_adds + other.multiply_adds,
            tag_pairs: self.tag_pairs + other.tag_pairs,
        }
    }
}

impl Runner<'_> {
    /// A bound on what an answer of a bag or a look-up costs, or of a tagger without what its slots take.
    fn worst_case(&self, characters: u32, lists: u32) -> WorstCase {
        let ((rows, lookups, multiply_adds), table) = match self {
            Self::Bag(bag) => (bag.worst_case(characters), &bag.rows),
            Self::Tagger(tagger, _) => (tagger.worst_case(characters, lists), &tagger.rows),
            Self::Lookup(lookup) => {
                let rows = u64::from(lookup.texts.most_reads());
                let row_bytes = size_of::<u64>();
                return WorstCase { rows, row_bytes, lookups: 1, multiply_adds: 0, tag_pairs: 0 };
            }
        };
        WorstCase { rows, row_bytes: table.stride(), lookups, multiply_adds, tag_pairs: 0 }
    }
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
        let rule = DecisionRule::read(container.section(SectionKind::Decision)?, count)?;
        let broken = |kind, rule| FormatError::Section { kind, offset: 0, rule };
        let runner = match container.tier() {
            Tier::Bag | Tier::Lookup if labels.is_empty() => {
                return Err(broken(SectionKind::Labels, "the number of labels is not 1 to 1,048,576"));
            }
            Tier::Bag => Runner::Bag(Bag::read(&container, labels.len())?),
            Tier::Tagger if rule.multi_label => {
                return Err(broken(SectionKind::Decision, "a tagger has one label at the most"));
            }
            Tier::Lookup if rule.multi_label => {
                return Err(broken(SectionKind::Decision, "a look-up has one label for a text"));
            }
            Tier::Lookup => Runner::Lookup(Lookup::read(&container, count)?),
            Tier::Tagger => {
                let slots = match container.find(SectionKind::Slots) {
                    Some(bytes) => Some(Slots::read(bytes, count)?),
                    // One of labels alone has nothing that finds slots; one of neither could say nothing.
                    None if labels.is_empty() || Tags::are_in(&container) => {
                        return Err(FormatError::Missing(SectionKind::Slots));
                    }
                    None => None,
                };
                if let Some(slots) = &slots {
                    check_values(slots).map_err(|rule| broken(SectionKind::Slots, rule))?;
                }
                let found = slots.as_ref().map_or(0, Slots::len);
                Runner::Tagger(Tagger::read(&container, labels.len(), found)?, slots)
            }
        };
        let (scope, limits) = acceptance(&container, &runner, &rule, count)?;
        let inner = match container.find(SectionKind::First) {
            Some(_) if rule.multi_label || count == 0 || matches!(runner, Runner::Lookup(_)) => {
                return Err(broken(
                    SectionKind::First,
                    "only a bag or a tagger of one label a text may have one",
                ));
            }
            Some(bytes) => {
                let adds = matches!(runner, Runner::Tagger(..));
                Some(Inner::read(bytes, container.section(SectionKind::Labels)?, count, adds)?)
            }
            None => None,
        };
        let slots = match &runner {
            Runner::Tagger(_, Some(slots)) => slots.len() as u32,
            _ => 0,
        };
        Ok(Self {
            bytes,
            meta,
            tier: container.tier(),
            labels,
            runner,
            rule,
            scope,
            limits,
            inner,
            recorded: Recorded::read(container.section(SectionKind::Recorded)?, count, slots)?,
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

    /// When a text counts as outside the task; none in a model that does not tell.
    #[must_use]
    pub const fn scope(&self) -> Option<&ScopeRule> {
        self.scope.as_ref()
    }

    /// The least confidence of an accepted answer with this label, in 65,536ths, beside that of [`Model::rule`]: 0 where the
    /// label has no limit of its own, 65,537 where it is never accepted.
    #[must_use]
    pub fn limit(&self, label: u32) -> u32 {
        self.limits.map_or(0, |limits| limits.get(label))
    }

    /// The tier of the cheaper model that answers first, where the file holds one, and the least confidence of its answers.
    #[must_use]
    pub fn first(&self) -> Option<(Tier, Confidence)> {
        let first = self.inner.as_ref().filter(|_| !matches!(self.runner, Runner::Tagger(..)));
        first.map(|first| (first.tier, first.rule.min_confidence))
    }

    /// Rows, numbers in a row and bits of a number of the embedding table of the bag whose scores of labels are added to a tagger's;
    /// none where there is no such bag.
    #[must_use]
    pub const fn beside(&self) -> Option<(u32, u32, u32)> {
        match (&self.runner, &self.inner) {
            (Runner::Tagger(..), Some(Inner { runner: Runner::Bag(bag), .. })) => {
                Some((bag.rows.buckets, bag.rows.dim, bag.rows.bits))
            }
            _ => None,
        }
    }

    /// The slots, in a model that finds any.
    #[must_use]
    pub const fn slots(&self) -> Option<&Slots<'a>> {
        match &self.runner {
            Runner::Bag(_) | Runner::Lookup(_) => None,
            Runner::Tagger(_, slots) => slots.as_ref(),
        }
    }

    /// The type of the slot at `index`; text beyond the last.
    #[must_use]
    pub fn slot_type(&self, index: u32) -> ValueType {
        let code = self.slots().map_or(0, |slots| slots.kind(index as usize));
        ValueType::from_code(code).unwrap_or(ValueType::Text)
    }

    /// The language that numbers and dates in slots are read in; none for forms that all languages share.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.slots().and_then(|slots| Language::from_code(slots.language()))
    }

    /// Which features are taken from a text. A look-up uses `max_characters` alone.
    #[must_use]
    pub const fn features(&self) -> &FeatureSettings {
        match &self.runner {
            Runner::Bag(bag) => &bag.settings,
            Runner::Tagger(tagger, _) => &tagger.settings,
            Runner::Lookup(lookup) => &lookup.settings,
        }
    }

    /// Rows, numbers in a row and bits of a number of the embedding table; zeros in a look-up, which has none.
    #[must_use]
    pub const fn table(&self) -> (u32, u32, u32) {
        let rows = match &self.runner {
            Runner::Bag(bag) => &bag.rows,
            Runner::Tagger(tagger, _) => &tagger.rows,
            Runner::Lookup(_) => return (0, 0, 0),
        };
        (rows.buckets, rows.dim, rows.bits)
    }

    /// How many word pieces it knows, and bits of a number in their rows; none in a model without.
    #[must_use]
    pub fn pieces(&self) -> Option<(u32, u32)> {
        let pieces = match &self.runner {
            Runner::Bag(bag) => bag.pieces,
            Runner::Tagger(tagger, _) => tagger.pieces,
            Runner::Lookup(_) => None,
        };
        pieces.map(|pieces| (pieces.rows.buckets, pieces.rows.bits))
    }

    /// Numbers in the hidden layer of a bag, or in both states of each recurrent layer of a tagger; 0 in a look-up.
    #[must_use]
    pub const fn hidden(&self) -> u32 {
        match &self.runner {
            Runner::Bag(bag) => bag.hidden.outputs,
            Runner::Tagger(tagger, _) => tagger.hidden(),
            Runner::Lookup(_) => 0,
        }
    }

    /// The texts that a look-up knows; none in a model of another tier.
    #[must_use]
    pub const fn texts(&self) -> Option<&Texts<'a>> {
        match &self.runner {
            Runner::Bag(_) | Runner::Tagger(..) => None,
            Runner::Lookup(lookup) => Some(&lookup.texts),
        }
    }

    /// Tokens that a tagger reads of a text; none in a model of another tier, which has no such limit.
    #[must_use]
    pub const fn max_tokens(&self) -> Option<u32> {
        match &self.runner {
            Runner::Bag(_) | Runner::Lookup(_) => None,
            Runner::Tagger(tagger, _) => Some(tagger.recurrent.max_tokens),
        }
    }

    /// Texts with the exact answers that this file gives, for [`verify`](crate::verify()).
    #[must_use]
    pub const fn recorded(&self) -> Recorded<'a> {
        self.recorded
    }

    /// A bound on what one answer to a text of so many characters costs.
    #[must_use]
    pub fn worst_case(&self, characters: u32) -> WorstCase {
        let choice = |&slot: &u32| self.slot_type(slot) == ValueType::Choice;
        let slots = self.slots().map_or(0, |slots| slots.len() as u32);
        let lists = (0..slots).filter(choice).count() as u32;
        let mut own = self.runner.worst_case(characters, lists);
        if let Runner::Tagger(tagger, Some(_)) = &self.runner {
            own.tag_pairs = Search::worst_case(tagger.most_tokens(characters), slots);
        }
        // Both answer: always, or where the one that is first is unsure.
        self.inner.as_ref().map_or(own, |inner| inner.runner.worst_case(characters, 0).and(own))
    }
}

/// Whether every slot is of a known type and has the list or the automaton that its type asks for.
fn check_values(slots: &Slots<'_>) -> Result<(), &'static str> {
    if slots.language() != Slots::NO_LANGUAGE && Language::from_code(slots.language()).is_none() {
        return Err("the language is not known");
    }
    for index in 0..slots.len() {
        let values = slots.values(index);
        match ValueType::from_code(slots.kind(index)) {
            None => return Err("the type of a slot is not known"),
            Some(ValueType::Choice) => ValueList::read(values).map(drop)?,
            Some(ValueType::Regex) => Automaton::read(values).map(drop)?,
            Some(_) if !values.is_empty() => return Err("a slot has values that its type does not know"),
            Some(_) => {}
        }
    }
    Ok(())
}
