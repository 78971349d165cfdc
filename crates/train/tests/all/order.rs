//! Taggers of labels alone: they read words in their order, and learn from a teacher as bags do.

use crate::support::{Numbers, Row, many, recipe, rest, right, single, splits, task};
use stonechat_engine::format::Tier;
use stonechat_engine::{Engine, Model, Reason, verify};
use stonechat_task::{Splits, Task};
use stonechat_train::{Embedder, Embedding, Limits, Recipe, TrainError, Trained, Trainer};

pub(crate) const SMALL: [(&str, &str); 7] = [
    ("units", "32"),
    ("dim", "32"),
    ("pieces", "0"),
    ("max_size", "300000"),
    ("epochs", "12"),
    ("least_steps", "0"),
    ("rate", "0.004"),
];

const FILLERS: [&str; 6] = ["then", "really", "and", "monday", "often", "so"];

/// The label is the first of two words, which stand among others, the same for both: words and their pairs tell nothing.
pub(crate) fn ordered(count: usize, seed: u64) -> Vec<Row> {
    let mut numbers = Numbers(seed);
    (0..count)
        .map(|_| {
            let [first, second] = if numbers.below(2) == 0 { ["cat", "dog"] } else { ["dog", "cat"] };
            let mut words = vec![];
            for word in ["", first, second, ""] {
                words.extend((0..1 + numbers.below(2)).map(|_| FILLERS[numbers.below(FILLERS.len())]));
                words.push(word);
            }
            words.retain(|word| !word.is_empty());
            (words.join(" "), vec![first.to_string()])
        })
        .collect()
}

fn train(
    task: &Task,
    splits: &Splits,
    settings: &[(&str, &str)],
    threads: usize,
) -> Result<Trained, TrainError> {
    let recipe = recipe(&[&SMALL[..], settings].concat());
    Trainer::new(recipe).tier(Tier::Tagger).threads(threads).train(task, splits)
}

#[test]
fn order_is_read_by_a_tagger_and_not_by_a_bag() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &ordered(400, 1))]);
    let new = ordered(100, 2);
    let tagger = train(&task, &splits, &[], 1).unwrap();
    let bag = Trainer::new(recipe(&[("pieces", "0")])).tier(Tier::Bag).train(&task, &splits).unwrap();
    let (tagger_right, bag_right) = (right(&tagger.model, &new), right(&bag.model, &new));
    assert!(tagger_right >= 0.95 && bag_right < 0.75, "{tagger_right} of a tagger, {bag_right} of a bag");
    assert!(tagger.report.slots.is_none() && tagger.report.tier == "tagger");
    assert!(!tagger.report.notes.iter().any(|note| note.contains("intents")), "{:?}", tagger.report.notes);
    let model = Model::open(&tagger.model).unwrap();
    assert!(model.slots().is_none());
    verify(&model).unwrap();
    let again = train(&task, &splits, &[], 3).unwrap();
    assert!(again.model == tagger.model, "three threads give another file");
    assert!(rest(&train(&task, &splits, &[("seed", "2")], 1).unwrap().model) != rest(&tagger.model));
}

/// The same tokens, with white space between them and without.
#[test]
fn white_space_between_tokens_tells_a_tagger() {
    let task = task("single-label");
    let rows = |count: usize, seed: u64| -> Vec<Row> {
        let mut numbers = Numbers(seed);
        let word = |numbers: &mut Numbers| FILLERS[numbers.below(FILLERS.len())];
        (0..count)
            .map(|_| {
                let (label, dot) = if numbers.below(2) == 0 { ("name", ".") } else { ("end", " . ") };
                let [a, b, c, d] = [0; 4].map(|_| word(&mut numbers));
                (format!("{a} {b}{dot}{c} {d}"), vec![label.to_string()])
            })
            .collect()
    };
    let splits = splits(&task, &[("train.jsonl", &rows(400, 1))]);
    let tagger = train(&task, &splits, &[], 1).unwrap();
    let told = right(&tagger.model, &rows(100, 2));
    assert!(told >= 0.98, "{told}");
}

/// A network that has hardly begun to learn, with a linear machine beside it.
#[test]
fn a_tagger_of_few_labels_has_a_linear_machine_beside_its_network() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &single(4, 1200, 1)), ("valid.jsonl", &single(4, 200, 2))]);
    let new = single(4, 300, 3);
    let with = |labels: &str, threads: usize| {
        train(&task, &splits, &[("linear_labels", labels), ("epochs", "1"), ("rate", "0.00003")], threads)
            .unwrap()
            .model
    };
    let (both, alone) = (with("4", 1), with("3", 1));
    let (both_right, alone_right) = (right(&both, &new), right(&alone, &new));
    assert!(both_right > alone_right + 0.05, "{both_right} with a machine, {alone_right} without");
    assert!(Model::open(&alone).unwrap().beside().is_none());
    let model = Model::open(&both).unwrap();
    verify(&model).unwrap();
    assert!(model.first().is_none(), "it is added, and does not answer by itself");
    let (rows, dim, _) = model.beside().unwrap();
    assert!(rows > 100 && dim == 4, "{rows} rows of {dim} numbers");
    assert!(with("4", 3) == both, "three threads give another file");
}

#[test]
fn rows_outside_the_task_are_learned() {
    let task = task("single-label");
    let mut rows = single(4, 400, 1);
    for at in 0..40 {
        let text = format!("what is the meaning of life number {at}");
        rows.insert(at * 5, (text, vec![task.out_of_scope.clone()]));
    }
    let trained = train(&task, &splits(&task, &[("train.jsonl", &rows)]), &[], 1).unwrap();
    let model = Model::open(&trained.model).unwrap();
    assert_eq!((trained.report.labels, model.rule().out_of_scope), (5, Some(4)));
    let mut engine = Engine::new(&model);
    let answer = engine.predict("what is the meaning of life number 77");
    assert_eq!(answer.reason(), Some(Reason::OutOfScope));
    assert!(answer.slots().len() == 0 && answer.outsideness().is_some());
}

