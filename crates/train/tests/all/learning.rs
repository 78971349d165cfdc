//! Easy tasks are learned.

use stonechat_engine::Model;
use stonechat_eval::{Evaluation, Options, evaluate};
use stonechat_task::Splits;
use stonechat_train::Trained;

use crate::support::{Numbers, Row, many, single, splits, task, train};

fn judge(trained: &Trained, splits: &Splits) -> Evaluation {
    evaluate(&Model::open(&trained.model).unwrap(), &splits.test, &Options::default())
}

#[test]
fn one_label_of_few_and_of_many() {
    let task = task("single-label");
    for (labels, rows) in [(3, 150), (30, 900)] {
        let rows = [single(labels, rows, 1), single(labels, 300, 2)];
        let splits = splits(&task, &[("train.jsonl", &rows[0]), ("test.jsonl", &rows[1])]);
        let found = judge(&train(&task, &splits, &[]), &splits);
        let accuracy = found.label.unwrap().accuracy;
        assert!(accuracy > 0.97, "{labels} labels: {accuracy}");
    }
}

#[test]
fn any_number_of_labels() {
    let task = task("multi-label");
    // A linear machine for the few, a network for the many.
    for (labels, rows, least) in [(6, 600, 0.95), (15, 1500, 0.95)] {
        let rows = [many(labels, rows, 1), many(labels, 300, 2)];
        let splits = splits(&task, &[("train.jsonl", &rows[0]), ("test.jsonl", &rows[1])]);
        let trained = train(&task, &splits, &[]);
        let found = judge(&trained, &splits).label.unwrap();
        assert!(found.micro_f1 > least && found.macro_f1 > least - 0.05, "{labels} labels: {found:?}");
    }
}

/// Requests in Japanese: what is asked for, what is done with it, and a way to say so; no spaces anywhere.
fn unspaced(count: usize, seed: u64) -> Vec<Row> {
    let actions = [
        ("open", ["開けて", "開いて", "オープンして"]),
        ("close", ["閉めて", "閉じて", "クローズして"]),
        ("buy", ["買って", "注文して", "購入して"]),
        ("read", ["読んで", "朗読して", "聞かせて"]),
    ];
    let things = ["窓", "扉", "本", "手紙", "新聞", "箱", "店", "鞄", "引き出し", "カーテン", "荷物", "雑誌"];
    let before = ["", "すみません", "ちょっと", "今すぐ", "あとで"];
    let after = ["", "ください", "くれますか", "ほしい", "もらえますか"];
    let mut numbers = Numbers(seed);
    (0..count)
        .map(|index| {
            let (label, verbs) = &actions[index % actions.len()];
            let mut pick = |from: &[&'static str]| from[numbers.below(from.len())];
            let text = format!("{}{}を{}{}", pick(&before), pick(&things), pick(verbs), pick(&after));
            (text, vec![(*label).to_string()])
        })
        .collect()
}

#[test]
fn a_language_without_spaces() {
    let task = task("single-label");
    let test: Vec<Row> = unspaced(300, 2);
    let seen: std::collections::BTreeSet<Row> = test.iter().cloned().collect();
    let train_rows: Vec<Row> = unspaced(200, 1).into_iter().filter(|row| !seen.contains(row)).collect();
    let splits = splits(&task, &[("train.jsonl", &train_rows), ("test.jsonl", &test)]);
    let trained = train(&task, &splits, &[]);
    let found = judge(&trained, &splits);
    let accuracy = found.label.unwrap().accuracy;
    assert!(accuracy > 0.97, "{accuracy}");
    let model = Model::open(&trained.model).unwrap();
    let mut engine = stonechat_engine::Engine::new(&model);
    assert_eq!(engine.predict("窓を閉めてください").read().words, 9, "each character is a word");
}

/// A file of 30 KB still knows an easy task.
#[test]
fn small_files_learn_too() {
    let task = task("single-label");
    let rows = [single(12, 600, 1), single(12, 200, 2)];
    let splits = splits(&task, &[("train.jsonl", &rows[0]), ("test.jsonl", &rows[1])]);
    let trained = train(&task, &splits, &[("max_size", "30000")]);
    assert!(trained.model.len() <= 30_000);
    let accuracy = judge(&trained, &splits).label.unwrap().accuracy;
    assert!(accuracy > 0.9, "{accuracy}");
}
