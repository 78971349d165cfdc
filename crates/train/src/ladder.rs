//! The ladder: models of one task from the cheapest on, and which of them is worth its cost.

use crate::calibrate::LEAST_ROWS;
use crate::error::TrainError;
use crate::merit::Merit;
use crate::progress::Progress;
use crate::recipe::Recipe;
use crate::report::TrainReport;
use crate::rungs::{Ladder, Limits, Rung, RungModel};
use crate::session::{Built, Trained, Trainer, facts};
use crate::trainer::{has_slots, joins, learned_bytes, to_judge};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use stonechat_engine::format::{SectionKind, Tier, pack, unpack};
use stonechat_engine::{Engine, Model, verify};
use stonechat_task::{Kind, Splits, Task};

/// Sizes of the rungs of a bag, in bytes; a tagger of slots needs more than the first, one above bags has the last.
const SIZES: [u64; 4] = [100_000, 300_000, 1_000_000, 2_500_000];
/// A rung this much below the best is as good: what is gained by more would not be noticed.
const KNEE: f64 = 0.002;
/// The text for which the worst case is given, in characters.
const CHARACTERS: u32 = 100;
/// Bytes of the texts to learn from beyond which no tagger is tried beside bags: it takes a core a tenth of a millisecond for a text
/// of ten words each time that it is learned, a bag a tenth of that, and where rows are many words in their order tell less.
const MOST_TEXT: usize = 2_000_000;
/// Bytes of a file that are kept free for the table of the rungs: for itself, and for each rung.
const TABLE_BYTES: u64 = 1_000;
const RUNG_BYTES: u64 = 500;
/// Bytes of what is promised of a label, besides twice its name.
const LABEL_BYTES: usize = 140;

/// Measures how long an answer of a model takes, in microseconds (the 50th percentile); none if it cannot. Whoever trains
/// brings it, as nothing here knows a clock.
pub type Clock<'a> = dyn FnMut(&Model<'_>) -> Option<f64> + 'a;

/// What is to be trained on a rung.
#[derive(Clone, Copy)]
struct Step {
    tier: Tier,
    max_size: u64,
}

/// A rung that was climbed.
struct Climbed {
    step: Step,
    /// Why it is out, if it is.
    note: Option<String>,
    /// The size that would be enough, in bytes, where this one is not.
    least: Option<u64>,
    built: Option<Built>,
    figures: Option<RungModel>,
    /// Whether it is no draft, where drafts are compared.
    last: bool,
}

impl Climbed {
    fn merit(&self) -> Option<f64> {
        self.figures.as_ref().and_then(|figures| figures.accuracy)
    }

    /// A rung without a model yet.
    const fn new(step: Step) -> Self {
        Self { step, note: None, least: None, built: None, figures: None, last: false }
    }

    /// Whether there is a model that may be chosen.
    fn is_in(&self) -> bool {
        self.built.is_some() && self.note.is_none()
    }
}

