//! The results in words, for people.

use crate::report::{Evaluation, Speed};
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

impl Evaluation {
    /// The labels that occur in the examples, the lowest F1 first, then the most frequent.
    pub(crate) fn weakest_first(&self) -> Vec<&crate::LabelReport> {
        let mut labels: Vec<_> = self.per_label.iter().filter(|label| label.support > 0).collect();
        labels.sort_by(|a, b| a.f1.total_cmp(&b.f1).then(b.support.cmp(&a.support)));
        labels
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "examples       {}", self.examples)?;
        if let Some(label) = &self.label {
            let range = percent_range(label.accuracy_interval);
            writeln!(f, "accuracy       {} (95 % interval {range})", percent(label.accuracy))?;
            writeln!(f, "F1             macro {:.3}, micro {:.3}", label.macro_f1, label.micro_f1)?;
        }
        if let Some(abstention) = &self.abstention {
            write!(f, "accepted       {} of the texts", percent(abstention.coverage))?;
            if let Some(error) = abstention.error_when_accepted {
                write!(f, ", {} of these wrong", error_percent(error))?;
            }
            match abstention.target {
                Some(target) => writeln!(f, " (asked for: at most {})", error_percent(target))?,
                None => writeln!(f)?,
            }
        }
        if let Some(oos) = &self.oos {
            write!(f, "out of scope   {} texts, abstained on {}", oos.examples, percent(oos.recall))?;
            if let (Some(auroc), Some(fpr95)) = (oos.auroc, oos.fpr95) {
                write!(f, "; AUROC {auroc:.3}, {} false alarms at 95 % recall", percent(fpr95))?;
            }
            writeln!(f)?;
        }
        if let Some(calibration) = &self.calibration {
            writeln!(f, "calibration    ECE {:.3}", calibration.ece)?;
        }
        let weak: Vec<_> =
            self.weakest_first().into_iter().take(SHOWN).filter(|label| label.f1 < 1.0).collect();
        if !weak.is_empty() {
            writeln!(f, "weakest labels")?;
        }
        for label in weak {
            writeln!(f, "  F1 {:.3}  {} ({} texts)", label.f1, label.name, label.support)?;
        }
        if !self.confusions.is_empty() {
            writeln!(f, "most confused")?;
        }
        for pair in self.confusions.iter().take(SHOWN) {
            let example = cut(&pair.example, 60);
            writeln!(f, "  {:>4} ×  {} taken for {}: “{example}”", pair.count, pair.gold, pair.predicted)?;
        }
        if let Some(unknown) = &self.unknown_labels {
            let names: Vec<_> = unknown.names.iter().take(SHOWN).map(String::as_str).collect();
            let more = if unknown.names.len() > SHOWN { ", …" } else { "" };
            writeln!(
                f,
                "note: {} texts have a label that the model does not know and count as wrong: {}{more}",
                unknown.examples,
                names.join(", ")
            )?;
        }
        if self.rows_without_one_label > 0 {
            writeln!(
                f,
                "note: {} texts do not have exactly one label, as the model gives, and count as wrong",
                self.rows_without_one_label
            )?;
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
        writeln!(f, "throughput     {} texts/s, {} {threads}", self.throughput_per_s, self.threads)?;
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
