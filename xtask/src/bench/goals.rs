//! The targets of the project, and whether they are reached.

use super::encoder::Beside;
use super::figures::{Figure, value};
use super::measure::Measured;
use super::sets::{Kind, LARGE, Least, Target, What};
use super::side::Side;
use serde::Serialize;

/// Seconds of a training, at the most.
const TRAIN_S: [(&str, Kind, f64); 2] = [("banking77", Kind::Labels, 60.0), ("snips", Kind::Joint, 360.0)];
/// Of one text of those that are timed apart, on one thread, at the most.
const APART_P50_US: f64 = 40.0;
/// Of one text on one thread, at the most, for every model of labels.
const P50_US: f64 = 15.0;
const P99_US: f64 = 40.0;
/// From no file to the first answer, at the most, for every model of labels.
const COLD_START_MS: f64 = 5.0;
/// Memory beside the file, in megabytes, at the most, for every model of labels.
const RESIDENT_MB: f64 = 8.0;
/// Of the model of 2 MB of `banking77`: microseconds of one text, at the most; answers that one core gives in a second, at the
/// least; milliseconds to the first answer and megabytes beside the file, at the most.
const FAST_P50_US: f64 = 8.0;
const FAST_P99_US: f64 = 20.0;
const FAST_PER_S: f64 = 250_000.0;
const FAST_COLD_START_MS: f64 = 2.0;
const FAST_RESIDENT_MB: f64 = 3.0;
/// How many times as long the reference takes for the matrix part, at the least.
const KERNELS: [(&str, f64); 2] = [("avx512", 8.0), ("avx2", 5.0)];
/// How many times as long fastText's command line takes for a text, at the least.
const TIMES_FASTTEXT: f64 = 1.5;
/// How many times as long a sentence encoder in ONNX Runtime takes for a text, in 8-bit integers, at the least.
const TIMES_ENCODER: f64 = 100.0;
/// Percentage points that quantisation may cost.
const LOSS_POINTS: f64 = 0.3;
/// The loss is judged where one row weighs no more than it may cost.
const LOSS_ROWS: usize = 334;

/// One target, held against what was measured.
#[derive(Serialize)]
pub(super) struct Goal {
    pub(super) name: String,
    pub(super) unit: &'static str,
    /// Whether the target is the least that will do; else it is the most.
    pub(super) at_least: bool,
    pub(super) target: f64,
    /// What was measured; null if it could not be, and then the target is missed.
    pub(super) reached: Option<f64>,
    /// The model that was measured.
    pub(super) of: String,
    /// What the peers reach.
    pub(super) peer: Option<String>,
    pub(super) met: bool,
}

impl Goal {
    fn least(name: String, target: f64, reached: f64, of: String, peer: Option<String>) -> Self {
        // Targets and shares have five digits in the records.
        let met = reached + 5e-4 >= target;
        Self { name, unit: "%", at_least: true, target, reached: Some(reached), of, peer, met }
    }

    /// Of something that is not a share.
    fn no_less(
        name: &str,
        unit: &'static str,
        target: f64,
        (of, reached): (String, Option<f64>),
        peer: Option<String>,
    ) -> Self {
        let met = reached.is_some_and(|reached| reached >= target);
        Self { name: name.to_string(), unit, at_least: true, target, reached, of, peer, met }
    }

    fn most(
        name: &str,
        unit: &'static str,
        target: f64,
        (of, reached): (String, Option<f64>),
        peer: Option<String>,
    ) -> Self {
        let met = reached.is_some_and(|reached| reached <= target);
        Self { name: name.to_string(), unit, at_least: false, target, reached, of, peer, met }
    }
}