impl Trainer<'_> {
    /// Climbs from the cheapest kind of model to the largest within the limits, and takes the one that is worth its cost: with a
    /// least accuracy the first that has it, and else the cheapest that is at most 0.2 points below the best. Where nothing
    /// reaches what is asked for, the best that there is comes out, and [`Ladder::missed`] says so.
    ///
    /// The file is the same with any number of threads; what `clock` tells changes it only where
    /// [`Limits::max_latency_us`] is given.
    ///
    /// # Errors
    ///
    /// See [`TrainError`]. That a model cannot be as small as a rung asks is no error, unless that is so of every rung.
    pub fn climb(
        self,
        task: &Task,
        splits: &Splits,
        limits: &Limits,
        clock: &mut Clock<'_>,
    ) -> Result<Trained, TrainError> {
        self.recipe.check().map_err(TrainError::Recipe)?;
        let limit = limits.max_size.or((self.recipe.max_size != 0).then_some(self.recipe.max_size));
        let limits = Limits { max_size: limit, ..limits.clone() };
        self.promised(splits, |trainer, splits| trainer.climb_rungs(task, splits, &limits, clock))
    }

    fn climb_rungs(
        mut self,
        task: &Task,
        splits: &Splits,
        limits: &Limits,
        clock: &mut Clock<'_>,
    ) -> Result<Trained, TrainError> {
        let limit = limits.max_size;
        let slots = has_slots(task, splits, &self.recipe);
        self.ask(task, splits, slots)?;
        let steps = steps(task, slots, limit);
        self.reserve = TABLE_BYTES + RUNG_BYTES * steps.len() as u64;
        let promises = self.recipe.max_error > 0.0;
        if promises {
            // Drafts promise nothing, and whether a model is too large must not depend on what its rows prove.
            let labels: BTreeSet<&str> =
                splits.train.iter().flat_map(|row| &row.labels).map(String::as_str).collect();
            let names: usize = labels.iter().map(|label| 2 * label.len() + LABEL_BYTES).sum();
            self.reserve += TABLE_BYTES + names as u64;
        }
        // Drafts tell which rung it is to be; where tuning rows are too few to tell, the largest is, whatever they say.
        let few = to_judge(task, splits, &self.recipe).len() < LEAST_ROWS;
        self.draft_only = promises || joins(splits, &self.recipe) && !few;
        let mut climbed = self.climb_all(task, splits, &steps, limits, clock)?;
        self.draft_only = false;
        loop {
            let Some(choice) = choose(&climbed, limits) else {
                return Err(smallest(&climbed, limit));
            };
            let at = choice.at;
            self.drafts = climbed[at].built.as_mut().and_then(|built| built.drafts.take());
            if climbed[at].last || self.drafts.is_none() && !promises {
                return finish(task, splits, climbed, limits, choice);
            }
            let step = climbed[at].step;
            let Some(built) = self.build_all(task, splits, &[step], (at + 1, steps.len())).pop() else {
                return Err(TrainError::Fault("the chosen rung was not built".to_owned()));
            };
            // Where the chosen one proves too little, no other is tried on the same rows.
            let rung = Climbed { last: true, ..self.rung(step, built, limits, clock)? };
            // What is larger or slower than its draft, and so beyond a limit that the draft kept, leaves the choice to the others.
            let out = rung.built.is_none() || climbed[at].is_in() && !rung.is_in();
            climbed[at] = rung;
            if !out {
                return finish(task, splits, climbed, limits, choice);
            }
        }
    }

    fn climb_all(
        &mut self,
        task: &Task,
        splits: &Splits,
        steps: &[Step],
        limits: &Limits,
        clock: &mut Clock<'_>,
    ) -> Result<Vec<Climbed>, TrainError> {
        // A draft keeps a second thread busy already, where it is not alone.
        let pairs = self.threads > 1 && (self.draft_only || !joins(splits, &self.recipe));
        let mut climbed: Vec<Climbed> = Vec::new();
        while let Some(&step) = steps.get(climbed.len()) {
            if climbed.last().is_some_and(|below| is_same(below, step)) {
                climbed.push(Climbed { note: Some(AS_BELOW.to_owned()), ..Climbed::new(step) });
                continue;
            }
            if let Some(note) = self.spared(task, splits, &climbed, step) {
                climbed.push(Climbed { note: Some(note.to_owned()), ..Climbed::new(step) });
                continue;
            }
            let bags = |next: &&Step| [step.tier, next.tier] == [Tier::Bag; 2];
            let next = steps.get(climbed.len() + 1).filter(|next| pairs && bags(next));
            let together: Vec<Step> = [step].into_iter().chain(next.copied()).collect();
            let built = self.build_all(task, splits, &together, (climbed.len() + 1, steps.len()));
            for (step, built) in together.into_iter().zip(built) {
                if climbed.last().is_some_and(|below| is_same(below, step)) {
                    break;
                }
                let rung = self.rung(step, built, limits, clock)?;
                let enough = rung.is_in() && reaches(&rung, limits.min_accuracy);
                climbed.push(rung);
                if enough {
                    return Ok(climbed);
                }
            }
        }
        Ok(climbed)
    }

    /// The rung of a model that was built, or could not be.
    fn rung(
        &self,
        step: Step,
        built: Result<Built, TrainError>,
        limits: &Limits,
        clock: &mut Clock<'_>,
    ) -> Result<Climbed, TrainError> {
        let mut rung = Climbed::new(step);
        match built {
            Ok(built) => {
                let figures = figures(&built, clock)?;
                let slow = limits.max_latency_us.filter(|&most| figures.p50_us.is_none_or(|p50| p50 > most));
                rung.note = slow.map(|most| format!("slower than {most} µs"));
                rung.figures = Some(figures);
                rung.built = Some(built);
            }
            Err(TrainError::Size { least, .. }) => {
                let least = least + self.reserve;
                rung.note = Some(format!("needs {least} bytes at least"));
                rung.least = Some(least);
            }
            // Beside texts from outside a bag has something to tell; where there are none it says so itself.
            Err(TrainError::OneLabel { .. }) if step.tier == Tier::Lookup => {
                rung.note = Some("there is one label alone".to_owned());
            }
            Err(error) => return Err(error),
        }
        Ok(rung)
    }

    /// Why a tagger that stands above bags is not trained, if it is not: it takes the longest, and must have something to win.
    fn spared(&self, task: &Task, splits: &Splits, climbed: &[Climbed], step: Step) -> Option<&'static str> {
        if step.tier != Tier::Tagger || climbed.iter().all(|below| below.step.tier != Tier::Bag) {
            return None;
        }
        let merit =
            |rung: &Climbed| rung.built.as_ref()?.trained.report.merit.as_ref().map(|merit| merit.rows);
        if climbed.iter().filter_map(merit).max().unwrap_or(0) < LEAST_ROWS {
            return Some("not tried: too few tuning rows tell whether it is better than a bag");
        }
        if climbed.iter().filter(|rung| rung.is_in()).any(|rung| rung.merit() >= Some(1.0 - KNEE)) {
            return Some("not tried: it has nothing to win");
        }
        let learned = learned_bytes(task, splits, &self.recipe);
        (learned > MOST_TEXT).then_some("not tried: it would take long to learn from so many rows")
    }

    /// Trains each of the steps, side by side. The results do not depend on that.
    fn build_all(
        &mut self,
        task: &Task,
        splits: &Splits,
        steps: &[Step],
        rung: (usize, usize),
    ) -> Vec<Result<Built, TrainError>> {
        let threads = (self.threads / steps.len().max(1)).max(1);
        let (recipe, reserve, doubt, draft_only) = (&self.recipe, self.reserve, self.doubt, self.draft_only);
        let (words, school) = (&self.words, &self.school);
        // They are those of one step, which is then the only one.
        let drafts = self.drafts.take();
        let drafts = drafts.as_ref();
        // How far each of them is, and who is told.
        let told = Mutex::new((vec![(0, 0); steps.len()], &mut *self.listener));
        let build = |at: usize, step: Step| {
            let told = &told;
            let listener = move |progress: &Progress| {
                if let Ok(mut told) = told.lock() {
                    let (shares, listener) = &mut *told;
                    shares[at] = (progress.done, progress.total);
                    let (done, total) =
                        shares.iter().fold((0, 0), |sum, share| (sum.0 + share.0, sum.1 + share.1));
                    listener(&Progress { done, total, rung: Some(rung), ..progress.clone() });
                }
            };
            let trainer = Trainer {
                recipe: Recipe { max_size: step.max_size, ..recipe.clone() },
                tier: Some(step.tier),
                threads,
                reserve,
                doubt,
                words: words.clone(),
                teacher: None,
                school: school.clone(),
                draft_only,
                drafts: drafts.cloned(),
                listener: Box::new(listener),
            };
            trainer.build(task, splits)
        };
        thread::scope(|scope| {
            let build = &build;
            let others: Vec<_> = steps
                .iter()
                .enumerate()
                .skip(1)
                .map(|(at, &step)| scope.spawn(move || build(at, step)))
                .collect();
            let mut built: Vec<_> = steps.first().map(|&step| build(0, step)).into_iter().collect();
            built.extend(
                others
                    .into_iter()
                    .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
            );
            built
        })
    }
}

