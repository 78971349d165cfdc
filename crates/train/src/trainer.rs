//! From a task and its rows to a model file.

use crate::accept::{Evidence, Outside, Settled, kept_note, settle};
use crate::acceptance::Acceptance;
use crate::calibrate::{Calibration, LEAST_ROWS, calibrate, rounded, score};
use crate::error::TrainError;
use crate::few::is_few;
use crate::fitted::{Drafts, FittedBag};
use crate::fitting::{Job, Rows, fit_one};
use crate::looking::ShownRows;
use crate::merit::Merit;
use crate::plan::Plan;
use crate::progress::{Meter, Progress};
use crate::promise::needed;
use crate::recipe::Recipe;
use crate::report::TrainReport;
use crate::school::School;
use crate::session::{Built, Trained, Trainer};
use crate::tagging::{HeldRows, TaggedRows};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;
use stonechat_engine::format::{DecisionRule, Labels, Tier};
use stonechat_engine::text::{Class, characters};
use stonechat_engine::{Confidence, FormatError, Model};
use stonechat_eval::{Bin, Options, evaluate};
use stonechat_task::check::LEAST_OUTSIDE;
use stonechat_task::{Example, Kind, Origin, Splits, Task, label_names};

/// The rows to tune on.
struct Tuning<'a> {
    rows: Rows<'a>,
    /// Rows with a label that the model does not have: it cannot be right.
    strange: Vec<&'a Example>,
    /// Rows outside the task.
    outside: Outside<'a>,
}

/// What notes say of the rows to tune on.
struct TuningFacts<'a> {
    /// Rows whose labels the model has.
    known: usize,
    strange: &'a [&'a Example],
    /// How many were left out, as a draft could not know their labels or slots.
    unjudged: usize,
}

/// How good a fitted model is on the tuning rows.
#[derive(Clone, Debug)]
struct Verdict {
    calibration: Calibration,
    float_accuracy: Option<f64>,
    accuracy: Option<f64>,
    ece: Option<f64>,
    reliability: Vec<Bin>,
    /// What rivals are compared by; none without tuning rows.
    merit: Option<Merit>,
}

impl Default for Verdict {
    fn default() -> Self {
        Self {
            calibration: Calibration::NONE,
            float_accuracy: None,
            accuracy: None,
            ece: None,
            reliability: Vec::new(),
            merit: None,
        }
    }
}

/// The best of those that were fitted.
struct Chosen {
    /// Fitted to all rows; a draft where that is kept.
    fitted: Arc<FittedBag>,
    /// The drafts, where no more was to be made.
    drafts: Option<Drafts>,
    verdict: Verdict,
    settled: Settled,
    /// The bytes that the tuning rows were held against.
    judged: Vec<u8>,
    /// Whether all would be the same in a larger file.
    whole: bool,
}

/// Whether the valid rows tune a draft that did not see them, and are then learned from like the train rows.
pub(crate) fn joins(splits: &Splits, recipe: &Recipe) -> bool {
    let may = match splits.valid_origin {
        Origin::SetAside => true,
        Origin::Given => recipe.learn_valid == 1,
        Origin::Absent => false,
    };
    may && recipe.max_error <= 0.0
}

/// The valid rows that are learned from like the train rows.
fn joining<'a>(splits: &'a Splits, recipe: &Recipe) -> &'a [Example] {
    if joins(splits, recipe) { &splits.valid } else { &[] }
}

/// Whether rows to learn from have slots, or the task is one of slots alone: then only a tagger answers all of it.
pub fn has_slots(task: &Task, splits: &Splits, recipe: &Recipe) -> bool {
    let rows = splits.train.iter().chain(joining(splits, recipe));
    let mut rows = rows.filter(|row| !row.labels.contains(&task.out_of_scope));
    task.kind == Kind::SlotsOnly || rows.any(|row| !row.slots.is_empty())
}

/// Whether a model learns from a teacher, if there is one: of one label a text, and with slots where the rows of a label are not many
/// (see [`Recipe::taught_rows`]). `slots` says whether slots are learned.
pub fn asks_teacher(task: &Task, splits: &Splits, recipe: &Recipe, slots: bool) -> bool {
    if !slots || task.kind != Kind::SingleLabel {
        return task.kind == Kind::SingleLabel;
    }
    // Lessons about labels cost a tagger of many rows more in slots than they gain (measured on atis and snips).
    let Divided { learned, .. } = divide(task, splits, recipe);
    let inside = learned.iter().copied().filter(|row| !is_outside(task, row));
    let (rows, most) = (learned.len(), recipe.taught_rows as usize);
    label_names(task, inside).is_ok_and(|names| {
        let labels = names.len();
        labels > 1 && (is_few(recipe, rows, labels) || rows <= labels.saturating_mul(most))
    })
}

