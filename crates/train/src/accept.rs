//! What a model accepts: the scope of the task and the thresholds of confidence, from what the packed engine says on rows that it
//! did not learn from.

use crate::acceptance::Acceptance;
use crate::calibrate::LEAST_ROWS;
use crate::error::TrainError;
use crate::pack::Package;
use crate::promise::{Broken, Graded, LabelPromise, Promise, SURE, SlotPromise, cut, lower, needed, upper};
use crate::recipe::Recipe;
use crate::report::ScopeReport;
use std::collections::BTreeMap;
use stonechat_engine::format::{DecisionRule, LabelLimits, ScopeRule};
use stonechat_engine::{Confidence, Engine, Model, Reason, Score};
use stonechat_task::{Example, Origin, Splits};

/// What was settled, and what it means on the tuning rows.
pub(crate) struct Settled {
    pub(crate) acceptance: Acceptance,
    pub(crate) scope: Option<ScopeReport>,
    pub(crate) promise: Option<Promise>,
    pub(crate) notes: Vec<String>,
}

/// Rows outside the task.
#[derive(Clone, Default)]
pub(crate) struct Outside<'a> {
    /// The label that they are learned as, if they are: the last of the names.
    pub(crate) label: Option<u32>,
    /// How many are learned from.
    pub(crate) learned: usize,
    /// Those to tune on.
    pub(crate) tuning: Vec<&'a Example>,
}

/// What a model that promises has not seen.
const KEPT: &str = "the rows to tune on were not learned from, so that the promise is one of this very file; with rows of their own \
                    to tune on (--valid), all others are";

/// The note of a model whose rows to tune on would be learned from if nothing were promised.
pub(crate) fn kept_note(splits: &Splits, promises: bool) -> Option<String> {
    (promises && splits.valid_origin == Origin::SetAside).then(|| KEPT.to_owned())
}

/// The rows to settle it on.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// Rows inside the task, whatever their labels.
    pub(crate) inside: &'a [&'a Example],
    /// Rows outside it.
    pub(crate) outside: &'a [&'a Example],
    /// Rows outside it that the model learned from.
    pub(crate) learned: usize,
    /// How often what is promised on these rows may be broken; none where nothing is to be promised.
    pub(crate) doubt: Option<f64>,
}

/// What is refused for its share of unknown features alone: so much less than what is refused for its outsideness.
const UNKNOWN_PART: f64 = 1.0 / 3.0;
/// What a text whose features of a group are all unknown gets, in standard deviations of the best scores.
const UNKNOWN_WEIGHT: f64 = 1.7;
/// What the score of the label for texts outside the task weighs.
const OUTSIDE_WEIGHT: f64 = 0.5;
/// The largest share of the rows inside the task that is refused for the sake of rows outside it.
const MOST_LOST: f64 = 0.1;

/// The answer of the packed engine to a tuning row.
pub(crate) struct Answer {
    /// In a model without labels 0.
    label: u32,
    pub(crate) confidence: u32,
    outsideness: Score,
    unknown: u32,
    /// Whether the label is right; in a model without labels, every slot.
    pub(crate) right: bool,
    /// Why it is not answered, whatever its confidence.
    pub(crate) refused: Option<Reason>,
    /// The slots: how certain they are, and whether they are right.
    slots: Vec<(u32, bool)>,
}

#[cfg(test)]
impl Answer {
    /// An answer of so much confidence, right or not, refused or not.
    pub(crate) const fn of(confidence: u32, right: bool, refused: Option<Reason>) -> Self {
        Self { label: 0, confidence, outsideness: Score(0), unknown: 0, right, refused, slots: Vec::new() }
    }
}

/// The answers to all rows, in order.
pub(crate) fn answers(model: &Model<'_>, rows: &[&Example]) -> Vec<Answer> {
    let mut engine = Engine::new(model);
    let multi_label = model.rule().multi_label;
    let labelled = !model.labels().is_empty();
    rows.iter()
        .map(|row| {
            let answer = engine.predict(&row.text);
            let slots: Vec<(u32, bool)> = answer
                .slots()
                .map(|slot| {
                    let same = |own: &&stonechat_task::Slot| {
                        own.name == slot.name
                            && (own.start, own.end) == (slot.start as usize, slot.end as usize)
                    };
                    (slot.confidence.raw(), row.slots.iter().any(|own| same(&own)))
                })
                .collect();
            let right = if multi_label {
                let mut due: Vec<&str> = row.labels.iter().map(String::as_str).collect();
                let mut given: Vec<&str> = answer.labels().map(|label| label.name).collect();
                due.sort_unstable();
                due.dedup();
                given.sort_unstable();
                due == given
            } else if labelled {
                row.labels.first().is_some_and(|label| label == answer.label().name)
            } else {
                slots.iter().all(|slot| slot.1) && slots.len() == row.slots.len()
            };
            Answer {
                label: if multi_label || !labelled { 0 } else { answer.label().index },
                confidence: answer.confidence().raw(),
                outsideness: answer.outsideness().unwrap_or_default(),
                unknown: answer.read().unknown_share(),
                right,
                refused: answer.reason().filter(|&reason| reason != Reason::LowConfidence),
                slots,
            }
        })
        .collect()
}