/// The note of a rung whose model would be that of the rung below.
const AS_BELOW: &str = "as the rung below: everything fits there";

/// The rungs of a task, the cheapest first.
fn steps(task: &Task, slots: bool, limit: Option<u64>) -> Vec<Step> {
    let within = |size: &u64| limit.is_none_or(|limit| *size <= limit);
    let mut sizes: Vec<u64> = SIZES.into_iter().skip(usize::from(slots)).filter(within).collect();
    sizes.extend(limit.filter(|limit| !sizes.contains(limit)));
    let tier = if slots { Tier::Tagger } else { Tier::Bag };
    // Only where a text has one label and nothing more can a text that was shown be answered whole.
    let lookup = (!slots && task.kind == Kind::SingleLabel)
        .then_some(Step { tier: Tier::Lookup, max_size: limit.unwrap_or(SIZES[SIZES.len() - 1]) });
    let largest = sizes.last().map(|&max_size| Step { tier: Tier::Tagger, max_size });
    let tagger = largest.filter(|_| lookup.is_some());
    lookup
        .into_iter()
        .chain(sizes.into_iter().map(|max_size| Step { tier, max_size }))
        .chain(tagger)
        .collect()
}

/// Whether this step would give the model of the rung below again.
fn is_same(below: &Climbed, step: Step) -> bool {
    let whole = below.built.as_ref().is_some_and(|built| built.whole);
    below.step.tier == step.tier && (whole || below.note.as_deref() == Some(AS_BELOW))
}

