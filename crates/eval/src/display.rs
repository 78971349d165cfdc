//! The results in words, for people.

use crate::metric::span_errors::SpanErrorKind;
use crate::report::{AcceptedSlots, Evaluation, LabelReport, SlotConfusion, SlotsNotJudged, Speed};
use std::fmt;

/// How many labels and confusions are shown.
const SHOWN: usize = 5;

/// A share as percent with one digit.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A share of errors as percent, with two digits, as it is small and held against a target.
pub(crate) fn error_percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// An interval of shares as percent.
pub(crate) fn percent_range([low, high]: [f64; 2]) -> String {
    format!("{:.1}–{:.1} %", low * 100.0, high * 100.0)
}

/// Bytes in decimal units, three digits.
pub(crate) fn size(bytes: u64) -> String {
    let value = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..10_000 => format!("{:.1} KB", value / 1e3),
        10_000..1_000_000 => format!("{:.0} KB", value / 1e3),
        1_000_000..10_000_000 => format!("{:.1} MB", value / 1e6),
        _ => format!("{:.0} MB", value / 1e6),
    }
}

/// A text cut to so many characters.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(1)).chain(['…']).collect()
}

/// Those that occur in the examples, the lowest F1 first, then the most frequent.
pub(crate) fn weakest_first(reports: &[LabelReport]) -> Vec<&LabelReport> {
    let mut reports: Vec<_> = reports.iter().filter(|report| report.support > 0).collect();
    reports.sort_by(|a, b| a.f1.total_cmp(&b.f1).then(b.support.cmp(&a.support)));
    reports
}

/// The first names, and whether there are more.
fn listed(names: &[String]) -> String {
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let names: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
    format!("{}{more}", names.join(", "))
}

/// What was due and what was found instead, with the words of the text.
pub(crate) fn due_and_found(error: &SlotConfusion) -> (String, String) {
    let words = |name: &Option<String>, text: &Option<String>| match (name, text) {
        (Some(name), Some(text)) => format!("{name} “{}”", cut(text, 40)),
        _ => "nothing".to_owned(),
    };
    (words(&error.gold, &error.gold_text), words(&error.predicted, &error.predicted_text))
}

impl SlotsNotJudged {
    /// The reason in a sentence.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::NoneInExamples => {
                "no text has slots marked, so the slots that the model finds were not judged; name data with slots"
            }
            Self::NoneInModel => "the texts have slots, but the model finds none; they were not judged",
        }
    }
}

impl Evaluation {
    /// What a reader must know beside the numbers, one sentence each.
    pub(crate) fn notes(&self, list: fn(&[String]) -> String) -> Vec<String> {
        let unknown_labels = self.unknown_labels.as_ref().map(|unknown| {
            format!(
                "{} texts have a label that the model does not know and count as wrong: {}",
                unknown.examples,
                list(&unknown.names)
            )
        });
        let unknown_slots = self.unknown_slots.as_ref().map(|unknown| {
            format!(
                "{} slots are of names that the model does not know and count as missed: {}",
                unknown.spans,
                list(&unknown.names)
            )
        });
        let rows = self.rows_without_one_label;
        let without = (rows > 0).then(|| {
            format!("{rows} texts do not have exactly one label, as the model gives, and count as wrong")
        });
        let not_judged = self.slots_not_judged.map(|why| why.sentence().to_owned());
        [unknown_labels, unknown_slots, without, not_judged].into_iter().flatten().collect()
    }

    fn write_slots(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(slots) = &self.slots {
            write!(f, "slots          F1 {:.3} (precision {:.3}, ", slots.f1, slots.precision)?;
            write!(
                f,
                "recall {:.3}, macro F1 {:.3}), {} slots",
                slots.recall, slots.macro_f1, slots.support
            )?;
            match slots.ece {
                Some(ece) => writeln!(f, ", ECE {ece:.3}")?,
                None => writeln!(f)?,
            }
            let told = |accepted: &AcceptedSlots| accepted.share < 1.0 || accepted.target.is_some();
            if let Some(accepted) = slots.accepted.filter(told) {
                write!(
                    f,
                    "               {} of the slots are certain enough; {} of the texts with these have a wrong one",
                    percent(accepted.share),
                    error_percent(accepted.error)
                )?;
                write_target(f, Some(accepted.error), accepted.target)?;
            }
        }
        if let (Some(exact), Some(interval)) = (self.exact_match, self.exact_match_interval) {
            let range = percent_range(interval);
            writeln!(f, "exact match    {} (95 % interval {range})", percent(exact))?;
        }
        if let Some(values) = &self.values {
            writeln!(
                f,
                "values         {} resolved, of {} slots with a type",
                percent(values.resolved),
                values.typed
            )?;
        }
        Ok(())
    }

    fn write_slot_errors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(errors) = &self.slot_errors else { return Ok(()) };
        let kinds = SpanErrorKind::ALL.into_iter().map(|kind| (errors.of_kind(kind), kind.words()));
        let kinds: Vec<_> =
            kinds.filter(|&(count, _)| count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
        if !kinds.is_empty() {
            writeln!(f, "wrong slots    {}", kinds.join(", "))?;
        }
        for error in self.slot_confusions.iter().take(SHOWN) {
            let (due, found) = due_and_found(error);
            let example = cut(&error.example, 60);
            let (count, kind) = (error.count, error.kind.words());
            writeln!(f, "  {count:>4} ×  {kind}: {found} for {due} in “{example}”")?;
        }
        Ok(())
    }
}

