//! What a teacher knows of the rows: embeddings of their texts, and of texts made of them.

use crate::augment::{Made, augment};
use crate::embed::{Embedder, Embedding, FineTuning, Lesson};
use crate::error::TrainError;
use crate::few::{as_text, is_few, look};
use crate::kernel_probe::KernelProbe;
use crate::probe::Probe;
use crate::recipe::Recipe;
use crate::report::TeacherReport;
use crate::tier::Lessons;
use crate::tier::tagger::best;
use crate::words::Words;
use std::collections::BTreeSet;
use stonechat_task::Example;

/// What the logits of a probe for few rows are multiplied by: it has all its rows right, and is surer of others than it may be.
const SURENESS: f32 = 0.5;

/// What is known of the rows to learn from, and of texts made of them.
pub(crate) struct School {
    /// Who gave embeddings, if there is a teacher.
    teacher: Option<Taught>,
    /// Whether the rows are so few that a probe looks at more than embeddings.
    few: bool,
    rows: usize,
    /// Names of labels that stand for a row each, and what they say.
    names: Vec<(String, String)>,
    pub(crate) made: Vec<Made>,
}

/// What a teacher gave.
struct Taught {
    dim: usize,
    /// What tells the teacher from others.
    digest: String,
    /// Rows that it was fine-tuned on.
    tuned: Option<usize>,
    /// Of the rows, then of the names of labels, then of the made texts.
    embeddings: Vec<f32>,
}

/// Lessons for the first rows, and which made texts go with them.
pub(crate) struct Class {
    /// Of the rows, then of the made texts.
    pub(crate) lessons: Lessons,
    /// The made texts, by their places.
    pub(crate) made: Vec<usize>,
}

/// The rows that a class is about.
pub(crate) struct Pupils<'a> {
    /// All rows; a class is about the first of them.
    pub(crate) rows: &'a [&'a Example],
    /// Their labels.
    pub(crate) own: &'a [Vec<u32>],
    /// All labels.
    pub(crate) names: &'a [String],
    pub(crate) words: Option<&'a Words>,
    pub(crate) recipe: &'a Recipe,
}

