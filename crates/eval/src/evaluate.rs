//! A model file held against labelled examples.

use crate::digest::digest;
use crate::interval::wilson;
use crate::metric::{abstention, calibration, classification, confusion, detection};
use crate::outcome::{Outcome, outcomes};
use crate::report::{
    Abstention, Confusion, Evaluation, LabelReport, LabelScores, ModelFacts, OutOfScope, Reasons,
    UnknownLabels,
};
use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use stonechat_engine::{Decision, Engine, Kernel, Model, Reason};
use stonechat_task::{Example, Task};

/// How to judge.
#[derive(Clone, Debug)]
pub struct Options {
    /// The label of texts that belong to no label of the task.
    pub out_of_scope: String,
    /// How many threads answer; 0 counts as 1. The result does not depend on it.
    pub threads: usize,
    /// The kernel that computes. The result depends on it in [`ModelFacts::kernel`] alone.
    pub kernel: Kernel,
    /// The share of wrong answers among accepted ones that was asked for, to be shown beside what was reached.
    pub target: Option<f64>,
}

impl Default for Options {
    /// `oos`, as many threads as the machine runs at once, the fastest kernel, and no target.
    fn default() -> Self {
        Self {
            out_of_scope: Task::OUT_OF_SCOPE.to_owned(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            kernel: Kernel::detect(),
            target: None,
        }
    }
}

/// A row, its answer, and whether that is right.
struct Judged<'a> {
    row: usize,
    due: &'a [u32],
    outcome: &'a Outcome,
}

impl Judged<'_> {
    fn right(&self) -> bool {
        self.due == self.outcome.labels
    }
}

/// Judges the model on the examples.
///
/// Rows whose only label is `options.out_of_scope`, or the model's own label for texts outside the task, are outside the
/// task: they count in [`Evaluation::oos`], and in the scores of the labels only if the model has that label. Every other
/// row counts as it is: a label that the model does not know makes its answer wrong, and is reported.
#[must_use]
pub fn evaluate(model: &Model<'_>, examples: &[Example], options: &Options) -> Evaluation {
    let names = Names::of(model, examples, &options.out_of_scope);
    let outcomes = outcomes(model, examples, names.outside, options.kernel, options.threads);
    let due: Vec<Vec<u32>> = examples.iter().map(|example| names.indices(&example.labels)).collect();
    let rows: Vec<Judged<'_>> = due
        .iter()
        .zip(&outcomes)
        .enumerate()
        .map(|(row, (due, outcome))| Judged { row, due, outcome })
        .collect();
    let is_outside = |judged: &Judged<'_>| {
        examples.get(judged.row).is_some_and(|example| names.are_outside(&example.labels))
    };
    let (outside, inside): (Vec<_>, Vec<_>) = rows.iter().partition(|judged| is_outside(judged));
    let is_labelled = |judged: &Judged<'_>| !is_outside(judged) || names.knows(judged.due);
    let labelled: Vec<_> = rows.iter().filter(|judged| is_labelled(judged)).collect();

    let counted = labelled.iter().map(|judged| (judged.due, judged.outcome.labels.as_slice()));
    let counts = classification::count(names.all.len(), counted);
    let right = labelled.iter().filter(|judged| judged.right()).count();
    let single = !model.rule().multi_label;
    let unknown = inside.iter().filter(|judged| !names.knows(judged.due)).count();
    Evaluation {
        examples: examples.len(),
        label: (!labelled.is_empty()).then(|| LabelScores {
            examples: labelled.len(),
            accuracy: right as f64 / labelled.len() as f64,
            accuracy_interval: wilson(right, labelled.len()),
            macro_f1: classification::macro_f1(&counts),
            micro_f1: classification::micro_f1(&counts),
        }),
        abstention: (!inside.is_empty()).then(|| abstention_of(&inside, options.target)),
        oos: (!outside.is_empty()).then(|| out_of_scope(&outside, &inside)),
        calibration: calibration::calibration(
            labelled.iter().map(|judged| (judged.outcome.confidence, judged.right())),
        ),
        per_label: names
            .all
            .iter()
            .zip(&counts)
            // The label of rows outside the task is no label of a model that does not have it.
            .filter(|(name, counts)| counts.occurs() || names.is_of_model(name))
            .map(|(name, counts)| LabelReport {
                name: (*name).to_owned(),
                precision: counts.precision(),
                recall: counts.recall(),
                f1: counts.f1(),
                support: counts.support(),
            })
            .collect(),
        confusions: if single { confusions(&labelled, &names, examples) } else { Vec::new() },
        unknown_labels: (unknown > 0).then(|| UnknownLabels { examples: unknown, names: names.unknown() }),
        rows_without_one_label: labelled.iter().filter(|judged| single && judged.due.len() != 1).count(),
        model: ModelFacts {
            digest: digest(model.bytes()),
            bytes: model.bytes().len(),
            tier: model.tier().name(),
            memory_bytes: Engine::memory(model),
            kernel: options.kernel.name(),
        },
    }
}

