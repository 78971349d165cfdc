//! What made an answer: which words speak for it and against it, which are unknown, and which examples are nearest.

use serde::Serialize;
use std::fmt;
use stonechat_engine::text::{TokenKind, tokens};
use stonechat_engine::{Confidence, Engine, Kernel, Model};
use stonechat_task::Example;

/// Words of a text that are left out in turn, at the most: each costs an answer.
const MOST_WORDS: usize = 200;
/// Words that are shown to people, at the most.
const SHOWN: usize = 6;
/// Examples that are named.
const NEAREST: usize = 3;

/// What made an answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The label that is explained; empty in a model of slots alone.
    pub label: String,
    /// The words of the text in order, at most 200; in scripts written without spaces, its characters.
    pub words: Vec<WordPart>,
    /// The examples that the model takes for most alike, best first; none where none were given, or the model cannot compare.
    pub nearest: Vec<Neighbour>,
    /// How unlike the text is to those that the model learned from; absent where the model does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeFacts>,
}

/// What one word does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordPart {
    /// The word, as it stands in the text.
    pub text: String,
    /// Where it begins, in Unicode scalar values.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What the label's logit loses without the word (occlusion; Zeiler and Fergus, "Visualizing and Understanding Convolutional
    /// Networks", ECCV 2014): above 0 the word speaks for the label, below 0 against it. 0 in a model of slots alone.
    pub contribution: f64,
    /// Whether the model knows the word, alone.
    pub known: bool,
}

/// An example that the model takes for alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Neighbour {
    /// Its text.
    pub text: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// The cosine between what the model makes of both texts, at most 1.
    pub similarity: f64,
}

/// What a text's being outside the task was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScopeFacts {
    /// The outsideness of the text, in logits.
    pub outsideness: f64,
    /// The highest that is answered.
    pub most: f64,
    /// The share of the text's features that the model does not know.
    pub unknown_share: f64,
    /// The largest that is answered.
    pub most_unknown: f64,
}

/// Examples, and what a model makes of each.
#[derive(Clone, Debug)]
pub struct Neighbours<'e> {
    examples: &'e [Example],
    /// Of length 1, or empty where the model has nothing to compare by.
    vectors: Vec<Vec<f32>>,
}

impl<'e> Neighbours<'e> {
    /// Answers every example once.
    #[must_use]
    pub fn new(model: &Model<'_>, kernel: Kernel, examples: &'e [Example]) -> Self {
        let mut engine = Engine::with_kernel(model, kernel);
        let vectors = examples.iter().map(|example| vector(&mut engine, &example.text)).collect();
        Self { examples, vectors }
    }

    fn nearest(&self, engine: &mut Engine<'_>, text: &str) -> Vec<Neighbour> {
        let own = vector(engine, text);
        let mut all: Vec<(f32, &Example)> = self
            .vectors
            .iter()
            .zip(self.examples)
            .filter(|(vector, _)| !own.is_empty() && vector.len() == own.len())
            .map(|(vector, example)| (vector.iter().zip(&own).map(|(a, b)| a * b).sum(), example))
            .collect();
        all.sort_by(|a, b| b.0.total_cmp(&a.0));
        all.into_iter()
            .take(NEAREST)
            .map(|(similarity, example)| Neighbour {
                text: example.text.clone(),
                labels: example.labels.clone(),
                similarity: f64::from(similarity),
            })
            .collect()
    }
}

/// What the model makes of a text, of length 1: the hidden layer of a bag, the scores of another model that has some; empty where
/// that is nothing.
fn vector(engine: &mut Engine<'_>, text: &str) -> Vec<f32> {
    let answer = engine.predict(text);
    if answer.read().known_words == 0 {
        return Vec::new();
    }
    let hidden = answer.hidden();
    let mut vector: Vec<f32> = if hidden.is_empty() {
        answer.scores().iter().map(|score| score.0 as f32 / 65_536.0).collect()
    } else {
        hidden.iter().map(|&unit| f32::from(unit)).collect()
    };
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length == 0.0 {
        return Vec::new();
    }
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}

/// The logarithm of the odds of a confidence, which is taken for half a step from certain at the most.
fn log_odds(confidence: Confidence) -> f64 {
    let one = f64::from(Confidence::ONE.raw());
    let share = f64::from(confidence.raw()).clamp(0.5, one - 0.5) / one;
    (share / (1.0 - share)).ln()
}

