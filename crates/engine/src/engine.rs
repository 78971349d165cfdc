//! Runs a model over texts.

use crate::decode::{Evidence, Found, Search, SlotScratch, decide, logistic, outsideness, rank, softmax};
use crate::format::{DecisionRule, LabelLimits, ScopeRule};
use crate::kernel::{Buffer, Count, Kernel, Source};
use crate::lists::{Lists, ListsView};
use crate::model::{Model, Runner};
use crate::prediction::{Confidence, Decision, Label, Read, Reason, Score, Slot};
use crate::text::TokenHash;
use crate::tier::{BagScratch, TaggerScratch};
#[cfg(feature = "alloc")]
use crate::value::OwnedList;
use crate::value::{Automaton, Reference, Value, ValueType, resolve};
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::fmt;
use core::mem::MaybeUninit;

/// How many labels a ranking names at most.
pub const RANKING: usize = 5;

/// Runs a model: one thread's scratch memory beside a shared model.
///
/// All memory is taken by the constructor; an answer allocates nothing and cannot fail.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub struct Engine<'m> {
    model: &'m Model<'m>,
    kernel: Kernel,
    scratch: Scratch<'m>,
    /// That of the model in the file of this one, where there is one.
    inner: Option<Scratch<'m>>,
    lists: Lists<'m>,
    scores: Buffer<'m, Score>,
    ranking: [u32; RANKING],
    confidences: [Confidence; RANKING],
}

#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // There is one for each engine, and a box would be one allocation more.
enum Scratch<'m> {
    Bag(BagScratch<'m>),
    Tagger(TaggerScratch<'m>, SlotScratch<'m>),
    Lookup,
}

/// The memory that was lent is too short for an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLittleMemory {
    /// Bytes that are enough, wherever they begin.
    pub needed: usize,
    /// Bytes that were lent.
    pub lent: usize,
}

impl fmt::Display for TooLittleMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an engine of this model needs {} bytes, and was lent {}", self.needed, self.lent)
    }
}

impl core::error::Error for TooLittleMemory {}

/// Values cannot be set for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValuesError {
    /// The model has no slot of this name.
    UnknownSlot,
    /// The slot takes no choice among values.
    NotAChoice(ValueType),
    /// A phrase stands for a value that is not there.
    UnknownValue,
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownSlot => f.write_str("the model has no slot of this name"),
            Self::NotAChoice(kind) => {
                write!(f, "the slot is of type {}; only the values of a choice can be set", kind.name())
            }
            Self::UnknownValue => f.write_str("a phrase stands for a value that is not in the list"),
        }
    }
}

impl core::error::Error for ValuesError {}

