//! The record as Markdown.

use super::goals::Goal;
use super::measure::Measured;
use super::record::Record;
use super::side::Side;

/// The targets, then every model, then both programs side by side.
pub(super) fn markdown(record: &Record) -> String {
    let mut out =
        format!("# Measured {}\n\n{}.\nPeers: {}.\n", record.date, record.circumstances.line(), record.peers);
    out += "\n## Targets\n\n| | target | reached | by | peers | |\n|---|---|---|---|---|---|\n";
    record.goals.iter().for_each(|goal| out += &target(goal));
    out += "\n## Models\n\nAccuracy, F1 and calibration error on the test rows in per cent, ± half the 95 % interval; ";
    out += "quantisation loss on the tuning rows in points.\n\n";
    out += "| model | MB | accuracy | macro F1 | LinearSVC | fastText | loss | ECE | train s | p50 µs | p90 | p99 | ";
    out += "texts/s | cold ms | resident beyond file MB | engine bytes | kernel |\n";
    out += &format!("|{}\n", "---|".repeat(17));
    record.models.iter().for_each(|model| out += &row(model));
    out.extend(record.side_by_side.as_ref().map(side));
    out
}

fn target(goal: &Goal) -> String {
    let Goal { name, unit, target, of, .. } = goal;
    let sign = if goal.at_least { "≥" } else { "≤" };
    let reached = goal.reached.map_or("not measured".to_string(), |reached| format!("{reached:.2} {unit}"));
    let peer = goal.peer.as_deref().unwrap_or_default();
    let met = if goal.met { "met" } else { "**missed**" };
    format!("| {name} | {sign} {} {unit} | {reached} | {of} | {peer} | {met} |\n", short(*target))
}

/// Two digits behind the point, without zeros at the end.
fn short(value: f64) -> String {
    format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_string()
}

fn row(model: &Measured) -> String {
    let percent = |share: f64| format!("{:.2}", share * 100.0);
    let known = |value: Option<String>| value.unwrap_or_default();
    let Measured { test, speed, peers, train, .. } = model;
    let [low, high] = test.accuracy_interval;
    let cells = [
        model.name(),
        format!("{:.3}", model.model.bytes as f64 / 1e6),
        format!("{} ± {}", percent(test.accuracy), percent((high - low) / 2.0)),
        percent(test.macro_f1),
        known(peers.linear_svc.map(percent)),
        known(peers.fasttext.map(percent)),
        known(train.report.quantization_loss_points.map(|points| format!("{points:.2}"))),
        percent(test.ece),
        format!("{:.1}", train.wall_s),
        format!("{:.1}", speed.latency_us.p50),
        format!("{:.1}", speed.latency_us.p90),
        format!("{:.1}", speed.latency_us.p99),
        speed.throughput_per_s.to_string(),
        format!("{:.2}", speed.cold_start_ms),
        known(speed.resident_beyond_file_bytes.map(|bytes| format!("{:.2}", bytes as f64 / 1e6))),
        speed.memory_bytes.to_string(),
        speed.kernel.clone(),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn side(side: &Side) -> String {
    let mut out = format!("\n## Side by side on {}\n\n", side.set);
    out += "Two command lines in turn; a text takes what a long input takes less a run on one line.\n\n";
    out += "| command | model MB | train s | accuracy % | µs a text | one line ms |\n|---|---|---|---|---|---|\n";
    for program in [&side.stonechat, &side.fasttext] {
        out += &format!(
            "| `{}` | {:.3} | {:.1} | {:.2} | {:.2} | {:.2} |\n",
            program.command,
            program.model_bytes as f64 / 1e6,
            program.train_wall_s,
            program.accuracy * 100.0,
            program.us_per_text,
            program.one_line_ms
        );
    }
    out + &format!(
        "\nfastText takes {} times as long for a text as `stonechat predict`, and {} times as long as an answer in the process (p50).\n",
        side.ratio, side.ratio_in_process
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_row() {
        let mut goal = Goal {
            name: "training".to_string(),
            unit: "s",
            at_least: false,
            target: 60.0,
            reached: Some(9.876),
            of: "banking77".to_string(),
            peer: None,
            met: true,
        };
        assert_eq!(target(&goal), "| training | ≤ 60 s | 9.88 s | banking77 |  | met |\n");
        (goal.reached, goal.met) = (None, false);
        assert_eq!(target(&goal), "| training | ≤ 60 s | not measured | banking77 |  | **missed** |\n");
        assert_eq!((short(82.867), short(91.3), short(0.3)), ("82.87".into(), "91.3".into(), "0.3".into()));
    }
}