/// What is said of examples none of which is outside the task, behind `no`.
pub(crate) const NONE_OUTSIDE: &str =
    "text is outside the task: how well the model tells such texts is not judged";

/// The end of a line: what was asked for, if anything was, and whether it is kept.
fn write_target(f: &mut fmt::Formatter<'_>, error: Option<f64>, target: Option<f64>) -> fmt::Result {
    match target {
        Some(target) => writeln!(f, " ({})", asked(error, target)),
        None => writeln!(f),
    }
}

/// What was asked for, and whether the share of wrong answers among the accepted, if any were accepted, keeps it.
pub(crate) fn asked(error: Option<f64>, target: f64) -> String {
    let word = match error {
        None => "nothing was accepted",
        Some(error) if error <= target => "kept",
        Some(_) => "not kept",
    };
    format!("asked for: at most {}: {word}", error_percent(target))
}

fn write_weakest(f: &mut fmt::Formatter<'_>, reports: &[LabelReport], of: &str, unit: &str) -> fmt::Result {
    let weak: Vec<_> =
        weakest_first(reports).into_iter().take(SHOWN).filter(|report| report.f1 < 1.0).collect();
    if !weak.is_empty() {
        writeln!(f, "weakest {of}")?;
    }
    for report in weak {
        writeln!(f, "  F1 {:.3}  {} ({} {unit})", report.f1, report.name, report.support)?;
    }
    Ok(())
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "examples       {}", self.examples)?;
        if let Some(label) = &self.label {
            let range = percent_range(label.accuracy_interval);
            writeln!(f, "accuracy       {} (95 % interval {range})", percent(label.accuracy))?;
            writeln!(f, "F1             macro {:.3}, micro {:.3}", label.macro_f1, label.micro_f1)?;
        }
        self.write_slots(f)?;
        if let Some(abstention) = &self.abstention {
            write!(f, "accepted       {} of the texts", percent(abstention.coverage))?;
            if let Some(error) = abstention.error_when_accepted {
                write!(f, ", {} of these wrong", error_percent(error))?;
            }
            write_target(f, abstention.error_when_accepted, abstention.target)?;
        }
        if let Some(oos) = &self.oos {
            write!(f, "out of scope   {} texts, abstained on {}", oos.examples, percent(oos.recall))?;
            if let (Some(auroc), Some(fpr95)) = (oos.auroc, oos.fpr95) {
                write!(f, "; AUROC {auroc:.3}, {} false alarms at 95 % recall", percent(fpr95))?;
            }
            writeln!(f)?;
        } else {
            writeln!(f, "out of scope   no {NONE_OUTSIDE}")?;
        }
        if let Some(calibration) = &self.calibration {
            writeln!(
                f,
                "calibration    ECE {:.3} ({:.3} by chance, were every confidence true)",
                calibration.ece, calibration.ece_floor
            )?;
        }
        write_weakest(f, &self.per_label, "labels", "texts")?;
        write_weakest(f, &self.per_slot, "slots", "in the examples")?;
        if !self.confusions.is_empty() {
            writeln!(f, "most confused")?;
        }
        for pair in self.confusions.iter().take(SHOWN) {
            let example = cut(&pair.example, 60);
            writeln!(f, "  {:>4} ×  {} taken for {}: “{example}”", pair.count, pair.gold, pair.predicted)?;
        }
        self.write_slot_errors(f)?;
        for note in self.notes(listed) {
            writeln!(f, "note: {note}")?;
        }
        let model = &self.model;
        writeln!(
            f,
            "model          {}, {}, memory {}, kernel {}, {}",
            model.tier,
            size(model.bytes as u64),
            size(model.memory_bytes as u64),
            model.kernel,
            cut(&model.digest, 20)
        )
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latency = &self.latency_us;
        writeln!(
            f,
            "latency        {:.1} µs (p50), {:.1} (p90), {:.1} (p99), {:.1} (longest), one thread, {} texts",
            latency.p50, latency.p90, latency.p99, latency.max, self.examples
        )?;
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        write!(f, "throughput     {} texts/s, {} {threads}", self.throughput_per_s, self.threads)?;
        match self.throughput_per_cpu_s {
            Some(answers) => writeln!(f, ", {answers} a second of a processor")?,
            None => writeln!(f)?,
        }
        writeln!(f, "cold start     {:.1} ms", self.cold_start_ms)?;
        let (file, engine) = (size(self.model_bytes as u64), size(self.memory_bytes as u64));
        write!(f, "memory         file {file}, engine {engine}")?;
        match self.resident_bytes {
            Some(resident) => writeln!(f, ", process {}", size(resident))?,
            None => writeln!(f)?,
        }
        writeln!(f, "kernel         {}", self.kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_cuts() {
        assert_eq!(size(999), "999 B");
        assert_eq!(size(2_099_000), "2.1 MB");
        assert_eq!(size(65_536), "66 KB");
        assert_eq!(percent(0.931), "93.1 %");
        assert_eq!((cut("häuser", 6), cut("häuser", 5)), ("häuser".to_owned(), "häus…".to_owned()));
    }
}
