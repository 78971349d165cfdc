//! Runs a model over texts.

use crate::decode::{decide, logistic, rank, softmax};
use crate::kernel::Kernel;
use crate::model::Model;
use crate::prediction::{Confidence, Decision, Label, Read, Reason, Score};
use crate::tier::BagScratch;
use alloc::boxed::Box;
use alloc::vec;

/// How many labels a ranking names at most.
pub const RANKING: usize = 5;

/// Runs a model: one thread's scratch memory beside a shared model.
///
/// All memory is taken by the constructor; an answer allocates nothing and cannot fail.
#[derive(Clone, Debug)]
pub struct Engine<'m> {
    model: &'m Model<'m>,
    kernel: Kernel,
    bag: BagScratch,
    scores: Box<[Score]>,
    ranking: [u32; RANKING],
    confidences: [Confidence; RANKING],
}

impl<'m> Engine<'m> {
    /// An engine with the fastest kernel that this machine can run.
    #[must_use]
    pub fn new(model: &'m Model<'m>) -> Self {
        Self::with_kernel(model, Kernel::detect())
    }

    /// An engine with this kernel. The answers are the same with every kernel.
    #[must_use]
    pub fn with_kernel(model: &'m Model<'m>, kernel: Kernel) -> Self {
        Self {
            model,
            kernel,
            bag: BagScratch::new(&model.bag),
            scores: vec![Score::default(); model.labels().len()].into_boxed_slice(),
            ranking: [0; RANKING],
            confidences: [Confidence::default(); RANKING],
        }
    }

    /// Bytes that an engine of this model needs, all taken by its constructor.
    #[must_use]
    pub const fn memory(model: &Model<'_>) -> usize {
        size_of::<Engine<'_>>() + model.bag.memory() + model.labels().len() * size_of::<Score>()
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

    /// Answers to a text.
    pub fn predict(&mut self, text: &str) -> Prediction<'_> {
        let read = self.model.bag.scores(text, &self.kernel, &mut self.bag, &mut self.scores);
        let rule = &self.model.rule;
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
        } else {
            softmax(&self.scores, ranking, rule, &mut self.confidences);
            self.confidences[0]
        };
        let best = if rule.multi_label { None } else { ranking.first().copied() };
        let (decision, reason) = decide(rule, best, certainty, &read);
        Prediction {
            model: self.model,
            scores: &self.scores,
            ranking,
            confidences: &self.confidences,
            certainty,
            decision,
            reason,
            read,
        }
    }
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
    scores: &'e [Score],
    ranking: &'e [u32],
    confidences: &'e [Confidence],
    certainty: Confidence,
    decision: Decision,
    reason: Option<Reason>,
    read: Read,
}

impl<'e> Prediction<'e> {
    /// Whether the answer may be acted on.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// Why not, if it may not.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The confidence of the answer: that of the label, or, for a text with any number of labels, of the least certain yes or
    /// no among all labels. The whole set of labels is right at most that often.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.certainty
    }

    /// The best label.
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
        let single = (!multi).then(|| self.label());
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

    /// The score of every label, in the order of the model's labels.
    #[must_use]
    pub const fn scores(&self) -> &'e [Score] {
        self.scores
    }

    /// How much of the text was read, and how much of it was known.
    #[must_use]
    pub const fn read(&self) -> Read {
        self.read
    }
}
