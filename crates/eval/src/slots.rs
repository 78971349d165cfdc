//! The slots of the answers, held against those of the examples.

use crate::interval::wilson;
use crate::judged::Judged;
use crate::metric::confusion::MOST;
use crate::metric::span_errors::{SpanErrorKind, span_errors};
use crate::metric::spans::{Span, count};
use crate::metric::{calibration, classification};
use crate::names::Names;
use crate::report::{
    AcceptedSlots, LabelReport, SlotConfusion, SlotErrors, SlotScores, UnknownSlots, ValueScores,
};
use std::collections::BTreeMap;
use stonechat_engine::Reason;
use stonechat_task::Example;

/// What there is to say of slots.
pub(crate) struct SlotResults {
    pub(crate) scores: SlotScores,
    pub(crate) exact_match: f64,
    pub(crate) exact_match_interval: [f64; 2],
    pub(crate) per_slot: Vec<LabelReport>,
    pub(crate) errors: SlotErrors,
    pub(crate) confusions: Vec<SlotConfusion>,
    pub(crate) values: Option<ValueScores>,
    pub(crate) unknown: Option<UnknownSlots>,
}

/// Judges the slots of these rows, of which there is at least one.
pub(crate) fn slot_results(rows: &[&Judged<'_>], names: &Names<'_>, target: Option<f64>) -> SlotResults {
    let counts = count(names.len(), rows.iter().map(|row| (row.outcome.spans.as_slice(), &row.spans)));
    let total = classification::Counts::total(&counts);
    let found = rows.iter().flat_map(|row| row.outcome.found.iter().zip(&row.spans.right));
    let calibration = calibration::calibration(found.map(|(found, &right)| (found.confidence, right)));
    let exact = rows.iter().filter(|row| row.is_exact).count();
    let unknown: Vec<_> = names.of_examples().map(str::to_owned).collect();
    let (errors, confusions) = errors(rows, names);
    SlotResults {
        scores: SlotScores {
            examples: rows.len(),
            precision: total.precision(),
            recall: total.recall(),
            f1: total.f1(),
            macro_f1: classification::macro_f1(&counts),
            support: total.support(),
            found: total.hits + total.extra,
            ece: calibration.as_ref().map(|calibration| calibration.ece),
            bins: calibration.map(|calibration| calibration.bins).unwrap_or_default(),
            accepted: accepted(rows, target),
        },
        exact_match: exact as f64 / rows.len() as f64,
        exact_match_interval: wilson(exact, rows.len()),
        per_slot: names
            .iter()
            .zip(&counts)
            .zip(0..)
            .filter(|&((_, counts), index)| counts.occurs() || names.is_own(index))
            .map(|((name, counts), _)| LabelReport::new(name, counts))
            .collect(),
        errors,
        confusions,
        values: values(rows),
        unknown: unknown_slots(&unknown, names, rows),
    }
}

fn accepted(rows: &[&Judged<'_>], target: Option<f64>) -> Option<AcceptedSlots> {
    let (mut all, mut slots, mut texts, mut wrong) = (0usize, 0usize, 0usize, 0usize);
    for row in rows {
        all += row.outcome.found.len();
        // A promise of slots is one of texts that nothing but a confidence refuses.
        if !matches!(row.outcome.reason, None | Some(Reason::LowConfidence | Reason::UnsureSlot)) {
            continue;
        }
        let found = row.outcome.found.iter().zip(&row.spans.right);
        let accepted: Vec<bool> =
            found.filter(|(found, _)| found.accepted).map(|(_, &right)| right).collect();
        slots += accepted.len();
        texts += usize::from(!accepted.is_empty());
        wrong += usize::from(accepted.contains(&false));
    }
    (texts > 0).then(|| AcceptedSlots {
        share: slots as f64 / all as f64,
        texts,
        error: wrong as f64 / texts as f64,
        target,
    })
}

fn values(rows: &[&Judged<'_>]) -> Option<ValueScores> {
    let resolved = rows.iter().flat_map(|row| &row.outcome.found).filter_map(|found| found.resolved);
    let (typed, resolved) =
        resolved.fold((0, 0), |(typed, sum), resolved| (typed + 1, sum + usize::from(resolved)));
    (typed > 0).then(|| ValueScores { typed, resolved: resolved as f64 / typed as f64 })
}

fn unknown_slots(unknown: &[String], names: &Names<'_>, rows: &[&Judged<'_>]) -> Option<UnknownSlots> {
    let missed = rows.iter().flat_map(|row| &row.spans.missed);
    let spans = missed.filter(|span| !names.is_own(span.slot)).count();
    (spans > 0).then(|| UnknownSlots { spans, names: unknown.to_vec() })
}

/// Errors of one kind between the same slots, and the first of them.
struct Group<'a> {
    count: usize,
    example: &'a Example,
    due: Option<Span>,
    found: Option<Span>,
}

/// How many errors there are of each kind, and the most frequent of them by slot: most frequent first, then by kind and slot.
fn errors(rows: &[&Judged<'_>], names: &Names<'_>) -> (SlotErrors, Vec<SlotConfusion>) {
    let mut groups: BTreeMap<(SpanErrorKind, Option<u32>, Option<u32>), Group<'_>> = BTreeMap::new();
    let mut totals = SlotErrors::default();
    for row in rows {
        let found = row.outcome.spans.iter().zip(&row.spans.right);
        let extra: Vec<Span> = found.filter(|(_, right)| !**right).map(|(span, _)| *span).collect();
        for error in span_errors(&row.spans.missed, &extra) {
            *totals.of_kind_mut(error.kind) += 1;
            let slot = |span: Option<Span>| span.map(|span| span.slot);
            let first = Group { count: 0, example: row.example, due: error.due, found: error.found };
            groups.entry((error.kind, slot(error.due), slot(error.found))).or_insert(first).count += 1;
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    groups.truncate(MOST);
    let confusions = groups.into_iter().map(|((kind, due, found), group)| {
        let name = |slot: Option<u32>| slot.map(|slot| names.name(slot).to_owned());
        // A mark of the data may end where its text does not reach.
        let text = |span: Option<Span>| {
            span.map(|span| group.example.text.get(span.start..span.end).unwrap_or_default().to_owned())
        };
        SlotConfusion {
            kind,
            gold: name(due),
            predicted: name(found),
            count: group.count,
            gold_text: text(group.due),
            predicted_text: text(group.found),
            example: group.example.text.clone(),
        }
    });
    (totals, confusions.collect())
}