/// Settles what a packed model accepts.
pub(crate) fn settle(
    package: &Package<'_>,
    rule: DecisionRule,
    recipe: &Recipe,
    evidence: Evidence<'_>,
) -> Result<Settled, TrainError> {
    let mut settled =
        Settled { acceptance: Acceptance::of(rule), scope: None, promise: None, notes: Vec::new() };
    let labelled = !package.labels.is_empty();
    if labelled && recipe.scope_loss > 0.0 && evidence.inside.len() >= LEAST_ROWS {
        let scope = open_scope(package, &settled.acceptance, evidence.inside)?;
        settled.acceptance.scope = Some(scope);
        let (scope, report) = close_scope(package, &settled.acceptance, scope, recipe, evidence)?;
        settled.acceptance.scope = Some(scope);
        settled.scope = Some(report);
    }
    if let Some(doubt) = evidence.doubt {
        promise(package, &mut settled, recipe, evidence.inside, doubt)?;
    }
    Ok(settled)
}

fn with_model<T>(
    package: &Package<'_>,
    acceptance: &Acceptance,
    run: impl FnOnce(&Model<'_>) -> T,
) -> Result<T, TrainError> {
    let bytes = package.draft(acceptance);
    let model = Model::open(&bytes).map_err(|error| TrainError::Fault(error.to_string()))?;
    Ok(run(&model))
}

/// A scope that refuses nothing, with its weights.
fn open_scope(
    package: &Package<'_>,
    acceptance: &Acceptance,
    rows: &[&Example],
) -> Result<ScopeRule, TrainError> {
    let outside = acceptance.rule.out_of_scope;
    let best = with_model(package, acceptance, |model| -> Vec<f64> {
        let mut engine = Engine::new(model);
        rows.iter()
            .map(|row| {
                let answer = engine.predict(&row.text);
                let inside = answer.scores().iter().zip(0..).filter(|&(_, label)| Some(label) != outside);
                inside.map(|(score, _)| f64::from(score.0)).fold(f64::NEG_INFINITY, f64::max)
            })
            .collect()
    })?;
    let count = best.len() as f64;
    let mean = best.iter().sum::<f64>() / count;
    let deviation = libm::sqrt(best.iter().map(|best| (best - mean) * (best - mean)).sum::<f64>() / count);
    let unknown = libm::round(UNKNOWN_WEIGHT * deviation).clamp(0.0, f64::from(1 << 30)) as u32;
    Ok(ScopeRule {
        outside: if outside.is_some() { libm::round(OUTSIDE_WEIGHT * 65_536.0) as u32 } else { 0 },
        words: unknown,
        characters: unknown,
        most: Score(i32::MAX),
        most_unknown: 1 << 16,
    })
}

/// The largest of `values` that is left when the `lost` largest are refused.
fn beyond<T: Ord + Copy>(values: impl Iterator<Item = T>, lost: usize) -> Option<T> {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.get(lost.min(sorted.len().saturating_sub(1))).copied()
}

/// Where the scope ends: such that no more than a share of the rows inside it are refused or, where rows outside it tell, such that
/// most of those are.
fn close_scope(
    package: &Package<'_>,
    acceptance: &Acceptance,
    open: ScopeRule,
    recipe: &Recipe,
    evidence: Evidence<'_>,
) -> Result<(ScopeRule, ScopeReport), TrainError> {
    let (inside, outside) = with_model(package, acceptance, |model| {
        (answers(model, evidence.inside), answers(model, evidence.outside))
    })?;
    let count = inside.len();
    let part = |share: f64| (share * count as f64) as usize;
    let unknown = beyond(inside.iter().map(|answer| answer.unknown), part(recipe.scope_loss * UNKNOWN_PART));
    let most_unknown = unknown.unwrap_or(1 << 16);
    let least = acceptance.rule.min_confidence.raw();
    let mut most = beyond(inside.iter().map(|answer| answer.outsideness), part(recipe.scope_loss));
    if outside.len() >= LEAST_ROWS {
        // Of the rows outside, those that nothing else refuses.
        let left: Vec<Score> = outside
            .iter()
            .filter(|answer| {
                answer.refused.is_none() && answer.unknown <= most_unknown && answer.confidence >= least
            })
            .map(|answer| answer.outsideness)
            .collect();
        let pardoned = ((1.0 - recipe.scope_recall) * outside.len() as f64) as usize;
        // As many of them as may be answered are: the least outside.
        let mut rising = left;
        rising.sort_unstable();
        let wanted = rising.get(pardoned).map(|score| Score(score.0.saturating_sub(1)));
        let floor = beyond(inside.iter().map(|answer| answer.outsideness), part(MOST_LOST));
        most = match (wanted, floor) {
            (Some(wanted), Some(floor)) => Some(wanted.max(floor)),
            // Even without an end of the scope, no more of them are answered.
            (None, _) => most,
            (wanted, None) => wanted,
        };
    }
    let scope = ScopeRule { most: most.unwrap_or(open.most), most_unknown, ..open };
    let refuses = |answer: &&Answer| answer.outsideness > scope.most || answer.unknown > scope.most_unknown;
    let abstains =
        |answer: &&Answer| refuses(answer) || answer.refused.is_some() || answer.confidence < least;
    let share = |hits: usize, of: usize| (of > 0).then(|| hits as f64 / of as f64);
    let report = ScopeReport {
        learned: evidence.learned,
        rows_inside: count,
        refused_inside: share(inside.iter().filter(refuses).count(), count).unwrap_or_default(),
        rows_outside: outside.len(),
        refused_outside: share(outside.iter().filter(refuses).count(), outside.len()),
        abstained_outside: share(outside.iter().filter(abstains).count(), outside.len()),
        most: f64::from(scope.most.0) / 65_536.0,
        most_unknown: f64::from(scope.most_unknown) / 65_536.0,
    };
    Ok((scope, report))
}

/// Sets the thresholds of confidence so that what is asked for can be promised.
fn promise(
    package: &Package<'_>,
    settled: &mut Settled,
    recipe: &Recipe,
    rows: &[&Example],
    doubt: f64,
) -> Result<(), TrainError> {
    let most = recipe.max_error;
    let labelled = !package.labels.is_empty();
    let slots = package.finds_slots();
    // With nothing refused for its confidence.
    settled.acceptance.rule.min_confidence = Confidence::default();
    settled.acceptance.rule.min_slot_confidence = Confidence::default();
    let answers = with_model(package, &settled.acceptance, |model| answers(model, rows))?;
    let mut open: Vec<&Answer> = answers.iter().filter(|answer| answer.refused.is_none()).collect();
    let slot_promise = if slots { slot_promise(settled, &open, most, doubt) } else { None };
    if slots && slot_promise.is_none() {
        let least = libm::round(recipe.min_slot_confidence * f64::from(Confidence::ONE.raw()));
        settled.acceptance.rule.min_slot_confidence = Confidence::from_raw(least as u32);
    }
    if !labelled {
        let Some(slots) = slot_promise else {
            // Rows without a slot prove nothing of slots.
            let (found, needed) =
                (open.iter().filter(|answer| !answer.slots.is_empty()).count(), needed(most, doubt));
            let broken = if found < needed { Broken::TooFew { needed } } else { Broken::TooWrong };
            return Err(refusal(broken, most, found));
        };
        settled.promise = Some(Promise {
            max_error: most,
            confidence: SURE,
            bound: slots.bound,
            rows: rows.len(),
            accepted: slots.accepted,
            wrong: slots.wrong,
            coverage: slots.accepted as f64 / rows.len().max(1) as f64,
            labels: Vec::new(),
            slots: Some(slots),
        });
        return Ok(());
    }
    // Slots that are required and too uncertain are no matter of the label's confidence.
    let answers = with_model(package, &settled.acceptance, |model| self::answers(model, rows))?;
    open.clear();
    open.extend(answers.iter().filter(|answer| answer.refused.is_none()));
    let graded = |answers: &[&Answer]| -> Vec<Graded> {
        answers.iter().map(|answer| (answer.confidence, answer.right)).collect()
    };
    let all = cut(&graded(&open), most, doubt).map_err(|broken| refusal(broken, most, open.len()))?;
    settled.acceptance.rule.min_confidence = Confidence::from_raw(all.least);
    let accepted: Vec<&Answer> = open.into_iter().filter(|answer| answer.confidence >= all.least).collect();
    let (limits, labels) = if settled.acceptance.rule.multi_label {
        (Vec::new(), Vec::new())
    } else {
        label_promises(package.labels, &accepted, most, doubt, &graded)
    };
    // What labels of their own limit lose.
    let left: Vec<&Answer> = accepted
        .into_iter()
        .filter(|answer| limits.get(answer.label as usize).is_none_or(|&limit| answer.confidence >= limit))
        .collect();
    let wrong = left.iter().filter(|answer| !answer.right).count();
    settled.acceptance.limits = limits;
    settled.promise = Some(Promise {
        max_error: most,
        confidence: SURE,
        bound: all.bound,
        rows: rows.len(),
        accepted: left.len(),
        wrong,
        coverage: left.len() as f64 / rows.len().max(1) as f64,
        labels,
        slots: slot_promise,
    });
    Ok(())
}

/// What is known of the labels that have rows enough, and for each label its limit where it needs one: more than chance alone would
/// explain of its accepted answers are wrong. No limits if none does.
fn label_promises(
    names: &[String],
    accepted: &[&Answer],
    most: f64,
    doubt: f64,
    graded: &dyn Fn(&[&Answer]) -> Vec<Graded>,
) -> (Vec<u32>, Vec<LabelPromise>) {
    let mut groups: BTreeMap<u32, Vec<&Answer>> = BTreeMap::new();
    for &answer in accepted {
        groups.entry(answer.label).or_default().push(answer);
    }
    let mut limits = vec![0; names.len()];
    let mut labels = Vec::new();
    for (&label, answers) in &groups {
        let (Some(name), Some(limit)) = (names.get(label as usize), limits.get_mut(label as usize)) else {
            continue;
        };
        let wrong = answers.iter().filter(|answer| !answer.right).count();
        let known = |accepted, wrong, bound, least: Option<u32>| LabelPromise {
            name: name.clone(),
            accepted,
            wrong,
            bound,
            least_confidence: least.map(|least| f64::from(least) / f64::from(Confidence::ONE.raw())),
        };
        if answers.len() < needed(most, doubt) {
            continue;
        }
        // Of many labels, some look worse than they are.
        if lower(wrong, answers.len(), doubt / names.len() as f64) > most {
            if let Ok(cut) = cut(&graded(answers), most, doubt) {
                *limit = cut.least;
                labels.push(known(cut.accepted, cut.wrong, cut.bound, Some(cut.least)));
            } else {
                *limit = LabelLimits::NEVER;
                labels.push(known(0, 0, 1.0, None));
            }
        } else {
            labels.push(known(answers.len(), wrong, upper(wrong, answers.len(), doubt), None));
        }
    }
    if limits.iter().all(|&limit| limit == 0) {
        limits.clear();
    }
    (limits, labels)
}

/// The threshold of slots: a row counts as wrong if one of the slots is that are stood by.
fn slot_promise(settled: &mut Settled, open: &[&Answer], most: f64, doubt: f64) -> Option<SlotPromise> {
    let rows: Vec<&Answer> = open.iter().copied().filter(|answer| !answer.slots.is_empty()).collect();
    let mut found: Option<(u32, usize, usize)> = None;
    // From certain downwards, in steps that let four times double what is missing: 0.9995 to 0.49.
    for step in 0..=40u32 {
        let missing = 0.0005 * libm::exp2(f64::from(step) / 4.0);
        let least = libm::round(65_536.0 * (1.0 - missing)).max(0.0) as u32;
        let sure = |answer: &&&Answer| answer.slots.iter().any(|slot| slot.0 >= least);
        let accepted = rows.iter().filter(sure).count();
        let wrong = rows.iter().filter(|row| row.slots.iter().any(|slot| slot.0 >= least && !slot.1)).count();
        if accepted < needed(most, doubt) {
            continue;
        }
        if upper(wrong, accepted, doubt) > most {
            break;
        }
        found = Some((least, accepted, wrong));
    }
    let one = f64::from(Confidence::ONE.raw());
    match found {
        Some((least, accepted, wrong)) => {
            settled.acceptance.rule.min_slot_confidence = Confidence::from_raw(least);
            let bound = upper(wrong, accepted, doubt);
            let least_confidence = f64::from(least) / one;
            Some(SlotPromise { least_confidence, rows: rows.len(), accepted, wrong, bound })
        }
        None => {
            let (rows, needed) = (rows.len(), needed(most, doubt));
            settled.notes.push(if rows < needed {
                format!("of slots nothing can be promised: {rows} tuning rows with slots, and it takes {needed} at least")
            } else {
                format!(
                    "of slots nothing can be promised: among the surest {needed} of {rows} tuning rows with slots, or more, too many \
                     have a wrong one"
                )
            });
            None
        }
    }
}

/// The error that tells why nothing is promised.
pub(crate) fn refusal(broken: Broken, max_error: f64, rows: usize) -> TrainError {
    match broken {
        Broken::TooFew { needed } => TrainError::TooFewToPromise { max_error, rows, needed },
        Broken::TooWrong => TrainError::NoPromise { max_error, rows },
    }
}
