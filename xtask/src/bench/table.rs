//! The record as Markdown.

use super::encoder::{Beside, Timed};
use super::goals::Goal;
use super::measure::{Apart, Measured};
use super::record::Record;
use super::sets::Kind;
use super::side::Side;

/// The targets, then every model, then both programs side by side.
pub(super) fn markdown(record: &Record) -> String {
    let mut out =
        format!("# Measured {}\n\n{}.\nPeers: {}.\n", record.date, record.circumstances.line(), record.peers);
    out += "\n## Targets\n\n| | target | reached | by | peers | |\n|---|---|---|---|---|---|\n";
    record.goals.iter().for_each(|goal| out += &target(goal));
    let (labels, slots): (Vec<_>, Vec<_>) =
        record.models.iter().partition(|model| model.wanted.kind == Kind::Labels);
    if !labels.is_empty() {
        out += "\n## Models of labels\n\nAccuracy, F1 and calibration error on the test rows in per cent, ± half the 95 % interval; ";
        out += "quantisation loss on the tuning rows in points.\n\n";
        out += "| model | MB | accuracy | macro F1 | LinearSVC | fastText | loss | ECE |";
        out += TIMES;
        out += &format!("|{}\n", "---|".repeat(18));
        labels.into_iter().for_each(|model| out += &row(model));
    }
    if !slots.is_empty() {
        out += "\n## Models of slots\n\nStrict scores of spans on the test rows in per cent; exact match: the label and all slots right. ";
        out += "Losses on the tuning rows in points, of accuracy and of F1.\n\n";
        out += "| model | MB | slot F1 | precision | recall | CRFsuite | accuracy | exact match | losses | ECE of slots |";
        out += TIMES;
        out += &format!("|{}\n", "---|".repeat(20));
        slots.into_iter().for_each(|model| out += &slot_row(model));
    }
    for (model, apart) in record.models.iter().filter_map(|model| Some((model, model.speed_apart.as_ref()?)))
    {
        let Apart { tokens, texts, latency_us } = apart;
        out += &format!(
            "\n{} on the {texts} test texts of {tokens} tokens: p50 {:.1} µs, p90 {:.1}, p99 {:.1}.\n",
            model.name(),
            latency_us.p50,
            latency_us.p90,
            latency_us.p99
        );
    }
    out.extend(record.side_by_side.as_ref().map(side));
    out.extend(record.encoder.iter().map(encoder));
    out.extend(record.encoder_left_out.as_ref().map(|hint| format!("\n{hint}.\n")));
    out += "\n## Parts of the engine\n\n| measured | |\n|---|---|\n";
    record
        .figures
        .iter()
        .for_each(|figure| out += &format!("| {} | {} {} |\n", figure.name, figure.value, figure.unit));
    out
}

/// The columns that every model has.
const TIMES: &str = " train s | p50 µs | p90 | p99 | texts/s | of a processor | cold ms | resident beyond file MB | engine bytes | kernel |\n";

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

fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

/// What is there, else nothing.
fn known<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map(show).unwrap_or_default()
}

fn points(points: f64) -> String {
    format!("{points:.2}")
}

/// Accuracy with its interval.
fn accuracy(model: &Measured) -> String {
    let test = &model.test;
    known(test.accuracy.zip(test.accuracy_interval), |(accuracy, [low, high])| {
        format!("{} ± {}", percent(accuracy), percent((high - low) / 2.0))
    })
}

fn megabytes(bytes: u64) -> String {
    format!("{:.3}", bytes as f64 / 1e6)
}

fn row(model: &Measured) -> String {
    let Measured { test, peers, train, .. } = model;
    let cells = [
        model.name(),
        megabytes(model.model.bytes),
        accuracy(model),
        known(test.macro_f1, percent),
        known(peers.linear_svc, percent),
        known(peers.fasttext, percent),
        known(train.report.quantization_loss_points, points),
        percent(test.ece),
    ];
    format!("| {} | {} |\n", cells.join(" | "), times(model))
}

