//! A model file, opened: every length, offset and index is proven here, once, so that running it cannot fail.

use crate::decode::Search;
use crate::format::{
    Container, DecisionRule, FormatError, Labels, Recorded, SectionKind, Slots, Texts, Tier,
};
use crate::text::FeatureSettings;
use crate::tier::{Bag, Lookup, Tagger};
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
    recorded: Recorded<'a>,
}

/// What computes.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant)] // A model is one, and must not allocate.
pub(crate) enum Runner<'a> {
    Bag(Bag<'a>),
    Tagger(Tagger<'a>, Slots<'a>),
    Lookup(Lookup<'a>),
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
                let slots = Slots::read(container.section(SectionKind::Slots)?, count)?;
                check_values(&slots).map_err(|rule| broken(SectionKind::Slots, rule))?;
                Runner::Tagger(Tagger::read(&container, labels.len(), slots.len())?, slots)
            }
        };
        let slots = match &runner {
            Runner::Bag(_) | Runner::Lookup(_) => 0,
            Runner::Tagger(_, slots) => slots.len() as u32,
        };
        Ok(Self {
            bytes,
            meta,
            tier: container.tier(),
            labels,
            runner,
            rule,
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

    /// The slots, in a model that finds any.
    #[must_use]
    pub const fn slots(&self) -> Option<&Slots<'a>> {
        match &self.runner {
            Runner::Bag(_) | Runner::Lookup(_) => None,
            Runner::Tagger(_, slots) => Some(slots),
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

    /// Numbers in the hidden layer of a bag, or in both states of a tagger; 0 in a look-up.
    #[must_use]
    pub const fn hidden(&self) -> u32 {
        match &self.runner {
            Runner::Bag(bag) => bag.hidden.outputs,
            Runner::Tagger(tagger, _) => 2 * tagger.recurrent.units,
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
        let ((rows, lookups, multiply_adds), table, tag_pairs) = match &self.runner {
            Runner::Bag(bag) => (bag.worst_case(characters), &bag.rows, 0),
            Runner::Tagger(tagger, slots) => {
                let choice = |&slot: &u32| self.slot_type(slot) == ValueType::Choice;
                let count = slots.len() as u32;
                let lists = (0..count).filter(choice).count() as u32;
                let pairs = Search::worst_case(tagger.most_tokens(characters), count);
                (tagger.worst_case(characters, lists), &tagger.rows, pairs)
            }
            Runner::Lookup(lookup) => {
                let rows = u64::from(lookup.texts.most_reads());
                let row_bytes = size_of::<u64>();
                return WorstCase { rows, row_bytes, lookups: 1, multiply_adds: 0, tag_pairs: 0 };
            }
        };
        WorstCase { rows, row_bytes: table.stride(), lookups, multiply_adds, tag_pairs }
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