impl School {
    /// Makes texts of the rows, and asks the teacher, if there is one, for the embeddings of all; before, it is fine-tuned on the first
    /// `part` of the rows, and on the names of labels that stand for rows, if it is to be. `names` are those of the labels. `slots` says
    /// whether slots are learned.
    #[allow(clippy::too_many_arguments)] // Each is a different thing to know.
    pub(crate) fn ask(
        teacher: Option<&mut (dyn Embedder + Send + '_)>,
        rows: &[&Example],
        part: usize,
        names: &[String],
        words: Option<&Words>,
        recipe: &Recipe,
        slots: bool,
        advance: &mut dyn FnMut(&'static str, u64, u64),
    ) -> Result<Self, TrainError> {
        let few = is_few(recipe, rows.len(), names.len());
        let count = if teacher.is_some() { recipe.augment } else { recipe.few_augment };
        let named = names.iter().zip(0..).filter(|_| few && recipe.few_names == 1);
        let named = named.map(|(name, label)| (name.clone(), as_text(name), label));
        let named: Vec<_> = named.filter(|(_, text, _)| !text.is_empty()).collect();
        let tuning = (recipe.tune_epochs > 0).then(|| FineTuning {
            rows: rows[..part]
                .iter()
                .filter_map(|row| place(row, names).map(|label| (row.text.clone(), label)))
                .chain(named.iter().map(|(_, text, label)| (text.clone(), *label)))
                .collect(),
            labels: names.len(),
            epochs: recipe.tune_epochs,
            rate: recipe.tune_rate,
            seed: recipe.seed,
            lesson: if few { Lesson::Closeness } else { Lesson::Labels },
        });
        // Which texts are close tells a label of two rows at the least.
        let tuning = tuning.filter(|tuning| tuning.lesson == Lesson::Labels || has_mates(&tuning.rows));
        let names: Vec<(String, String)> = named.into_iter().map(|(name, text, _)| (name, text)).collect();
        let count = if slots { fewer_of_long(count, rows, recipe) } else { u64::from(count) };
        let made = augment(rows, words, recipe, count as usize, few);
        let mut school = Self { teacher: None, few, rows: rows.len(), names, made };
        if let Some(teacher) = teacher {
            let mut texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
            texts.extend(school.names.iter().map(|(_, text)| text.as_str()));
            texts.extend(school.made.iter().map(|made| made.text.as_str()));
            let (total, mut done) = (texts.len() as u64, 0);
            let tuned = tuning.as_ref().map(|tuning| tuning.rows.len() - school.names.len());
            if let Some(tuning) = tuning {
                teacher.fine_tune(tuning).map_err(TrainError::Teacher)?;
            }
            let embeddings = teacher
                .embed(&texts, &mut |step| match step {
                    Embedding::Texts(count) => {
                        done += count as u64;
                        advance("asking the teacher", done, total);
                    }
                    Embedding::Tuned(done, total) => advance("fine-tuning the teacher", done, total),
                })
                .map_err(TrainError::Teacher)?;
            let dim = teacher.dim();
            if embeddings.len() != texts.len() * dim || embeddings.iter().any(|value| !value.is_finite()) {
                return Err(TrainError::Teacher(
                    "the teacher did not give an embedding for each text".to_owned(),
                ));
            }
            school.teacher = Some(Taught { dim, digest: teacher.digest().to_owned(), tuned, embeddings });
        }
        Ok(school)
    }

    /// Whether the rows are few.
    pub(crate) const fn is_few(&self) -> bool {
        self.few
    }

    /// Whether there is a teacher.
    pub(crate) const fn is_taught(&self) -> bool {
        self.teacher.is_some()
    }

    /// Whether more is known than the rows tell: by a teacher or, where the rows are few, of words that they do not have.
    pub(crate) const fn knows_more(&self, words: Option<&Words>) -> bool {
        self.is_taught() || self.few && words.is_some()
    }

    /// What a note says of few rows, if they are few.
    pub(crate) fn note(&self, words: Option<&Words>, labels: usize) -> Option<String> {
        let mut views = vec!["words", "characters"];
        views.extend(words.map(|_| "word pieces"));
        views.extend(self.teacher.as_ref().map(|_| "the teacher's embeddings"));
        let last = views.pop().unwrap_or_default();
        let named = if self.names.is_empty() { "" } else { " and of the labels' names" };
        self.few.then(|| {
            format!(
                "{} rows for {labels} labels are few (`few_rows`): {} texts made of them were learned as well, as a probe of the rows{named} \
                 labels them, by {} and {last}",
                self.rows,
                self.made.len(),
                views.join(", ")
            )
        })
    }

    /// The numbers of an embedding; 0 without a teacher.
    fn dim(&self) -> usize {
        self.teacher.as_ref().map_or(0, |taught| taught.dim)
    }

    /// The embedding of the text at this place: of a row, then of a label's name, then of a made text.
    fn embedding(&self, at: usize) -> &[f32] {
        self.teacher.as_ref().map_or(&[], |taught| &taught.embeddings[at * taught.dim..][..taught.dim])
    }

    /// The made texts, by their places, that were made of the first `count` rows.
    pub(crate) fn made_of(&self, count: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.made.len()).filter(move |&at| self.made[at].parent < count)
    }

    /// What a report says of the teacher, if there is one. `part` is how many of the rows a draft saw, if there was one; the
    /// others are its tuning rows.
    pub(crate) fn report(&self, part: Option<usize>, pupils: &Pupils<'_>) -> Option<TeacherReport> {
        let taught = self.teacher.as_ref()?;
        let accuracy = part.filter(|&part| part < self.rows).map(|part| {
            let rest: Vec<usize> = (part..self.rows).collect();
            let logits = self.logits(part, pupils, &rest);
            let answers = logits.chunks_exact(pupils.names.len().max(1)).map(|logits| best(logits) as u32);
            let right = answers.zip(rest).filter(|&(answer, row)| answer == label(&pupils.own[row])).count();
            right as f64 / (self.rows - part) as f64
        });
        Some(TeacherReport {
            digest: taught.digest.clone(),
            tuned: taught.tuned,
            made: self.made.len(),
            accuracy,
        })
    }

    /// Lessons for the first `count` rows: the logits of a probe that saw these rows only.
    pub(crate) fn class(&self, count: usize, pupils: &Pupils<'_>) -> Class {
        let made: Vec<usize> = self.made_of(count).collect();
        let first = self.rows + self.names.len();
        let texts: Vec<usize> = (0..count).chain(made.iter().map(|at| first + at)).collect();
        let logits = self.logits(count, pupils, &texts);
        let embeddings = texts.iter().flat_map(|&text| self.embedding(text)).copied().collect();
        Class { lessons: Lessons { labels: pupils.names.len(), dim: self.dim(), logits, embeddings }, made }
    }

    /// The logits of these texts, by a probe that saw the first `count` rows.
    fn logits(&self, count: usize, pupils: &Pupils<'_>, texts: &[usize]) -> Vec<f32> {
        let mut own: Vec<u32> = pupils.own[..count].iter().map(|own| label(own)).collect();
        let labels = pupils.names.len();
        let mut seen: Vec<usize> = (0..count).collect();
        if !self.few {
            let embeddings: Vec<f32> = seen.iter().flat_map(|&text| self.embedding(text)).copied().collect();
            let asked: Vec<f32> = texts.iter().flat_map(|&text| self.embedding(text)).copied().collect();
            return Probe::fit(&embeddings, self.dim(), &own, labels, pupils.recipe.seed).logits(&asked);
        }
        for (at, (name, _)) in self.names.iter().enumerate() {
            if let Some(label) = pupils.names.iter().position(|other| other == name) {
                seen.push(self.rows + at);
                own.push(label as u32);
            }
        }
        let fitted = seen.len();
        seen.extend_from_slice(texts);
        let said: Vec<&str> = seen.iter().map(|&text| self.text(text, pupils)).collect();
        let embeddings: Vec<f32> = seen.iter().flat_map(|&text| self.embedding(text)).copied().collect();
        let embeddings = (self.dim() > 0).then_some((embeddings.as_slice(), self.dim()));
        let looks = look(&said, count, pupils.words, embeddings, pupils.recipe);
        let probe = KernelProbe::fit(&looks, &own, labels);
        let logits = (fitted..seen.len()).flat_map(|text| probe.logits(&looks, text));
        logits.map(|logit| SURENESS * logit).collect()
    }

    fn text<'a>(&'a self, at: usize, pupils: &Pupils<'a>) -> &'a str {
        match at.checked_sub(self.rows) {
            None => &pupils.rows[at].text,
            Some(at) => match at.checked_sub(self.names.len()) {
                None => &self.names[at].1,
                Some(at) => &self.made[at].text,
            },
        }
    }
}

/// Bytes of a text up to which as many texts are made for a tagger of slots as for other models.
const SHORT: u64 = 100;

/// How many of so many texts are made for a tagger of slots: it reads each token of each again and again, so that of long rows fewer are
/// made, which have as many bytes in all.
fn fewer_of_long(count: u32, rows: &[&Example], recipe: &Recipe) -> u64 {
    let read = |row: &&Example| row.text.len().min(recipe.max_characters as usize) as u64;
    let mean = rows.iter().map(read).sum::<u64>() / rows.len().max(1) as u64;
    u64::from(count) * SHORT / mean.max(SHORT)
}

/// Whether two of the rows have the same label.
fn has_mates(rows: &[(String, u32)]) -> bool {
    let mut seen = BTreeSet::new();
    rows.iter().any(|(_, label)| !seen.insert(label))
}

/// The number of the label of a row that has a known one.
fn place(row: &Example, names: &[String]) -> Option<u32> {
    let label = row.labels.first()?;
    names.iter().position(|name| name == label).map(|at| at as u32)
}

/// The label of a row that has one.
fn label(own: &[u32]) -> u32 {
    own.first().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::Source;

    #[test]
    fn of_long_rows_fewer_texts_are_made() {
        let row = |length: usize| Example {
            text: "a".repeat(length),
            labels: Vec::new(),
            slots: Vec::new(),
            source: Source { file: Path::new("rows").into(), line: 1 },
            split: None,
        };
        let recipe = Recipe { max_characters: 500, ..Recipe::default() };
        let count = |lengths: [usize; 2]| {
            let rows = lengths.map(row);
            fewer_of_long(5000, &rows.each_ref(), &recipe)
        };
        assert_eq!(count([40, 160]), 5000);
        assert_eq!(count([100, 300]), 2500);
        // What is not read does not count.
        assert_eq!(count([500, 100_000]), 1000);
        assert_eq!(count([0, 0]), 5000);
        assert_eq!(fewer_of_long(5000, &[], &recipe), 5000);
    }
}
