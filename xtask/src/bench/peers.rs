//! What the peers reach, measured by `bench/peers/run.py` (labels) and `bench/peers/crf.py` (slots).

use super::sets::{Kind, Set};
use crate::program;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The records of the peers.
pub(super) struct Peers {
    /// Where they were read.
    pub(super) file: String,
    labels: BTreeMap<String, PeerSet>,
    slots: BTreeMap<String, SlotPeerSet>,
}

#[derive(Deserialize)]
struct Record<T> {
    sets: BTreeMap<String, T>,
}

/// One data set in the record of labels.
#[derive(Clone, Deserialize)]
pub(super) struct PeerSet {
    pub(super) rows: Parts,
    /// Where its validation rows come from: `official`, or `hash` for a part of train.
    pub(super) valid_source: String,
    /// Labels of the train rows.
    pub(super) labels: usize,
    pub(super) test_rows_with_unseen_label: usize,
    peers: BTreeMap<String, Peer>,
}

/// One data set in the record of slots. Its validation rows are official.
#[derive(Clone, Deserialize)]
pub(super) struct SlotPeerSet {
    pub(super) rows: Parts,
    pub(super) spans: Parts,
    pub(super) crfsuite: CrfSuite,
}

/// How many there are in each split.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(super) struct Parts {
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

/// What CRFsuite reaches.
#[derive(Clone, Deserialize)]
pub(super) struct CrfSuite {
    /// Slots of the train rows.
    pub(super) slot_names: usize,
    /// Slots in test rows whose names train lacks.
    pub(super) test_spans_with_unseen_name: usize,
    test: Scores,
}

#[derive(Clone, Deserialize)]
struct Scores {
    f1: f64,
}

/// What the peers reach on the same test rows: shares of right labels, and strict F1 of slots.
#[derive(Clone, Serialize)]
pub(super) struct PeerScores {
    pub(super) linear_svc: Option<f64>,
    pub(super) fasttext: Option<f64>,
    pub(super) crfsuite_f1: Option<f64>,
}

/// What the peers reach on one set.
pub(super) struct Theirs {
    pub(super) set: &'static str,
    pub(super) labels: Option<PeerSet>,
    pub(super) slots: Option<SlotPeerSet>,
}

/// Rows that a peer learned from and was judged on.
pub(super) struct PeerRows {
    pub(super) rows: Parts,
    /// Whether the data set has validation rows of its own.
    pub(super) official: bool,
}

impl Theirs {
    /// What the peers of labels had and reached.
    ///
    /// # Errors
    ///
    /// Their record does not have the set.
    pub(super) fn labels(&self) -> Result<&PeerSet, String> {
        self.labels.as_ref().ok_or_else(|| self.lacks("labels"))
    }

    /// What the peer of slots had and reached.
    ///
    /// # Errors
    ///
    /// Its record does not have the set.
    pub(super) fn slots(&self) -> Result<&SlotPeerSet, String> {
        self.slots.as_ref().ok_or_else(|| self.lacks("slots"))
    }

    fn lacks(&self, what: &str) -> String {
        format!("{}: not in the record of the peers' {what}; give --peers", self.set)
    }

    /// The rows of the peers of such a model.
    ///
    /// # Errors
    ///
    /// No record has the set, or two records do not agree.
    pub(super) fn of(&self, kind: Kind) -> Result<PeerRows, String> {
        let labels =
            |labels: &PeerSet| PeerRows { rows: labels.rows, official: labels.valid_source == "official" };
        match kind {
            Kind::Labels => self.labels().map(labels),
            Kind::Slots => self.slots().map(|slots| PeerRows { rows: slots.rows, official: true }),
            Kind::Joint if self.labels()?.rows == self.slots()?.rows => self.labels().map(labels),
            Kind::Joint => Err(format!("{}: the peers of labels and of slots had other rows", self.set)),
        }
    }