/// Every target that the measured models are meant for.
///
/// # Errors
///
/// A target is what a peer reaches, and the record of the peers does not say.
pub(super) fn judge(
    models: &[Measured],
    side: Option<&Side>,
    beside: &[Beside],
    figures: &[Figure],
) -> Result<Vec<Goal>, String> {
    let mut goals = Vec::new();
    for model in models {
        for target in model.wanted.targets {
            goals.push(share(model, target)?);
        }
    }
    let theirs = side.map(|side| (&side.fasttext, side.set));
    for model in models.iter().filter(|model| model.max_size.is_none()) {
        let limit = TRAIN_S.iter().find(|(set, kind, _)| (*set, *kind) == (model.set, model.wanted.kind));
        let peer = theirs.filter(|(_, set)| *set == model.set && model.wanted.kind == Kind::Labels);
        let peer = peer.map(|(fasttext, _)| format!("fastText {:.1} s", fasttext.train_wall_s));
        let found = (model.name(), Some(model.train.wall_s));
        goals.extend(limit.map(|(.., limit)| Goal::most("training", "s", *limit, found, peer)));
    }
    let times = "one text";
    let peer =
        theirs.map(|(fasttext, set)| format!("fastText on {set} {:.1} µs, mean", fasttext.us_per_text));
    // The limits of time and memory were set for this set; where it is not measured, for what is.
    let of_labels = || models.iter().filter(|model| model.wanted.kind == Kind::Labels);
    let named: Vec<_> = of_labels().filter(|model| model.set == "banking77").collect();
    let timed = || if named.is_empty() { of_labels().collect() } else { named.clone() };
    let found = worst(timed(), |model| Some(model.speed.latency_us.p50));
    goals.extend(found.map(|found| Goal::most(&format!("{times}, p50"), "µs", P50_US, found, peer)));
    let found = worst(timed(), |model| Some(model.speed.latency_us.p99));
    goals.extend(found.map(|found| Goal::most(&format!("{times}, p99"), "µs", P99_US, found, None)));
    for (model, apart) in models.iter().filter_map(|model| Some((model, model.speed_apart.as_ref()?))) {
        let name = format!("{times} of {} tokens, label and slots, p50", apart.tokens);
        let found = (model.name(), Some(apart.latency_us.p50));
        goals.push(Goal::most(&name, "µs", APART_P50_US, found, None));
    }
    let peer =
        theirs.map(|(fasttext, set)| format!("fastText on {set} {:.1} ms, process", fasttext.one_line_ms));
    let found = worst(timed(), |model| Some(model.speed.cold_start_ms));
    goals.extend(found.map(|found| Goal::most("cold start", "ms", COLD_START_MS, found, peer)));
    let found =
        worst(timed(), |model| model.speed.resident_beyond_file_bytes.map(|bytes| bytes as f64 / 1e6));
    goals.extend(found.map(|found| Goal::most("resident beyond the file", "MB", RESIDENT_MB, found, None)));
    let judged = || models.iter().filter(|model| model.train.report.valid_rows >= LOSS_ROWS);
    let found = worst(judged().filter(|model| model.wanted.kind.has_labels()), |model| {
        model.train.report.quantization_loss_points
    });
    goals.extend(found.map(|found| Goal::most("quantisation loss", "points", LOSS_POINTS, found, None)));
    let found = worst(judged().filter(|model| model.wanted.kind.has_slots()), |model| {
        model.train.report.slots.as_ref().and_then(|slots| slots.quantization_loss_points)
    });
    let name = "quantisation loss, slot F1";
    goals.extend(found.map(|found| Goal::most(name, "points", LOSS_POINTS, found, None)));
    goals.extend(models.iter().find(|model| model.max_size == Some(LARGE)).into_iter().flat_map(fast));
    for (kernel, least) in KERNELS {
        let found = (kernel.to_string(), value(figures, &format!("matrix-part-ratio-{kernel}")));
        goals.push(Goal::no_less("reference / kernel, matrix part", "times", least, found, None));
    }
    goals.extend(side.map(|side| {
        let found = (format!("{}, more often right", side.set), side.is_better().then_some(side.ratio));
        let peer = Some(format!("fastText {:.1} µs a text", side.fasttext.us_per_text));
        Goal::no_less("fastText / stonechat, command lines", "times", TIMES_FASTTEXT, found, peer)
    }));
    goals.extend(beside.iter().flat_map(encoder));
    Ok(goals)
}

/// What was set for a model beside a sentence encoder.
fn encoder(beside: &Beside) -> [Goal; 2] {
    let Beside { model, all, .. } = beside;
    let peer = format!(
        "int8 {:.0} µs, {:.0} by the clock",
        all.encoder.int8.whole_cpu_us.p50, all.encoder.int8.whole_us.p50
    );
    let found = (model.clone(), Some(all.ratio));
    let faster =
        Goal::no_less("encoder / stonechat, one text, p50", "times", TIMES_ENCODER, found, Some(peer));
    let probes = &beside.probes;
    let peer = format!("float {:.2}, int8 {:.2}", probes.float.test * 100.0, probes.int8.test * 100.0);
    let above = (beside.accuracy - beside.best_probe()) * 100.0;
    let name = "accuracy above the encoder's better probe";
    let mut better = Goal::no_less(name, "points", 0.0, (model.clone(), Some(above)), Some(peer));
    // As good is not better; shares of peers have five digits.
    better.met = above > 5e-4;
    [faster, better]
}

