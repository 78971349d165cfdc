//! The data sets, and how good a model must be on each.

/// A data set.
pub(super) struct Set {
    /// Its name, as the peers know it.
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// The models to train on it.
    pub(super) models: &'static [Wanted],
}

/// How the rows come to the command line. Paths are relative to the folder of the data sets.
pub(super) enum Source {
    /// As they lie there, with these options.
    Native(&'static str, &'static [&'static str]),
    /// `class,title,description` without a header: row number modulo 10 gives 0 and 1 to test, 2 to valid, the rest to train;
    /// the text is title, space, description.
    Topics(&'static str),
}

/// A model, and what it must reach on the test rows.
pub(super) struct Wanted {
    pub(super) kind: Kind,
    /// The largest file in bytes; what the recipe says by itself where `None`.
    pub(super) max_size: Option<u64>,
    pub(super) targets: &'static [Target],
}

/// What a model answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Labels; slots of the rows are left out.
    Labels,
    /// A label and slots.
    Joint,
    /// Slots; the rows have no labels.
    Slots,
}

impl Kind {
    /// What `train` is told.
    pub(super) fn tier(self) -> &'static str {
        if self.has_slots() { "tagger" } else { "bag" }
    }

    pub(super) fn has_labels(self) -> bool {
        self != Self::Slots
    }

    pub(super) fn has_slots(self) -> bool {
        self != Self::Labels
    }

    /// The largest file of the recipe by itself, in bytes.
    pub(super) fn recipe_size(self) -> u64 {
        if self.has_slots() { 2_500_000 } else { 1_100_000 }
    }
}

/// A share that must be reached.
pub(super) struct Target {
    pub(super) what: What,
    pub(super) least: Least,
}

/// What is counted, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Right labels.
    Accuracy,
    /// Strict F1 of the slots.
    SlotF1,
    /// Rows whose label and slots are right.
    ExactMatch,
}

impl What {
    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::SlotF1 => "slot F1",
            Self::ExactMatch => "exact match",
        }
    }
}

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Least {
    /// This share, 0 to 1.
    Share(f64),
    /// What the linear support vector machine of the peers reaches.
    LinearSvc,
    /// The F1 of the peers' CRFsuite and this much more.
    CrfSuite(f64),
}

/// The largest file of a small model, in bytes.
const SMALL: u64 = 300_000;

/// The largest file of the model for which the targets of speed were set, in bytes.
pub(super) const LARGE: u64 = 2_000_000;

/// The largest file of the model that a sentence encoder is held against, in bytes.
pub(super) const ENCODED: u64 = 2_500_000;

/// A target of a share of right labels.
const fn accuracy(least: f64) -> Target {
    Target { what: What::Accuracy, least: Least::Share(least) }
}

const fn f1(least: f64) -> Target {
    Target { what: What::SlotF1, least: Least::Share(least) }
}

const fn exact(least: f64) -> Target {
    Target { what: What::ExactMatch, least: Least::Share(least) }
}

const fn labels(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Labels, max_size: None, targets }
}

const fn small(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Labels, max_size: Some(SMALL), targets }
}

const fn large(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Labels, max_size: Some(LARGE), targets }
}

/// What a linear probe on all-MiniLM-L6-v2 had reached when the target was set, which must be surpassed.
const fn encoded(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Labels, max_size: Some(ENCODED), targets }
}

const fn joint(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Joint, max_size: None, targets }
}

const fn slots(targets: &'static [Target]) -> Wanted {
    Wanted { kind: Kind::Slots, max_size: None, targets }
}

const LINEAR: Wanted = labels(&[Target { what: What::Accuracy, least: Least::LinearSvc }]);
const CRF: Wanted = joint(&[Target { what: What::SlotF1, least: Least::CrfSuite(0.02) }]);
const MASSIVE: &[&str] = &["--text", "utt", "--label", "intent"];

/// Every data set, in the order of the table. Those with slots give models of labels too: what the two kinds of models reach on
/// the same labels can be compared.
pub(super) const SETS: [Set; 15] = [
    Set {
        name: "banking77",
        source: Source::Native("banking77", &[]),
        models: &[
            labels(&[accuracy(0.913)]),
            small(&[accuracy(0.900)]),
            large(&[accuracy(0.913)]),
            encoded(&[accuracy(0.9295)]),
        ],
    },
    Set {
        name: "clinc150",
        source: Source::Native("clinc150/data_full.json", &[]),
        models: &[labels(&[accuracy(0.920)]), small(&[accuracy(0.905)]), encoded(&[accuracy(0.954)])],
    },
    Set {
        name: "snips",
        source: Source::Native("snips", &[]),
        models: &[labels(&[accuracy(0.980)]), joint(&[accuracy(0.981), f1(0.947), exact(0.873)])],
    },
    Set {
        name: "atis",
        source: Source::Native("atis", &[]),
        models: &[labels(&[accuracy(0.953)]), joint(&[accuracy(0.973), f1(0.957), exact(0.868)])],
    },
    Set { name: "trec", source: Source::Native("trec", &["--label-level", "coarse"]), models: &[LINEAR] },
    Set { name: "sst2", source: Source::Native("sst2", &[]), models: &[LINEAR] },
    Set { name: "ag_news", source: Source::Topics("ag_news/test.csv"), models: &[LINEAR] },
    Set {
        name: "massive-de-DE",
        source: Source::Native("massive/de-DE.jsonl", MASSIVE),
        models: &[LINEAR, CRF],
    },
    Set { name: "massive-zh-CN", source: Source::Native("massive/zh-CN.jsonl", MASSIVE), models: &[LINEAR] },
    Set {
        name: "massive-ja-JP",
        source: Source::Native("massive/ja-JP.jsonl", MASSIVE),
        models: &[LINEAR, CRF],
    },
    Set { name: "sib200-eng_Latn", source: Source::Native("sib200/eng_Latn", &[]), models: &[LINEAR] },
    Set { name: "conll2003", source: Source::Native("conll2003", &[]), models: &[slots(&[f1(0.85)])] },
    Set { name: "bc5cdr", source: Source::Native("bc5cdr", &[]), models: &[slots(&[f1(0.81)])] },
    // No target was set for these two: the table has CRFsuite beside them.
    Set { name: "wnut17", source: Source::Native("wnut17", &[]), models: &[slots(&[])] },
    Set {
        name: "stackoverflow_ner",
        source: Source::Native("stackoverflow_ner", &[]),
        models: &[slots(&[])],
    },
];
