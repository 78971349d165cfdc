//! How long single answers take.

use crate::report::LatencyUs;
use std::hint::black_box;
use std::time::{Duration, Instant};
use stonechat_engine::{Engine, Kernel, Model};

/// Percentiles rest on this many answers, or on as many as fit into [`ENOUGH_TIME`].
const ENOUGH_SAMPLES: usize = 20_000;
const ENOUGH_TIME: Duration = Duration::from_secs(2);

/// The time from a UTF-8 text to a decision, one text at a time on one thread: after a warm-up pass over all texts, several
/// passes until there are 20,000 answers or two seconds have passed. Without texts there is nothing to measure, and every
/// percentile is 0.
#[must_use]
pub fn latency(model: &Model<'_>, kernel: Kernel, texts: &[&str]) -> LatencyUs {
    percentiles(samples(model, kernel, texts))
}

/// Answers and makes sure that the compiler leaves nothing out.
pub(crate) fn answer(engine: &mut Engine<'_>, text: &str) {
    let prediction = engine.predict(black_box(text));
    black_box((prediction.decision(), prediction.label()));
}

/// Nanoseconds of single answers; none without texts.
pub(crate) fn samples(model: &Model<'_>, kernel: Kernel, texts: &[&str]) -> Vec<u64> {
    if texts.is_empty() {
        return Vec::new();
    }
    let mut engine = Engine::with_kernel(model, kernel);
    for text in texts {
        answer(&mut engine, text);
    }
    let mut samples = Vec::with_capacity(ENOUGH_SAMPLES + texts.len());
    let begin = Instant::now();
    while samples.is_empty() || (samples.len() < ENOUGH_SAMPLES && begin.elapsed() < ENOUGH_TIME) {
        for text in texts {
            let start = Instant::now();
            answer(&mut engine, text);
            samples.push(start.elapsed().as_nanos() as u64);
        }
    }
    samples
}

/// Percentiles by nearest rank: the smallest sample that so many percent of all do not exceed.
pub(crate) fn percentiles(mut samples: Vec<u64>) -> LatencyUs {
    samples.sort_unstable();
    let percentile = |percent: usize| {
        let rank = (samples.len() * percent).div_ceil(100);
        let nanoseconds = samples.get(rank.saturating_sub(1)).copied().unwrap_or_default();
        (nanoseconds as f64 / 100.0).round() / 10.0
    };
    LatencyUs { p50: percentile(50), p90: percentile(90), p99: percentile(99), max: percentile(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_by_nearest_rank() {
        let found = percentiles((1..=200).rev().map(|n| n * 1_000).collect());
        assert_eq!(found, LatencyUs { p50: 100.0, p90: 180.0, p99: 198.0, max: 200.0 });
        let found = percentiles(vec![1_249, 1_251]);
        assert_eq!(found, LatencyUs { p50: 1.2, p90: 1.3, p99: 1.3, max: 1.3 });
    }
}
