//! Under which circumstances numbers were measured.

use crate::program;
use serde::Serialize;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a reader of the numbers must know. Whatever the system does not tell is null.
#[derive(Serialize)]
pub(crate) struct Circumstances {
    /// Name, family and model of the processor.
    cpu: Option<String>,
    cores: usize,
    rustc: String,
    /// The commit that was measured.
    pub(super) commit: String,
    /// Whether the files differ from that commit.
    pub(super) changed: bool,
    /// Runnable processes over the last minute, before anything was measured; above 1, other work disturbs the timing.
    load_before: Option<f64>,
    /// The same, afterwards; the benchmark itself counts.
    load_after: Option<f64>,
}

impl Circumstances {
    /// Looks around.
    ///
    /// # Errors
    ///
    /// `git` or `rustc` does not run.
    pub(crate) fn before(root: &Path) -> Result<Self, String> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        Ok(Self {
            cpu: cpu(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rustc: program::text(Command::new(rustc).arg("--version"))?,
            commit: git(root, &["rev-parse", "--short=12", "HEAD"])?,
            changed: !git(root, &["status", "--porcelain"])?.is_empty(),
            load_before: load(),
            load_after: None,
        })
    }

    /// Looks again, after the last measurement.
    pub(crate) fn after(&mut self) {
        self.load_after = load();
    }

    /// In a line of Markdown.
    pub(crate) fn line(&self) -> String {
        let load = |load: Option<f64>| load.map_or("unknown".to_string(), |load| load.to_string());
        format!(
            "{}, {} cores, load average {} before and {} after; {}; commit {}{}",
            self.cpu.as_deref().unwrap_or("unknown processor"),
            self.cores,
            load(self.load_before),
            load(self.load_after),
            self.rustc,
            self.commit,
            if self.changed { " with changes" } else { "" }
        )
    }
}

/// The date of the last commit, as YYYY-MM-DD.
///
/// # Errors
///
/// `git` does not run.
pub(crate) fn commit_date(root: &Path) -> Result<String, String> {
    git(root, &["log", "-1", "--format=%cs"])
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    program::text(Command::new("git").current_dir(root).args(arguments))
}

fn cpu() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let field = |wanted: &str| {
        let mut fields = info.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(name, _)| name.trim() == wanted).map_or("?", |(_, value)| value.trim())
    };
    Some(format!("{} (family {}, model {})", field("model name"), field("cpu family"), field("model")))
}

fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}
