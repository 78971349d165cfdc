//! Two models in one file: a cheap one that answers where it is sure, and a dear one for the rest.

use crate::accept::{Answer, answers};
use crate::calibrate::LEAST_ROWS;
use crate::error::TrainError;
use crate::recipe::{LEAST_SIZE, Recipe};
use crate::record::record;
use crate::report::{CascadeReport, TrainReport};
use crate::session::{Built, Trained, Trainer, facts};
use crate::trainer::{has_slots, to_judge};
use stonechat_engine::format::{DecisionRule, Recorded, SectionKind, Sections, Tier, pack, unpack};
use stonechat_engine::{Confidence, Model, verify};
use stonechat_task::{Example, Kind, Splits, Task};

/// The size of a cheap bag, in bytes, and the share of the whole that it or a look-up may take at the most.
const CHEAP_BYTES: u64 = 100_000;
const CHEAP_PART: u64 = 4;
/// The size of both together where the recipe gives none.
const BYTES: u64 = 1_100_000;
/// Bytes that the table of sections and padding may grow by.
const MARGIN: u64 = 2_048;

/// How a cheap model does on the tuning rows before the dear one.
struct Trial {
    built: Built,
    report: CascadeReport,
    least: Confidence,
}

fn graded(bytes: &[u8], rows: &[&Example]) -> Result<Vec<Answer>, TrainError> {
    let model = Model::open(bytes).map_err(|error| TrainError::Fault(error.to_string()))?;
    Ok(answers(&model, rows))
}

/// The lowest confidence from which on the cheap model answers without costing right answers, and how many rows it answers then.
fn threshold(cheap: &[Answer], dear: &[Answer], floor: u32) -> Option<(u32, usize)> {
    let open = |cheap: &Answer| cheap.refused.is_none() && cheap.confidence >= floor;
    let mut rows: Vec<(&Answer, &Answer)> = cheap.iter().zip(dear).filter(|(cheap, _)| open(cheap)).collect();
    rows.sort_by_key(|(cheap, _)| std::cmp::Reverse(cheap.confidence));
    let (mut gain, mut count, mut best) = (0i64, 0, None);
    for group in rows.chunk_by(|a, b| a.0.confidence == b.0.confidence) {
        gain += group.iter().map(|(cheap, dear)| i64::from(cheap.right) - i64::from(dear.right)).sum::<i64>();
        count += group.len();
        if gain >= 0 {
            best = Some((group[0].0.confidence, count));
        }
    }
    best
}

