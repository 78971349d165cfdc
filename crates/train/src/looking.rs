//! From rows to a model file: the part of the trainer that makes look-ups.

use crate::accept::refusal;
use crate::acceptance::Acceptance;
use crate::calibrate::{Calibration, LEAST_ROWS};
use crate::error::TrainError;
use crate::merit::Merit;
use crate::pack::Package;
use crate::promise::{Graded, Promise, SURE, cut};
use crate::report::TrainReport;
use crate::session::{Built, Trained, Trainer};
use crate::tier::lookup::{Lookup, confidence, fit};
use std::collections::BTreeMap;
use stonechat_engine::format::{DecisionRule, Features, SectionKind, Texts, Tier};
use stonechat_engine::text::exact_hash;
use stonechat_engine::{Confidence, Decision, Engine, Model};
use stonechat_task::{Example, Splits, Task};

/// The rows of a training.
pub(crate) struct ShownRows<'a> {
    /// To learn from; the first `part` of them, where there is one, a draft may see.
    pub(crate) learned: Vec<&'a Example>,
    pub(crate) part: Option<usize>,
    /// To judge on.
    pub(crate) tuning: Vec<&'a Example>,
    /// To judge on in their place, where an error is promised.
    pub(crate) proof: Option<Vec<&'a Example>>,
}

/// What a look-up makes of the tuning rows.
#[derive(Default)]
struct Judged {
    /// Rows that it accepts with the right label; the others are wrong, also those that it abstains from.
    right: usize,
    /// Of the rows whose text it knows: how many have its label, and how many there are.
    known: (usize, usize),
}

