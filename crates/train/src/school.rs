//! What a teacher knows of the rows: embeddings of their texts, and of texts made of them.

use crate::augment::{Made, augment};
use crate::embed::Embedder;
use crate::error::TrainError;
use crate::probe::Probe;
use crate::recipe::Recipe;
use crate::report::TeacherReport;
use crate::tier::Lessons;
use crate::tier::tagger::best;
use crate::words::Words;
use stonechat_task::Example;

/// Embeddings of the rows to learn from, and of texts made of them.
pub(crate) struct School {
    dim: usize,
    /// What tells the teacher from others.
    pub(crate) digest: String,
    rows: usize,
    pub(crate) made: Vec<Made>,
    /// Of the rows, then of the made texts.
    embeddings: Vec<f32>,
}

/// Lessons for the first rows, and which made texts go with them.
pub(crate) struct Class {
    /// Of the rows, then of the made texts.
    pub(crate) lessons: Lessons,
    /// The made texts, by their places.
    pub(crate) made: Vec<usize>,
}

impl School {
    /// Asks a teacher for the embeddings of the rows and of texts made of them.
    pub(crate) fn ask(
        teacher: &mut dyn Embedder,
        rows: &[&Example],
        words: Option<&Words>,
        recipe: &Recipe,
        advance: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, TrainError> {
        let made = augment(rows, words, recipe, recipe.augment as usize);
        let mut texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        texts.extend(made.iter().map(|made| made.text.as_str()));
        let (total, mut done) = (texts.len() as u64, 0);
        let embeddings = teacher
            .embed(&texts, &mut |count| {
                done += count as u64;
                advance(done, total);
            })
            .map_err(TrainError::Teacher)?;
        let dim = teacher.dim();
        if embeddings.len() != texts.len() * dim || embeddings.iter().any(|value| !value.is_finite()) {
            return Err(TrainError::Teacher(
                "the teacher did not give an embedding for each text".to_owned(),
            ));
        }
        Ok(Self { dim, digest: teacher.digest().to_owned(), rows: rows.len(), made, embeddings })
    }

    /// The made texts, by their places, that were made of the first `count` rows.
    pub(crate) fn made_of(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.made.len()).filter(move |&at| self.made[at].parent < count)
    }

    /// What a report says of the teacher. `part` is how many of the rows a draft saw, if there was one; the others are its tuning rows.
    pub(crate) fn report(
        &self,
        part: Option<usize>,
        own: &[Vec<u32>],
        labels: usize,
        seed: u64,
    ) -> TeacherReport {
        let accuracy = part.filter(|&part| part < self.rows).map(|part| {
            let own: Vec<u32> = own.iter().map(|own| own.first().copied().unwrap_or(0)).collect();
            let probe = Probe::fit(&self.embeddings[..part * self.dim], self.dim, &own[..part], labels, seed);
            let logits = probe.logits(&self.embeddings[part * self.dim..self.rows * self.dim]);
            let answers = logits.chunks_exact(labels.max(1)).map(|logits| best(logits) as u32);
            let right = answers.zip(&own[part..]).filter(|(answer, own)| answer == *own).count();
            right as f64 / (self.rows - part) as f64
        });
        TeacherReport { digest: self.digest.clone(), made: self.made.len(), accuracy }
    }

    /// Lessons for the first `count` rows, of which these are the labels: the logits of a probe that saw these rows only.
    pub(crate) fn class(&self, count: usize, own: &[Vec<u32>], labels: usize, seed: u64) -> Class {
        let own: Vec<u32> = own.iter().map(|own| own.first().copied().unwrap_or(0)).collect();
        let mut embeddings = self.embeddings[..count * self.dim].to_vec();
        let probe = Probe::fit(&embeddings, self.dim, &own[..count], labels, seed);
        let made: Vec<usize> = self.made_of(count).collect();
        for &at in &made {
            embeddings.extend_from_slice(&self.embeddings[(self.rows + at) * self.dim..][..self.dim]);
        }
        let logits = probe.logits(&embeddings);
        Class { lessons: Lessons { labels, dim: self.dim, logits, embeddings }, made }
    }
}
