//! Rows to learn from, to tune on and to judge on.

use crate::example::{Example, Split};
use crate::finding::Finding;
use crate::task::SplitShares;
use crate::text::normalise;

/// The rows of a task by what they are for; each example's [`Example::split`] says the same.
///
/// Rows that name no split are training rows. Where the data has no test rows, a share of the training rows
/// is set aside to judge on, and where it has no validation rows, a share of the remaining ones to tune on.
/// Which rows, depends on nothing but the hash of their normalised text, so equal texts stay together, the
/// same rows are set aside whenever and wherever the data is read, and a new row moves no old one.
#[derive(Clone, Debug)]
pub struct Splits {
    /// Rows to learn from, in the order of the files.
    pub train: Vec<Example>,
    /// Rows to tune on.
    pub valid: Vec<Example>,
    /// Rows to judge on.
    pub test: Vec<Example>,
    /// Where `valid` comes from.
    pub valid_origin: Origin,
    /// Where `test` comes from.
    pub test_origin: Origin,
    /// What is worth knowing about the reading of the rows.
    pub warnings: Vec<Finding>,
}

/// Where the rows of a split come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The data names them.
    Given,
    /// Taken from the training rows by the hash of their text.
    SetAside,
    /// There are none.
    Absent,
}

impl Splits {
    /// All rows: training, validation, test.
    pub fn all(&self) -> impl Iterator<Item = &Example> {
        self.train.iter().chain(&self.valid).chain(&self.test)
    }

    /// The rows of one split.
    pub fn get(&self, split: Split) -> &[Example] {
        match split {
            Split::Train => &self.train,
            Split::Valid => &self.valid,
            Split::Test => &self.test,
        }
    }

    /// Moves training rows to those to tune on until these are about a share of both, where they were set aside by the hash of their
    /// text; where they were not, or are that many already, nothing changes. What was set aside stays so.
    pub fn set_aside(&mut self, share: f64) {
        if self.valid_origin != Origin::SetAside {
            return;
        }
        let below = threshold(share.clamp(0.0, 1.0));
        let (mut moved, kept): (Vec<_>, Vec<_>) =
            self.train.drain(..).partition(|example| Parts::of(&example.text).valid < below);
        self.train = kept;
        for example in &mut moved {
            example.split = Some(Split::Valid);
        }
        self.valid.extend(moved);
    }

    /// The training rows in two parts: those to learn from and, about a share of all, those to choose by among what learned from the
    /// others. Which ones, depends on the hash of their text, but not on the part of it that [`Splits::set_aside`] goes by. Where the
    /// data names the rows to tune on, which may repeat texts of the others, it depends on the line of the row as well, so that those
    /// to choose by may, too.
    #[must_use]
    pub fn to_choose(&self, share: f64) -> (Vec<&Example>, Vec<&Example>) {
        let below = threshold(share.clamp(0.0, 1.0));
        let by_line = self.valid_origin == Origin::Given;
        let choice = |example: &Example| {
            if by_line {
                Parts::of(&format!("{} {}", example.source.line, example.text)).choice
            } else {
                Parts::of(&example.text).choice
            }
        };
        self.train.iter().partition(|example| choice(example) >= below)
    }

    pub(super) fn divide(examples: Vec<Example>, warnings: Vec<Finding>, shares: SplitShares) -> Splits {
        let given = |split| examples.iter().any(|example| example.split == Some(split));
        let given_valid = given(Split::Valid);
        let given_test = given(Split::Test);
        let mut splits = Splits {
            train: Vec::new(),
            valid: Vec::new(),
            test: Vec::new(),
            valid_origin: Origin::Absent,
            test_origin: Origin::Absent,
            warnings,
        };
        let valid_below = threshold(shares.valid);
        let test_below = threshold(shares.test);
        for mut example in examples {
            let split = match example.split {
                Some(split @ (Split::Valid | Split::Test)) => split,
                Some(Split::Train) | None if given_valid && given_test => Split::Train,
                Some(Split::Train) | None => {
                    let parts = Parts::of(&example.text);
                    if !given_test && parts.test < test_below {
                        Split::Test
                    } else if !given_valid && parts.valid < valid_below {
                        Split::Valid
                    } else {
                        Split::Train
                    }
                }
            };
            example.split = Some(split);
            match split {
                Split::Train => splits.train.push(example),
                Split::Valid => splits.valid.push(example),
                Split::Test => splits.test.push(example),
            }
        }
        let origin = |given, rows: &[Example]| match (given, rows.is_empty()) {
            (true, _) => Origin::Given,
            (false, false) => Origin::SetAside,
            (false, true) => Origin::Absent,
        };
        splits.valid_origin = origin(given_valid, &splits.valid);
        splits.test_origin = origin(given_test, &splits.test);
        splits
    }
}

/// Independent parts of the hash of a text, each spread evenly.
struct Parts {
    test: u64,
    valid: u64,
    choice: u64,
}

impl Parts {
    /// Bytes 0 to 7, 8 to 15 and 16 to 23, least significant first, of the BLAKE3 hash of the normalised text.
    fn of(text: &str) -> Parts {
        let hash = blake3::hash(normalise(text).as_bytes());
        let mut parts = hash
            .as_bytes()
            .chunks_exact(8)
            .map(|chunk| chunk.iter().rev().fold(0_u64, |number, &byte| (number << 8) | u64::from(byte)));
        let mut next = || parts.next().unwrap_or_default();
        Parts { test: next(), valid: next(), choice: next() }
    }
}

/// The number below which a share of all numbers lie. Multiplying by a power of two is exact.
fn threshold(share: f64) -> u64 {
    (share * 2f64.powi(64)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Old data sets must divide tomorrow as they do today: change the code, never these numbers.
    #[test]
    fn the_hash_is_for_ever() {
        for (text, test, valid, choice) in GOLDEN {
            let parts = Parts::of(text);
            assert_eq!((parts.test, parts.valid, parts.choice), (test, valid, choice), "{text}");
        }
        assert_eq!(threshold(0.1), 1_844_674_407_370_955_264);
        assert_eq!(threshold(0.0), 0);
    }

    const GOLDEN: [(&str, u64, u64, u64); 3] = [
        (
            "turn the lights off",
            7_161_505_474_187_486_858,
            10_421_676_879_748_609_617,
            6_384_911_146_017_162_814,
        ),
        (
            "  Turn the\tLIGHTS off\n",
            7_161_505_474_187_486_858,
            10_421_676_879_748_609_617,
            6_384_911_146_017_162_814,
        ),
        (
            "Größe ÄNDERN, 灯を消して",
            5_536_806_788_730_950_988,
            1_654_807_513_970_657_691,
            3_235_610_094_774_217_604,
        ),
    ];
}
