//! From rows with slots to a model file: the part of the trainer that makes taggers.

use crate::accept::{Evidence, Outside, kept_note, settle};
use crate::acceptance::Acceptance;
use crate::calibrate::{
    Calibration, LEAST_ROWS, TwoVoices, best_times, calibrate, calibrate_slots, rounded, score,
};
use crate::dictionary::extract;
use crate::error::TrainError;
use crate::filter::Known;
use crate::fitted::{Drafts, FittedBag, FittedTagger};
use crate::fitting::fit_machine;
use crate::math::add_scaled;
use crate::merit::Merit;
use crate::piece::PieceSet;
use crate::plan::Plan;
use crate::progress::Meter;
use crate::random::Random;
use crate::recipe::Recipe;
use crate::report::{MachineReport, SlotReport, TrainReport};
use crate::school::{Class, Pupils, School};
use crate::sequence::{PLACES, PhraseBook, Sequence, near};
use crate::session::{Built, Trained, Trainer};
use crate::shown::complete;
use crate::slot_values;
use crate::strangers::Strangers;
use crate::swaps::{Swaps, Varied};
use crate::tagger_plan::TaggerPlan;
use crate::tagger_quantize::quantize;
use crate::tier::tagger::{Dropout, Fit, Network, Shape, TextRow, best, epochs, fit, least_steps, tag};
use crate::words::Words;
use pulp::Arch;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use stonechat_engine::format::{
    DecisionRule, Features, MAX_SLOTS, Phrases, SectionKind, SlotEntry, SlotRule, Slots, Tier,
};
use stonechat_engine::value::Language;
use stonechat_engine::{Confidence, Model};
use stonechat_eval::{Bin, Options, evaluate};
use stonechat_task::{
    Example, Kind, Schema, SlotKind, Splits, Task, label_names, schema_violations, slot_names,
};

/// The rows of a training.
pub(crate) struct TaggedRows<'a> {
    /// To learn from; the first `part` of them, where there is one, a draft may see.
    pub(crate) learned: Vec<&'a Example>,
    pub(crate) part: Option<usize>,
    /// To choose by, and, where nothing is promised, to tune on.
    pub(crate) tuning: HeldRows<'a>,
    /// To prove a promise, where there is one to make.
    pub(crate) proof: Option<HeldRows<'a>>,
}

/// Rows that were not learned from.
pub(crate) struct HeldRows<'a> {
    /// Those inside the task.
    pub(crate) rows: Vec<&'a Example>,
    pub(crate) outside: Outside<'a>,
}

/// The same, as a tagger reads them.
struct Held<'a> {
    rows: &'a [&'a Example],
    texts: Vec<Sequence>,
    outside: &'a Outside<'a>,
}

/// What a tagger answers with.
struct Answers {
    labels: Vec<String>,
    slots: Vec<String>,
    kinds: Vec<SlotKind>,
    /// For each label, or once where there are none, a rule for each slot.
    rules: Vec<Vec<SlotRule>>,
    language: Option<Language>,
    /// The label of what is outside the task, if that is one.
    outside: Option<u32>,
}

/// How good a fitted tagger is on the tuning rows.
struct Verdict {
    calibration: Calibration,
    sharpness: f64,
    accuracy: Option<f64>,
    float_accuracy: Option<f64>,
    ece: Option<f64>,
    reliability: Vec<Bin>,
    f1: Option<f64>,
    float_f1: Option<f64>,
    exact_match: Option<f64>,
    merit: Option<Merit>,
    /// Whether there are tuning rows enough, but too few slots in their answers to calibrate on.
    few_slots: bool,
}

/// Tuning rows that the confidence of slots is calibrated on, at the most: each is answered many times.
const MOST_CALIBRATED: usize = 500;

/// Fewer tuning rows than this do not tell how much a machine is to count.
const LEAST_MIXED: usize = 100;
/// The part of a file that the machine beside a network may take.
const MACHINE_SHARE: f64 = 0.4;

/// A linear machine that is to answer beside a network.
struct Beside<'a> {
    machine: Arc<FittedBag>,
    /// How many times it counts, where that is known.
    times: Option<f32>,
    /// The tuning rows that tell it elsewhere.
    tuning: &'a [(&'a Example, &'a Sequence)],
}

/// What the slots of rows tell of their labels, at best: the share of the rows whose label is the most frequent one of the rows
/// that have slots of the same names.
fn slots_tell(rows: &[&Example]) -> f64 {
    let mut labels: BTreeMap<BTreeSet<&str>, BTreeMap<&[String], usize>> = BTreeMap::new();
    for row in rows {
        let slots = row.slots.iter().map(|slot| slot.name.as_str()).collect();
        *labels.entry(slots).or_default().entry(&row.labels).or_default() += 1;
    }
    let told: usize = labels.values().filter_map(|labels| labels.values().max()).sum();
    told as f64 / rows.len().max(1) as f64
}

