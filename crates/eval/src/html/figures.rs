//! The plots of the page.

use super::plot::{Area, BLUE, GREY, ORANGE, Plot, ticks};
use crate::display::{cut, error_percent, percent};
use crate::metric::calibration::BINS;
use crate::report::{Abstention, Bin, LabelReport};

const LEFT: f64 = 58.0;
const TOP: f64 = 34.0;
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 240.0;
const PICTURE: f64 = LEFT + WIDTH + 22.0;

/// Accuracy over confidence, with how many answers stand behind each bin; `unit` is what an answer is called, such as
/// `answers`.
pub(super) fn reliability(bins: &[Bin], unit: &str) -> String {
    let area = Area { left: LEFT, top: TOP, width: WIDTH, height: HEIGHT, most_x: 1.0, most_y: 1.0 };
    let mut plot =
        Plot::new(PICTURE, TOP + HEIGHT + 116.0, "Reliability diagram: accuracy over confidence", area);
    let total: usize = bins.iter().map(|bin| bin.count).sum();
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    // No mean lies on a border but that of certainty, so the mean tells which bin it is.
    let place = |confidence: f64| {
        let index = (confidence * BINS as f64).floor().clamp(0.0, BINS as f64 - 1.0);
        (index / BINS as f64 + 0.006, (index + 1.0) / BINS as f64 - 0.006)
    };
    plot.vertical_axis(&ticks(1.0), &format!("{unit} that are right"));
    plot.horizontal_axis(&ticks(1.0), "");
    for bin in bins {
        let (sure, right) = (percent(bin.confidence), percent(bin.accuracy));
        let note = format!("{} {unit}, {sure} sure, {right} right", bin.count);
        plot.bar(place(bin.confidence), (0.0, bin.accuracy), BLUE, &note);
    }
    plot.line(&[(0.0, 0.0), (1.0, 1.0)], ORANGE, true);
    for bin in bins {
        let (left, right) = place(bin.confidence);
        plot.line(&[(left, bin.confidence), (right, bin.confidence)], ORANGE, false);
    }
    plot.set_area(Area { top: TOP + HEIGHT + 34.0, height: 52.0, ..area });
    for bin in bins {
        let share = percent(bin.count as f64 / total.max(1) as f64);
        let height = bin.count as f64 / most as f64;
        plot.bar(place(bin.confidence), (0.0, height), GREY, &format!("{} {unit}, {share}", bin.count));
    }
    plot.text(LEFT, TOP + HEIGHT + 46.0, "start", &format!("how many {unit}"));
    plot.text(LEFT + WIDTH / 2.0, TOP + HEIGHT + 106.0, "middle", "confidence");
    plot.finish()
}

/// Wrong answers among the accepted ones over the share that is accepted.
pub(super) fn risk_coverage(abstention: &Abstention) -> String {
    let errors = abstention.curve.iter().map(|point| point.error);
    let shown = errors.chain(abstention.error_when_accepted).chain(abstention.target);
    let steps = ticks(shown.fold(0.0, f64::max));
    let most_y = steps.last().copied().unwrap_or(1.0);
    let area = Area { left: LEFT, top: TOP, width: WIDTH, height: HEIGHT, most_x: 1.0, most_y };
    let mut plot = Plot::new(PICTURE, TOP + HEIGHT + 46.0, "Risk–coverage curve: errors over coverage", area);
    plot.vertical_axis(&steps, "wrong among the accepted");
    plot.horizontal_axis(&ticks(1.0), "texts that are accepted");
    let points: Vec<_> = abstention.curve.iter().map(|point| (point.coverage, point.error)).collect();
    plot.line(&points, BLUE, false);
    for point in &abstention.curve {
        let (coverage, error) = (percent(point.coverage), error_percent(point.error));
        let note = format!("confidence {:.3}: {coverage} accepted, {error} of these wrong", point.confidence);
        plot.dot(point.coverage, point.error, 2.5, BLUE, &note);
    }
    if let Some(target) = abstention.target {
        plot.line(&[(0.0, target), (1.0, target)], GREY, true);
    }
    if let Some(error) = abstention.error_when_accepted {
        let note = format!(
            "this model: {} accepted, {} of these wrong",
            percent(abstention.coverage),
            error_percent(error)
        );
        plot.dot(abstention.coverage, error, 6.0, ORANGE, &note);
    }
    plot.finish()
}

/// F1 of labels or slots, one bar each; `name` is what they are, `unit` what one and several of their occurrences are called.
pub(super) fn f1_bars(reports: &[&LabelReport], name: &str, unit: [&str; 2]) -> String {
    const ROW: f64 = 20.0;
    const NAMES: f64 = 310.0;
    const BARS: f64 = 420.0;
    let height = ROW * reports.len() as f64;
    let full = Area { left: NAMES, top: 6.0, width: BARS, height, most_x: 1.0, most_y: 1.0 };
    let mut plot = Plot::new(NAMES + BARS + 130.0, height + 12.0, &format!("F1 of each {name}"), full);
    for (index, report) in reports.iter().enumerate() {
        let top = 6.0 + ROW * index as f64;
        let note = format!("{}: precision {:.3}, recall {:.3}", report.name, report.precision, report.recall);
        plot.set_area(Area { top: top + 3.0, height: ROW - 6.0, ..full });
        plot.bar((0.0, 1.0), (0.0, 1.0), "#eef0f3", &note);
        plot.bar((0.0, report.f1), (0.0, 1.0), BLUE, &note);
        plot.text(NAMES - 8.0, top + 14.0, "end", &cut(&report.name, 44));
        let [one, many] = unit;
        let unit = if report.support == 1 { one } else { many };
        let value = format!("{:.3}, {} {unit}", report.f1, report.support);
        plot.text(NAMES + BARS + 8.0, top + 14.0, "start", &value);
    }
    plot.finish()
}
