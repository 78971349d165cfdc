//! Tasks in memory, and what to look at in a model file.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stonechat_engine::format::{ALIGNMENT, score_hash};
use stonechat_engine::{Engine, Model};
use stonechat_task::{Dataset, Splits, Task};
use stonechat_train::{Embedding, Recipe, Trained, Trainer};

/// A row: text and labels.
pub(crate) type Row = (String, Vec<String>);

/// A reproducible stream of numbers.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        // Numerical Recipes' generator; the high bits are good enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }
}

/// A task of this kind, `single-label` or `multi-label`.
pub(crate) fn task(kind: &str) -> Task {
    Task::parse(&format!("name = \"test\"\nkind = \"{kind}\"\n"), Path::new("task.toml")).unwrap()
}

/// Rows of files with these names, which tell their splits.
pub(crate) fn splits(task: &Task, files: &[(&str, &[Row])]) -> Splits {
    let text = |rows: &[Row]| -> String {
        rows.iter()
            .map(|(text, labels)| json!({ "text": text, "labels": labels }).to_string() + "\n")
            .collect()
    };
    let files: Vec<_> = files.iter().map(|(name, rows)| (PathBuf::from(name), text(rows))).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_path(), text.as_str())).collect();
    Dataset::parse(task, &files).unwrap().split()
}

/// `count` rows of one label each: three words that tell the label among words that tell nothing.
pub(crate) fn single(labels: usize, count: usize, seed: u64) -> Vec<Row> {
    let mut numbers = Numbers(seed);
    (0..count)
        .map(|index| {
            let label = index % labels;
            (sentence(&[label], &mut numbers), vec![format!("label{label}")])
        })
        .collect()
}

/// `count` rows of any number of labels each.
pub(crate) fn many(labels: usize, count: usize, seed: u64) -> Vec<Row> {
    let mut numbers = Numbers(seed);
    (0..count)
        .map(|_| {
            let size = numbers.below(4);
            let mut chosen: Vec<usize> = (0..size).map(|_| numbers.below(labels)).collect();
            chosen.sort_unstable();
            chosen.dedup();
            let names = chosen.iter().map(|label| format!("label{label}")).collect();
            (sentence(&chosen, &mut numbers), names)
        })
        .collect()
}

fn sentence(labels: &[usize], numbers: &mut Numbers) -> String {
    const EMPTY: [&str; 10] =
        ["the", "please", "with", "some", "could", "again", "under", "that", "maybe", "so"];
    let mut words = Vec::new();
    for label in labels {
        for _ in 0..3 {
            // A word no part of which stands in the words of another label.
            let word = label * 5 + numbers.below(5);
            let letter = |at: usize| char::from(b'a' + (word / at % 26) as u8);
            words.push(format!("{}{}{}qx{word}", letter(1), letter(7), letter(26)));
        }
    }
    words.extend((0..4).map(|_| EMPTY[numbers.below(EMPTY.len())].to_string()));
    for at in (1..words.len()).rev() {
        words.swap(at, numbers.below(at + 1));
    }
    words.join(" ")
}

/// A recipe with these settings.
pub(crate) fn recipe(settings: &[(&str, &str)]) -> Recipe {
    let mut recipe = Recipe::default();
    for (key, value) in settings {
        recipe.set(key, value).unwrap();
    }
    recipe
}

/// Trains on one thread.
pub(crate) fn train(task: &Task, splits: &Splits, settings: &[(&str, &str)]) -> Trained {
    Trainer::new(recipe(settings)).train(task, splits).unwrap()
}

/// The document that the file carries.
pub(crate) fn meta(file: &[u8]) -> Value {
    serde_json::from_str(Model::open(file).unwrap().meta()).unwrap()
}

/// Everything behind that document, which comes first: labels, features, weights, decision, recorded answers.
pub(crate) fn rest(file: &[u8]) -> &[u8] {
    let meta = Model::open(file).unwrap().meta().as_bytes();
    let start = file.windows(meta.len()).position(|window| window == meta).unwrap();
    let rest = &file[(start + meta.len()).next_multiple_of(ALIGNMENT)..];
    assert!(rest.len() > file.len() / 2, "the document no longer comes first");
    rest
}

/// The hash of all scores of each text.
pub(crate) fn scores<'t>(file: &[u8], texts: impl IntoIterator<Item = &'t str>) -> Vec<u64> {
    let model = Model::open(file).unwrap();
    let mut engine = Engine::new(&model);
    texts.into_iter().map(|text| score_hash(engine.predict(text).scores())).collect()
}

/// The template of a smart home: a task with enough rows to measure on.
pub(crate) fn smart_home() -> (Task, Splits) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/templates/smart-home");
    let task = Task::read(&folder).unwrap();
    let splits = Dataset::read(&task).unwrap().split();
    (task, splits)
}

/// The folder of the data sets outside the repository, if it is there.
pub(crate) fn data() -> Option<PathBuf> {
    let root = match std::env::var_os("STONECHAT_DATA") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    if !root.exists() {
        println!("skipped: no data");
        return None;
    }
    Some(root)
}

/// A data set outside the repository, if it is there.
pub(crate) fn data_set(name: &str) -> Option<(Task, Splits)> {
    let path = data()?.join(name);
    if !path.exists() {
        println!("skipped: no data");
        return None;
    }
    let task = Task::read(&path).unwrap();
    let splits = Dataset::read(&task).unwrap().split();
    Some((task, splits))
}

/// The share of rows that a model answers with their label.
pub(crate) fn right(file: &[u8], rows: &[Row]) -> f64 {
    let model = Model::open(file).unwrap();
    let mut engine = Engine::new(&model);
    let right = rows.iter().filter(|(text, labels)| engine.predict(text).label().name == labels[0]).count();
    right as f64 / rows.len() as f64
}

/// How many texts a step of an embedder did.
pub(crate) fn texts_of(step: Embedding) -> usize {
    match step {
        Embedding::Texts(count) => count,
        Embedding::Tuned(..) => 0,
    }
}