/// The sections that a tagger without slots does not have.
const OF_SLOTS: [SectionKind; 4] =
    [SectionKind::Slots, SectionKind::Phrases, SectionKind::Emissions, SectionKind::Transitions];

impl Answers {
    fn new(task: &Task, rows: &TaggedRows<'_>) -> Result<Self, TrainError> {
        let inside = rows.learned.iter().copied().filter(|row| !row.labels.contains(&task.out_of_scope));
        let learned: &[&Example] = &inside.collect::<Vec<_>>();
        if let Some(error) = schema_violations(task, learned.iter().copied()).into_iter().next() {
            return Err(TrainError::Task(error));
        }
        let mut labels = label_names(task, learned.iter().copied()).map_err(TrainError::Task)?;
        let slots = slot_names(task, learned.iter().copied()).map_err(TrainError::Task)?;
        if slots.is_empty() && labels.is_empty() {
            return Err(TrainError::NoSlots);
        }
        if slots.len() > MAX_SLOTS as usize {
            return Err(TrainError::TooManySlots { found: slots.len() });
        }
        let schema = Schema::infer(task, learned);
        let complete = complete(learned);
        let kind = |name: &String| schema.slot(name).map_or(SlotKind::Text, |slot| slot.kind.clone());
        let rules = |label: &str| -> Vec<SlotRule> {
            let declared = task.schema.intent(label).is_some();
            // That no row has a slot twice proves little: only a declaration forbids it. That none has it at all proves something
            // where there are many.
            let open = !declared && !complete.contains(label);
            let has = |names: &[String], name: &String| names.contains(name);
            let rule = |name: &String| {
                let Some(intent) = schema.intent(label) else { return SlotRule::default() };
                let allowed = open || has(&intent.slots, name);
                SlotRule {
                    allowed,
                    required: has(&intent.required, name),
                    repeated: allowed && (!declared || has(&intent.repeated, name)),
                }
            };
            slots.iter().map(rule).collect()
        };
        let outside = rows.tuning.outside.label.map(|_| labels.len() as u32);
        if outside.is_some() {
            labels.push(task.out_of_scope.clone());
        }
        if let ([label], true) = (labels.as_slice(), slots.is_empty()) {
            return Err(TrainError::OneLabel { label: label.clone() });
        }
        let rules = if labels.is_empty() {
            vec![rules("")]
        } else {
            labels.iter().map(|label| rules(label)).collect()
        };
        let kinds = slots.iter().map(kind).collect();
        let language = match &task.language {
            Some(tag) => Language::from_tag(tag),
            None => Some(Language::English),
        };
        Ok(Self { labels, slots, kinds, rules, language, outside })
    }

    /// What the task leaves open.
    fn notes(&self, task: &Task) -> Vec<String> {
        let mut notes = Vec::new();
        if task.schema.intents.is_empty() && !self.slots.is_empty() {
            notes.push(if self.labels.is_empty() {
                "no slots are declared: a text may have any slot, any number of times; `check --schema` prints what they have, to adopt"
                    .to_owned()
            } else {
                "no intents are declared: a label may have any slot, unless its rows tell that it has no others; `check --schema` prints what they have, to adopt"
                    .to_owned()
            });
        }
        let typed = self
            .kinds
            .iter()
            .any(|kind| !matches!(kind, SlotKind::Text | SlotKind::Choice { .. } | SlotKind::Regex { .. }));
        if let (Some(tag), None, true) = (&task.language, self.language, typed) {
            notes.push(format!(
                "of the language `{tag}` only values in digits are read; words of values are known in en, de, es and fr"
            ));
        }
        notes
    }

    /// The slots that have lists of values.
    fn listed(&self) -> impl Iterator<Item = &str> {
        let kinds = self.slots.iter().zip(&self.kinds);
        kinds.filter(|(_, kind)| matches!(kind, SlotKind::Choice { .. })).map(|(name, _)| name.as_str())
    }

    /// The section of the slots; empty where there are none.
    fn section(&self) -> Result<Vec<u8>, TrainError> {
        if self.slots.is_empty() {
            return Ok(Vec::new());
        }
        let values: Vec<Vec<u8>> = self
            .slots
            .iter()
            .zip(&self.kinds)
            .map(|(name, kind)| slot_values::bytes(name, kind))
            .collect::<Result<_, _>>()?;
        let entries: Vec<SlotEntry<'_>> = self
            .slots
            .iter()
            .zip(&self.kinds)
            .zip(&values)
            .map(|((name, kind), values)| SlotEntry {
                name,
                kind: slot_values::value_type(kind).code(),
                values,
            })
            .collect();
        Ok(Slots::write(self.language.map_or(Slots::NO_LANGUAGE, Language::code), &entries, &self.rules))
    }

