//! Scores to probabilities: what the packed engine says on rows that it did not learn from, made to mean what it says.

use stonechat_engine::{Confidence, Engine, FormatError, Model};
use stonechat_eval::Bin;
use stonechat_task::Example;

/// A bin with shares of four decimals, which is more than its rows tell.
pub(crate) fn rounded(bin: &Bin) -> Bin {
    let four = |share: f64| libm::round(share * 1e4) / 1e4;
    Bin { confidence: four(bin.confidence), accuracy: four(bin.accuracy), count: bin.count }
}

/// The scores of a row, as logits, and its labels.
pub(crate) struct Scored {
    pub(crate) logits: Vec<f64>,
    pub(crate) labels: Vec<u32>,
}

/// How logits become probabilities: `softmax(slope · logit)`, or, for each label, `logistic(slope · logit + offset)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Calibration {
    pub(crate) slope: f64,
    pub(crate) offset: f64,
}

impl Calibration {
    /// Logits as they are.
    pub(crate) const NONE: Self = Self { slope: 1.0, offset: 0.0 };
    /// Of networks that learned few rows, where no rows tell: what such a network learned is softened, so that its logits are far too
    /// low (measured: docs/recipe.md).
    pub(crate) const OF_FEW: Self = Self { slope: 2.0, offset: 0.0 };
}

/// Fewer rows than this say too little.
pub(crate) const LEAST_ROWS: usize = 20;

/// The packed engine's scores of these texts.
pub(crate) fn score<'t>(model: &Model<'_>, rows: impl Iterator<Item = (&'t str, Vec<u32>)>) -> Vec<Scored> {
    let mut engine = Engine::new(model);
    rows.map(|(text, labels)| {
        let prediction = engine.predict(text);
        let logits = prediction.scores().iter().map(|score| f64::from(score.0) / 65_536.0).collect();
        Scored { logits, labels }
    })
    .collect()
}

/// The temperature with the least negative log-likelihood (Guo et al., "On Calibration of Modern Neural Networks", ICML
/// 2017); in a multi-label task also the offset (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
///
/// As Platt does, the answers due are held for a little less than certain, as if one more row had been wrong: rows that are
/// all answered right do not prove that no answer will ever be wrong. With too few rows it is what was `supposed`.
pub(crate) fn calibrate(rows: &[Scored], multi_label: bool, supposed: Calibration) -> Calibration {
    if rows.len() < LEAST_ROWS {
        return supposed;
    }
    if !multi_label {
        let doubt = 1.0 / (rows.len() as f64 + 2.0);
        let slope = lowest(|slope| rows.iter().map(|row| softmax_loss(row, slope, doubt)).sum());
        return Calibration { slope, offset: 0.0 };
    }
    let yes: usize = rows.iter().map(|row| row.labels.len()).sum();
    let all: usize = rows.iter().map(|row| row.logits.len()).sum();
    let doubts = Doubts { yes: 1.0 / (yes as f64 + 2.0), no: 1.0 / (all.saturating_sub(yes) as f64 + 2.0) };
    let mut found = Calibration::NONE;
    // The two turns settle quickly: the loss is convex in both.
    for _ in 0..8 {
        found.slope =
            lowest(|slope| rows.iter().map(|row| logistic_loss(row, slope, found.offset, doubts)).sum());
        found.offset = lowest_between(-8.0, 8.0, STEPS, |offset| {
            rows.iter().map(|row| logistic_loss(row, found.slope, offset, doubts)).sum()
        });
    }
    found
}

/// How sharp the probabilities of slots are, so that those of the tuning rows' answers are most probable: one over their
/// temperature, between 1/16 and 16; none where the answers have too few slots to tell. `draft` makes the bytes of a model of each
/// sharpness.
pub(crate) fn calibrate_slots(
    rows: &[&Example],
    draft: impl Fn(f64) -> Vec<u8>,
) -> Result<Option<f64>, FormatError> {
    let mut failed = None;
    // Whatever the sharpness, the same slots are found.
    let mut all_found = 0;
    let mut loss = |exponent: f64| {
        let bytes = draft(libm::exp2(exponent));
        let model = match Model::open(&bytes) {
            Ok(model) => model,
            Err(error) => {
                failed = Some(error);
                return 0.0;
            }
        };
        let mut engine = Engine::new(&model);
        let (mut loss, mut found) = (0.0, 0usize);
        for row in rows {
            let prediction = engine.predict(&row.text);
            for slot in prediction.slots() {
                let same = |own: &&stonechat_task::Slot| {
                    own.name == slot.name && (own.start, own.end) == (slot.start as usize, slot.end as usize)
                };
                let probability = f64::from(slot.confidence.raw()) / f64::from(Confidence::ONE.raw());
                // A slot that was never wrong on these rows may be wrong on others.
                let probability = probability.clamp(1e-4, 1.0 - 1e-4);
                let right = row.slots.iter().any(|own| same(&own));
                loss -= libm::log(if right { probability } else { 1.0 - probability });
                found += 1;
            }
        }
        all_found = found;
        loss / found.max(1) as f64
    };
    let exponent = lowest_between(-4.0, 4.0, 14, &mut loss);
    match failed {
        Some(error) => Err(error),
        None => Ok((all_found >= LEAST_ROWS).then(|| libm::exp2(exponent))),
    }
}