impl<'m> Engine<'m> {
    /// An engine with the fastest kernel that this machine can run.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn new(model: &'m Model<'m>) -> Self {
        Self::with_kernel(model, Kernel::detect())
    }

    /// An engine with this kernel. The answers are the same with every kernel.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn with_kernel(model: &'m Model<'m>, kernel: Kernel) -> Self {
        Self::build(model, kernel, &mut Source::Heap)
    }

    /// An engine that computes in memory of the caller's: no allocator is needed. [`Engine::lent`] says how much. What the memory
    /// holds does not matter, nor where it begins; as long as the engine lives, it is the engine's.
    ///
    /// ```
    /// use core::mem::MaybeUninit;
    /// use stonechat_engine::{Engine, Kernel, Model};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// static MODEL: &[u8] = include_bytes!("../../../golden/models/v1/confirm.stone");
    /// let mut memory = [MaybeUninit::uninit(); 4096];
    /// let model = Model::open(MODEL)?;
    /// assert!(Engine::lent(&model) <= memory.len());
    /// let mut engine = Engine::in_memory(&model, Kernel::detect(), &mut memory)?;
    /// assert_eq!(engine.predict("yes please").label().name, "yes");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The memory is shorter than [`Engine::lent`] says.
    pub fn in_memory(
        model: &'m Model<'m>,
        kernel: Kernel,
        memory: &'m mut [MaybeUninit<u8>],
    ) -> Result<Self, TooLittleMemory> {
        let (needed, lent) = (Self::lent(model), memory.len());
        if lent < needed {
            return Err(TooLittleMemory { needed, lent });
        }
        Ok(Self::build(model, kernel, &mut Source::Lent(memory)))
    }

    fn build(model: &'m Model<'m>, kernel: Kernel, source: &mut Source<'m>) -> Self {
        let mut scratch = |runner: &Runner<'_>| match runner {
            Runner::Bag(bag) => Scratch::Bag(BagScratch::new(bag, source)),
            Runner::Lookup(_) => Scratch::Lookup,
            Runner::Tagger(tagger, slots) => {
                let (tokens, slots) = match slots {
                    Some(slots) => (tagger.recurrent.max_tokens as usize, slots.len()),
                    None => (0, 0),
                };
                Scratch::Tagger(TaggerScratch::new(tagger, source), SlotScratch::new(tokens, slots, source))
            }
        };
        Self {
            model,
            kernel,
            scratch: scratch(&model.runner),
            inner: model.inner.as_ref().map(|inner| scratch(&inner.runner)),
            lists: Lists::new(model, source),
            scores: source.take(model.labels().len(), Score::default()),
            ranking: [0; RANKING],
            confidences: [Confidence::default(); RANKING],
        }
    }

    /// Bytes that an engine of this model needs, itself included, all taken by its constructor; lists that are set later come on
    /// top.
    #[must_use]
    pub fn memory(model: &Model<'_>) -> usize {
        size_of::<Engine<'_>>() + Self::count(model).on_the_heap()
    }

    /// Bytes that [`Engine::in_memory`] needs, wherever they begin. The engine itself, which the caller holds, is not among them.
    #[must_use]
    pub fn lent(model: &Model<'_>) -> usize {
        Self::count(model).lent()
    }

    /// What the constructor asks for.
    fn count(model: &Model<'_>) -> Count {
        let mut source = Source::Count(Count::default());
        let _ = Engine::build(model, Kernel::REFERENCE, &mut source);
        match source {
            Source::Count(count) => count,
            _ => Count::default(),
        }
    }

    /// The kernel that computes.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The model that it runs.
    #[must_use]
    pub const fn model(&self) -> &'m Model<'m> {
        self.model
    }

    /// Gives a slot of type choice another list of values, without training: from now on its phrases are looked for in texts,
    /// and stand for the values. Each pair of `phrases` is a phrase and the place in `values` of what it stands for; a value is
    /// found by its own name only if that is among the phrases. Takes memory and time in proportion to the list: of 10,000 phrases about a millisecond.
    ///
    /// Phrases are compared as texts are normalised; a slot whose text is near one stands for its value too, and
    /// [`Value::Choice`](crate::value::Value::Choice) says how near. A phrase that stands for several values stands for none of them, and one
    /// without a word is passed over. The list is this engine's: another [`Engine`] of the model has the list of the file.
    ///
    /// # Errors
    ///
    /// The model has no such slot, it is of another type, or a phrase stands for a value that is not there.
    #[cfg(feature = "alloc")]
    pub fn set_values<'s>(
        &mut self,
        slot: &str,
        phrases: impl Iterator<Item = (&'s str, u32)>,
        values: &[&str],
    ) -> Result<(), ValuesError> {
        let index = self.model.slots().and_then(|slots| slots.names().position(|name| name == slot));
        let index = index.ok_or(ValuesError::UnknownSlot)?;
        match self.model.slot_type(index as u32) {
            ValueType::Choice => {}
            other => return Err(ValuesError::NotAChoice(other)),
        }
        let phrases: Vec<(&str, u32)> = phrases.collect();
        if phrases.iter().any(|&(_, value)| value as usize >= values.len()) {
            return Err(ValuesError::UnknownValue);
        }
        let list = OwnedList::new(phrases.into_iter(), values);
        self.lists.set(index as u32, list);
        Ok(())
    }

    /// Answers to a text.
    pub fn predict<'e>(&'e mut self, text: &'e str) -> Prediction<'e> {
        let first = self.answer_first(text);
        let by_first = first.is_some();
        let answer = first.unwrap_or_else(|| self.answer(text));
        let (tokens, found) = match &self.scratch {
            Scratch::Bag(_) | Scratch::Lookup => (&[][..], &[][..]),
            Scratch::Tagger(tagger, search) => (&*tagger.tokens, search.found()),
        };
        let hidden = match &self.scratch {
            Scratch::Bag(bag) if !by_first => bag.hidden(),
            _ => &[],
        };
        Prediction {
            model: self.model,
            text,
            lists: self.lists.view(),
            tokens,
            found,
            hidden,
            scores: &self.scores,
            ranking: self.ranking.get(..answer.ranked).unwrap_or_default(),
            confidences: &self.confidences,
            by_first,
            answer,
        }
    }

    /// Has the model in the file of this one score the labels, if there is one: a tagger adds its scores to these. The answer of one that answers first,
    /// if it accepts the text.
    #[inline]
    fn answer_first(&mut self, text: &str) -> Option<Answer> {
        self.scores.fill(Score::default());
        let first = self.model.inner.as_ref()?;
        let read = match (&first.runner, &mut self.inner) {
            (Runner::Bag(bag), Some(Scratch::Bag(scratch))) => {
                bag.scores(text, &self.kernel, scratch, &mut self.scores)
            }
            (Runner::Lookup(lookup), _) => lookup.scores(text, &mut self.scores),
            _ => return None,
        };
        if matches!(self.scratch, Scratch::Tagger(..)) {
            return None;
        }
        let accepting = Accepting { rule: &first.rule, scope: first.scope.as_ref(), limits: first.limits };
        let labels = self.rank(&first.runner, accepting.rule, &read);
        let answer = accepting.decide(&self.scores, labels, read, (true, true));
        (answer.decision == Decision::Accept).then_some(answer)
    }

    fn answer(&mut self, text: &str) -> Answer {
        let model = self.model;
        let rule = &model.rule;
        let read = match (&model.runner, &mut self.scratch) {
            (Runner::Bag(bag), Scratch::Bag(scratch)) => {
                bag.scores(text, &self.kernel, scratch, &mut self.scores)
            }
            (Runner::Tagger(tagger, _), Scratch::Tagger(scratch, _)) => {
                tagger.run(text, &self.lists.view(), &self.kernel, scratch, &mut self.scores)
            }
            (Runner::Lookup(lookup), _) => lookup.scores(text, &mut self.scores),
            _ => Read::default(),
        };
        let mut labels = self.rank(&model.runner, rule, &read);
        let (mut complete, mut sure) = (true, true);
        if let (Runner::Tagger(tagger, Some(slots)), Scratch::Tagger(scratch, search)) =
            (&model.runner, &mut self.scratch)
            && let Some(tags) = &tagger.tags
        {
            let label = labels.best.unwrap_or(0);
            let found =
                Search { slots, transitions: &tags.transitions, label, sharpness: rule.slot_sharpness };
            let kernel = &self.kernel;
            found.run(scratch.count, |token| tags.scorer(token, kernel, scratch), search);
            let required = |slot: &u32| slots.rule(label, *slot).required;
            for slot in (0..slots.len() as u32).filter(required) {
                let mut own = search.found().iter().filter(|found| found.slot == slot).peekable();
                complete &= own.peek().is_some();
                sure &= own.all(|found| found.confidence >= rule.min_slot_confidence);
            }
            if labels.best.is_none() {
                labels.certainty = search.whole;
            }
        }
        let accepting = Accepting { rule, scope: model.scope(), limits: model.limits };
        accepting.decide(&self.scores, labels, read, (complete, sure))
    }

    /// Ranks the labels by their scores and makes confidences of them.
    #[inline]
    fn rank(&mut self, runner: &Runner<'_>, rule: &DecisionRule, read: &Read) -> Ranked {
        let ranked = rank(&self.scores, &mut self.ranking);
        let ranking = self.ranking.get(..ranked).unwrap_or_default();
        let score_of = |index: u32| self.scores.get(index as usize).copied().unwrap_or_default();
        let certainty = if rule.multi_label {
            for (confidence, &index) in self.confidences.iter_mut().zip(ranking) {
                *confidence = logistic(score_of(index), rule);
            }
            // An answer of many labels is as certain as its least certain yes or no.
            let certainty = |&score: &Score| certainty_of(logistic(score, rule), rule.label_threshold);
            self.scores.iter().map(certainty).min().unwrap_or_default()
        } else if let Runner::Lookup(lookup) = runner {
            lookup.confidences(read.features > 0, self.scores.len(), &mut self.confidences);
            self.confidences[0]
        } else {
            softmax(&self.scores, ranking, rule, &mut self.confidences);
            self.confidences[0]
        };
        let best = if rule.multi_label { None } else { ranking.first().copied() };
        Ranked { ranked, best, certainty }
    }
}