    /// The plan of a linear machine that is to answer together with a network, where so many tuning rows tell how much it is to
    /// count; none where it has no room. Beside slots it gains nothing (snips, atis), nor where labels are many (clinc150).
    fn machine(&self, recipe: &Recipe, tuning: usize) -> Option<Plan> {
        let few = (2..=recipe.linear_labels as usize).contains(&self.labels.len());
        if !self.slots.is_empty() || !few || tuning < LEAST_MIXED {
            return None;
        }
        let max_size = (recipe.max_size as f64 * MACHINE_SHARE) as u64;
        // Sizes that the recipe gives are those of the network.
        let own = Recipe { max_size, dim: 0, hidden: 0, bits: 0, ..recipe.clone() };
        // The network knows word pieces already (validation rows of sst2, with them 81.8, without 83.3; ag_news 90.4 both).
        Plan::new(&own, &self.labels, false, true).ok().flatten()
    }

    /// Those of the rows whose labels rows to learn from have too.
    fn known<'a>(&'a self, held: &'a Held<'_>) -> impl Iterator<Item = (&'a Example, &'a Sequence)> {
        let all = held.rows.iter().copied().zip(&held.texts);
        all.filter(|(row, _)| row.labels.iter().all(|label| self.labels.contains(label)))
    }

    fn held<'a>(&self, HeldRows { rows, outside }: &'a HeldRows<'a>, recipe: &Recipe) -> Held<'a> {
        Held { rows, texts: self.sequences(rows, recipe), outside }
    }

    fn sequences(&self, rows: &[&Example], recipe: &Recipe) -> Vec<Sequence> {
        let mut places: BTreeMap<&str, u32> = BTreeMap::new();
        for (index, label) in self.labels.iter().enumerate() {
            places.insert(label, index as u32);
        }
        let settings = recipe.features();
        let label = |row: &Example| row.labels.first().and_then(|label| places.get(label.as_str())).copied();
        rows.iter()
            .map(|row| {
                Sequence::read(
                    row,
                    &self.slots,
                    label(row).unwrap_or(0),
                    &settings,
                    recipe.max_tokens as usize,
                )
            })
            .collect()
    }
}

