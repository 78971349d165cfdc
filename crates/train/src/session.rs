//! A trainer, and what all trainings share: the recipe, the facts that travel in the file, the decision rule.

use crate::calibrate::Calibration;
use crate::embed::Embedder;
use crate::error::TrainError;
use crate::fitted::Drafts;
use crate::piece::speaks;
use crate::progress::{Listener, Progress};
use crate::promise::SURE;
use crate::recipe::Recipe;
use crate::report::TrainReport;
use crate::school::School;
use crate::words::Words;
use serde::Serialize;
use std::sync::Arc;
use stonechat_engine::Confidence;
use stonechat_engine::format::{DecisionRule, Tier};
use stonechat_task::{Splits, Task, digest};

/// Trains models.
///
/// The same rows, recipe and seed give the same file, byte for byte, with any number of threads.
pub struct Trainer<'l> {
    pub(crate) recipe: Recipe,
    pub(crate) tier: Option<Tier>,
    pub(crate) threads: usize,
    /// Bytes of the file that are kept free.
    pub(crate) reserve: u64,
    /// How often what is promised may be broken.
    pub(crate) doubt: f64,
    pub(crate) words: WordsChoice,
    pub(crate) teacher: Option<Box<dyn Embedder + Send + 'l>>,
    /// What the teacher said, once it was asked.
    pub(crate) school: Option<Arc<School>>,
    /// Whether a draft, where there is one, is enough: a comparison needs no more.
    pub(crate) draft_only: bool,
    /// The drafts of this very training, where it was begun before.
    pub(crate) drafts: Option<Drafts>,
    pub(crate) listener: Box<Listener<'l>>,
}

/// Where word pieces are chosen from.
#[derive(Clone)]
pub(crate) enum WordsChoice {
    /// The first of the assets that this crate brings whose language the rows are in.
    BuiltIn,
    Given(Arc<Words>),
}

impl WordsChoice {
    /// The asset for these texts; none where they do not speak its language, or the recipe wants no pieces.
    pub(crate) fn of<'w>(&'w self, recipe: &Recipe, texts: &[&str]) -> Option<&'w Words> {
        if recipe.pieces == 0 {
            return None;
        }
        match self {
            Self::BuiltIn => Words::built_in().find(|words| speaks(words, texts, recipe.max_characters)),
            Self::Given(words) => Some(words),
        }
    }
}

/// What came out of a training.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The bytes of the model file.
    pub model: Vec<u8>,
    /// How it went.
    pub report: TrainReport,
}

/// What came out of a training, for a trainer that compares several.
pub(crate) struct Built {
    pub(crate) trained: Trained,
    /// The recipe with what it left open settled.
    pub(crate) recipe: Recipe,
    /// Whether a larger file would hold the same model.
    pub(crate) whole: bool,
    /// The bytes of the model that the tuning rows were held against; empty for a tagger.
    pub(crate) judged: Vec<u8>,
    /// The drafts, where no more was to be made than one.
    pub(crate) drafts: Option<Drafts>,
}

/// The facts that travel in the file, in the order in which they stand there.
#[derive(Serialize)]
struct Meta<'a> {
    maker: &'static str,
    task: TaskFacts<'a>,
    recipe: &'a Recipe,
    data: DataFacts,
    training: &'a TrainReport,
}

#[derive(Serialize)]
struct TaskFacts<'a> {
    name: &'a str,
    language: Option<&'a str>,
    kind: String,
    out_of_scope: &'a str,
}

#[derive(Serialize)]
struct DataFacts {
    digest: String,
    train: usize,
    valid: usize,
    test: usize,
}