/// The note of a model that learned nothing of a teacher that was asked.
const UNTAUGHT: &str = "held-out rows chose a linear machine, which learns nothing of a teacher, before the network that it taught; \
                        `linear_labels=0` takes the network";

/// The share of the rows to learn from that chooses among models where an error is promised: those that prove it must not.
const CHOOSING: f64 = 0.1;
/// Rows to tune on, for one that is needed at the least for a promise.
const AMPLE: f64 = 10.0;
/// The largest share of the rows that is set aside for a promise.
const MOST_SET_ASIDE: f64 = 0.3;

/// The share that is set aside where these do not prove what is to be promised.
const HALF: f64 = 0.5;
/// What the first attempt has of the doubt that a promise may leave, where a second may follow: the other has the rest.
const FIRST_PART: f64 = 0.8;

/// The rows, with about a share of them set aside to tune on.
fn with_aside(splits: &Splits, share: f64) -> Splits {
    let mut splits = splits.clone();
    splits.set_aside(share);
    splits
}

/// The rows of a training.
struct Divided<'a> {
    /// To learn from; a draft sees no others.
    train: Vec<&'a Example>,
    /// To choose by, and, where nothing is promised, to tune on.
    valid: Held<'a>,
    /// All to learn from, those of `train` first: with `valid`, where that is learned from in the end.
    learned: Vec<&'a Example>,
    /// Where an error is promised, the rows to tune on: they prove it, and choose nothing.
    proof: Option<Held<'a>>,
    /// How many of the rows to learn from, the first ones, a draft sees, where there is to be one.
    part: Option<usize>,
    /// How many valid rows are learned from and judge nothing, as their labels or slots would be unknown to a draft.
    unjudged: usize,
}

/// Rows that were not learned from.
struct Held<'a> {
    /// Those inside the task.
    inside: Vec<&'a Example>,
    /// Those outside it.
    outside: Vec<&'a Example>,
}

fn is_outside(task: &Task, row: &Example) -> bool {
    row.labels.contains(&task.out_of_scope)
}

/// Divides the rows. Those outside the task are learned from where there are enough to learn from, and a text has one label.
fn divide<'a>(task: &Task, splits: &'a Splits, recipe: &Recipe) -> Divided<'a> {
    let apart = |rows: Vec<&'a Example>| -> Held<'a> {
        let (outside, inside) = rows.into_iter().partition(|row| is_outside(task, row));
        Held { inside, outside }
    };
    let promises = recipe.max_error > 0.0;
    let tuning: Vec<&Example> = splits.valid.iter().collect();
    let (to_learn, to_choose, to_prove) = if promises {
        let (learn, choose) = splits.to_choose(CHOOSING);
        (learn, choose, Some(tuning))
    } else {
        (splits.train.iter().collect(), tuning, None)
    };
    let draft = promises || joins(splits, recipe);
    let Held { inside: mut train, outside } = apart(to_learn);
    let mut valid = apart(to_choose);
    let count = outside.len() + if draft { valid.outside.len() } else { 0 };
    let learns = recipe.learn_outside == 1 && task.kind == Kind::SingleLabel && count >= LEAST_OUTSIDE;
    if learns {
        train.extend(outside);
    }
    let mut learned = train.clone();
    if draft {
        learned.extend(&valid.inside);
        learned.extend(valid.outside.iter().filter(|_| learns));
    }
    if draft && train.iter().all(|row| is_outside(task, row)) {
        // A draft would know nothing of the task: every row that there is is learned from, and none is left to tune on.
        valid = apart(Vec::new());
    }
    let count = valid.inside.len();
    if splits.valid_origin == Origin::Given && joins(splits, recipe) {
        let rows = || train.iter().filter(|row| !is_outside(task, row));
        let labels: BTreeSet<&String> = rows().flat_map(|row| &row.labels).collect();
        let slots: BTreeSet<&String> = rows().flat_map(|row| &row.slots).map(|slot| &slot.name).collect();
        valid.inside.retain(|row| {
            row.labels.iter().all(|label| labels.contains(label))
                && row.slots.iter().all(|slot| slots.contains(&slot.name))
        });
    }
    let unjudged = count - valid.inside.len();
    let part = (draft && !valid.inside.is_empty()).then_some(train.len());
    Divided { train, valid, learned, proof: to_prove.map(apart), part, unjudged }
}

/// The rows inside the task that a model is judged on, and that its draft does not learn from.
pub(crate) fn to_judge<'a>(task: &Task, splits: &'a Splits, recipe: &Recipe) -> Vec<&'a Example> {
    divide(task, splits, recipe).valid.inside
}