/// Explains the answer to a text: leaves out each word in turn, and looks for the nearest of the examples.
#[must_use]
pub fn explain(engine: &mut Engine<'_>, text: &str, neighbours: Option<&Neighbours<'_>>) -> Explanation {
    let model = engine.model();
    let answer = engine.predict(text);
    let labelled = !model.labels().is_empty();
    let (label, score) = (answer.label().index, answer.label().score);
    let name = answer.label().name.to_owned();
    let (by_first, sure) = (answer.by_first(), answer.label().confidence);
    // The scope of a cheaper model that answered is not the one that the file shows.
    let scope = model.scope().filter(|_| !by_first);
    let scope = answer.outsideness().zip(scope).map(|(outsideness, scope)| ScopeFacts {
        outsideness: logits(i64::from(outsideness.0)),
        most: logits(i64::from(scope.most.0)),
        unknown_share: f64::from(answer.read().unknown_share()) / 65_536.0,
        most_unknown: f64::from(scope.most_unknown) / 65_536.0,
    });
    let mut words = Vec::new();
    let (mut characters, mut reached) = (0, 0);
    for (start, end) in places(text).into_iter().take(MOST_WORDS) {
        let (Some(before), Some(word), Some(after)) =
            (text.get(..start), text.get(start..end), text.get(end..))
        else {
            continue;
        };
        characters += text.get(reached..start).map_or(0, |gap| gap.chars().count());
        let length = word.chars().count();
        let shorter = format!("{before} {after}");
        let without = engine.predict(&shorter);
        let lost = if without.by_first() == by_first {
            let without = without.scores().get(label as usize);
            logits(without.map_or(0, |without| i64::from(score.0) - i64::from(without.0)))
        } else {
            // Scores of two models do not compare; their confidences do.
            let other = without.ranking().find(|other| other.index == label);
            log_odds(sure) - log_odds(other.map_or(Confidence::default(), |other| other.confidence))
        };
        words.push(WordPart {
            text: word.to_owned(),
            start: characters,
            end: characters + length,
            contribution: if labelled { lost } else { 0.0 },
            known: engine.predict(word).read().known_words > 0,
        });
        characters += length;
        reached = end;
    }
    let nearest = neighbours.map(|neighbours| neighbours.nearest(engine, text)).unwrap_or_default();
    Explanation { label: name, words, nearest, scope }
}

/// Where the words of a text are, in bytes, none of which overlap; in scripts written without spaces each character is one.
fn places(text: &str) -> Vec<(usize, usize)> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    for token in tokens(text) {
        let (start, end) = (token.start as usize, token.end as usize);
        // Several tokens that one character of the text became stand in one place.
        if places.last().is_some_and(|&(_, reached)| start < reached) {
            continue;
        }
        if token.kind == TokenKind::Unspaced {
            let run = text.get(start..end).unwrap_or_default();
            places.extend(run.char_indices().map(|(at, c)| (start + at, start + at + c.len_utf8())));
        } else {
            places.push((start, end));
        }
    }
    places
}

/// 65,536ths as a number of four decimals.
fn logits(raw: i64) -> f64 {
    (raw as f64 / 65_536.0 * 1e4).round() / 1e4
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut strongest: Vec<&WordPart> =
            self.words.iter().filter(|word| word.contribution != 0.0).collect();
        strongest.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
        if !strongest.is_empty() {
            write!(f, "  words    ")?;
            for word in strongest.iter().take(SHOWN) {
                write!(f, " {:+.2} {}", word.contribution, word.text)?;
            }
            writeln!(f)?;
        }
        let unknown: Vec<&str> =
            self.words.iter().filter(|word| !word.known).map(|word| word.text.as_str()).collect();
        if !unknown.is_empty() {
            writeln!(f, "  unknown   {}", unknown.join(" "))?;
        }
        for near in &self.nearest {
            writeln!(f, "  nearest   {:.3} {}: “{}”", near.similarity, near.labels.join(","), near.text)?;
        }
        if let Some(scope) = &self.scope {
            writeln!(
                f,
                "  scope     outsideness {:.2} (answered up to {:.2}), {:.0} % of the features unknown (answered up to {:.0} %)",
                scope.outsideness,
                scope.most,
                100.0 * scope.unknown_share,
                100.0 * scope.most_unknown
            )?;
        }
        Ok(())
    }
}