/// The labels of an answer.
#[derive(Clone, Copy, Debug)]
struct Ranked {
    /// How many there are in the ranking.
    ranked: usize,
    /// The best; none where a text has any number, or the model has none.
    best: Option<u32>,
    certainty: Confidence,
}

/// What a model accepts.
struct Accepting<'a> {
    rule: &'a DecisionRule,
    scope: Option<&'a ScopeRule>,
    limits: Option<LabelLimits<'a>>,
}

impl Accepting<'_> {
    /// Whether an answer is accepted, given whether every required slot is there, and each certain enough.
    fn decide(&self, scores: &[Score], labels: Ranked, read: Read, slots: (bool, bool)) -> Answer {
        let Ranked { ranked, best, certainty } = labels;
        let outsideness = self.scope.map(|scope| outsideness(scope, scores, self.rule.out_of_scope, &read));
        let unlike = |scope: &ScopeRule| {
            outsideness.is_some_and(|score| score > scope.most) || read.unknown_share() > scope.most_unknown
        };
        let evidence = Evidence {
            best,
            confidence: certainty,
            limit: best.zip(self.limits).map_or(0, |(label, limits)| limits.get(label)),
            outside: self.scope.is_some_and(unlike),
            complete: slots.0,
            sure: slots.1,
            read: &read,
        };
        let (decision, reason) = decide(self.rule, &evidence);
        Answer { ranked, certainty, outsideness, decision, reason, read }
    }
}

