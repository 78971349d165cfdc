//! A model file held against labelled examples.

use crate::digest::digest;
use crate::interval::wilson;
use crate::judged::{Declared, Judged};
use crate::metric::{abstention, calibration, classification, confusion, detection};
use crate::options::Options;
use crate::outcome::{Outcome, outcomes};
use crate::report::{
    Abstention, Confusion, Evaluation, LabelReport, LabelScores, ModelFacts, OutOfScope, Reasons,
    SlotsNotJudged, UnknownLabels,
};
use crate::slots::slot_results;
use serde::Deserialize;
use serde::de::IgnoredAny;
use stonechat_engine::{Decision, Engine, Model, Reason};
use stonechat_task::Example;

/// Judges the model on the examples.
///
/// Rows whose only label is `options.out_of_scope`, or the model's own label for texts outside the task, are outside the
/// task: they count in [`Evaluation::oos`], and in the scores of labels and slots only if the model answers with that label as with
/// any other. Every
/// other row counts as it is: a label that the model does not know makes its answer wrong, a slot that the model does not
/// know is missed, and both are reported.
///
/// What the model does not give is not judged: labels in a model of slots alone, slots in a model of labels. Nor are slots
/// where no row has any; [`Evaluation::slots_not_judged`] says so.
#[must_use]
pub fn evaluate(model: &Model<'_>, examples: &[Example], options: &Options) -> Evaluation {
    let declared = Declared::new(model, examples, &options.out_of_scope);
    let outcomes = outcomes(model, examples, declared.outside, options);
    let rows: Vec<Judged<'_>> = examples
        .iter()
        .zip(&outcomes)
        .enumerate()
        .map(|(row, (example, outcome))| Judged::new(row, example, outcome, &declared))
        .collect();
    let (outside, inside): (Vec<_>, Vec<_>) = rows.iter().partition(|judged| judged.is_outside);
    let counted: Vec<_> = rows.iter().filter(|judged| judged.counts).collect();

    let have_slots = counted.iter().any(|judged| !judged.example.slots.is_empty());
    let slots_not_judged = match (declared.finds_slots, have_slots) {
        (true, false) if !counted.is_empty() => Some(SlotsNotJudged::NoneInExamples),
        (false, true) => Some(SlotsNotJudged::NoneInModel),
        _ => None,
    };
    let promised = Promised::of(model);
    let slots = (declared.finds_slots && have_slots)
        .then(|| slot_results(&counted, &declared.slots, options.target.or(promised.slots)));
    // A model of slots alone is neither right nor wrong where nothing is marked.
    let is_judged = declared.gives_labels || slots.is_some();

    let labels = counted.iter().map(|judged| (judged.due.as_slice(), judged.outcome.labels.as_slice()));
    let counts = classification::count(declared.labels.len(), labels);
    let single = declared.gives_labels && !model.rule().multi_label;
    let unknown = inside.iter().filter(|judged| !judged.is_known).count();
    let mut evaluation = Evaluation {
        examples: examples.len(),
        label: (declared.gives_labels && !counted.is_empty()).then(|| label_scores(&counted, &counts)),
        slots: None,
        exact_match: None,
        exact_match_interval: None,
        abstention: (is_judged && !inside.is_empty())
            .then(|| abstention_of(&inside, options.target.or(promised.answers))),
        oos: (!outside.is_empty()).then(|| out_of_scope(&outside, &inside)),
        calibration: calibration::calibration(
            counted.iter().filter(|_| is_judged).map(|judged| (judged.outcome.confidence, judged.is_right)),
        ),
        per_label: declared
            .labels
            .iter()
            .zip(&counts)
            .zip(0..)
            // The label of rows outside the task is no label of a model that does not have it.
            .filter(|&((_, counts), index)| counts.occurs() || declared.labels.is_own(index))
            .map(|((name, counts), _)| LabelReport::new(name, counts))
            .collect(),
        per_slot: Vec::new(),
        confusions: if single { confusions(&counted, &declared, examples) } else { Vec::new() },
        slot_errors: None,
        slot_confusions: Vec::new(),
        values: None,
        unknown_labels: (unknown > 0)
            .then(|| UnknownLabels { examples: unknown, names: declared.unknown_labels() }),
        unknown_slots: None,
        rows_without_one_label: counted.iter().filter(|judged| single && judged.due.len() != 1).count(),
        slots_not_judged,
        model: ModelFacts {
            digest: digest(model.bytes()),
            bytes: model.bytes().len(),
            tier: model.tier().name(),
            memory_bytes: Engine::memory(model),
            kernel: options.kernel.name(),
        },
    };
    if let Some(slots) = slots {
        evaluation.slots = Some(slots.scores);
        evaluation.exact_match = Some(slots.exact_match);
        evaluation.exact_match_interval = Some(slots.exact_match_interval);
        evaluation.per_slot = slots.per_slot;
        evaluation.slot_errors = Some(slots.errors);
        evaluation.slot_confusions = slots.confusions;
        evaluation.values = slots.values;
        evaluation.unknown_slots = slots.unknown;
    }
    evaluation
}