/// The bytes of the texts to learn from, as far as they are read.
pub(crate) fn learned_bytes(task: &Task, splits: &Splits, recipe: &Recipe) -> usize {
    let read = |row: &&Example| row.text.len().min(recipe.max_characters as usize);
    divide(task, splits, recipe).learned.iter().map(read).sum()
}

/// Scores that are kept for the calibration, at the most.
const MOST_SCORES: usize = 20_000_000;

impl Trainer<'_> {
    /// Trains a model: fits, quantises, packs, calibrates, records.
    ///
    /// It learns from the train rows and tunes on the valid rows, and never reads the test rows. Where the valid rows were
    /// set aside from the train rows, or [`Recipe::learn_valid`] says so, they tune a draft that learned from the rest; the model then
    /// learns from all of them, unless it promises an error.
    ///
    /// # Errors
    ///
    /// See [`TrainError`].
    pub fn train(self, task: &Task, splits: &Splits) -> Result<Trained, TrainError> {
        self.promised(splits, |trainer, splits| trainer.build(task, splits).map(|built| built.trained))
    }

    /// Trains by `train` with as many rows set aside as a promise mostly needs, where one is asked for and the data does not say
    /// itself what to tune on, and with half of them where those do not prove it. Both attempts together leave no more doubt than
    /// a single one.
    pub(crate) fn promised<T>(
        mut self,
        splits: &Splits,
        mut train: impl FnMut(Trainer<'_>, &Splits) -> Result<T, TrainError>,
    ) -> Result<T, TrainError> {
        if self.recipe.max_error <= 0.0 || splits.valid_origin != Origin::SetAside {
            return train(self, splits);
        }
        let rows = (splits.train.len() + splits.valid.len()).max(1) as f64;
        let share = AMPLE * needed(self.recipe.max_error, self.doubt) as f64 / rows;
        let doubt = self.doubt;
        self.doubt = FIRST_PART * doubt;
        let result = train(self.again(), &with_aside(splits, share.min(MOST_SET_ASIDE)));
        match result {
            Err(TrainError::NoPromise { .. }) => self.doubt = doubt - self.doubt,
            // Nothing was tested.
            Err(TrainError::TooFewToPromise { .. }) => self.doubt = doubt,
            _ => return result,
        }
        train(self, &with_aside(splits, HALF))
    }

    /// [`Trainer::train`], with what a comparison needs.
    pub(crate) fn build(mut self, task: &Task, splits: &Splits) -> Result<Built, TrainError> {
        self.recipe.check().map_err(TrainError::Recipe)?;
        let Divided { train, valid, learned, proof, part, unjudged } = divide(task, splits, &self.recipe);
        // All that must fit the task, whatever is decided by it.
        let held: Vec<&Example> =
            valid.inside.iter().chain(proof.iter().flat_map(|proof| &proof.inside)).copied().collect();
        // A comparison of drafts promises nothing yet.
        let proof = proof.filter(|_| !self.draft_only);
        let told = &proof.as_ref().unwrap_or(&valid).inside;
        let inside: Vec<&Example> = learned.iter().copied().filter(|row| !is_outside(task, row)).collect();
        if inside.is_empty() {
            return Err(TrainError::NoRows);
        }
        let only_slots = task.kind == Kind::SlotsOnly;
        let multi_label = task.kind == Kind::MultiLabel;
        if !multi_label
            && !only_slots
            && let Some(row) = learned.iter().chain(&held).find(|row| row.labels.len() != 1)
        {
            let (file, line) = (row.source.file.to_path_buf(), row.source.line);
            return Err(TrainError::Labels { file, line, found: row.labels.len() });
        }
        let mut names = label_names(task, inside.iter().copied()).map_err(TrainError::Task)?;
        if !task.labels.is_empty() {
            label_names(task, held.iter().copied()).map_err(TrainError::Task)?;
        }
        if names.len() > Labels::MOST as usize {
            return Err(TrainError::TooManyLabels { found: names.len() });
        }
        let tagged =
            self.tier.map_or_else(|| has_slots(task, splits, &self.recipe), |tier| tier == Tier::Tagger);
        if only_slots && !tagged && self.tier != Some(Tier::Lookup) {
            return Err(TrainError::NoLabels);
        }
        let lookup = self.tier == Some(Tier::Lookup);
        let inner = |rows: &[&Example]| rows.iter().filter(|row| !is_outside(task, row)).count();
        let part = if lookup { part.map(|part| inner(&train[..part])) } else { part };
        let learned = if lookup { inside.clone() } else { learned };
        let learns_outside = learned.len() > inside.len();
        let (label, count) = (learns_outside.then_some(names.len() as u32), learned.len() - inside.len());
        let outside = |tuning| Outside { label, learned: count, tuning };
        if learns_outside {
            names.push(task.out_of_scope.clone());
        }
        if self.recipe.max_size == 0 {
            self.recipe.max_size = if tagged || lookup { 2_500_000 } else { 1_100_000 };
        }
        let known: BTreeSet<&String> = names.iter().collect();
        let is_strange = |row: &&Example| !row.labels.iter().all(|label| known.contains(label));
        let strange: Vec<&Example> = told.iter().copied().filter(is_strange).collect();
        let facts = TuningFacts { known: told.len() - strange.len(), strange: &strange, unjudged };
        if lookup {
            let why = match task.kind {
                Kind::MultiLabel => Some("a text of this task may have several"),
                _ if has_slots(task, splits, &self.recipe) => Some("the rows have slots"),
                _ => None,
            };
            if let Some(why) = why {
                return Err(TrainError::NoLookup { why });
            }
        }
        if tagged || lookup {
            self.resolve_rate(false);
        }
        if tagged {
            self.ask(task, splits, has_slots(task, splits, &self.recipe))?;
            let held = |Held { inside: rows, outside: others }| HeldRows { rows, outside: outside(others) };
            let rows =
                TaggedRows { learned: learned.clone(), part, tuning: held(valid), proof: proof.map(held) };
            return self.train_tagger(task, splits, &rows, |trainer, names, accuracy| {
                trainer.notes(task, splits, &learned, names, &facts, accuracy)
            });
        }
        if names.is_empty() {
            return Err(TrainError::NoLabels);
        }
        if let ([label], false) = (names.as_slice(), multi_label) {
            return Err(TrainError::OneLabel { label: label.clone() });
        }
        if lookup {
            let taught = self.teacher.is_some();
            let shown = ShownRows {
                learned: learned.clone(),
                part,
                tuning: valid.inside.clone(),
                proof: proof.as_ref().map(|proof| proof.inside.clone()),
            };
            // A look-up is not calibrated on scores: it says itself what its confidence rests on.
            let facts = TuningFacts { known: LEAST_ROWS, ..facts };
            return self.train_lookup(task, splits, &names, &shown, |trainer| {
                let mut notes = trainer.notes(task, splits, &learned, &names, &facts, None);
                notes.extend(
                    taught.then(|| "a look-up learns nothing of a teacher: it was not asked".to_owned()),
                );
                notes
            });
        }
        self.resolve_weight(&learned);

        self.tell("reading");
        let settings = self.recipe.features();
        self.ask(task, splits, false)?;
        let choice = self.words.clone();
        let words = {
            let texts: Vec<&str> = learned.iter().map(|row| row.text.as_str()).collect();
            choice.of(&self.recipe, &texts)
        };
        let school = self.school.clone();
        self.resolve_rate(school.as_deref().is_some_and(School::is_few));
        let rows = Rows { school: school.as_deref(), ..Rows::read(&learned, &names, &settings, words) };
        let read = |Held { inside: rows, outside: others }| {
            let (strange, rows): (Vec<&Example>, Vec<&Example>) = rows.into_iter().partition(is_strange);
            Tuning { rows: Rows::read(&rows, &names, &settings, words), strange, outside: outside(others) }
        };
        let told = told.len();
        let (tuning, proof) = (read(valid), proof.map(read));

        let plans = self.plans(
            &names,
            multi_label,
            self.wants_machine(&names, &rows, &tuning),
            words.is_some(),
            &tuning,
        )?;
        let Chosen { fitted, drafts, verdict, settled, judged, whole } =
            self.compete(&names, &plans, &rows, part, &tuning, proof.as_ref())?;
        let kept = part.filter(|_| self.draft_only);
        let report = TrainReport {
            tier: "bag",
            linear: fitted.plan.linear,
            train_rows: kept.unwrap_or(rows.examples.len()),
            valid_rows: told,
            draft: part.is_some() && kept.is_none() && proof.is_none(),
            labels: names.len(),
            texts: None,
            features: fitted.dictionary.len(),
            buckets: fitted.bag.shape.buckets,
            dim: fitted.plan.dim,
            bits: fitted.bits,
            hidden: fitted.plan.hidden,
            words: fitted.pieces.report(words, fitted.plan.piece_bits),
            teacher: school
                .as_deref()
                .filter(|_| !fitted.plan.linear)
                .and_then(|school| school.report(part, &rows.pupils(&names, &self.recipe))),
            float_accuracy: verdict.float_accuracy,
            accuracy: verdict.accuracy,
            quantization_loss_points: verdict
                .float_accuracy
                .zip(verdict.accuracy)
                .map(|(float, shipped)| 100.0 * (float - shipped)),
            ece: verdict.ece,
            reliability: verdict.reliability,
            temperature: 1.0 / verdict.calibration.slope,
            scope: settled.scope,
            promise: settled.promise,
            cascade: None,
            machine: None,
            slots: None,
            notes: {
                let mut notes = self.notes(task, splits, &learned, &names, &facts, verdict.accuracy);
                let taught = school.as_deref().filter(|_| !fitted.plan.linear);
                notes.extend(taught.and_then(|school| school.note(words, names.len())));
                if fitted.plan.linear && school.as_deref().is_some_and(School::is_taught) {
                    notes.push(UNTAUGHT.to_owned());
                }
                notes.extend(settled.notes);
                notes.extend(kept_note(splits, proof.is_some()));
                notes
            },
            merit: verdict.merit,
            ladder: None,
        };

        self.tell("recording");
        let meta = self.facts(task, splits, &report)?;
        let texts: Vec<&str> = learned.iter().rev().map(|example| example.text.as_str()).collect();
        let count = self.recipe.recorded as usize;
        let model = fitted.package(&names).write(&settled.acceptance, &meta, &texts, count, self.room())?;
        Ok(Built { trained: Trained { model, report }, recipe: self.recipe, whole, judged, drafts })
    }

    /// Asks the teacher, if there is one that was not asked yet; where rows are few, makes texts without one as well. `slots` says
    /// whether slots are learned.
    pub(crate) fn ask(&mut self, task: &Task, splits: &Splits, slots: bool) -> Result<(), TrainError> {
        let mut teacher = self.teacher.take();
        if self.school.is_some() || !asks_teacher(task, splits, &self.recipe, slots) {
            return Ok(());
        }
        // The rows that `build` learns from, in its order.
        let Divided { learned: rows, part, .. } = divide(task, splits, &self.recipe);
        let part = part.unwrap_or(rows.len());
        let inside = rows.iter().copied().filter(|row| !is_outside(task, row));
        let names = label_names(task, inside).map_err(TrainError::Task)?;
        if teacher.is_none() && !is_few(&self.recipe, rows.len(), names.len()) {
            return Ok(());
        }
        let choice = self.words.clone();
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        let words = choice.of(&self.recipe, &texts);
        let listener = &mut *self.listener;
        let mut advance = |stage, done, total| {
            listener(&Progress { stage, done, total, epoch: None, loss: None, rung: None });
        };
        let school = School::ask(
            teacher.as_deref_mut(),
            &rows,
            part,
            &names,
            words,
            &self.recipe,
            slots,
            &mut advance,
        )?;
        self.school = Some(Arc::new(school));
        Ok(())
    }

    /// What is supposed of a network's confidences where too few rows tell.
    pub(crate) fn supposed(&self) -> Calibration {
        let few = self.school.as_deref().is_some_and(School::is_few);
        if few { Calibration::OF_FEW } else { Calibration::NONE }
    }

    /// Settles a `character_weight` that the recipe leaves open: the n-grams of one and two characters of a script without
    /// spaces are words, and tell as much as words do elsewhere.
    pub(crate) fn resolve_weight(&mut self, learned: &[&Example]) {
        if self.recipe.character_weight != 0.0 {
            return;
        }
        let (mut letters, mut unspaced) = (0u64, 0u64);
        for character in learned.iter().flat_map(|example| characters(&example.text)) {
            match character.class {
                Class::Letter => letters += 1,
                Class::Unspaced => unspaced += 1,
                _ => {}
            }
        }
        self.recipe.character_weight = if unspaced > letters { 0.5 } else { 1.0 };
    }

    /// Settles a `table_rate` that the recipe leaves open: few rows say less of a hashed feature than of the pieces of words.
    fn resolve_rate(&mut self, few: bool) {
        if self.recipe.table_rate == 0.0 {
            self.recipe.table_rate = if few { 1.0 } else { f64::from(self.recipe.table_step()) };
        }
    }

    /// Whether a linear machine is to be tried: where labels are few, unless a network learns more than the rows tell, and there are no
    /// tuning rows to compare the two.
    fn wants_machine(&self, names: &[String], rows: &Rows<'_>, tuning: &Tuning<'_>) -> bool {
        let blind = tuning.rows.examples.len() < LEAST_ROWS;
        let more = rows.school.is_some_and(|school| school.knows_more(rows.words));
        names.len() <= self.recipe.linear_labels as usize && !(blind && more)
    }

    /// What to try: a network, and before it a machine if it is wanted, without word pieces and, where there are `words`, with them. Without
    /// enough tuning rows to tell which is better, it is the machine without, which asks for least.
    fn plans(
        &self,
        names: &[String],
        multi_label: bool,
        machine: bool,
        words: bool,
        tuning: &Tuning<'_>,
    ) -> Result<Vec<Plan>, TrainError> {
        let plan = |linear| Plan::new(&self.recipe, names, multi_label, linear);
        // A machine that does not fit is no rival.
        let linear = if machine { plan(true).ok().flatten() } else { None };
        match linear {
            Some(linear) if tuning.rows.examples.len() < LEAST_ROWS => Ok(vec![linear]),
            Some(linear) => {
                let of_pieces = linear.of_pieces(&self.recipe).filter(|_| words);
                Ok([Some(linear), of_pieces, plan(false).ok().flatten()].into_iter().flatten().collect())
            }
            None => Ok(plan(false)?.into_iter().collect()),
        }
    }

    /// Whether these plans are those of a file of any size, but for the room.
    fn plans_fit(&self, names: &[String], plans: &[Plan], machine: bool) -> bool {
        let recipe = Recipe { max_size: 1 << 32, ..self.recipe.clone() };
        let free = |plan: &Plan| Plan::new(&recipe, names, plan.multi_label, plan.linear).ok().flatten();
        let same =
            |plan: &Plan| free(plan).is_some_and(|free| (free.dim, free.hidden) == (plan.dim, plan.hidden));
        plans.iter().all(same) && (!machine || plans.iter().any(|plan| plan.linear))
    }

    /// Fits what is planned, to all rows or to the first of them that a draft may see, and judges it on the tuning rows. Returns
    /// the best, fitted to all rows, its verdict, and whether all would be the same in a larger file; of equals the first. Where rows
    /// are to prove a promise, the verdict and what is settled are of the model itself on these, but for the merit.
    fn compete(
        &mut self,
        names: &[String],
        plans: &[Plan],
        rows: &Rows<'_>,
        part: Option<usize>,
        tuning: &Tuning<'_>,
        proof: Option<&Tuning<'_>>,
    ) -> Result<Chosen, TrainError> {
        let job = |plan, count, stream| Job { plan, names, rows, count, stream };
        let all = rows.examples.len();
        let mut fitted = match self.drafts.take() {
            Some(Drafts::Bags(drafts)) => drafts,
            _ => Vec::new(),
        };
        let compares = !fitted.is_empty();
        // Where there is nothing to choose, and other rows to judge by, no draft is needed.
        let part = part.filter(|_| proof.is_none() || plans.len() > 1 || compares);
        let (first, stream) = (part.unwrap_or(all), u64::from(part.is_some()));
        let mut jobs: Vec<Job<'_>> =
            plans.iter().skip(fitted.len()).map(|&plan| job(plan, first, stream)).collect();
        // A draft without a rival need not be waited for.
        let last = |plan| job(plan, all, 0);
        if let ([plan], Some(_), false) = (plans, part, self.draft_only) {
            jobs.push(last(*plan));
        }
        fitted.extend(self.run(&jobs)?);
        self.tell("calibrating");
        let mut verdicts = Vec::new();
        if part.is_some() || proof.is_none() {
            for fitted in fitted.iter().take(plans.len()) {
                verdicts.push(self.judge(names, fitted, tuning)?);
            }
        }
        let merit = |at: usize| verdicts[at].merit.as_ref().map(|merit| merit.value);
        let best = (1..verdicts.len()).fold(0, |best, at| if merit(at) > merit(best) { at } else { best });
        let machine = self.wants_machine(names, rows, tuning);
        let mut whole =
            self.plans_fit(names, plans, machine) && fitted.iter().all(|fitted| fitted.is_whole());
        let drafts = (self.draft_only && part.is_some()).then(|| Drafts::Bags(fitted.clone()));
        let chosen = match (part, plans) {
            (None, _) => Arc::clone(&fitted[best]),
            (Some(_), _) if self.draft_only => Arc::clone(&fitted[best]),
            (Some(_), [_]) => fitted.swap_remove(plans.len()),
            (Some(_), _) => self.run(&[last(plans[best])])?.swap_remove(0),
        };
        whole &= chosen.is_whole();
        let compared = (!verdicts.is_empty()).then(|| verdicts.swap_remove(best));
        let (judge, tuning) = proof.map_or((&fitted[best], tuning), |proof| (&chosen, proof));
        let verdict = match (compared, proof) {
            (Some(verdict), None) => verdict,
            (compared, _) => {
                let verdict = self.judge(names, judge, tuning)?;
                // What others are compared with is known of the draft.
                let merit = compared.filter(|_| compares).and_then(|compared| compared.merit);
                Verdict { merit: merit.or(verdict.merit), ..verdict }
            }
        };
        let rule = self.rule(plans[best].multi_label, verdict.calibration);
        let rule = DecisionRule { out_of_scope: tuning.outside.label, ..rule };
        let inside: Vec<&Example> = tuning.rows.examples.iter().chain(&tuning.strange).copied().collect();
        let (outside, learned) = (&*tuning.outside.tuning, tuning.outside.learned);
        let doubt = proof.map(|_| self.doubt);
        let package = judge.package(names);
        let settled =
            settle(&package, rule, &self.recipe, Evidence { inside: &inside, outside, learned, doubt })?;
        let judged = package.draft(&settled.acceptance);
        Ok(Chosen { fitted: chosen, drafts, verdict, settled, judged, whole })
    }

    /// Fits every job, side by side as far as there are threads. The results do not depend on that.
    fn run(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Arc<FittedBag>>, TrainError> {
        let meter = Meter::new(jobs.iter().map(|job| job.work(&self.recipe)).sum(), &mut *self.listener);
        let (recipe, meter) = (&self.recipe, &meter);
        let mut fitted = Vec::with_capacity(jobs.len());
        for jobs in jobs.chunks(self.threads) {
            thread::scope(|scope| {
                let others: Vec<_> =
                    jobs.iter().skip(1).map(|job| scope.spawn(move || fit_one(recipe, job, meter))).collect();
                fitted.extend(jobs.first().map(|job| fit_one(recipe, job, meter)));
                fitted.extend(
                    others
                        .into_iter()
                        .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
                );
            });
        }
        if fitted.iter().all(|fitted| fitted.bag.is_finite()) {
            Ok(fitted.into_iter().map(Arc::new).collect())
        } else {
            Err(TrainError::Diverged)
        }
    }

    /// Calibrates a packed model on the tuning rows, and compares it with its floating-point weights.
    fn judge(
        &self,
        names: &[String],
        fitted: &FittedBag,
        tuning: &Tuning<'_>,
    ) -> Result<Verdict, TrainError> {
        let multi_label = fitted.plan.multi_label;
        let fault = |error: FormatError| TrainError::Fault(error.to_string());
        let draft = self.rule(multi_label, Calibration::NONE);
        let package = fitted.package(names);
        let bytes = package.draft(&Acceptance::of(draft));
        let model = Model::open(&bytes).map_err(fault)?;
        let Tuning { rows: known, strange, .. } = tuning;
        let rows = known.examples.iter().zip(&known.labels).take(MOST_SCORES / names.len());
        let scored = score(&model, rows.map(|(example, labels)| (example.text.as_str(), labels.clone())));
        let supposed = if fitted.plan.linear { Calibration::NONE } else { self.supposed() };
        let mut verdict =
            Verdict { calibration: calibrate(&scored, multi_label, supposed), ..Verdict::default() };
        let count = known.examples.len() + strange.len();
        if count == 0 {
            return Ok(verdict);
        }
        let rule = self.rule(multi_label, verdict.calibration);
        let rule = DecisionRule { out_of_scope: tuning.outside.label, ..rule };
        let limit = self.recipe.max_characters;
        let rows = known.examples.iter().zip(&known.features).zip(&known.labels);
        let right = rows.filter(|((example, features), labels)| {
            answer(&fitted.logits(features, &example.text, limit), multi_label, &rule) == **labels
        });
        verdict.float_accuracy = Some(right.count() as f64 / count as f64);
        let bytes = package.draft(&Acceptance::of(rule));
        let model = Model::open(&bytes).map_err(fault)?;
        let owned: Vec<Example> =
            known.examples.iter().chain(strange).map(|&example| example.clone()).collect();
        let evaluation = evaluate(&model, &owned, &Options { threads: self.threads, ..Options::default() });
        verdict.merit = Merit::of(&evaluation, multi_label, count);
        if let Some(label) = evaluation.label {
            verdict.accuracy = Some(label.accuracy);
        }
        if let Some(calibration) = evaluation.calibration {
            verdict.ece = Some(calibration.ece);
            verdict.reliability = calibration.bins.iter().map(rounded).collect();
        }
        Ok(verdict)
    }

    fn notes(
        &self,
        task: &Task,
        splits: &Splits,
        learned: &[&Example],
        names: &[String],
        tuning: &TuningFacts<'_>,
        accuracy: Option<f64>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let outside = |example: &&Example| example.labels.contains(&task.out_of_scope);
        let outside = splits.train.iter().chain(joining(splits, &self.recipe)).filter(outside).count();
        let learns = self.recipe.learn_outside == 1 && names.last() == Some(&task.out_of_scope);
        if outside > 0 && !learns {
            notes.push(format!("{outside} rows labelled `{}` were not learned from", task.out_of_scope));
        }
        let mut support: BTreeMap<&String, usize> = BTreeMap::new();
        for label in learned.iter().flat_map(|example| &example.labels) {
            *support.entry(label).or_default() += 1;
        }
        let unseen = names.iter().filter(|name| !support.contains_key(name)).count();
        if unseen > 0 {
            notes.push(format!("{unseen} labels have no row to learn from and will never be right"));
        }
        // By label, not by place: notes travel in the file, whose bytes must not depend on where the data lies.
        if let Some(label) =
            tuning.strange.iter().flat_map(|row| &row.labels).find(|label| !support.contains_key(label))
        {
            notes.push(format!(
                "tuning rows with a label that no row to learn from has: {}, the first `{label}`; they count as wrong",
                tuning.strange.len()
            ));
        }
        if tuning.unjudged > 0 {
            notes.push(format!(
                "{} valid rows with labels or slots that no train row has were learned from, and judge nothing",
                tuning.unjudged
            ));
        }
        let commonest = support.values().max().copied().unwrap_or_default() as f64 / learned.len() as f64;
        if task.kind == Kind::SingleLabel && accuracy.is_some_and(|accuracy| accuracy < commonest) {
            notes.push(
                "always answering the commonest label would be right more often: look at data and recipe"
                    .to_owned(),
            );
        }
        if tuning.known < LEAST_ROWS {
            notes.push(format!(
                "{} tuning rows are too few to calibrate on (at least {LEAST_ROWS}): confidences are not probabilities",
                tuning.known
            ));
        }
        notes
    }
}

/// The labels that logits stand for.
fn answer(logits: &[f32], multi_label: bool, rule: &DecisionRule) -> Vec<u32> {
    if !multi_label {
        let best = logits.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (index, &logit)| {
            if logit > best.1 { (index as u32, logit) } else { best }
        });
        return vec![best.0];
    }
    let one = f64::from(Confidence::ONE.raw());
    let threshold = f64::from(rule.label_threshold.raw()) / one;
    let probability = |logit: f32| {
        let exponent = (f64::from(logit) * f64::from(rule.sharpness) + f64::from(rule.offset)) / one;
        1.0 / (1.0 + libm::exp2(-exponent))
    };
    let chosen = logits.iter().enumerate().filter(|&(_, &logit)| probability(logit) >= threshold);
    chosen.map(|(index, _)| index as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::Source;

    #[test]
    fn attempts_share_the_doubt() {
        let row = |line: u32| Example {
            text: format!("row {line}"),
            labels: Vec::new(),
            slots: Vec::new(),
            source: Source { file: Path::new("rows").into(), line },
            split: None,
        };
        let splits = Splits {
            train: (0..2000).map(row).collect(),
            valid: Vec::new(),
            test: Vec::new(),
            valid_origin: Origin::SetAside,
            test_origin: Origin::Absent,
            warnings: Vec::new(),
        };
        let run = |max_error: f64, origin, refusal: fn() -> TrainError| {
            let recipe = Recipe { max_error, ..Recipe::default() };
            let splits = Splits { valid_origin: origin, ..splits.clone() };
            let mut tried = Vec::new();
            let result: Result<(), _> = Trainer::new(recipe).promised(&splits, |trainer, splits| {
                tried.push(((trainer.doubt * 1000.0).round(), (splits.valid.len() + 50) / 100));
                Err(refusal())
            });
            assert!(result.is_err());
            tried
        };
        let wrong = || TrainError::NoPromise { max_error: 0.1, rows: 1 };
        let few = || TrainError::TooFewToPromise { max_error: 0.1, rows: 1, needed: 2 };
        // 29 rows are needed for an error of a tenth: ten times as many are 15 in a hundred.
        assert_eq!(run(0.1, Origin::SetAside, wrong), [(40.0, 3), (10.0, 10)]);
        assert_eq!(run(0.01, Origin::SetAside, wrong), [(40.0, 6), (10.0, 10)]);
        assert_eq!(run(0.01, Origin::SetAside, few), [(40.0, 6), (50.0, 10)]);
        assert_eq!(run(0.01, Origin::SetAside, || TrainError::NoRows), [(40.0, 6)]);
        assert_eq!(run(0.01, Origin::Given, wrong), [(50.0, 0)]);
        assert_eq!(run(0.0, Origin::SetAside, wrong), [(50.0, 0)]);
    }
}
