//! The page around the plots.

use super::figures::{f1_bars, reliability, risk_coverage};
use super::plot::escape;
use crate::display::{
    NONE_OUTSIDE, asked, cut, due_and_found, error_percent, percent, percent_range, size, weakest_first,
};
use crate::metric::span_errors::SpanErrorKind;
use crate::report::{Abstention, Evaluation, LabelReport};
use std::fmt::Write;

/// More labels or slots than this are folded away.
const OPEN: usize = 40;

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2129; background: #fff; max-width: 920px; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; margin: 0; }
h2 { font-size: 1.15em; margin: 2em 0 .3em; }
p { margin: .3em 0; max-width: 46em; }
.facts, .quiet { color: #5a606b; }
.facts { overflow-wrap: anywhere; }
.tiles { display: flex; flex-wrap: wrap; gap: .8em; margin: 1.2em 0; }
.tile { border: 1px solid #d9dce2; border-radius: 6px; padding: .5em .9em; min-width: 9em; }
.tile b { display: block; font-size: 1.5em; line-height: 1.3; }
.pair { display: flex; flex-wrap: wrap; gap: 0 2em; }
.pair section { width: 420px; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: #3a3f48; }
.grid { stroke: #e3e6eb; stroke-width: 1; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25em .8em .25em 0; border-bottom: 1px solid #e3e6eb; overflow-wrap: break-word; }
td:last-child { overflow-wrap: anywhere; min-width: 12em; }
.number { text-align: right; white-space: nowrap; }
.note { border-left: 4px solid #c8551b; padding-left: .8em; }
";

/// An evaluation as one HTML page with `title`: the numbers, a reliability diagram, a risk–coverage curve, F1 of each label
/// and each slot, and the most frequent confusions. It stands for itself: nothing is loaded from elsewhere and no script runs.
#[must_use]
pub fn report_html(evaluation: &Evaluation, title: &str) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write_page(&mut page, evaluation, title);
    page
}

fn write_page(page: &mut String, evaluation: &Evaluation, title: &str) -> std::fmt::Result {
    let title = escape(title);
    writeln!(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(page, "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>")?;
    writeln!(page, "<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>")?;
    let model = &evaluation.model;
    writeln!(
        page,
        "<p class=\"facts\">Tier {}, file {}, memory {}, kernel {}, {} examples<br>{}</p>",
        escape(model.tier),
        size(model.bytes as u64),
        size(model.memory_bytes as u64),
        escape(model.kernel),
        evaluation.examples,
        escape(&model.digest)
    )?;
    write_tiles(page, evaluation)?;
    write_notes(page, evaluation)?;
    writeln!(page, "<div class=\"pair\">")?;
    if let Some(calibration) = &evaluation.calibration {
        writeln!(page, "<section>\n<h2>Is it as sure as it is right?</h2>")?;
        writeln!(
            page,
            "<p class=\"quiet\">Bars that end at the orange marks mean true confidences. Expected calibration error {:.3}, where chance alone makes {:.3} on average; Brier score {:.3}.</p>",
            calibration.ece, calibration.ece_floor, calibration.brier
        )?;
        writeln!(page, "{}</section>", reliability(&calibration.bins, "answers"))?;
    }
    if let Some(abstention) = &evaluation.abstention {
        writeln!(
            page,
            "<section>\n<h2>What does abstaining buy?</h2>\n<p class=\"quiet\">{}</p>",
            legend(abstention)
        )?;
        writeln!(page, "{}</section>", risk_coverage(abstention))?;
    }
    if let Some(slots) = evaluation.slots.as_ref()
        && let Some(ece) = slots.ece
    {
        writeln!(page, "<section>\n<h2>Is it as sure of slots as it is right?</h2>")?;
        writeln!(
            page,
            "<p class=\"quiet\">Each slot that was found, by its own confidence. Expected calibration error {ece:.3}.</p>"
        )?;
        writeln!(page, "{}</section>", reliability(&slots.bins, "slots"))?;
    }
    writeln!(page, "</div>")?;
    write_f1(page, &evaluation.per_label, "label", ["text", "texts"])?;
    write_confusions(page, evaluation)?;
    write_f1(page, &evaluation.per_slot, "slot", ["time", "times"])?;
    write_slots(page, evaluation)?;
    write_slot_errors(page, evaluation)?;
    writeln!(page, "</body>\n</html>")
}

fn legend(abstention: &Abstention) -> String {
    let dot = if abstention.error_when_accepted.is_some() {
        "Orange dot: the threshold of this model."
    } else {
        "This model accepted nothing."
    };
    let target = abstention.target.map(|target| format!(" Dashed: the {} asked for.", error_percent(target)));
    format!("Each point is a threshold of confidence. {dot}{}", target.unwrap_or_default())
}

fn write_tiles(page: &mut String, evaluation: &Evaluation) -> std::fmt::Result {
    let mut tiles: Vec<(&str, String, String)> = Vec::new();
    if let Some(label) = &evaluation.label {
        tiles.push(("accuracy", percent(label.accuracy), percent_range(label.accuracy_interval)));
        tiles.push(("macro F1", format!("{:.3}", label.macro_f1), format!("micro {:.3}", label.micro_f1)));
    }
    if let Some(slots) = &evaluation.slots {
        let parts = format!("precision {:.3}, recall {:.3}", slots.precision, slots.recall);
        tiles.push(("slot F1", format!("{:.3}", slots.f1), parts));
    }
    if let (Some(exact), Some(interval)) = (evaluation.exact_match, evaluation.exact_match_interval) {
        tiles.push(("exact match", percent(exact), percent_range(interval)));
    }
    if let Some(values) = &evaluation.values {
        let typed = format!("of {} slots with a type", values.typed);
        tiles.push(("values resolved", percent(values.resolved), typed));
    }
    if let Some(abstention) = &evaluation.abstention {
        let wrong = abstention
            .error_when_accepted
            .map_or_else(String::new, |error| format!("{} of these wrong", error_percent(error)));
        let asked = abstention.target.map(|target| asked(abstention.error_when_accepted, target));
        let wrong =
            [Some(wrong).filter(|wrong| !wrong.is_empty()), asked].into_iter().flatten().collect::<Vec<_>>();
        let wrong = wrong.join("; ");
        tiles.push(("accepted", percent(abstention.coverage), wrong));
    }
    if let Some(oos) = &evaluation.oos {
        let caught = format!("of {} texts", oos.examples);
        tiles.push(("out-of-scope recall", percent(oos.recall), caught));
        if let (Some(auroc), Some(fpr95)) = (oos.auroc, oos.fpr95) {
            let alarms = format!("FPR95 {}", percent(fpr95));
            tiles.push(("out-of-scope AUROC", format!("{auroc:.3}"), alarms));
        }
    }
    writeln!(page, "<div class=\"tiles\">")?;
    for (name, value, note) in tiles {
        writeln!(page, "<div class=\"tile\">{name}<b>{value}</b><span class=\"quiet\">{note}</span></div>")?;
    }
    writeln!(page, "</div>")
}

fn write_notes(page: &mut String, evaluation: &Evaluation) -> std::fmt::Result {
    if evaluation.oos.is_none() {
        writeln!(page, "<p class=\"note\">No {NONE_OUTSIDE}.</p>")?;
    }
    for note in evaluation.notes(|names| names.join(", ")) {
        writeln!(page, "<p class=\"note\">{}.</p>", escape(&note))?;
    }
    Ok(())
}

/// F1 of labels or slots, as `name` says.
fn write_f1(page: &mut String, reports: &[LabelReport], name: &str, unit: [&str; 2]) -> std::fmt::Result {
    let reports = weakest_first(reports);
    if reports.is_empty() {
        return Ok(());
    }
    let (open, folded) = reports.split_at_checked(OPEN).unwrap_or((&reports, &[]));
    let title = name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1));
    writeln!(
        page,
        "<h2>{}s, the weakest first</h2>\n<p class=\"quiet\">F1 of each {name} that the examples have.</p>",
        title.collect::<String>()
    )?;
    writeln!(page, "{}", f1_bars(open, name, unit))?;
    if !folded.is_empty() {
        writeln!(
            page,
            "<details><summary>{} more {name}s</summary>\n{}</details>",
            folded.len(),
            f1_bars(folded, name, unit)
        )?;
    }
    Ok(())
}

/// The numbers behind the bars of the slots, in the order of the model.
fn write_slots(page: &mut String, evaluation: &Evaluation) -> std::fmt::Result {
    if evaluation.per_slot.is_empty() {
        return Ok(());
    }
    let head = ["precision", "recall", "F1", "due"].map(|name| format!("<th class=\"number\">{name}</th>"));
    writeln!(page, "<details><summary>All slots</summary>\n<table>")?;
    writeln!(page, "<tr>{}<th>slot</th></tr>", head.concat())?;
    for slot in &evaluation.per_slot {
        let scores = [slot.precision, slot.recall, slot.f1].map(|score| format!("{score:.3}"));
        let numbers = scores
            .iter()
            .chain([&slot.support.to_string()])
            .fold(String::new(), |row, number| row + &format!("<td class=\"number\">{number}</td>"));
        writeln!(page, "<tr>{numbers}<td>{}</td></tr>", breakable(&slot.name))?;
    }
    writeln!(page, "</table></details>")
}

/// How many slots are wrong in which way, and the most frequent errors.
fn write_slot_errors(page: &mut String, evaluation: &Evaluation) -> std::fmt::Result {
    let Some(errors) = &evaluation.slot_errors else { return Ok(()) };
    if evaluation.slot_confusions.is_empty() {
        return Ok(());
    }
    let kinds = SpanErrorKind::ALL.map(|kind| format!("{} {}", errors.of_kind(kind), kind.words()));
    writeln!(page, "<h2>How slots are wrong</h2>\n<p class=\"quiet\">{}.</p>\n<table>", kinds.join(", "))?;
    writeln!(
        page,
        "<tr><th class=\"number\">times</th><th>what</th><th>is</th><th>taken for</th><th>for example</th></tr>"
    )?;
    for error in &evaluation.slot_confusions {
        let (due, found) = due_and_found(error);
        writeln!(
            page,
            "<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            error.count,
            error.kind.words(),
            breakable(&due),
            breakable(&found),
            escape(&cut(&error.example, 160))
        )?;
    }
    writeln!(page, "</table>")
}

/// The name of a label, which a narrow column may break after its joints.
fn breakable(name: &str) -> String {
    escape(name).replace('_', "_<wbr>").replace('.', ".<wbr>")
}

fn write_confusions(page: &mut String, evaluation: &Evaluation) -> std::fmt::Result {
    if evaluation.confusions.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "<h2>Most confused</h2>\n<table>\n<tr><th class=\"number\">texts</th><th>is</th><th>taken for</th><th>for example</th></tr>"
    )?;
    for pair in &evaluation.confusions {
        writeln!(
            page,
            "<tr><td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            pair.count,
            breakable(&pair.gold),
            breakable(&pair.predicted),
            escape(&cut(&pair.example, 160))
        )?;
    }
    writeln!(page, "</table>")
}