impl<'l> Trainer<'l> {
    /// A trainer with this recipe, one thread, and nobody to tell.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            tier: None,
            threads: 1,
            reserve: 0,
            doubt: 1.0 - SURE,
            words: WordsChoice::BuiltIn,
            teacher: None,
            school: None,
            draft_only: false,
            drafts: None,
            listener: Box::new(|_| {}),
        }
    }

    /// A trainer as this one, which is used up in its place.
    pub(crate) fn again(&mut self) -> Trainer<'_> {
        Trainer {
            recipe: self.recipe.clone(),
            tier: self.tier,
            threads: self.threads,
            reserve: self.reserve,
            doubt: self.doubt,
            words: self.words.clone(),
            teacher: self.teacher.as_mut().map(|teacher| Box::new(&mut **teacher) as Box<_>),
            school: self.school.clone(),
            draft_only: self.draft_only,
            drafts: self.drafts.clone(),
            listener: Box::new(|progress| (self.listener)(progress)),
        }
    }

    /// Trains a model of this tier. Without it, rows with slots make a tagger, and others a bag; a bag leaves slots out.
    #[must_use]
    pub fn tier(mut self, tier: Tier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// Takes word pieces from this asset, whatever the language of the rows. Without it, rows in English and German take them from the
    /// assets that this crate brings, and others have none.
    #[must_use]
    pub fn words(mut self, words: Words) -> Self {
        self.words = WordsChoice::Given(Arc::new(words));
        self
    }

    /// Learns from a teacher as well: from what its embeddings say of the rows and of texts made of them. Bags and
    /// taggers of one label a text and nothing else do; other models learn from the rows alone, and do not ask it.
    #[must_use]
    pub fn teacher(mut self, teacher: Box<dyn Embedder + Send + 'l>) -> Self {
        self.teacher = Some(teacher);
        self
    }

    /// Trains with up to so many threads; 0 counts as 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Tells this listener how far the training is.
    #[must_use]
    pub fn on_progress(mut self, listener: Box<Listener<'l>>) -> Self {
        self.listener = listener;
        self
    }

    /// The facts that travel in the file.
    pub(crate) fn facts(
        &self,
        task: &Task,
        splits: &Splits,
        report: &TrainReport,
    ) -> Result<String, TrainError> {
        facts(&self.recipe, task, splits, report)
    }

    /// The bytes that a file may have.
    pub(crate) fn room(&self) -> u64 {
        self.recipe.max_size.saturating_sub(self.reserve)
    }

    pub(crate) fn tell(&mut self, stage: &'static str) {
        (self.listener)(&Progress { stage, done: 0, total: 1, epoch: None, loss: None, rung: None });
    }

    pub(crate) fn rule(&self, multi_label: bool, calibration: Calibration) -> DecisionRule {
        let one = f64::from(Confidence::ONE.raw());
        let confidence = |share: f64| Confidence::from_raw(libm::round(share * one) as u32);
        let exponent = |value: f64| libm::round(value * std::f64::consts::LOG2_E * one);
        let most = f64::from(1 << 24);
        DecisionRule {
            multi_label,
            sharpness: exponent(calibration.slope).clamp(0.0, most) as u32,
            offset: exponent(calibration.offset).clamp(-most, most) as i32,
            min_confidence: confidence(self.recipe.min_confidence),
            label_threshold: confidence(self.recipe.label_threshold),
            out_of_scope: None,
            slot_sharpness: 0,
            min_slot_confidence: Confidence::default(),
        }
    }
}

/// The facts that travel in the file of a model of this recipe.
pub(crate) fn facts(
    recipe: &Recipe,
    task: &Task,
    splits: &Splits,
    report: &TrainReport,
) -> Result<String, TrainError> {
    let meta = Meta {
        maker: concat!("stonechat ", env!("CARGO_PKG_VERSION")),
        task: TaskFacts {
            name: &task.name,
            language: task.language.as_deref(),
            kind: task.kind.to_string(),
            out_of_scope: &task.out_of_scope,
        },
        recipe,
        data: DataFacts {
            digest: format!("blake3:{}", hex(&digest(splits))),
            train: splits.train.len(),
            valid: splits.valid.len(),
            test: splits.test.len(),
        },
        training: report,
    };
    serde_json::to_string(&meta).map_err(|error| TrainError::Fault(error.to_string()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
