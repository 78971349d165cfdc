//! Word pieces and teachers.

use crate::support::{Row, meta, rest, right, splits, task};
use std::collections::BTreeSet;
use stonechat_engine::{Model, verify};
use stonechat_train::{Embedder, Embedding, Recipe, TrainError, Trained, Trainer, Words};

/// Sentences of two labels. Of the words that tell them apart each row has one.
fn rooms(words: [&[&str]; 2], count: usize) -> Vec<Row> {
    let row = |at: usize| {
        let label = at % 2;
        let word = words[label][(at / 2) % words[label].len()];
        let frame = ["where is the", "please tell me about the", "i want a", "what about that"]
            [(at / 2 + at / 24) % 4];
        (format!("{frame} {word} number {}", at / 2), vec![["animal", "vehicle"][label].to_string()])
    };
    (0..count).map(row).collect()
}

const SEEN: [&[&str]; 2] =
    [&["dog", "horse", "rabbit", "cow", "sheep", "goat"], &["car", "truck", "bus", "train", "taxi", "van"]];
const UNSEEN: [&[&str]; 2] = [&["cat", "pig", "donkey"], &["bicycle", "ambulance", "tram"]];

fn fast() -> Recipe {
    Recipe { epochs: 8, linear_labels: 0, recorded: 4, ..Recipe::default() }
}

fn train(recipe: Recipe, threads: usize, teacher: Option<Fake>) -> Result<Trained, TrainError> {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &rooms(SEEN, 240)), ("valid.jsonl", &rooms(SEEN, 40))]);
    let mut trainer = Trainer::new(recipe).threads(threads);
    if let Some(teacher) = teacher {
        trainer = trainer.teacher(Box::new(teacher));
    }
    trainer.train(&task, &rows)
}

#[test]
fn the_assets_that_are_brought_are_sound() {
    let english = (Words::english(), &include_bytes!("../../assets/words-en.safetensors")[..], "kitchen");
    let german = (Words::german(), &include_bytes!("../../assets/words-de.safetensors")[..], "kuche");
    for (words, file, word) in [english, german] {
        let words = words.expect("it reads");
        assert!(words.pieces.len() > 13_000 && words.dim == 128);
        assert!(words.lowercase && words.strip_accents, "as texts are read");
        assert!(file.len() <= 1_500_000);
        let all: BTreeSet<&String> = words.pieces.iter().collect();
        assert!(all.len() == words.pieces.len() && all.contains(&word.to_string()));
    }
}

#[test]
fn words_that_no_row_has_are_understood_by_their_pieces() {
    let without = train(Recipe { pieces: 0, ..fast() }, 1, None).unwrap();
    let with = train(fast(), 1, None).unwrap();
    let unseen = rooms(UNSEEN, 48);
    let (without, found) = (right(&without.model, &unseen), right(&with.model, &unseen));
    assert!(found >= 0.65 && found > without + 0.1, "{found} with pieces, {without} without");
    let words = with.report.words.expect("it has pieces");
    assert!(words.seen > 20 && words.pieces > words.seen && words.asset.starts_with("blake3:"));
    verify(&Model::open(&with.model).unwrap()).unwrap();
}

/// The tuning rows say whether a machine has pieces.
#[test]
fn a_linear_machine_has_pieces_where_they_tell() {
    // Words that are pieces, as the most frequent words are.
    const COMMON: [&[&str]; 2] = [&["cat", "bird", "fish"], &["ship", "plane", "boat"]];
    let task = task("single-label");
    let short = |words, count| -> Vec<Row> {
        let short =
            |(text, labels): Row| (text.split(' ').rev().nth(2).unwrap_or_default().to_string(), labels);
        rooms(words, count).into_iter().map(short).collect()
    };
    let train = |weight: f64, threads: usize| {
        let rows = [short(SEEN, 240), short(COMMON, 40)];
        let rows = splits(&task, &[("train.jsonl", &rows[0]), ("valid.jsonl", &rows[1])]);
        // The network hardly begins to learn.
        let recipe = Recipe { linear_pieces: weight, linear_labels: 8, rate: 1e-6, ..fast() };
        Trainer::new(recipe).threads(threads).train(&task, &rows).unwrap()
    };
    let with = train(0.7, 1);
    assert!(with.report.linear && with.report.words.is_some(), "{}", with.report);
    assert_eq!(with.model, train(0.7, 3).model);
    verify(&Model::open(&with.model).unwrap()).unwrap();
    let without = train(0.0, 1);
    assert!(!without.report.linear || without.report.words.is_none(), "{}", without.report);
    let unseen = short(COMMON, 48);
    let (without, found) = (right(&without.model, &unseen), right(&with.model, &unseen));
    assert!(found >= 0.65 && found > without + 0.1, "{found} with pieces, {without} without");
}