/// The labels of the model, then those that only the examples have, each with its index.
struct Names<'a> {
    all: Vec<&'a str>,
    index: BTreeMap<&'a str, u32>,
    /// How many labels are the model's.
    known: u32,
    /// Names of the label for texts outside the task: what the caller calls it, and what the model does.
    outside_names: [Option<&'a str>; 2],
    /// The model's label for texts outside the task.
    outside: Option<u32>,
}

impl<'a> Names<'a> {
    fn of(model: &Model<'a>, examples: &'a [Example], out_of_scope: &'a str) -> Self {
        let mut all: Vec<&str> = model.labels().iter().collect();
        let known = all.len() as u32;
        let of_model: BTreeSet<&str> = all.iter().copied().collect();
        let used: BTreeSet<&str> =
            examples.iter().flat_map(|example| &example.labels).map(String::as_str).collect();
        all.extend(used.difference(&of_model));
        let index: BTreeMap<&str, u32> = all.iter().zip(0u32..).map(|(name, index)| (*name, index)).collect();
        let own = model.rule().out_of_scope;
        let own_name = own.map(|index| model.labels().get(index as usize));
        let named = index.get(out_of_scope).copied().filter(|&index| index < known);
        let outside_names = [Some(out_of_scope), own_name];
        Self { all, index, known, outside_names, outside: own.or(named) }
    }

    /// The indices of the names, rising, each once.
    fn indices(&self, names: &[String]) -> Vec<u32> {
        let mut indices: Vec<u32> =
            names.iter().filter_map(|name| self.index.get(name.as_str()).copied()).collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }

    fn are_outside(&self, labels: &[String]) -> bool {
        matches!(labels, [label] if self.outside_names.contains(&Some(label)))
    }

    fn knows(&self, labels: &[u32]) -> bool {
        labels.iter().all(|&label| label < self.known)
    }

    fn is_of_model(&self, name: &str) -> bool {
        self.index.get(name).is_some_and(|&index| index < self.known)
    }

    fn unknown(&self) -> Vec<String> {
        let new = self.all.iter().skip(self.known as usize);
        new.filter(|name| !self.outside_names.contains(&Some(name))).map(|name| (*name).to_owned()).collect()
    }
}

fn abstention_of(inside: &[&Judged<'_>], target: Option<f64>) -> Abstention {
    let accepted: Vec<_> =
        inside.iter().filter(|judged| judged.outcome.decision == Decision::Accept).collect();
    let wrong = accepted.iter().filter(|judged| !judged.right()).count();
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
        },
        curve: abstention::risk_coverage(
            inside.iter().map(|judged| (acceptable(judged.outcome), judged.right())),
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

fn confusions(labelled: &[&Judged<'_>], names: &Names<'_>, examples: &[Example]) -> Vec<Confusion> {
    let name = |index: u32| names.all.get(index as usize).copied().unwrap_or_default().to_owned();
    let wrong = labelled.iter().filter_map(|judged| match (judged.due, judged.outcome.labels.as_slice()) {
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