/// A text of which two say what its labels are, in logits.
pub(crate) struct TwoVoices {
    pub(crate) machine: Vec<f32>,
    pub(crate) network: Vec<f32>,
    pub(crate) label: u32,
}

/// How many times the logits of a machine may be added to those of a network.
pub(crate) const TIMES: [f32; 7] = [0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0];

/// How much steeper than probabilities the share of wrong answers is that [`best_times`] smooths.
const STEEPNESS: f64 = 2.0;

/// Which of [`TIMES`] the logits of a machine are to be added to those of a network: that with the least share of wrong answers, each of which counts by how
/// near it was to be right (Juang and Katagiri, "Discriminative Learning for Minimum Error Classification", 1992), at the slope of the
/// least negative log-likelihood. 0 where chance could have made what the machine adds to the likelihood at best: less than two standard errors of the
/// mean difference.
pub(crate) fn best_times(texts: &[TwoVoices]) -> f32 {
    let doubt = 1.0 / (texts.len() as f64 + 2.0);
    // The smoothed share, and the loss of each text.
    let judge = |times: f32| -> (f64, Vec<f64>) {
        let sum = |(machine, network): (&f32, &f32)| f64::from(network + times * machine);
        let scored: Vec<Scored> = texts
            .iter()
            .map(|text| Scored {
                logits: text.machine.iter().zip(&text.network).map(sum).collect(),
                labels: vec![text.label],
            })
            .collect();
        let slope = lowest(|slope| scored.iter().map(|row| softmax_loss(row, slope, doubt)).sum());
        let wrong = scored.iter().map(|row| 1.0 / (1.0 + libm::exp(STEEPNESS * slope * lead(row)))).sum();
        (wrong, scored.iter().map(|row| softmax_loss(row, slope, doubt)).collect())
    };
    let each = TIMES.map(judge);
    let least = |of: &dyn Fn(usize) -> f64| {
        (1..TIMES.len()).fold(0, |best, at| if of(at) < of(best) { at } else { best })
    };
    let likeliest = &each[least(&|at| each[at].1.iter().sum())].1;
    let gains = || each[0].1.iter().zip(likeliest).map(|(alone, both)| alone - both);
    let (count, sum) = (texts.len() as f64, gains().sum::<f64>());
    let spread = gains().map(|gain| (gain - sum / count) * (gain - sum / count)).sum::<f64>();
    // Two standard errors of a sum are twice the root of the spread.
    if sum > 2.0 * libm::sqrt(spread) { TIMES[least(&|at| each[at].0)] } else { 0.0 }
}

/// How far the logit of a row's label lies above the best of the others.
fn lead(row: &Scored) -> f64 {
    let label = row.labels.first().map_or(0, |&label| label as usize);
    let others = row.logits.iter().enumerate().filter(|&(at, _)| at != label).map(|(_, &logit)| logit);
    row.logits.get(label).copied().unwrap_or_default() - others.fold(f64::NEG_INFINITY, f64::max)
}

/// What the answers due lack to be certain, of labels that a text has and of those that it has not.
#[derive(Clone, Copy)]
struct Doubts {
    yes: f64,
    no: f64,
}

fn softmax_loss(row: &Scored, slope: f64, doubt: f64) -> f64 {
    let most = row.logits.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(logit));
    let total: f64 = row.logits.iter().map(|logit| libm::exp(slope * (logit - most))).sum();
    let right =
        row.labels.first().and_then(|&label| row.logits.get(label as usize)).map_or(most, |&logit| logit);
    let others = row.logits.len().saturating_sub(1).max(1) as f64;
    let mean = (row.logits.iter().sum::<f64>() - right) / others;
    libm::log(total) - slope * ((1.0 - doubt) * right + doubt * mean - most)
}