impl Trainer<'_> {
    /// Trains a tagger: labels and slots together, or either alone.
    pub(crate) fn train_tagger(
        mut self,
        task: &Task,
        splits: &Splits,
        rows: &TaggedRows<'_>,
        notes: impl FnOnce(&Self, &[String], Option<f64>) -> Vec<String>,
    ) -> Result<Built, TrainError> {
        if task.kind == Kind::MultiLabel {
            return Err(TrainError::ManyLabelsWithSlots);
        }
        let answers = Answers::new(task, rows)?;
        self.tell("reading");
        let section = answers.section()?;
        let texts = answers.sequences(&rows.learned, &self.recipe);
        if texts.iter().all(|text| text.tokens.is_empty()) {
            return Err(TrainError::NoRows);
        }
        let tuning = answers.held(&rows.tuning, &self.recipe);
        let proof = rows.proof.as_ref().map(|rows| answers.held(rows, &self.recipe));
        let choice = self.words.clone();
        let words = {
            let texts: Vec<&str> = rows.learned.iter().map(|row| row.text.as_str()).collect();
            choice.of(&self.recipe, &texts)
        };
        let of_known: Vec<(&Example, &Sequence)> = answers.known(&tuning).collect();
        let mut mixed = answers.machine(&self.recipe, of_known.len()).map(|plan| {
            self.resolve_weight(&rows.learned);
            let meter = Meter::new(rows.learned.len() as u64, &mut *self.listener);
            let whole = fit_machine(&self.recipe, plan, &answers.labels, &rows.learned, 2, &meter);
            (plan, Arc::new(whole))
        });
        let plan = {
            let name_bytes = |names: &[String]| names.iter().map(|name| name.len() as u64).sum::<u64>();
            let plan = |max_size| {
                TaggerPlan::new(
                    &self.recipe,
                    max_size,
                    texts.len(),
                    (answers.labels.len(), name_bytes(&answers.labels)),
                    (answers.slots.len(), section.len() as u64),
                    slots_tell(&rows.learned),
                )
            };
            let max_size = self.recipe.max_size;
            let taken = mixed.as_ref().map(|(_, whole)| machine_file(&answers.labels, whole).len() as u64);
            match taken.map(|taken| plan(max_size.saturating_sub(taken))) {
                Some(Ok(plan)) => plan,
                // Without room for both there is the network alone.
                _ => {
                    mixed = None;
                    plan(max_size)?
                }
            }
        };
        let school = self.school.clone();
        let own: Vec<Vec<u32>> = texts.iter().map(|text| vec![text.label]).collect();
        // A draft of most of the rows learns as the model of all of them does.
        let many = texts.len() >= self.recipe.token_dropout_rows as usize;
        let token_dropout = if many { self.recipe.token_dropout } else { 0.0 };
        // Names in free text are told by what is said of them: others in their places mislead (measured on wnut17).
        let swaps = !answers.labels.is_empty() && texts.len() <= self.recipe.swap_rows as usize;
        let value_swaps = if swaps { self.recipe.value_swaps } else { 0.0 };
        let made_of = |count| school.as_deref().map_or(0, |school| school.made_of(count).count());
        let tokens: usize = texts.iter().map(|text| text.tokens.len()).sum();
        let mean = tokens.div_ceil(texts.len().max(1));
        let least_steps = least_steps(&self.recipe, texts.len() + made_of(texts.len()), mean);
        let (names, recipe) =
            (&answers.labels, &Recipe { token_dropout, value_swaps, least_steps, ..self.recipe.clone() });
        let pupils = Pupils { rows: &rows.learned, own: &own, names, words, recipe };
        let class = |count| school.as_deref().map(|school| (school, school.class(count, &pupils)));
        let work = |count: usize| {
            let made = made_of(count);
            u64::from(epochs(recipe, count + made, answers.slots.is_empty())) * (count + made) as u64
        };
        let kept = rows.part.filter(|_| self.draft_only);
        let drafted = match self.drafts.take() {
            Some(Drafts::Tagger(draft)) => Some(draft),
            _ => None,
        };
        let compares = drafted.is_some();
        // Where there is nothing to choose, and other rows to judge by, no draft is needed.
        let part = rows.part.filter(|_| proof.is_none() || mixed.is_some() || compares);
        let (draft, whole) = {
            let own = if kept.is_none() { work(texts.len()) } else { 0 };
            // A draft has a machine of its own, too.
            let machine = |count: usize| if mixed.is_some() { count as u64 } else { 0 };
            let before = part.filter(|_| drafted.is_none()).map_or(0, |count| work(count) + machine(count));
            let meter = Meter::new(own + before, &mut *self.listener);
            let one = |count: usize, stream, times: Option<f32>| {
                let examples = (&rows.learned[..count], &texts[..count]);
                let beside = mixed.as_ref().filter(|_| times != Some(0.0)).map(|(plan, whole)| {
                    let machine = if count == rows.learned.len() {
                        whole.clone()
                    } else {
                        let rows = &rows.learned[..count];
                        Arc::new(fit_machine(recipe, *plan, &answers.labels, rows, 3, &meter))
                    };
                    Beside { machine, times, tuning: &of_known }
                });
                let lessons = class(count);
                fit_one(
                    recipe,
                    plan,
                    &answers,
                    &section,
                    examples,
                    words,
                    lessons,
                    beside,
                    stream,
                    self.threads,
                    &meter,
                )
            };
            let draft = match (drafted, part) {
                (None, Some(part)) => Some(Arc::new(one(part, 1, None)?)),
                (drafted, _) => drafted,
            };
            let times = draft.as_ref().map(|draft| draft.times);
            let whole = kept.is_none().then(|| one(texts.len(), 0, times)).transpose()?;
            (draft, whole.map(Arc::new))
        };
        // What the tuning rows tell of, and what becomes the file.
        let (Some(first), Some(fitted)) =
            (draft.as_ref().or(whole.as_ref()), whole.as_ref().or(draft.as_ref()))
        else {
            return Err(TrainError::Fault("nothing was fitted".to_owned()));
        };
        let taught = school.as_deref().and_then(|school| school.report(rows.part, &pupils));
        self.tell("calibrating");
        let compared = if draft.is_some() || proof.is_none() {
            Some(self.judge_tagger(&answers, first, &tuning)?)
        } else {
            None
        };
        let (judged, held) = proof.as_ref().map_or((first, &tuning), |proof| (fitted, proof));
        let verdict = match (compared, &proof) {
            (Some(verdict), None) => verdict,
            (compared, _) => {
                let verdict = self.judge_tagger(&answers, judged, held)?;
                // What others are compared with is known of the draft.
                let merit = compared.filter(|_| compares).and_then(|compared| compared.merit);
                Verdict { merit: merit.or(verdict.merit), ..verdict }
            }
        };
        let settled = {
            let rule = self.tagger_rule(&answers, verdict.calibration, verdict.sharpness);
            let rule = DecisionRule { out_of_scope: held.outside.label, ..rule };
            let (outside, learned) = (&*held.outside.tuning, held.outside.learned);
            let doubt = proof.as_ref().map(|_| self.doubt);
            let evidence = Evidence { inside: held.rows, outside, learned, doubt };
            settle(&judged.package(&answers.labels), rule, &self.recipe, evidence)?
        };
        let loss = |float: Option<f64>, shipped: Option<f64>| {
            float.zip(shipped).map(|(float, shipped)| 100.0 * (float - shipped))
        };
        let labelled = !answers.labels.is_empty();
        let mut report = TrainReport {
            tier: Tier::Tagger.name(),
            linear: false,
            train_rows: kept.unwrap_or(texts.len()),
            valid_rows: held.rows.len(),
            draft: rows.part.is_some() && kept.is_none() && proof.is_none(),
            labels: answers.labels.len(),
            texts: None,
            features: fitted.features,
            buckets: fitted.network.shape.rows,
            dim: plan.dim,
            bits: 8,
            hidden: plan.units.iter().map(|units| 2 * units).sum(),
            words: fitted.pieces.as_ref().and_then(|set| set.report(words, plan.piece_bits)),
            teacher: taught,
            float_accuracy: verdict.float_accuracy.filter(|_| labelled),
            accuracy: verdict.accuracy.filter(|_| labelled),
            quantization_loss_points: loss(verdict.float_accuracy, verdict.accuracy).filter(|_| labelled),
            ece: verdict.ece,
            reliability: verdict.reliability,
            temperature: 1.0 / verdict.calibration.slope,
            scope: settled.scope,
            promise: settled.promise,
            cascade: None,
            machine: fitted.beside.as_ref().map(|machine| MachineReport {
                features: machine.dictionary.len(),
                bytes: machine_file(&answers.labels, machine).len(),
                times: fitted.times,
            }),
            slots: (!answers.slots.is_empty()).then(|| SlotReport {
                slots: answers.slots.len(),
                phrases: fitted.book.phrases().len(),
                f1: verdict.f1,
                float_f1: verdict.float_f1,
                quantization_loss_points: loss(verdict.float_f1, verdict.f1),
                exact_match: verdict.exact_match,
                temperature: 1.0 / verdict.sharpness,
            }),
            notes: Vec::new(),
            merit: verdict.merit,
            ladder: None,
        };
        report.notes = notes(&self, &answers.labels, report.accuracy);
        if verdict.few_slots {
            report.notes.push(format!(
                "the tuning rows' answers have too few slots to calibrate on (at least {LEAST_ROWS}): confidences of slots are not probabilities"
            ));
        }
        report.notes.extend(school.as_deref().and_then(|school| school.note(words, answers.labels.len())));
        report.notes.extend(settled.notes);
        report.notes.extend(kept_note(splits, proof.is_some()));
        report.notes.extend(answers.notes(task));
        self.tell("recording");
        let meta = self.facts(task, splits, &report)?;
        let texts: Vec<&str> = rows.learned.iter().rev().map(|example| example.text.as_str()).collect();
        let package = fitted.package(&answers.labels);
        let count = self.recipe.recorded as usize;
        let model = package.write(&settled.acceptance, &meta, &texts, count, self.room())?;
        let whole = judged.is_whole(&plan) && fitted.is_whole(&plan) && plan.is_free(&self.recipe);
        let drafts = draft.filter(|_| self.draft_only).map(Drafts::Tagger);
        let trained = Trained { model, report };
        Ok(Built { trained, recipe: self.recipe, whole, judged: Vec::new(), drafts })
    }

    fn tagger_rule(&self, answers: &Answers, calibration: Calibration, sharpness: f64) -> DecisionRule {
        let mut rule = self.rule(false, calibration);
        let one = f64::from(Confidence::ONE.raw());
        let most = f64::from(1 << 24);
        rule.slot_sharpness = libm::round(sharpness * std::f64::consts::LOG2_E * one).clamp(0.0, most) as u32;
        rule.min_slot_confidence =
            Confidence::from_raw(libm::round(self.recipe.min_slot_confidence * one) as u32);
        if answers.labels.is_empty() {
            // Each slot has a confidence of its own, and a long text of many slots is rarely right in all of them.
            rule.min_confidence = Confidence::from_raw(0);
        }
        rule
    }

    /// Calibrates a packed tagger on the tuning rows, and compares it with its floating-point weights.
    fn judge_tagger(
        &self,
        answers: &Answers,
        fitted: &FittedTagger,
        tuning: &Held<'_>,
    ) -> Result<Verdict, TrainError> {
        let fault = |error: &dyn std::fmt::Display| TrainError::Fault(error.to_string());
        let package = fitted.package(&answers.labels);
        let mut verdict = Verdict {
            calibration: self.supposed(),
            sharpness: 1.0,
            accuracy: None,
            float_accuracy: None,
            ece: None,
            reliability: Vec::new(),
            f1: None,
            float_f1: None,
            exact_match: None,
            merit: None,
            few_slots: false,
        };
        if tuning.rows.is_empty() {
            return Ok(verdict);
        }
        if !answers.labels.is_empty() {
            let rule = self.tagger_rule(answers, verdict.calibration, verdict.sharpness);
            let bytes = package.draft(&Acceptance::of(rule));
            let model = Model::open(&bytes).map_err(|error| fault(&error))?;
            let known = answers.known(tuning);
            let scored = score(&model, known.map(|(row, text)| (row.text.as_str(), vec![text.label])));
            verdict.calibration = calibrate(&scored, false, verdict.calibration);
        }
        let few: Vec<&Example> = {
            let step = tuning.rows.len().div_ceil(MOST_CALIBRATED).max(1);
            tuning.rows.iter().copied().step_by(step).collect()
        };
        if few.len() >= LEAST_ROWS && !answers.slots.is_empty() {
            let sharpness = calibrate_slots(&few, |sharpness| {
                package.draft(&Acceptance::of(self.tagger_rule(answers, verdict.calibration, sharpness)))
            })
            .map_err(|error| fault(&error))?;
            verdict.few_slots = sharpness.is_none();
            verdict.sharpness = sharpness.unwrap_or(verdict.sharpness);
        }
        let rule = self.tagger_rule(answers, verdict.calibration, verdict.sharpness);
        let bytes =
            package.draft(&Acceptance::of(DecisionRule { out_of_scope: tuning.outside.label, ..rule }));
        let model = Model::open(&bytes).map_err(|error| fault(&error))?;
        let owned: Vec<Example> = tuning.rows.iter().map(|&example| example.clone()).collect();
        let evaluation = evaluate(&model, &owned, &Options { threads: self.threads, ..Options::default() });
        verdict.merit = Merit::of(&evaluation, false, owned.len());
        verdict.accuracy = evaluation.label.map(|label| label.accuracy);
        if let Some(calibration) = evaluation.calibration {
            verdict.ece = Some(calibration.ece);
            verdict.reliability = calibration.bins.iter().map(rounded).collect();
        }
        verdict.f1 = evaluation.slots.as_ref().map(|slots| slots.f1);
        verdict.exact_match = evaluation.exact_match;
        let (accuracy, f1) = float_scores(answers, fitted, tuning, &self.recipe);
        verdict.float_accuracy = Some(accuracy);
        verdict.float_f1 = Some(f1);
        Ok(verdict)
    }
}

