//! The packed engine's exact answers, into the file.

use stonechat_engine::format::{Answer, Recorded, RecordedSlot, score_hash};
use stonechat_engine::{Engine, Model};

/// Best labels that are recorded with their exact scores; the hash stands for all others.
const TOP: usize = 5;
/// Longer texts are not recorded: the file should stay small.
const LONGEST: usize = 400;

/// The section of recorded answers: `count` texts, evenly spread over those given, and the empty one.
pub(crate) fn record(model: &Model<'_>, texts: &[&str], count: usize) -> Vec<u8> {
    let short: Vec<&str> = texts.iter().copied().filter(|text| text.len() <= LONGEST).collect();
    let spread = count.saturating_sub(1).min(short.len());
    let mut chosen: Vec<&str> = (0..spread).map(|index| short[index * short.len() / spread]).collect();
    chosen.push("");
    let mut engine = Engine::new(model);
    let answer = |text| {
        let prediction = engine.predict(text);
        Answer {
            text,
            reason: prediction.reason(),
            confidence: prediction.confidence(),
            hash: score_hash(prediction.scores()),
            top: prediction.ranking().take(TOP).map(|label| (label.index, label.score)).collect(),
            slots: prediction
                .slots()
                .map(|slot| RecordedSlot {
                    index: slot.index,
                    start: slot.start,
                    end: slot.end,
                    confidence: slot.confidence,
                })
                .collect(),
        }
    };
    let answers: Vec<Answer<'_>> = chosen.into_iter().map(answer).collect();
    Recorded::write(&answers)
}