impl Trainer<'_> {
    /// Trains a cascade of labels: a look-up or a small bag that answers first, whichever spares the dear one more, and a bag that answers
    /// where the first is unsure. The first answers from that confidence on that costs no right answer on the tuning rows.
    ///
    /// # Errors
    ///
    /// See [`TrainError`]; a text of the task has several labels, or rows have slots; there are too few rows to tune on.
    pub fn train_cascade(self, task: &Task, splits: &Splits) -> Result<Trained, TrainError> {
        self.recipe.check().map_err(TrainError::Recipe)?;
        let why = match task.kind {
            Kind::SingleLabel if has_slots(task, splits, &self.recipe) => Some("the rows have slots"),
            Kind::SingleLabel if self.recipe.max_error > 0.0 => Some("it promises no error"),
            Kind::SingleLabel => None,
            _ => Some("a text of this task has not exactly one"),
        };
        if let Some(why) = why {
            return Err(TrainError::NoCascade { why });
        }
        let rows = to_judge(task, splits, &self.recipe);
        if rows.len() < LEAST_ROWS {
            return Err(TrainError::NoCascade { why: "there are fewer than 20 tuning rows" });
        }
        let room = if self.recipe.max_size == 0 { BYTES } else { self.recipe.max_size };
        let part = room / CHEAP_PART;
        let Self { recipe, threads, words, teacher, school, mut listener, .. } = self;
        let listener = &mut *listener;
        let mut build = |tier, recipe: Recipe, teacher| {
            let mut trainer =
                Trainer::new(recipe).tier(tier).threads(threads).on_progress(Box::new(&mut *listener));
            trainer.words = words.clone();
            trainer.teacher = teacher;
            trainer.school.clone_from(&school);
            trainer.build(task, splits)
        };
        let mut cheap = Vec::new();
        let small = Recipe { max_size: CHEAP_BYTES.min(part), pieces: 0, ..recipe.clone() };
        if part < LEAST_SIZE {
            return Err(TrainError::Size { max_size: room, least: LEAST_SIZE * CHEAP_PART });
        }
        for (tier, recipe) in
            [(Tier::Lookup, Recipe { max_size: part, ..recipe.clone() }), (Tier::Bag, small)]
        {
            match build(tier, recipe, None) {
                Ok(built) => cheap.push(built),
                Err(TrainError::Size { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let taken = cheap.iter().map(|built| built.trained.model.len() as u64).max().unwrap_or_default();
        let left = Recipe { max_size: room.saturating_sub(taken + MARGIN).max(LEAST_SIZE), ..recipe.clone() };
        let dear = build(Tier::Bag, left, teacher)?;
        let alone = graded(&dear.judged, &rows)?;
        let floor = libm::round(recipe.min_confidence * f64::from(Confidence::ONE.raw())) as u32;
        let mut trials = Vec::new();
        for built in cheap {
            let own = graded(&built.judged, &rows)?;
            // One that answers nothing spares nothing.
            let Some((least, answered)) = threshold(&own, &alone, floor) else { continue };
            let by_first = |cheap: &Answer| cheap.refused.is_none() && cheap.confidence >= least;
            let right = own
                .iter()
                .zip(&alone)
                .filter(|(cheap, dear)| if by_first(cheap) { cheap.right } else { dear.right });
            let count = rows.len() as f64;
            let report = CascadeReport {
                first: built.trained.report.tier,
                bytes: built.trained.model.len(),
                least_confidence: f64::from(least) / f64::from(Confidence::ONE.raw()),
                share: answered as f64 / count,
                accuracy: right.count() as f64 / count,
                accuracy_alone: alone.iter().filter(|dear| dear.right).count() as f64 / count,
            };
            trials.push(Trial { built, report, least: Confidence::from_raw(least) });
        }
        let better = |a: Trial, b: Trial| if b.report.share > a.report.share { b } else { a };
        let Some(trial) = trials.into_iter().reduce(better) else {
            return Err(TrainError::NoCascade { why: "no cheaper model answers any tuning row as well" });
        };
        join(task, splits, dear, trial, room)
    }
}

/// Both models in one file, with recorded answers of both together.
fn join(task: &Task, splits: &Splits, dear: Built, trial: Trial, room: u64) -> Result<Trained, TrainError> {
    let fault = |error: &dyn std::fmt::Display| TrainError::Fault(error.to_string());
    let first = {
        let bytes = &trial.built.trained.model;
        let model = Model::open(bytes).map_err(|error| fault(&error))?;
        let rule = DecisionRule { min_confidence: trial.least, ..*model.rule() };
        let (tier, sections) = unpack(bytes).map_err(|error| fault(&error))?;
        pack(tier, &replaced(sections, "{}", Some(rule), Recorded::write(&[])))
    };
    let report = TrainReport { cascade: Some(trial.report), ..dear.trained.report };
    let meta = facts(&dear.recipe, task, splits, &report)?;
    let (tier, sections) = unpack(&dear.trained.model).map_err(|error| fault(&error))?;
    let with = |recorded| {
        let mut sections = replaced(sections.clone(), &meta, None, recorded);
        sections.push((SectionKind::First, first.clone()));
        pack(tier, &sections)
    };
    let bare = with(Recorded::write(&[]));
    let recorded = {
        let own = Model::open(&dear.trained.model).map_err(|error| fault(&error))?;
        let texts: Vec<&str> =
            own.recorded().iter().map(|example| example.text).filter(|text| !text.is_empty()).collect();
        let model = Model::open(&bare).map_err(|error| fault(&error))?;
        let count = own.recorded().len();
        if count > 0 { record(&model, &texts, count) } else { Recorded::write(&[]) }
    };
    let model = with(recorded);
    if model.len() as u64 > room {
        return Err(TrainError::Size { max_size: room, least: model.len() as u64 });
    }
    verify(&Model::open(&model).map_err(|error| fault(&error))?).map_err(|error| fault(&error))?;
    Ok(Trained { model, report })
}

/// The sections of a file with other facts, recorded answers and, if one is given, another decision rule.
fn replaced(mut sections: Sections, meta: &str, rule: Option<DecisionRule>, recorded: Vec<u8>) -> Sections {
    for (kind, content) in &mut sections {
        match kind {
            SectionKind::Meta => *content = meta.as_bytes().to_vec(),
            SectionKind::Decision => {
                if let Some(rule) = &rule {
                    *content = rule.write();
                }
            }
            SectionKind::Recorded => content.clone_from(&recorded),
            _ => {}
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use stonechat_engine::Reason;

    #[test]
    fn the_threshold_costs_no_right_answer() {
        let row = |confidence, right, open: bool| {
            Answer::of(confidence, right, (!open).then_some(Reason::OutOfScope))
        };
        let cheap = [
            row(9, true, true),
            row(8, false, true),
            row(7, true, true),
            row(6, false, true),
            row(9, false, false),
        ];
        let dear = [true, true, false, true, true].map(|right| row(0, right, true));
        assert_eq!(threshold(&cheap, &dear, 0), Some((7, 3)));
        assert_eq!(threshold(&cheap, &dear, 8), Some((9, 1)));
        assert_eq!(threshold(&cheap, &dear, 10), None);
        // What is refused is not answered, however sure.
        assert_eq!(threshold(&cheap[4..], &dear[4..], 0), None);
    }
}