fn slot_row(model: &Measured) -> String {
    let Measured { test, peers, train, .. } = model;
    let slots = test.slots.as_ref();
    let report = &train.report;
    let losses = [
        report.quantization_loss_points,
        report.slots.as_ref().and_then(|slots| slots.quantization_loss_points),
    ];
    let cells = [
        model.name(),
        megabytes(model.model.bytes),
        known(slots, |slots| percent(slots.f1)),
        known(slots, |slots| percent(slots.precision)),
        known(slots, |slots| percent(slots.recall)),
        known(peers.crfsuite_f1, percent),
        accuracy(model),
        known(test.exact_match, percent),
        losses.into_iter().flatten().map(points).collect::<Vec<_>>().join(", "),
        known(slots.and_then(|slots| slots.ece), percent),
    ];
    format!("| {} | {} |\n", cells.join(" | "), times(model))
}

fn times(model: &Measured) -> String {
    let speed = &model.speed;
    let cells = [
        format!("{:.1}", model.train.wall_s),
        format!("{:.1}", speed.latency_us.p50),
        format!("{:.1}", speed.latency_us.p90),
        format!("{:.1}", speed.latency_us.p99),
        speed.throughput_per_s.to_string(),
        known(speed.throughput_per_cpu_s, |answers| answers.to_string()),
        format!("{:.2}", speed.cold_start_ms),
        known(speed.resident_beyond_file_bytes, |bytes| format!("{:.2}", bytes as f64 / 1e6)),
        speed.memory_bytes.to_string(),
        speed.kernel.clone(),
    ];
    cells.join(" | ")
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

fn encoder(beside: &Beside) -> String {
    let Beside { set, probes, graphs, .. } = beside;
    let core = known(beside.core, |core| format!(", on core {core}"));
    let mut out = format!("\n## A sentence encoder beside it on {set}\n\n");
    out += &format!("{} with a linear probe, in ONNX Runtime", beside.encoder);
    out += &known(beside.versions.get("onnxruntime"), |version| format!(" {version}"));
    out += &format!(": one text at a time on one thread, in turn with Stonechat{core}. Microseconds.\n\n");
    out += "| | MB | accuracy % | p50 | p99 | on a processor, p50 | tokenizer alone | 12 tokens, p50 | on a processor |\n";
    out += &format!("|{}\n", "---|".repeat(9));
    let (all, few) = (&beside.all, &beside.of_12_tokens);
    out += &format!(
        "| Stonechat, {} | {} | {} | {:.1} | {:.1} |  |  | {:.1} |  |\n",
        beside.model,
        megabytes(beside.model_bytes),
        percent(beside.accuracy),
        all.stonechat_us.p50,
        all.stonechat_us.p99,
        few.stonechat_us.p50,
    );
    for (name, graph, probe, all, few) in [
        ("int8", &graphs.int8, &probes.int8, &all.encoder.int8, &few.encoder.int8),
        ("float", &graphs.float, &probes.float, &all.encoder.float, &few.encoder.float),
    ] {
        out += &format!(
            "| encoder, {name} | {} | {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |\n",
            megabytes(graph.bytes),
            percent(probe.test),
            all.whole_us.p50,
            all.whole_us.p99,
            all.whole_cpu_us.p50,
            all.tokenizer_us.p50,
            few.whole_us.p50,
            few.whole_cpu_us.p50,
        );
    }
    out += "\nThe int8 encoder takes ";
    let ratios = |timed: &Timed| {
        format!("{:.0} times as long ({:.0} by the clock)", timed.ratio, timed.ratio_by_clock)
    };
    out + &format!(
        "{} for one of the {} test texts (median: {} word pieces), and {} for one of the {} of 12 tokens.\n",
        ratios(all),
        all.texts,
        all.word_pieces,
        ratios(few),
        few.texts
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