    /// What is worth standing beside such a model.
    pub(super) fn scores(&self, kind: Kind) -> PeerScores {
        let labels = self.labels.as_ref().filter(|_| kind.has_labels());
        let slots = self.slots.as_ref().filter(|_| kind.has_slots());
        PeerScores {
            linear_svc: labels.and_then(|labels| Some(labels.peers.get("scikit-learn")?.test)),
            fasttext: labels.and_then(|labels| Some(labels.fasttext()?.test)),
            crfsuite_f1: slots.map(|slots| slots.crfsuite.test.f1),
        }
    }
}

impl PeerSet {
    pub(super) fn fasttext(&self) -> Option<&Peer> {
        self.peers.get("fasttext")
    }
}

impl Peers {
    /// Reads the newest records in `bench/record`.
    ///
    /// # Errors
    ///
    /// There is none, or one is broken.
    pub(super) fn newest(root: &Path) -> Result<Self, String> {
        let folder = root.join("bench/record");
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let names: Vec<String> = entries
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        // Their names hold their dates.
        let newest = |prefix: &str| {
            let dated = |name: &&String| {
                let date = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".json"));
                date.is_some_and(|date| date.starts_with(|c: char| c.is_ascii_digit()))
            };
            let name = names.iter().filter(dated).max();
            name.ok_or_else(|| format!("{}: no {prefix}DATE.json; give --peers", folder.display()))
        };
        let (labels, slots) = (newest("peers-")?, newest("peers-slots-")?);
        Ok(Self {
            file: format!("bench/record/{labels}, bench/record/{slots}"),
            labels: read(&folder.join(labels))?,
            slots: read(&folder.join(slots))?,
        })
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
        let run = |script: &str, out: &Path, has: fn(Kind) -> bool| {
            let wanted = |set: &&&Set| set.models.iter().any(|model| has(model.kind));
            let names: Vec<&str> = sets.iter().filter(wanted).map(|set| set.name).collect();
            if names.is_empty() {
                return Ok(false);
            }
            let mut command = Command::new(&python);
            command.arg(root.join("bench/peers").join(script)).arg("--data").arg(data).arg("--out").arg(out);
            program::output(command.arg("--only").args(names)).map(|_| true)
        };
        let (labels, slots) = (work.join("peers.json"), work.join("peers-slots.json"));
        Ok(Self {
            file: "measured in the same run".to_string(),
            labels: if run("run.py", &labels, Kind::has_labels)? { read(&labels)? } else { BTreeMap::new() },
            slots: if run("crf.py", &slots, Kind::has_slots)? { read(&slots)? } else { BTreeMap::new() },
        })
    }

    /// What the peers reach on a set.
    pub(super) fn of(&self, set: &Set) -> Theirs {
        Theirs {
            set: set.name,
            labels: self.labels.get(set.name).cloned(),
            slots: self.slots.get(set.name).cloned(),
        }
    }
}

/// The sets of a record.
fn read<T: DeserializeOwned>(path: &Path) -> Result<BTreeMap<String, T>, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}:1: {error}", path.display()))?;
    let record: Record<T> = serde_json::from_slice(&bytes).map_err(|error| {
        format!("{}:{}: {error}; write it anew with --peers", path.display(), error.line())
    })?;
    Ok(record.sets)
}

#[cfg(test)]
mod tests {
    use super::super::sets::{Least, SETS};
    use super::*;

    /// The records that the table is held against have every set, and the targets taken from them are there.
    #[test]
    fn the_newest_records_know_every_set() {
        let peers = Peers::newest(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap();
        for set in &SETS {
            let theirs = peers.of(set);
            for model in set.models {
                assert!(theirs.of(model.kind).unwrap().rows.test > 0, "{}", set.name);
                let scores = theirs.scores(model.kind);
                for target in model.targets {
                    match target.least {
                        Least::LinearSvc => assert!(scores.linear_svc.is_some(), "{}", set.name),
                        Least::CrfSuite(_) => assert!(scores.crfsuite_f1.is_some(), "{}", set.name),
                        Least::Share(_) => {}
                    }
                }
            }
        }
    }
}
