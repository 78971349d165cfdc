//! What changes where rows are few.

use crate::support::{self, Row, meta, recipe, rest, right, single, smart_home, splits, task};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use stonechat_engine::format::Tier;
use stonechat_engine::{Engine, Model, verify};
use stonechat_task::{Dataset, Splits, Task};
use stonechat_train::{Embedder, Embedding, FineTuning, Lesson, Recipe, Trained, Trainer};

const FAST: [(&str, &str); 3] = [("epochs", "4"), ("few_augment", "200"), ("max_size", "150000")];

fn train(rows: &[Row], settings: &[(&str, &str)], threads: usize) -> Trained {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", rows)]);
    let recipe = recipe(&[&FAST, settings].concat());
    Trainer::new(recipe).threads(threads).train(&task, &splits).unwrap()
}

/// Whether the report says that rows are few.
fn says_so(trained: &Trained) -> bool {
    trained.report.notes.iter().any(|note| note.contains("are few (`few_rows`)"))
}

/// The step size of the table that the file tells.
fn table_rate(trained: &Trained) -> f64 {
    meta(&trained.model)["recipe"]["table_rate"].as_f64().unwrap()
}

#[test]
fn few_rows_are_learned_with_made_texts_and_more_are_not() {
    let few = train(&single(12, 120, 1), &[], 1);
    assert!(says_so(&few) && table_rate(&few) == 1.0, "{}", few.report);
    // Eleven tuning rows tell nothing of confidences, and soft labels make them low.
    assert_eq!((few.report.valid_rows, few.report.temperature), (11, 0.5));
    assert!(
        few.report.notes.iter().any(|note| note.starts_with("110 rows for 12 labels are few")),
        "{:?}",
        few.report.notes
    );
    let off = train(&single(12, 120, 1), &[("few_rows", "0")], 1);
    assert!(!says_so(&off) && table_rate(&off) == 4.0 && off.report.temperature == 1.0);
    assert!(rest(&off.model) != rest(&few.model));
    // Nine rows a label are no longer few where eight are.
    let off = train(&single(12, 120, 1), &[("few_rows", "8")], 1);
    assert!(!says_so(&off));
    let more = train(&single(12, 320, 1), &[], 1);
    let same = train(&single(12, 320, 1), &[("few_rows", "0")], 1);
    assert!(!says_so(&more) && table_rate(&more) == 4.0 && rest(&more.model) == rest(&same.model));
}

/// What counts is how many rows there are to learn from in all: a label of few rows beside others of many changes nothing.
#[test]
fn rare_labels_among_many_rows_are_not_few_rows() {
    let mut rows = single(2, 250, 1);
    rows.extend(single(10, 50, 2));
    let trained = train(&rows, &[], 1);
    assert!(trained.report.labels == 10 && !says_so(&trained), "{}", trained.report);
}

#[test]
fn few_rows_give_the_same_file_at_any_number_of_threads() {
    let rows = single(12, 120, 1);
    let one = train(&rows, &[], 1);
    for threads in [1, 2, 3] {
        assert!(train(&rows, &[], threads).model == one.model, "{threads}");
    }
    assert!(rest(&train(&rows, &[("seed", "2")], 1).model) != rest(&one.model));
    verify(&Model::open(&one.model).unwrap()).unwrap();
}

#[test]
fn what_is_set_is_kept() {
    let rows = single(12, 120, 1);
    let all = train(&rows, &[], 1);
    assert_eq!(table_rate(&train(&rows, &[("table_rate", "3")], 1)), 3.0);
    for setting in [("few_names", "0"), ("few_augment", "100"), ("augment_across", "0"), ("augment_mix", "0")]
    {
        let other = train(&rows, &[setting], 1);
        assert!(says_so(&other) && rest(&other.model) != rest(&all.model), "{setting:?}");
    }
}

/// Sentences of two labels that only the meaning of one word tells apart.
fn rooms(words: [&[&str]; 2], count: usize) -> Vec<Row> {
    let frames = ["where is the", "please tell me about the", "i want a", "what about that", "look at my"];
    (0..count)
        .map(|at| {
            let (label, turn) = (at % 2, at / 2);
            let word = words[label][turn % words[label].len()];
            (
                format!("{} {word}", frames[turn % frames.len()]),
                vec![["animal", "vehicle"][label].to_string()],
            )
        })
        .collect()
}

const SEEN: [&[&str]; 2] =
    [&["dog", "horse", "rabbit", "cow", "sheep", "goat"], &["car", "truck", "bus", "train", "taxi", "van"]];