fn logistic_loss(row: &Scored, slope: f64, offset: f64, doubts: Doubts) -> f64 {
    let one = |(label, logit): (usize, &f64)| {
        let value = slope * logit + offset;
        let wanted = if row.labels.contains(&(label as u32)) { 1.0 - doubts.yes } else { doubts.no };
        // log(1 + e^value) − wanted · value, without overflow.
        libm::log1p(libm::exp(-value.abs())) + value.max(0.0) - wanted * value
    };
    row.logits.iter().enumerate().map(one).sum()
}

/// The slope between 1/64 and 64 with the least loss.
fn lowest(loss: impl Fn(f64) -> f64) -> f64 {
    libm::exp2(lowest_between(-6.0, 6.0, STEPS, |exponent| loss(libm::exp2(exponent))))
}

/// Steps of a search, each of which leaves 0.618 of the range.
const STEPS: usize = 40;

/// Golden-section search.
fn lowest_between(mut low: f64, mut high: f64, steps: usize, mut loss: impl FnMut(f64) -> f64) -> f64 {
    let ratio = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut left_loss, mut right_loss) = (loss(left), loss(right));
    for _ in 0..steps {
        if left_loss <= right_loss {
            (high, right, right_loss) = (right, left, left_loss);
            left = high - ratio * (high - low);
            left_loss = loss(left);
        } else {
            (low, left, left_loss) = (left, right, right_loss);
            right = low + ratio * (high - low);
            right_loss = loss(right);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(multi_label: bool) -> Vec<Scored> {
        // Right three times in four, at a logit of 10.
        (0..400)
            .map(|i| Scored {
                logits: vec![10.0, if multi_label { -10.0 } else { 0.0 }],
                labels: vec![u32::from(i % 4 == 0)],
            })
            .collect()
    }

    #[test]
    fn an_overconfident_model_is_cooled() {
        let found = calibrate(&rows(false), false, Calibration::NONE);
        // logistic(slope · 10) = 3/4.
        assert!((found.slope - libm::log(3.0) / 10.0).abs() < 2e-3, "{found:?}");
    }

    #[test]
    fn rows_that_are_all_right_prove_little() {
        for count in [LEAST_ROWS, 100, 1000] {
            let row = |_| Scored { logits: vec![1.0, 0.0, 0.0], labels: vec![0] };
            let slope = calibrate(&(0..count).map(row).collect::<Vec<_>>(), false, Calibration::NONE).slope;
            // Certainty of one label among three, at a distance of 1.
            let wrong = 1.0 - 1.0 / (1.0 + 2.0 * libm::exp(-slope));
            let expected = 1.0 / (count as f64 + 2.0);
            assert!((wrong / expected - 1.0).abs() < 0.01, "{count} rows: {wrong}, not {expected}");
        }
    }

    #[test]
    fn the_better_voice_counts_more() {
        let voice = |right: bool, label: u32| {
            let certain = if right { label } else { 1 - label };
            vec![if certain == 0 { 1.0 } else { -1.0 }, if certain == 0 { -1.0 } else { 1.0 }]
        };
        // The machine is right `own` times in ten and the network `rest` times, each wherever the other is not, as far as can be.
        let times = |own: usize, rest: usize| {
            let text = |at: usize| {
                let label = (at / 10 % 2) as u32;
                let (machine, network) = (voice(at % 10 < own, label), voice(9 - at % 10 < rest, label));
                TwoVoices { machine, network, label }
            };
            best_times(&(0..200).map(text).collect::<Vec<_>>())
        };
        assert_eq!(times(5, 10), 0.0, "what is right by chance does not count");
        assert_eq!(times(10, 5), 4.0);
        assert!(times(9, 7) > times(7, 9) && times(7, 9) > 0.0);
    }

    #[test]
    fn yes_and_no_are_calibrated_together() {
        let found = calibrate(&rows(true), true, Calibration::NONE);
        assert!((found.slope - libm::log(3.0) / 10.0).abs() < 2e-3 && found.offset.abs() < 1e-2, "{found:?}");
    }

    #[test]
    fn too_few_rows_change_nothing_of_what_was_supposed() {
        for supposed in [Calibration::NONE, Calibration::OF_FEW] {
            assert_eq!(calibrate(&rows(false)[..LEAST_ROWS - 1], false, supposed), supposed);
        }
    }
}