/// An answer, but for what lies in the engine's memory.
#[derive(Clone, Copy, Debug)]
struct Answer {
    ranked: usize,
    certainty: Confidence,
    outsideness: Option<Score>,
    decision: Decision,
    reason: Option<Reason>,
    read: Read,
}

/// How probable the yes or no is that a label gets.
fn certainty_of(confidence: Confidence, threshold: Confidence) -> Confidence {
    if confidence >= threshold {
        confidence
    } else {
        Confidence::from_raw(Confidence::ONE.raw() - confidence.raw())
    }
}

/// The answer to a text.
#[derive(Clone, Copy, Debug)]
pub struct Prediction<'e> {
    model: &'e Model<'e>,
    text: &'e str,
    lists: ListsView<'e>,
    tokens: &'e [TokenHash],
    found: &'e [Found],
    hidden: &'e [i16],
    scores: &'e [Score],
    ranking: &'e [u32],
    confidences: &'e [Confidence],
    by_first: bool,
    answer: Answer,
}

impl<'e> Prediction<'e> {
    /// Whether the cheaper model answered that the file holds beside its own.
    #[must_use]
    pub const fn by_first(&self) -> bool {
        self.by_first
    }

    /// Whether the answer may be acted on.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.answer.decision
    }

    /// Why not, if it may not.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.answer.reason
    }

    /// The confidence of the answer: that of the label, or, for a text with any number of labels, of the least certain yes or
    /// no among all labels; the whole set of labels is right at most that often. Of a model of slots alone, how probable it is
    /// that all slots are right and none is missing.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.answer.certainty
    }

    /// The best label; one without a name in a model of slots alone.
    #[must_use]
    pub fn label(&self) -> Label<'e> {
        self.ranking().next().unwrap_or(Label {
            index: 0,
            name: "",
            score: Score::default(),
            confidence: Confidence::default(),
        })
    }

    /// The labels of the answer: the best one, or, for a text with any number of labels, each whose confidence reaches the
    /// model's threshold, in the order of the model's labels.
    pub fn labels(&self) -> impl Iterator<Item = Label<'e>> + use<'e> {
        let multi = self.model.rule.multi_label;
        let single = (!multi && !self.scores.is_empty()).then(|| self.label());
        let model = self.model;
        let many =
            self.scores.iter().enumerate().filter(move |_| multi).filter_map(move |(index, &score)| {
                let confidence = logistic(score, &model.rule);
                (confidence >= model.rule.label_threshold).then(|| Label {
                    index: index as u32,
                    name: model.labels().get(index),
                    score,
                    confidence,
                })
            });
        single.into_iter().chain(many)
    }

    /// The best labels, best first: at most [`RANKING`].
    pub fn ranking(&self) -> impl ExactSizeIterator<Item = Label<'e>> + use<'e> {
        let this = *self;
        self.ranking.iter().zip(self.confidences).map(move |(&index, &confidence)| Label {
            index,
            name: this.model.labels().get(index as usize),
            score: this.scores.get(index as usize).copied().unwrap_or_default(),
            confidence,
        })
    }

    /// The slots, in the order of the text. They never overlap, and each is one that the task declares for the label.
    pub fn slots(&self) -> impl ExactSizeIterator<Item = Slot<'e>> + use<'e> {
        let this = *self;
        this.found.iter().map(move |found| {
            let token = |index: u32| this.tokens.get(index as usize);
            let (start, end) =
                (token(found.first).map_or(0, |t| t.start), token(found.last).map_or(0, |t| t.end));
            Slot {
                index: found.slot,
                name: this.model.slots().map_or("", |slots| slots.name(found.slot as usize)),
                text: this.text.get(start as usize..end as usize).unwrap_or_default(),
                start,
                end,
                confidence: found.confidence,
                decision: if found.confidence >= this.model.rule.min_slot_confidence {
                    Decision::Accept
                } else {
                    Decision::Abstain
                },
            }
        })
    }

    /// What a slot's text stands for, by the type of the slot; none if it cannot be told. What depends on the day or the time
    /// counts from `reference`, and cannot be told without it.
    #[must_use]
    pub fn value(&self, slot: &Slot<'e>, reference: Option<&Reference>) -> Option<Value<'e>> {
        match self.model.slot_type(slot.index) {
            ValueType::Choice => {
                let list = self.lists.get(slot.index)?;
                let found = list.find(slot.text)?;
                Some(Value::Choice {
                    index: found.index,
                    value: list.canonical(found.index),
                    distance: found.distance,
                })
            }
            ValueType::Regex => {
                let automaton = Automaton::read(self.model.slots()?.values(slot.index as usize)).ok()?;
                automaton.matches(slot.text).then_some(Value::Regex(slot.text))
            }
            kind => resolve(self.signed(slot, kind), kind, self.model.language(), reference),
        }
    }

    /// The text of a slot, with the minus sign right before its first digit if there is one: a value without it would be another one.
    fn signed(&self, slot: &Slot<'e>, kind: ValueType) -> &'e str {
        let (start, end) = (slot.start as usize, slot.end as usize);
        let bytes = self.text.as_bytes();
        let before = bytes.get(..start).unwrap_or_default();
        let sign = [&b"-"[..], "\u{2212}".as_bytes()].into_iter().find(|sign| before.ends_with(sign));
        let from = start - sign.map_or(0, <[u8]>::len);
        // Behind a letter or a digit it joins words, or is the sign of a range.
        let apart = from == 0 || matches!(bytes.get(from - 1), Some(b' ' | b'\t' | b'\n' | b'('));
        let digits = bytes.get(start).is_some_and(u8::is_ascii_digit);
        let quantity = matches!(
            kind,
            ValueType::Number | ValueType::Percent | ValueType::Temperature | ValueType::Money
        );
        let from = if quantity && apart && digits { from } else { start };
        self.text.get(from..end).unwrap_or(slot.text)
    }

    /// The text.
    #[must_use]
    pub const fn text(&self) -> &'e str {
        self.text
    }

    /// The first slot that the label requires and the text lacks.
    #[must_use]
    pub fn missing_slot(&self) -> Option<&'e str> {
        let slots = self.model.slots()?;
        let label = self.ranking.first().copied().unwrap_or(0);
        let missing = |slot: &u32| {
            slots.rule(label, *slot).required && !self.found.iter().any(|found| found.slot == *slot)
        };
        (0..slots.len() as u32).find(missing).map(|slot| slots.name(slot as usize))
    }

    /// The first slot that the label requires and that is not certain enough.
    #[must_use]
    pub fn unsure_slot(&self) -> Option<Slot<'e>> {
        let slots = self.model.slots()?;
        let label = self.ranking.first().copied().unwrap_or(0);
        self.slots().find(|slot| slot.decision == Decision::Abstain && slots.rule(label, slot.index).required)
    }

    /// How unlike the text is to those that the model learned from; none in a model that cannot tell. See
    /// [`ScopeRule`](crate::format::ScopeRule).
    #[must_use]
    pub const fn outsideness(&self) -> Option<Score> {
        self.answer.outsideness
    }

    /// The score of every label, in the order of the model's labels.
    #[must_use]
    pub const fn scores(&self) -> &'e [Score] {
        self.scores
    }

    /// What the hidden layer of a bag makes of the text, which texts of the same meaning share: activations from 0 to 2,047, one
    /// for each of its units and zeros behind them; empty in a model of another tier.
    #[must_use]
    pub const fn hidden(&self) -> &'e [i16] {
        self.hidden
    }

    /// How much of the text was read, and how much of it was known.
    #[must_use]
    pub const fn read(&self) -> Read {
        self.answer.read
    }
}
