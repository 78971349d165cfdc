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
    /// `seq.in` and `label` in the folders `train`, `valid` and `test` below this one.
    Sequences(&'static str),
    /// `class,title,description` without a header: row number modulo 10 gives 0 and 1 to test, 2 to valid, the rest to train;
    /// the text is title, space, description.
    Topics(&'static str),
}

/// A model, and the least share of test rows that it must answer right.
pub(super) struct Wanted {
    /// The largest file in bytes; what the recipe says by itself where `None`.
    pub(super) max_size: Option<u64>,
    pub(super) least: Least,
}

/// A share of right answers.
#[derive(Clone, Copy)]
pub(super) enum Least {
    /// This share, 0 to 1.
    Share(f64),
    /// What the linear support vector machine of the peers reaches.
    LinearSvc,
}

/// The largest file of the recipe by itself, in bytes.
pub(super) const RECIPE_SIZE: u64 = 1_100_000;
/// The largest file of a small model, in bytes.
const SMALL: u64 = 300_000;

const fn wanted(least: Least) -> Wanted {
    Wanted { max_size: None, least }
}

const fn small(least: f64) -> Wanted {
    Wanted { max_size: Some(SMALL), least: Least::Share(least) }
}

const LIKE_LINEAR: &[Wanted] = &[wanted(Least::LinearSvc)];
const MASSIVE: &[&str] = &["--text", "utt", "--label", "intent"];

/// Every data set, in the order of the table.
pub(super) const SETS: [Set; 11] = [
    Set {
        name: "banking77",
        source: Source::Native("banking77", &[]),
        models: &[wanted(Least::Share(0.913)), small(0.900)],
    },
    Set {
        name: "clinc150",
        source: Source::Native("clinc150/data_full.json", &[]),
        models: &[wanted(Least::Share(0.920)), small(0.905)],
    },
    Set { name: "snips", source: Source::Sequences("snips"), models: &[wanted(Least::Share(0.980))] },
    Set { name: "atis", source: Source::Sequences("atis"), models: &[wanted(Least::Share(0.953))] },
    Set { name: "trec", source: Source::Native("trec", &["--label-level", "coarse"]), models: LIKE_LINEAR },
    Set { name: "sst2", source: Source::Native("sst2", &[]), models: LIKE_LINEAR },
    Set { name: "ag_news", source: Source::Topics("ag_news/test.csv"), models: LIKE_LINEAR },
    Set {
        name: "massive-de-DE",
        source: Source::Native("massive/de-DE.jsonl", MASSIVE),
        models: LIKE_LINEAR,
    },
    Set {
        name: "massive-zh-CN",
        source: Source::Native("massive/zh-CN.jsonl", MASSIVE),
        models: LIKE_LINEAR,
    },
    Set {
        name: "massive-ja-JP",
        source: Source::Native("massive/ja-JP.jsonl", MASSIVE),
        models: LIKE_LINEAR,
    },
    Set { name: "sib200-eng_Latn", source: Source::Native("sib200/eng_Latn", &[]), models: LIKE_LINEAR },
];