/// What of a model's facts is read here.
#[derive(Deserialize)]
struct Facts {
    training: Option<Training>,
}

#[derive(Deserialize)]
struct Training {
    promise: Option<Promise>,
}

#[derive(Deserialize)]
struct Promise {
    max_error: f64,
    slots: Option<IgnoredAny>,
}

/// The shares of errors that a model promises.
#[derive(Default)]
struct Promised {
    /// Of accepted answers of the wrong label.
    answers: Option<f64>,
    /// Of texts with a wrong one among the slots that it stands by.
    slots: Option<f64>,
}

impl Promised {
    fn of(model: &Model<'_>) -> Self {
        let facts = serde_json::from_str::<Facts>(model.meta()).ok();
        let Some(promise) = facts.and_then(|facts| facts.training?.promise) else { return Self::default() };
        Self {
            answers: (!model.labels().is_empty()).then_some(promise.max_error),
            slots: promise.slots.map(|_| promise.max_error),
        }
    }
}

fn label_scores(counted: &[&Judged<'_>], counts: &[classification::Counts]) -> LabelScores {
    let right = counted.iter().filter(|judged| judged.is_right).count();
    LabelScores {
        examples: counted.len(),
        accuracy: right as f64 / counted.len() as f64,
        accuracy_interval: wilson(right, counted.len()),
        macro_f1: classification::macro_f1(counts),
        micro_f1: classification::micro_f1(counts),
    }
}

fn abstention_of(inside: &[&Judged<'_>], target: Option<f64>) -> Abstention {
    let accepted: Vec<_> =
        inside.iter().filter(|judged| judged.outcome.decision == Decision::Accept).collect();
    let wrong = accepted.iter().filter(|judged| !judged.is_right).count();
    let because = |reason| inside.iter().filter(|judged| judged.outcome.reason == Some(reason)).count();
    // Only an answer of low confidence could be accepted by another threshold.
    let acceptable = |outcome: &Outcome| match outcome.reason {
        None | Some(Reason::LowConfidence) => Some(outcome.confidence),
        _ => None,
    };
    Abstention {
        coverage: accepted.len() as f64 / inside.len() as f64,
        error_when_accepted: (!accepted.is_empty()).then(|| wrong as f64 / accepted.len() as f64),
        error_interval: wilson(wrong, accepted.len()),
        target,
        reasons: Reasons {
            no_known_words: because(Reason::NoKnownWords),
            low_confidence: because(Reason::LowConfidence),
            out_of_scope: because(Reason::OutOfScope),
            missing_slot: because(Reason::MissingSlot),
            too_long: because(Reason::TooLong),
            unsure_slot: because(Reason::UnsureSlot),
        },
        curve: abstention::risk_coverage(
            inside.iter().map(|judged| (acceptable(judged.outcome), judged.is_right)),
        ),
    }
}

fn out_of_scope(outside: &[&Judged<'_>], inside: &[&Judged<'_>]) -> OutOfScope {
    let scores =
        |rows: &[&Judged<'_>]| -> Vec<u32> { rows.iter().map(|judged| judged.outcome.outsideness).collect() };
    let (outside_scores, inside_scores) = (scores(outside), scores(inside));
    let abstained = outside.iter().filter(|judged| judged.outcome.decision == Decision::Abstain).count();
    OutOfScope {
        examples: outside.len(),
        auroc: detection::auroc(&outside_scores, &inside_scores),
        fpr95: detection::fpr95(&outside_scores, &inside_scores),
        recall: abstained as f64 / outside.len() as f64,
    }
}

fn confusions(counted: &[&Judged<'_>], declared: &Declared<'_>, examples: &[Example]) -> Vec<Confusion> {
    let name = |index: u32| declared.labels.name(index).to_owned();
    let wrong =
        counted.iter().filter_map(|judged| match (judged.due.as_slice(), judged.outcome.labels.as_slice()) {
            (&[due], &[given]) if due != given => Some((judged.row, due, given)),
            _ => None,
        });
    confusion::confusions(wrong)
        .into_iter()
        .map(|pair| Confusion {
            gold: name(pair.due),
            predicted: name(pair.given),
            count: pair.count,
            example: examples.get(pair.row).map(|example| example.text.clone()).unwrap_or_default(),
        })
        .collect()
}
