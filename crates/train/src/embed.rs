//! What turns texts into sentence embeddings.

use std::fmt::Write;
use stonechat_eval::digest;

/// Rows that an embedder is to be fine-tuned on, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct FineTuning {
    /// The texts, each with the number of its label.
    pub rows: Vec<(String, u32)>,
    /// How many labels there are: above those of all rows.
    pub labels: usize,
    /// How often each row is learned.
    pub epochs: u32,
    /// The largest step of a weight, as 0.0001.
    pub rate: f64,
    /// Where its chance begins.
    pub seed: u64,
    /// What is learned.
    pub lesson: Lesson,
}

/// What an embedder learns of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// To tell their labels by a probe, which learns with it (Devlin et al., "BERT", NAACL 2019).
    Labels,
    /// To put texts of a label close together and others apart (Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020), which
    /// asks less of few rows (Tunstall et al., "Efficient Few-Shot Learning Without Prompts", 2022).
    Closeness,
}

impl FineTuning {
    /// What tells it from every other: `blake3:` and 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut all = format!("{} {} {} {}", self.labels, self.epochs, self.rate, self.seed);
        all.push_str(match self.lesson {
            Lesson::Labels => "\n",
            Lesson::Closeness => " closeness\n",
        });
        for (text, label) in &self.rows {
            // Writing into a string cannot fail.
            let _ = writeln!(all, "{label} {} {text}", text.len());
        }
        digest(all.as_bytes())
    }
}

/// How far an embedder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embedding {
    /// So many more texts are done.
    Texts(usize),
    /// So many rows of so many were learned in fine-tuning.
    Tuned(u64, u64),
}

/// Turns texts into sentence embeddings: texts that mean the same lie close together.
pub trait Embedder {
    /// Numbers of an embedding.
    fn dim(&self) -> usize;

    /// What tells this embedder from every other: the same digest gives the same embeddings.
    fn digest(&self) -> &str;

    /// The embeddings, [`Self::dim`] numbers a text, in the order of the texts: each of unit length, or all zeros, and each
    /// number a multiple of 2⁻¹⁴. `advance` hears how far it is; of all texts in the end.
    ///
    /// # Errors
    ///
    /// What is wrong and what to do.
    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String>;

    /// Makes it an embedder that was fine-tuned on rows, so that its embeddings tell their labels better. Its digest is another one at once; the
    /// work may wait until a text is embedded.
    ///
    /// # Errors
    ///
    /// It cannot be fine-tuned.
    fn fine_tune(&mut self, tuning: FineTuning) -> Result<(), String> {
        let _ = tuning;
        Err("this teacher cannot be fine-tuned; set `tune_epochs` to 0".to_owned())
    }

    /// What went wrong without harm, as a cache that could not be written, if anything did: `FILE: what is wrong; what is done about
    /// it`.
    fn note(&self) -> Option<&str> {
        None
    }
}

impl<E: Embedder + ?Sized> Embedder for &mut E {
    fn dim(&self) -> usize {
        (**self).dim()
    }

    fn digest(&self) -> &str {
        (**self).digest()
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        (**self).embed(texts, advance)
    }

    fn fine_tune(&mut self, tuning: FineTuning) -> Result<(), String> {
        (**self).fine_tune(tuning)
    }

    fn note(&self) -> Option<&str> {
        (**self).note()
    }
}

/// How many steps of an embedding's numbers there are in 1.
pub(crate) const STEPS: f32 = 16384.0;