/// The language of the rows says which asset is used, if one is.
#[test]
fn rows_get_the_pieces_of_their_language() {
    let task = task("single-label");
    let train = |frame: &str, words: [&[&str]; 2], given: Option<Words>| {
        let text = |(text, labels): Row| {
            let word = text.split(' ').rev().nth(2).unwrap_or_default().to_string();
            (frame.replace("{}", &word), labels)
        };
        let rows: Vec<Row> = rooms(words, 80).into_iter().map(text).collect();
        let rows = splits(&task, &[("train.jsonl", &rows)]);
        let trainer = Trainer::new(fast());
        let trainer = if let Some(words) = given { trainer.words(words) } else { trainer };
        trainer.train(&task, &rows).unwrap().report.words.map(|words| words.asset)
    };
    let german: [&[&str]; 2] = [&["Hund", "Pferd", "Ziege"], &["Wagen", "Fahrrad", "Zug"]];
    let french: [&[&str]; 2] = [&["chien", "cheval", "chèvre"], &["voiture", "vélo", "train"]];
    let (in_german, in_french) =
        ("können Sie mir bitte etwas über {} erzählen", "pourriez-vous me raconter quelque chose du {}");
    let digest = |words: Option<&Words>| words.map(|words| words.digest.clone());
    assert_eq!(train("could you tell me about the {}", SEEN, None), digest(Words::english()));
    assert_eq!(train(in_german, german, None), digest(Words::german()));
    assert_eq!(train(in_french, french, None), None);
    let given = Words::english().cloned();
    assert_eq!(train(in_french, french, given), digest(Words::english()), "an asset that is given is used");
}

/// An encoder that knows animals from vehicles.
struct Fake {
    fails: bool,
    short: bool,
}

impl Embedder for Fake {
    fn dim(&self) -> usize {
        4
    }

    fn digest(&self) -> &str {
        "fake"
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        if self.fails {
            return Err("model.safetensors: too tired; let it rest".to_string());
        }
        advance(Embedding::Texts(texts.len()));
        let animal = |text: &str| SEEN[0].iter().chain(UNSEEN[0]).any(|word| text.contains(word));
        let all = texts
            .iter()
            .flat_map(|text| if animal(text) { [1.0, 0.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0, 0.0] });
        Ok(all.skip(usize::from(self.short)).collect())
    }
}

#[test]
fn a_teacher_is_learned_from_and_the_file_is_the_same_at_any_number_of_threads() {
    let recipe = || Recipe { augment: 300, epochs: 4, ..fast() };
    let teacher = || Some(Fake { fails: false, short: false });
    let one = train(recipe(), 1, teacher()).unwrap();
    let two = train(recipe(), 2, teacher()).unwrap();
    assert!(one.model == two.model);
    let report = one.report.teacher.clone().expect("a teacher");
    assert!(report.digest == "fake" && (250..=300).contains(&report.made), "{report:?}");
    assert_eq!(meta(&one.model)["training"]["teacher"]["made"], report.made);
    let alone = train(recipe(), 1, None).unwrap();
    assert!(rest(&alone.model) != rest(&one.model) && alone.report.teacher.is_none());
    assert!(right(&one.model, &rooms(SEEN, 48)) > 0.95);
    // Each way of making texts can be switched off, and that alone changes what is learned.
    let short = || Recipe { augment: 80, epochs: 1, ..fast() };
    let all = train(short(), 1, teacher()).unwrap();
    for way in ["augment_drop", "augment_mix", "augment_synonyms", "augment_typos"] {
        let mut recipe = short();
        recipe.set(way, "0").unwrap();
        assert!(rest(&train(recipe, 1, teacher()).unwrap().model) != rest(&all.model), "{way}");
    }
    // Where rows count as few, one way more.
    let few = |across| Recipe { few_rows: 1000, augment_across: across, ..short() };
    let [with, without] = [1, 0].map(|across| train(few(across), 1, teacher()).unwrap());
    assert!(rest(&with.model) != rest(&without.model));
}

/// Without rows to compare by, the network that a teacher taught is taken before a linear machine.
#[test]
fn a_teacher_counts_where_no_rows_compare() {
    let task = task("single-label");
    let rows = splits(&task, &[("train.jsonl", &rooms(SEEN, 240)), ("valid.jsonl", &rooms(SEEN, 10))]);
    let recipe = || Recipe { augment: 80, epochs: 1, linear_labels: 8, ..fast() };
    let alone = Trainer::new(recipe()).train(&task, &rows).unwrap().report;
    assert!(alone.linear && alone.teacher.is_none());
    let taught = Trainer::new(recipe()).teacher(Box::new(Fake { fails: false, short: false }));
    let taught = taught.train(&task, &rows).unwrap().report;
    assert!(!taught.linear && taught.teacher.is_some(), "{:?}", taught.notes);
}

#[test]
fn a_teacher_that_fails_is_an_error() {
    for (teacher, message) in [
        (Fake { fails: true, short: false }, "too tired"),
        (Fake { fails: false, short: true }, "did not give an embedding for each text"),
    ] {
        let error = train(fast(), 1, Some(teacher)).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
}