const UNSEEN: [&[&str]; 2] = [&["cat", "pig", "donkey"], &["bicycle", "ambulance", "tram"]];

/// With few labels as well: a machine that sees n-grams alone would know nothing of other words.
#[test]
fn words_that_no_row_has_are_understood() {
    let rows = rooms(SEEN, 24);
    let few = train(&rows, &[("epochs", "20"), ("few_augment", "1000")], 1);
    let off = train(&rows, &[("epochs", "20"), ("few_rows", "0")], 1);
    assert!(!few.report.linear && off.report.linear);
    let unseen = rooms(UNSEEN, 30);
    let (few, off) = (right(&few.model, &unseen), right(&off.model, &unseen));
    assert!(few >= 0.8 && few > off + 0.1, "{few} with made texts, {off} without");
}

/// An encoder that knows animals from vehicles.
struct Fake;

impl Embedder for Fake {
    fn dim(&self) -> usize {
        4
    }

    fn digest(&self) -> &str {
        "fake"
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        advance(Embedding::Texts(texts.len()));
        let animal = |text: &str| SEEN[0].iter().chain(UNSEEN[0]).any(|word| text.contains(word));
        let row = |text: &&str| if animal(text) { [1.0, 0.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0, 0.0] };
        Ok(texts.iter().flat_map(row).collect())
    }
}

#[test]
fn a_teacher_joins_the_probe() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &rooms(SEEN, 24))]);
    let recipe = || Recipe { augment: 300, epochs: 20, ..recipe(&FAST) };
    let taught = Trainer::new(recipe()).teacher(Box::new(Fake)).train(&task, &splits).unwrap();
    assert!(taught.report.notes.iter().any(|note| note.contains("and the teacher's embeddings")));
    let report = taught.report.teacher.expect("a teacher");
    assert!(report.digest == "fake" && report.made > 200, "{report:?}");
    let found = right(&taught.model, &rooms(SEEN, 24));
    assert!(found > 0.9, "{found}");
}

/// Keeps what it is to learn.
struct Learner<'a>(&'a Mutex<Vec<FineTuning>>);

impl Embedder for Learner<'_> {
    fn dim(&self) -> usize {
        Fake.dim()
    }

    fn digest(&self) -> &str {
        "learner"
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        Fake.embed(texts, advance)
    }

    fn fine_tune(&mut self, tuning: FineTuning) -> Result<(), String> {
        self.0.lock().unwrap().push(tuning);
        Ok(())
    }
}

#[test]
fn a_teacher_learns_of_few_rows_which_are_close() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &rooms(SEEN, 24))]);
    let train = |splits: &Splits, settings: &[(&str, &str)]| {
        let seen = Mutex::new(Vec::new());
        let recipe = recipe(&[&FAST[..], &[("augment", "100"), ("tune_epochs", "7")], settings].concat());
        let trained = Trainer::new(recipe).teacher(Box::new(Learner(&seen))).train(&task, splits).unwrap();
        (seen.into_inner().unwrap().pop(), trained.report.teacher.unwrap().tuned)
    };
    let learned = |settings: &[(&str, &str)]| train(&splits, settings).0.unwrap();
    let few = learned(&[]);
    assert_eq!((few.lesson, few.epochs, few.labels), (Lesson::Closeness, 7, 2));
    let named =
        |tuning: &FineTuning| tuning.rows.ends_with(&[("animal".to_owned(), 0), ("vehicle".to_owned(), 1)]);
    assert!(named(&few), "{:?}", few.rows);
    assert!(!named(&learned(&[("few_names", "0")])));
    let more = learned(&[("few_rows", "0")]);
    assert!(more.lesson == Lesson::Labels && !named(&more) && more.rows.len() + 2 == few.rows.len());
    // With a row a label nothing can be close.
    let two: Vec<Row> = rooms(SEEN, 24).into_iter().take(2).collect();
    let two = support::splits(&task, &[("train.jsonl", &two)]);
    let (tuning, tuned) = train(&two, &[("few_names", "0")]);
    assert!(tuning.is_none() && tuned.is_none(), "{tuning:?} {tuned:?}");
    assert!(train(&two, &[]).0.is_some());
}

/// Where nothing more is known of words, nothing tells that a network would be better.
#[test]
fn a_machine_stays_where_nothing_more_is_known() {
    let trained = train(&rooms(SEEN, 24), &[("pieces", "0")], 1);
    assert!(trained.report.linear && !says_so(&trained), "{}", trained.report);
    assert_eq!(trained.report.temperature, 1.0);
}