/// The accuracy of the labels and the F1 of the slots of the floating-point weights.
fn float_scores(answers: &Answers, fitted: &FittedTagger, tuning: &Held<'_>, recipe: &Recipe) -> (f64, f64) {
    let numbers = fitted.numbers(recipe.max_phrase as usize);
    let (mut right, mut hits, mut found, mut wanted) = (0usize, 0usize, 0usize, 0usize);
    for (example, text) in tuning.rows.iter().zip(&tuning.texts) {
        wanted += example.slots.len();
        let row = numbers.row(text, &[]);
        if row.tokens.is_empty() {
            continue;
        }
        let mut forward = fitted.network.forward(Arch::new(), &[&row], Dropout::default(), None, false);
        if let Some(machine) = &fitted.beside {
            add_scaled(1.0, &said_by(machine, example, recipe), &mut forward.logits);
        }
        let label = if answers.labels.is_empty() { 0 } else { best(&forward.logits) };
        let named = answers.labels.get(label);
        right += usize::from(named.is_some() && named == example.labels.first());
        let allowed = |slot: usize| answers.rules.get(label).is_some_and(|rules| rules[slot].allowed);
        for span in tag(&fitted.network, &forward, row.tokens.len(), allowed) {
            found += 1;
            let place = |token: usize| (text.tokens[token].start as usize, text.tokens[token].end as usize);
            hits += usize::from(example.slots.iter().any(|slot| {
                (slot.start, slot.end) == (place(span.0).0, place(span.1).1)
                    && answers.slots[span.2] == slot.name
            }));
        }
    }
    let f1 = if found + wanted == 0 { 1.0 } else { 2.0 * hits as f64 / (found + wanted) as f64 };
    (right as f64 / tuning.rows.len().max(1) as f64, f1)
}

