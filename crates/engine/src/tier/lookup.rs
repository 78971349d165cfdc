//! The look-up: a text that was shown has the label that it was shown with, and of any other text nothing is known.

use crate::format::{Container, Features, FormatError, SectionKind, Texts};
use crate::prediction::{Confidence, Read, Score};
use crate::text::{FeatureSettings, exact_hash};

/// A look-up in a model file, proven sound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookup<'a> {
    /// Of which only `max_characters` is used.
    pub(crate) settings: FeatureSettings,
    pub(crate) texts: Texts<'a>,
}

/// The score of a known text's label; all others have 0.
const KNOWN: Score = Score(1 << 16);
/// The score of the guess at an unknown text: just enough to stand first.
const GUESSED: Score = Score(1);

impl<'a> Lookup<'a> {
    pub(crate) fn read(container: &Container<'a>, labels: u32) -> Result<Self, FormatError> {
        let section = |kind| container.section(kind);
        Ok(Self {
            settings: Features::read(section(SectionKind::Features)?)?,
            texts: Texts::read(section(SectionKind::Texts)?, labels)?,
        })
    }

    /// Scores the text.
    pub(crate) fn scores(&self, text: &str, scores: &mut [Score]) -> Read {
        let (hash, mut read) = exact_hash(text, self.settings.max_characters);
        let known = hash.and_then(|hash| self.texts.label(hash));
        scores.fill(Score::default());
        if let Some(score) = scores.get_mut(known.unwrap_or(self.texts.guess) as usize) {
            *score = if known.is_some() { KNOWN } else { GUESSED };
        }
        if known.is_some() {
            read.known_words = read.words;
            read.features = 1;
        }
        read
    }

    /// The confidences of the best labels, best first, of `labels` in all: of a known text's label what the file says, of each
    /// other an even share of the rest; of a text that is not known 0.
    pub(crate) fn confidences(&self, known: bool, labels: usize, confidences: &mut [Confidence]) {
        confidences.fill(Confidence::default());
        if !known {
            return;
        }
        let rest = Confidence::ONE.raw() - self.texts.confidence.raw();
        confidences.fill(Confidence::from_raw(rest / (labels as u32).saturating_sub(1).max(1)));
        if let Some(first) = confidences.first_mut() {
            *first = self.texts.confidence;
        }
    }
}
