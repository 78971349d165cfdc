//! What the peers reach, measured by `bench/peers/run.py`.

use super::program;
use super::sets::Set;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A record of the peers.
#[derive(Deserialize)]
pub(super) struct Peers {
    /// Where it was read.
    #[serde(skip)]
    pub(super) file: String,
    sets: BTreeMap<String, PeerSet>,
}

/// One data set in it.
#[derive(Clone, Deserialize)]
pub(super) struct PeerSet {
    pub(super) rows: Rows,
    /// Where its validation rows come from: `official`, or `hash` for a part of train.
    pub(super) valid_source: String,
    /// Labels of the train rows.
    pub(super) labels: usize,
    pub(super) test_rows_with_unseen_label: usize,
    peers: BTreeMap<String, Peer>,
}

/// Rows of each split.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Rows {
    pub(super) train: usize,
    pub(super) valid: usize,
    pub(super) test: usize,
}

/// What one peer reaches.
#[derive(Clone, Deserialize)]
pub(super) struct Peer {
    /// The variant that validation chose.
    pub(super) chosen: String,
    /// Its share of right answers on the test rows.
    pub(super) test: f64,
}

impl PeerSet {
    /// Whether the data set has validation rows of its own.
    pub(super) fn official(&self) -> bool {
        self.valid_source == "official"
    }

    pub(super) fn linear_svc(&self) -> Option<&Peer> {
        self.peers.get("scikit-learn")
    }

    pub(super) fn fasttext(&self) -> Option<&Peer> {
        self.peers.get("fasttext")
    }
}

impl Peers {
    /// Reads the newest record in `bench/record`.
    ///
    /// # Errors
    ///
    /// There is none, or it is broken.
    pub(super) fn newest(root: &Path) -> Result<Self, String> {
        let folder = root.join("bench/record");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .filter(|name| name.starts_with("peers-") && name.ends_with(".json"))
            .collect();
        // Their names hold their dates.
        names.sort();
        let name =
            names.pop().ok_or_else(|| format!("{}: no peers-DATE.json; give --peers", folder.display()))?;
        Self::read(&folder.join(&name), format!("bench/record/{name}"))
    }

    /// Measures the peers on these sets.
    ///
    /// # Errors
    ///
    /// Their Python is not installed, or they fail.
    pub(super) fn measure(root: &Path, data: &Path, sets: &[&Set], work: &Path) -> Result<Self, String> {
        let python = root.join("target/peers/venv/bin/python");
        if !python.exists() {
            return Err(format!("{}: not installed; follow bench/peers/README.md", python.display()));
        }
        let out = work.join("peers.json");
        let mut command = Command::new(python);
        command.arg(root.join("bench/peers/run.py")).arg("--data").arg(data).arg("--out").arg(&out);
        command.arg("--only").args(sets.iter().map(|set| set.name));
        program::output(&mut command)?;
        Self::read(&out, "measured in the same run".to_string())
    }

    fn read(path: &Path, file: String) -> Result<Self, String> {
        let bytes = fs::read(path).map_err(|error| format!("{}:1: {error}", path.display()))?;
        let peers: Self = serde_json::from_slice(&bytes).map_err(|error| {
            format!("{}:{}: {error}; write it anew with --peers", path.display(), error.line())
        })?;
        Ok(Self { file, ..peers })
    }

    /// What the peers reach on a set.
    ///
    /// # Errors
    ///
    /// The record does not have it.
    pub(super) fn of(&self, set: &Set) -> Result<&PeerSet, String> {
        self.sets.get(set.name).ok_or_else(|| format!("{}: no set {}; give --peers", self.file, set.name))
    }
}

/// The path of the fastText command line, if it is installed.
pub(super) fn fasttext() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join("fasttext")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::super::sets::{Least, SETS};
    use super::*;

    /// The record that the table is held against has every set, and the targets taken from it are there.
    #[test]
    fn the_newest_record_knows_every_set() {
        let peers = Peers::newest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        for set in &SETS {
            let of = peers.of(set).unwrap();
            assert!(of.rows.test > 0 && of.labels > 1, "{}", set.name);
            if set.models.iter().any(|model| matches!(model.least, Least::LinearSvc)) {
                assert!(of.linear_svc().is_some(), "{}", set.name);
            }
        }
    }
}