/// How likely the phrases of a row's slots are unknown where it has values of other rows: new texts have new ones.
const STRANGE: f32 = 0.5;

/// The features that are worth knowing: every token, and what else stands in two texts at least; their hashes, rising.
fn known_features(texts: &[Sequence], most: usize) -> Vec<u32> {
    let mut all: Vec<(u32, bool)> = Vec::new();
    for text in texts {
        let mut own: Vec<(u32, bool)> =
            text.features.iter().map(|(_, feature)| (feature.hash, feature.word)).collect();
        own.sort_unstable();
        own.dedup();
        all.append(&mut own);
    }
    all.sort_unstable();
    let mut counted: Vec<(u32, usize)> = all
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|same| same.len() >= 2 || same.iter().any(|&(_, word)| word))
        .filter_map(|same| same.first().map(|&(hash, _)| (hash, same.len())))
        .collect();
    if counted.len() > most {
        counted.sort_by_key(|&(hash, count)| (std::cmp::Reverse(count), hash));
        counted.truncate(most);
        counted.sort_unstable();
    }
    counted.into_iter().map(|(hash, _)| hash).collect()
}

#[allow(clippy::too_many_arguments)] // Each is a different part of a training.
fn fit_one(
    recipe: &Recipe,
    plan: TaggerPlan,
    answers: &Answers,
    slots: &[u8],
    (examples, texts): (&[&Example], &[Sequence]),
    words: Option<&Words>,
    class: Option<(&School, Class)>,
    beside: Option<Beside<'_>>,
    stream: u64,
    threads: usize,
    meter: &Meter<'_, '_>,
) -> Result<FittedTagger, TrainError> {
    let longest = recipe.max_phrase as usize;
    let pieces = words.filter(|_| plan.most_pieces > 0).map(|words| {
        let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
        Arc::new(PieceSet::choose(words, &texts, recipe.max_characters, plan.most_pieces))
    });
    let plan = plan.with_pieces(pieces.as_ref().map_or(0, |set| set.len()));
    let hashes = known_features(texts, plan.most_features);
    let known = Known::new(&hashes);
    let every: Vec<&Sequence> = texts.iter().collect();
    let mut book = PhraseBook::new(&every, longest);
    book.keep_most(plan.most_phrases);
    let phrases = book.phrases();
    let (feature_rows, owned) = plan.feature_rows(&known, phrases.len());
    let shared = |&hash: &u32| ((u64::from(hash) * feature_rows as u64) >> 32) as u32;
    let buckets: Vec<u32> = if owned { known.places.clone() } else { hashes.iter().map(shared).collect() };
    let slot_count = answers.slots.len();
    let (labels, tags) = (answers.labels.len(), 2 * slot_count + 1);
    let shape = Shape {
        rows: feature_rows + 2 * PLACES as usize * slot_count,
        dim: plan.dim,
        units: plan.units,
        private: Shape::private_of(plan.units[0], labels, tags),
        tags,
        labels,
        own: pieces.as_ref().map_or(0, |set| set.seen),
        width: pieces.as_ref().map_or(0, |set| set.width),
        taught: class.as_ref().map_or(0, |(_, class)| class.lessons.dim),
    };
    let mut fitted = FittedTagger {
        network: Network::empty(shape),
        features: hashes.len(),
        hashes,
        buckets,
        book,
        declared: answers.kinds.iter().map(slot_values::hashes).collect(),
        feature_rows: feature_rows as u32,
        pieces: pieces.clone(),
        limit: recipe.max_characters,
        beside: None,
        times: 0.0,
        sections: Vec::new(),
    };
    let near = near(texts, longest);
    // Rows by their places, and behind them what was made of them.
    let (places, rows): (Vec<usize>, Vec<TextRow>) = {
        let numbers = fitted.numbers(longest);
        let lesson = |at: usize| class.is_some().then_some(at as u32);
        let rows = texts.iter().zip(&near).map(|(text, near)| numbers.row(text, near));
        let own = rows.enumerate().map(|(at, row)| TextRow { lesson: lesson(at), ..row });
        let made = class.iter().flat_map(|(school, class)| class.made.iter().map(|&at| &school.made[at]));
        let made = made.enumerate().map(|(at, made)| {
            let text =
                Example { text: made.text.clone(), slots: Vec::new(), ..examples[made.parent].clone() };
            let text = Sequence::read(&text, &[], 0, &recipe.features(), recipe.max_tokens as usize);
            TextRow { lesson: lesson(texts.len() + at), made: true, ..numbers.row(&text, &[]) }
        });
        own.chain(made).enumerate().filter(|(_, row)| !row.tokens.is_empty()).unzip()
    };
    // Rows of lists that made rows read.
    let mut read = BTreeSet::new();
    fitted.network = {
        let (numbers, settings) = (fitted.numbers(longest), recipe.features());
        let said = examples.iter().map(|example| example.text.as_str());
        let strange = recipe.strange_words as f32;
        let strangers = Strangers::new(said, answers.listed(), labels > 1, strange, words);
        let swaps = Swaps::new(examples, recipe.value_swaps as f32, strangers);
        let vary = |row: usize, random: &mut Random| {
            let place = places[row];
            if rows[row].made {
                return None;
            }
            let Varied { row: made, listed, swapped, nonsense } = swaps.of(place, random)?;
            // What means nothing is from outside, if that is a label.
            let label = answers.outside.filter(|_| nonsense);
            let even = nonsense && label.is_none();
            let label = label.unwrap_or(texts[place].label);
            let text = Sequence::read(&made, &answers.slots, label, &settings, recipe.max_tokens as usize);
            let mut left_out = near[place].clone();
            if swapped && random.unit() < STRANGE {
                left_out.extend(fitted.book.all_of(&text, longest));
            }
            let mut row = TextRow { untagged: nonsense, even, ..numbers.row(&text, &left_out) };
            // Longer ones are not looked for in a list.
            for &span in text.spans.iter().filter(|span| span.last - span.first < longest) {
                let place = (text.tokens[span.first].start as usize, text.tokens[span.last].end as usize);
                if listed.contains(&place) {
                    numbers.mark_listed(&mut row, span, |row| {
                        read.insert(row);
                    });
                }
            }
            Some(row).filter(|row| !row.tokens.is_empty())
        };
        let lessons = class.as_ref().map(|(_, class)| &class.lessons);
        let how = Fit { recipe, shape, pieces, lessons, stream, threads };
        fit(&rows, &how, vary, |rows, epoch, loss| meter.advance(rows as u64, Some((epoch, loss))))
    };
    if !fitted.network.is_finite() {
        return Err(TrainError::Diverged);
    }
    fitted.network.forget_unread(&rows, &read);
    if let Some(Beside { machine, times, tuning }) = beside {
        fitted.times = times.unwrap_or_else(|| {
            let numbers = fitted.numbers(longest);
            let texts = tuning.iter().filter(|(_, text)| !text.tokens.is_empty());
            let voices: Vec<TwoVoices> = texts
                .map(|(example, text)| {
                    let rows = [&numbers.row(text, &[])];
                    let forward = fitted.network.forward(Arch::new(), &rows, Dropout::default(), None, false);
                    let machine = said_by(&machine, example, recipe);
                    TwoVoices { machine, network: forward.logits, label: text.label }
                })
                .collect();
            best_times(&voices)
        });
        if fitted.times > 0.0 {
            fitted.network.divide_logits(fitted.times);
            fitted.beside = Some(machine);
        }
    }
    fitted.sections = vec![
        (SectionKind::Features, Features::write(&recipe.features())),
        (SectionKind::Slots, slots.to_vec()),
        // A token has few features: one wrongly known would weigh much.
        (SectionKind::Filter, known.section(owned, true)),
        (SectionKind::Phrases, Phrases::write(&phrases)),
    ];
    fitted.sections.extend(quantize(
        &fitted.network,
        recipe.max_tokens,
        recipe.max_phrase,
        plan.piece_bits,
        &rows,
    ));
    if answers.slots.is_empty() {
        fitted.sections.retain(|(kind, _)| !OF_SLOTS.contains(kind));
    }
    if let Some(machine) = &fitted.beside {
        fitted.sections.push((SectionKind::First, machine_file(&answers.labels, machine)));
    }
    Ok(fitted)
}