/// What was set for the model of 2 MB.
fn fast(model: &Measured) -> [Goal; 5] {
    let speed = &model.speed;
    let of = |value: Option<f64>| (model.name(), value);
    let resident = speed.resident_beyond_file_bytes.map(|bytes| bytes as f64 / 1e6);
    let per_s = speed.throughput_per_cpu_s.map(|answers| answers as f64);
    [
        Goal::most("2 MB: one text, p50", "µs", FAST_P50_US, of(Some(speed.latency_us.p50)), None),
        Goal::most("2 MB: one text, p99", "µs", FAST_P99_US, of(Some(speed.latency_us.p99)), None),
        Goal::no_less("2 MB: throughput of one core", "texts/s", FAST_PER_S, of(per_s), None),
        Goal::most("2 MB: cold start", "ms", FAST_COLD_START_MS, of(Some(speed.cold_start_ms)), None),
        Goal::most("2 MB: resident beyond the file", "MB", FAST_RESIDENT_MB, of(resident), None),
    ]
}

/// How much of a share a model reaches, in a file as small as was asked for.
fn share(model: &Measured, target: &Target) -> Result<Goal, String> {
    let peers = &model.peers;
    let known = |share: Option<f64>, peer| {
        share.ok_or_else(|| format!("{}: no {peer} in the record of the peers", model.set))
    };
    let least = match target.least {
        Least::Share(share) => share,
        Least::LinearSvc => known(peers.linear_svc, "scikit-learn")?,
        Least::CrfSuite(more) => known(peers.crfsuite_f1, "CRFsuite")? + more,
    };
    let what = target.what;
    let reached = model.test.share(what).ok_or_else(|| format!("{}: no {}", model.name(), what.name()))?;
    let kind = if model.wanted.kind == Kind::Labels { String::new() } else { format!(": {}", what.name()) };
    let set = if model.wanted.kind == Kind::Joint { model.name() } else { model.set.to_string() };
    let name = format!("{set}, at most {:.1} MB{kind}", model.most_bytes() as f64 / 1e6);
    let beside: &[(&str, Option<f64>)] = match what {
        What::Accuracy => &[("LinearSVC", peers.linear_svc), ("fastText", peers.fasttext)],
        What::SlotF1 => &[("CRFsuite", peers.crfsuite_f1)],
        What::ExactMatch => &[],
    };
    let beside = beside.iter().filter_map(|(name, share)| Some(format!("{name} {:.2}", (*share)? * 100.0)));
    let beside: Vec<String> = beside.collect();
    let peer = (!beside.is_empty()).then(|| beside.join(", "));
    let of = format!("{:.3} MB", model.model.bytes as f64 / 1e6);
    let mut goal = Goal::least(name, least * 100.0, reached * 100.0, of, peer);
    goal.met &= model.model.bytes <= model.most_bytes();
    Ok(goal)
}

/// The model with the largest value, the first of equals. One without a value is the worst of all.
fn worst<'a>(
    models: impl IntoIterator<Item = &'a Measured>,
    value: impl Fn(&Measured) -> Option<f64>,
) -> Option<(String, Option<f64>)> {
    let size = |value: &Option<f64>| value.unwrap_or(f64::INFINITY);
    let values = models.into_iter().map(|model| (model.name(), value(model)));
    values.reduce(|worst, next| if size(&next.1) > size(&worst.1) { next } else { worst })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_met_at_its_very_value() {
        let least = |target, reached| Goal::least(String::new(), target, reached, String::new(), None).met;
        // 1509 of 1821 rows, and the same with the five digits of a record.
        assert!(least(82.867, 1509.0 / 18.21) && !least(82.867, 1508.0 / 18.21));
        let most = |reached| Goal::most("", "s", 60.0, (String::new(), reached), None).met;
        assert!(most(Some(60.0)) && !most(Some(60.01)) && !most(None));
    }
}