/// Whether a rung is as accurate as asked; no rung is if nothing is asked, so that all are climbed.
fn reaches(rung: &Climbed, least: Option<f64>) -> bool {
    least.zip(rung.merit()).is_some_and(|(least, merit)| merit >= least)
}

fn figures(built: &Built, clock: &mut Clock<'_>) -> Result<RungModel, TrainError> {
    let bytes = &built.trained.model;
    let model = Model::open(bytes).map_err(|error| TrainError::Fault(error.to_string()))?;
    let worst = model.worst_case(CHARACTERS);
    let merit: Option<&Merit> = built.trained.report.merit.as_ref();
    Ok(RungModel {
        bytes: bytes.len(),
        memory_bytes: Engine::memory(&model),
        multiply_adds: worst.multiply_adds,
        rows_read: worst.rows,
        accuracy: merit.map(|merit| merit.value),
        interval: merit.map(|merit| merit.interval),
        p50_us: clock(&model),
        front: false,
        chosen: false,
    })
}

/// The rung to take.
struct Choice {
    at: usize,
    why: String,
    missed: Option<String>,
}

/// Chooses among the rungs that have a model; none if none has.
fn choose(climbed: &[Climbed], limits: &Limits) -> Option<Choice> {
    let built: Vec<usize> = (0..climbed.len()).filter(|&at| climbed[at].built.is_some()).collect();
    let inside: Vec<usize> = built.iter().copied().filter(|&at| climbed[at].is_in()).collect();
    let mut missed = None;
    if let (true, Some(most)) = (inside.is_empty(), limits.max_latency_us) {
        missed = Some(format!("no rung answers in {most} µs"));
    }
    // Where no rung is fast enough, the best of those that there are is still the best.
    let open = if inside.is_empty() { built } else { inside };
    let merit = |at: usize| climbed[at].merit();
    let rows = |at: usize| {
        climbed[at]
            .built
            .as_ref()
            .and_then(|built| built.trained.report.merit.as_ref())
            .map_or(0, |merit| merit.rows)
    };
    let few = rows(*open.first()?) < LEAST_ROWS;
    let best = open.iter().copied().reduce(|best, at| if merit(at) > merit(best) { at } else { best })?;
    if let Some(least) = limits.min_accuracy {
        if let Some(at) = open.iter().copied().find(|&at| reaches(&climbed[at], Some(least))) {
            return Some(Choice { at, why: format!("the cheapest rung that reaches {least}"), missed });
        }
        missed = missed.or_else(|| {
            Some(match merit(best) {
                Some(found) => format!("no rung reaches min_accuracy = {least}: the best has {found:.4}"),
                None => format!("there are no tuning rows to hold against min_accuracy = {least}"),
            })
        });
    }
    if few {
        let largest = open.iter().copied().rfind(|&at| climbed[at].step.tier != Tier::Lookup);
        let why = format!("the largest: fewer than {LEAST_ROWS} tuning rows do not tell which is better");
        return Some(Choice { at: largest.or(open.last().copied())?, why, missed });
    }
    if missed.is_some() {
        return Some(Choice { at: best, why: "the best of those that there are".to_owned(), missed });
    }
    let good = |&at: &usize| merit(at).zip(merit(best)).is_some_and(|(merit, best)| merit >= best - KNEE);
    let at = open.iter().copied().find(good)?;
    let why = if open.iter().all(|&at| climbed[at].step.tier == Tier::Lookup) {
        "nothing else is within the limits; it answers the texts of the examples and no others".to_owned()
    } else if at == best {
        "the best, and no cheaper one is as good to 0.2 points".to_owned()
    } else {
        let gain = 100.0 * (merit(best).unwrap_or_default() - merit(at).unwrap_or_default());
        format!("the cheapest that is as good as the best to 0.2 points; the best has {gain:.2} more")
    };
    Some(Choice { at, why, missed })
}