/// The logits that a machine gives a text.
fn said_by(machine: &FittedBag, example: &Example, recipe: &Recipe) -> Vec<f32> {
    let features = extract(&example.text, &recipe.features());
    machine.logits(&features, &example.text, recipe.max_characters)
}

/// The file of a machine whose scores are added to a tagger's: nothing is decided by it alone.
fn machine_file(names: &[String], machine: &FittedBag) -> Vec<u8> {
    let rule = Trainer::new(Recipe::default()).rule(false, Calibration::NONE);
    machine.package(names).draft(&Acceptance::of(rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::{Slot, Source};

    #[test]
    fn slots_tell_the_most_frequent_label() {
        let row = |label: &str, slots: &[&str]| Example {
            text: "a text".to_owned(),
            labels: vec![label.to_owned()],
            slots: slots.iter().map(|&name| Slot { name: name.to_owned(), start: 0, end: 1 }).collect(),
            source: Source { file: Path::new("rows").into(), line: 1 },
            split: None,
        };
        // The order of slots and how often one stands in a row do not count.
        let rows = [
            row("play", &["artist", "song"]),
            row("play", &["song", "artist", "song"]),
            row("stop", &["artist", "song"]),
            row("stop", &[]),
            row("dim", &["room"]),
        ];
        let tell = |rows: &[Example]| slots_tell(&rows.iter().collect::<Vec<_>>());
        assert_eq!((tell(&rows), tell(&rows[3..]), tell(&[])), (0.8, 1.0, 0.0));
    }
}