/// The same sentences, whose last word is a slot.
fn tagged(task: &Task, count: usize) -> Splits {
    let row = |(text, labels): Row| {
        let start = text.rfind(' ').unwrap() + 1;
        let slots = [json!({ "name": "what", "start": start, "end": text.len() })];
        json!({ "text": text, "labels": labels, "slots": slots }).to_string() + "\n"
    };
    let rows: String = rooms(SEEN, count).into_iter().map(row).collect();
    Dataset::parse(task, &[(Path::new("train.jsonl"), &rows)]).unwrap().split()
}

fn train_tagged(rows: usize, settings: &[(&str, &str)], threads: usize, teacher: bool) -> Trained {
    const SMALL: [(&str, &str); 5] =
        [("units", "32"), ("dim", "32"), ("least_steps", "400"), ("augment", "400"), ("max_size", "600000")];
    let task = task("single-label");
    let recipe = recipe(&[&FAST[..], &SMALL, settings].concat());
    let trainer = Trainer::new(recipe).threads(threads).tier(Tier::Tagger);
    let trainer = if teacher { trainer.teacher(Box::new(Fake)) } else { trainer };
    trainer.train(&task, &tagged(&task, rows)).unwrap()
}

#[test]
fn few_rows_with_slots_are_learned_with_made_texts() {
    let (task, mut splits) = smart_home();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    splits.train.retain(|row| {
        let count = seen.entry(row.labels[0].clone()).or_default();
        *count += 1;
        *count <= 5
    });
    splits.valid.clear();
    splits.test.retain(|row| row.labels[0] != task.out_of_scope);
    let train = |rows: &str, threads: usize| {
        let settings = [("few_rows", rows), ("few_augment", "400"), ("units", "32"), ("dim", "48")];
        let recipe = recipe(&[&settings[..], &[("max_size", "300000"), ("epochs", "12")]].concat());
        Trainer::new(recipe).threads(threads).tier(Tier::Tagger).train(&task, &splits).unwrap()
    };
    let (few, off) = (train("20", 1), train("0", 1));
    assert!(says_so(&few) && !says_so(&off), "{}", few.report);
    assert_eq!((few.report.temperature, off.report.temperature), (0.5, 1.0));
    // Made texts have no tags: they are to take nothing from those of the rows.
    let found = |file: &[u8]| {
        let model = Model::open(file).unwrap();
        let mut engine = Engine::new(&model);
        let (mut labels, mut slots) = (0, 0);
        for row in &splits.test {
            let answer = engine.predict(&row.text);
            labels += usize::from(answer.label().name == row.labels[0]);
            let is_there = |slot: &stonechat_task::Slot| {
                answer.slots().any(|found| {
                    found.name == slot.name
                        && (found.start as usize, found.end as usize) == (slot.start, slot.end)
                })
            };
            slots += row.slots.iter().filter(|slot| is_there(slot)).count();
        }
        (labels, slots)
    };
    let (with, without) = (found(&few.model), found(&off.model));
    let wanted: usize = splits.test.iter().map(|row| row.slots.len()).sum();
    println!(
        "of {} labels and {wanted} slots {with:?} with made texts, {without:?} without",
        splits.test.len()
    );
    assert!(with.0 > without.0 && with.1 > without.1, "{with:?} {without:?}");
    verify(&Model::open(&few.model).unwrap()).unwrap();
    assert!(train("20", 3).model == few.model, "three threads give another file");
}

#[test]
fn few_rows_with_slots_are_learned_with_a_teacher_and_many_are_not() {
    let few = train_tagged(24, &[], 1, true);
    let report = few.report.teacher.as_ref().expect("a teacher");
    assert!(says_so(&few) && report.made > 200, "{report:?}");
    let alone = train_tagged(24, &[], 1, false);
    assert!(rest(&alone.model) != rest(&few.model));
    // Not few, but few enough for a teacher.
    let more = train_tagged(120, &[("few_rows", "4")], 1, true);
    assert!(more.report.teacher.is_some() && !says_so(&more), "{}", more.report);
    let settings = [("few_rows", "4"), ("taught_rows", "40")];
    let many = train_tagged(120, &settings, 1, true);
    assert!(many.report.teacher.is_none() && !says_so(&many), "{}", many.report);
    let same = train_tagged(120, &settings, 1, false);
    assert!(rest(&many.model) == rest(&same.model), "a teacher that is not asked changes nothing");
}