/// The error when no rung has a model: the least size that one of them names.
fn smallest(climbed: &[Climbed], limit: Option<u64>) -> TrainError {
    let least = climbed.iter().filter_map(|rung| rung.least).min();
    TrainError::Size { max_size: limit.unwrap_or(SIZES[SIZES.len() - 1]), least: least.unwrap_or_default() }
}

/// The chosen model, with the table of the rungs in its facts.
fn finish(
    task: &Task,
    splits: &Splits,
    mut climbed: Vec<Climbed>,
    limits: &Limits,
    choice: Choice,
) -> Result<Trained, TrainError> {
    let fault = |what: &str| TrainError::Fault(what.to_owned());
    let Some(Built { trained: Trained { model, report }, recipe, .. }) = climbed[choice.at].built.take()
    else {
        return Err(fault("the chosen rung has no model"));
    };
    let merit = report.merit.as_ref();
    let mut ladder = Ladder {
        measure: merit.map_or("accuracy", |merit| merit.measure).to_owned(),
        tuning_rows: merit.map_or(0, |merit| merit.rows),
        limits: limits.clone(),
        why: choice.why,
        missed: choice.missed,
        rungs: climbed
            .into_iter()
            .map(|rung| Rung {
                tier: rung.step.tier.name().to_owned(),
                max_size: rung.step.max_size,
                note: rung.note,
                model: rung.figures,
            })
            .collect(),
    };
    ladder.mark(choice.at);
    let mut bytes = model;
    // The table says how large the file is, which the table is part of: a few digits, and padding that mostly swallows them.
    for _ in 0..4 {
        if let Some(own) = ladder.rungs.get_mut(choice.at).and_then(|rung| rung.model.as_mut()) {
            own.bytes = bytes.len();
        }
        let told = TrainReport { ladder: Some(ladder.timeless()), ..report.clone() };
        let again = with_meta(&bytes, &facts(&recipe, task, splits, &told)?)?;
        let settled = again.len() == bytes.len();
        bytes = again;
        if settled {
            break;
        }
    }
    if bytes.len() as u64 > recipe.max_size {
        return Err(fault("the table of the rungs is larger than what was kept free for it"));
    }
    let opened = Model::open(&bytes).map_err(|error| fault(&error.to_string()))?;
    verify(&opened).map_err(|error| fault(&error.to_string()))?;
    Ok(Trained { model: bytes, report: TrainReport { ladder: Some(ladder), ..report } })
}

/// The file with other facts.
fn with_meta(file: &[u8], meta: &str) -> Result<Vec<u8>, TrainError> {
    let (tier, mut sections) = unpack(file).map_err(|error| TrainError::Fault(error.to_string()))?;
    for (kind, content) in &mut sections {
        if *kind == SectionKind::Meta {
            *content = meta.as_bytes().to_vec();
        }
    }
    Ok(pack(tier, &sections))
}