#[test]
fn an_error_can_be_promised() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &ordered(400, 1)), ("valid.jsonl", &ordered(200, 2))]);
    let trained = train(&task, &splits, &[("max_error", "0.05")], 1).unwrap();
    let promise = trained.report.promise.unwrap();
    assert!(promise.slots.is_none() && promise.accepted > 0, "{promise:?}");
    assert!(!trained.report.notes.iter().any(|note| note.contains("slots")), "{:?}", trained.report.notes);
}

#[test]
fn what_a_tagger_cannot_learn_is_an_error() {
    let single = task("single-label");
    let rows: Vec<Row> = (0..30).map(|at| (format!("row {at}"), vec!["x".to_string()])).collect();
    let error = train(&single, &splits(&single, &[("train.jsonl", &rows)]), &[], 1).unwrap_err();
    assert!(matches!(&error, TrainError::OneLabel { label } if label == "x"), "{error}");
    let multi = task("multi-label");
    let rows = many(4, 200, 3);
    let error = train(&multi, &splits(&multi, &[("train.jsonl", &rows)]), &[], 1).unwrap_err();
    assert!(matches!(error, TrainError::ManyLabelsWithSlots), "{error}");
    assert!(error.to_string().contains("tier `bag`"), "{error}");
}

/// An encoder that knows who came first.
struct First {
    asked: usize,
}

impl Embedder for &mut First {
    fn dim(&self) -> usize {
        4
    }

    fn digest(&self) -> &str {
        "first"
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        advance(Embedding::Texts(texts.len()));
        self.asked += texts.len();
        let cat = |text: &str| text.find("cat") < text.find("dog");
        Ok(texts
            .iter()
            .flat_map(|text| if cat(text) { [1.0, 0.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0, 0.0] })
            .collect())
    }
}

#[test]
fn a_teacher_is_learned_from() {
    let task = task("single-label");
    let splits = splits(&task, &[("train.jsonl", &ordered(400, 1))]);
    let taught = |settings: &[(&str, &str)], threads: usize| {
        let mut teacher = First { asked: 0 };
        let recipe = recipe(&[&SMALL[..], &[("augment", "200"), ("epochs", "4")], settings].concat());
        let trainer =
            Trainer::new(recipe).tier(Tier::Tagger).threads(threads).teacher(Box::new(&mut teacher));
        let trained = trainer.train(&task, &splits).unwrap();
        (trained, teacher.asked)
    };
    let (one, asked) = taught(&[], 1);
    assert!(asked > 240, "texts were made, and the teacher was asked for them too: {asked}");
    let report = one.report.teacher.clone().expect("a teacher");
    assert!(report.digest == "first" && report.made > 100 && report.accuracy > Some(0.9), "{report:?}");
    assert!(taught(&[], 2).0.model == one.model, "two threads give another file");
    let alone = train(&task, &splits, &[("epochs", "4")], 1).unwrap();
    assert!(alone.report.teacher.is_none() && rest(&alone.model) != rest(&one.model));
    // Each part of a lesson counts.
    for setting in [("soft_weight", "0"), ("embedding_weight", "0"), ("augment", "0"), ("softness", "1")] {
        assert!(rest(&taught(&[setting], 1).0.model) != rest(&one.model), "{setting:?}");
    }
}

/// The ladder's last rung is a tagger where labels stand alone, if it may be better than the bags.
#[test]
fn a_tagger_stands_above_the_bags() {
    let task = task("single-label");
    let climb = |rows: &[(&str, &[Row])], settings: &[(&str, &str)]| {
        let recipe = recipe(&[&[("pieces", "0"), ("units", "16"), ("epochs", "4")][..], settings].concat());
        let rows = splits(&task, rows);
        let trained = Trainer::new(Recipe { max_size: 0, ..recipe });
        let trained = trained.climb(&task, &rows, &Limits::default(), &mut |_| Some(1.0)).unwrap();
        let ladder = trained.report.ladder.unwrap();
        let last = ladder.rungs.last().unwrap().clone();
        assert_eq!((last.tier.as_str(), last.max_size), ("tagger", 2_500_000));
        (last.note, last.model.is_some())
    };
    // Labels that nothing tells: there is something to win, if only in theory.
    let unsure: Vec<Row> = single(3, 300, 1)
        .into_iter()
        .enumerate()
        .map(|(at, (text, _))| (text, vec![format!("label{}", (at * 7919 / 13) % 3)]))
        .collect();
    assert_eq!(climb(&[("train.jsonl", &unsure)], &[]), (None, true));
    let (note, built) = climb(&[("train.jsonl", &unsure), ("valid.jsonl", &unsure[..12])], &[]);
    assert!(!built && note.unwrap().contains("too few tuning rows"));
    let known = &single(3, 60, 1)[..];
    let (note, built) = climb(&[("train.jsonl", known), ("valid.jsonl", known)], &[]);
    assert!(!built && note.unwrap().contains("nothing to win"));
    let long: Vec<Row> = (0..2)
        .flat_map(|_| unsure.iter().map(|(text, labels)| (format!("{text} ").repeat(200), labels.clone())))
        .collect();
    let (note, built) = climb(&[("train.jsonl", &long)], &[("epochs", "1"), ("least_steps", "0")]);
    assert!(!built && note.unwrap().contains("so many rows"));
}