impl Trainer<'_> {
    /// Makes a look-up of one label a text.
    pub(crate) fn train_lookup(
        mut self,
        task: &Task,
        splits: &Splits,
        names: &[String],
        rows: &ShownRows<'_>,
        notes: impl FnOnce(&Self) -> Vec<String>,
    ) -> Result<Built, TrainError> {
        self.tell("reading");
        let places: BTreeMap<&String, u32> = names.iter().zip(0..).collect();
        let place =
            |row: &Example| row.labels.first().and_then(|label| places.get(label)).copied().unwrap_or(0);
        let hash = |row: &Example| exact_hash(&row.text, self.recipe.max_characters).0;
        let shown: Vec<(Option<u64>, u32)> = rows.learned.iter().map(|row| (hash(row), place(row))).collect();
        let whole = fit(shown.iter().copied());
        if whole.texts.len() > Texts::MOST as usize {
            return Err(TrainError::TooManyTexts { found: whole.texts.len() });
        }
        let promises = rows.proof.is_some();
        let draft = rows.part.filter(|_| !promises).map(|part| fit(shown[..part].iter().copied()));
        let drafted = draft.is_some();
        let draft = draft.as_ref().unwrap_or(&whole);
        let tuning = rows.proof.as_ref().unwrap_or(&rows.tuning);

        self.tell("calibrating");
        let judged = self.judge_lookup(names, draft, Confidence::ONE, tuning)?;
        let promise = if promises { Some(self.promise_of(&judged, tuning.len())?) } else { None };
        // Rows set aside by the hash of their text repeat none of the others: then the rows themselves must tell.
        let mut evidence = judged.known;
        if evidence.1 < LEAST_ROWS {
            evidence = (evidence.0 + draft.repeated.0, evidence.1 + draft.repeated.1);
        }
        let sure =
            Confidence::from_raw(libm::round(confidence(evidence) * f64::from(Confidence::ONE.raw())) as u32);
        let judged = self.judge_lookup(names, draft, sure, tuning)?;
        let merit = Merit::counted("accuracy", judged.right, tuning.len());
        let accuracy = merit.as_ref().map(|merit| merit.value);
        let mut notes = notes(&self);
        if evidence.1 < LEAST_ROWS {
            notes.push(format!(
                "{} rows repeat a text that was shown, too few to tell how often that has another label: the confidence is {:.2}",
                evidence.1,
                confidence(evidence)
            ));
        }
        if whole.conflicts > 0 {
            notes.push(format!(
                "{} texts stand in the rows with several labels; each has its most frequent one",
                whole.conflicts
            ));
        }
        let report = TrainReport {
            tier: Tier::Lookup.name(),
            linear: false,
            train_rows: rows.learned.len(),
            valid_rows: tuning.len(),
            draft: drafted,
            labels: names.len(),
            texts: Some(whole.texts.len()),
            words: None,
            teacher: None,
            features: 0,
            buckets: 0,
            dim: 0,
            bits: 0,
            hidden: 0,
            float_accuracy: None,
            accuracy,
            quantization_loss_points: None,
            ece: None,
            reliability: Vec::new(),
            temperature: 1.0,
            scope: None,
            promise,
            cascade: None,
            machine: None,
            slots: None,
            notes,
            merit,
            ladder: None,
        };

        self.tell("recording");
        let meta = self.facts(task, splits, &report)?;
        let texts: Vec<&str> = rows.learned.iter().rev().map(|row| row.text.as_str()).collect();
        let judged = self.package(names, draft, sure).draft(&Acceptance::of(self.lookup_rule()));
        let package = self.package(names, &whole, sure);
        let model = package.write(
            &Acceptance::of(self.lookup_rule()),
            &meta,
            &texts,
            self.recipe.recorded as usize,
            self.room(),
        )?;
        let trained = Trained { model, report };
        Ok(Built { trained, recipe: self.recipe, whole: true, judged, drafts: None })
    }

    /// What can be promised of the texts that a look-up knows. All have the same confidence: there is one
    /// threshold, which accepts them.
    fn promise_of(&self, judged: &Judged, rows: usize) -> Result<Promise, TrainError> {
        let most = self.recipe.max_error;
        let (right, known) = judged.known;
        let answers: Vec<Graded> = (0..known).map(|at| (1, at < right)).collect();
        let cut = cut(&answers, most, self.doubt).map_err(|broken| refusal(broken, most, known))?;
        Ok(Promise {
            max_error: most,
            confidence: SURE,
            bound: cut.bound,
            rows,
            accepted: known,
            wrong: known - right,
            coverage: known as f64 / rows.max(1) as f64,
            labels: Vec::new(),
            slots: None,
        })
    }

    fn lookup_rule(&self) -> DecisionRule {
        // No score becomes a confidence here: the file says what it is.
        let rule = DecisionRule { sharpness: 0, ..self.rule(false, Calibration::NONE) };
        // All known texts have one confidence: what is promised is promised of all of them.
        let min_confidence =
            if self.recipe.max_error > 0.0 { Confidence::default() } else { rule.min_confidence };
        DecisionRule { min_confidence, ..rule }
    }

    fn package<'a>(&self, names: &'a [String], lookup: &Lookup, sure: Confidence) -> Package<'a> {
        let sections = vec![
            (SectionKind::Features, Features::write(&self.recipe.features())),
            (SectionKind::Texts, Texts::write(&lookup.texts, lookup.guess, sure)),
        ];
        Package { tier: Tier::Lookup, labels: names, sections }
    }

    /// Answers the tuning rows with the packed bytes.
    fn judge_lookup(
        &self,
        names: &[String],
        lookup: &Lookup,
        sure: Confidence,
        tuning: &[&Example],
    ) -> Result<Judged, TrainError> {
        let bytes = self.package(names, lookup, sure).draft(&Acceptance::of(self.lookup_rule()));
        let model = Model::open(&bytes).map_err(|error| TrainError::Fault(error.to_string()))?;
        let mut engine = Engine::new(&model);
        let mut judged = Judged::default();
        for row in tuning {
            let answer = engine.predict(&row.text);
            let right = row.labels.iter().any(|label| label == answer.label().name);
            let known = answer.read().known_words > 0;
            judged.known.0 += usize::from(known && right);
            judged.known.1 += usize::from(known);
            judged.right += usize::from(right && answer.decision() == Decision::Accept);
        }
        Ok(judged)
    }
}
