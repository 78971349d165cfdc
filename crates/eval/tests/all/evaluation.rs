//! The numbers of an evaluation.

use crate::model::{example, lights, model, rows, rule};
use stonechat_engine::format::DecisionRule;
use stonechat_engine::{Kernel, Model};
use stonechat_eval::{Options, Reasons, digest, evaluate};

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-4
}

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

#[test]
fn of_one_label_by_hand() {
    let bytes = lights();
    let found = evaluate(&Model::open(&bytes).unwrap(), &rows(), &options());
    assert_eq!(found.examples, 9);
    let label = found.label.unwrap();
    assert_eq!((label.examples, label.accuracy, label.micro_f1), (6, 0.5, 0.5));
    assert!(near(label.macro_f1, (4.0 / 7.0 + 2.0 / 3.0) / 4.0));
    let [low, high] = label.accuracy_interval;
    assert!(near(low, 0.187_62) && near(high, 0.812_38));

    let abstention = found.abstention.unwrap();
    assert_eq!(abstention.coverage, 4.0 / 6.0);
    assert_eq!(abstention.error_when_accepted, Some(0.5));
    assert_eq!(abstention.target, None);
    assert_eq!(abstention.reasons, Reasons { no_known_words: 1, low_confidence: 1, ..Reasons::default() });
    let curve: Vec<_> = abstention.curve.iter().map(|point| (point.coverage, point.error)).collect();
    assert_eq!(curve, [(4.0 / 6.0, 0.5), (5.0 / 6.0, 0.4)]);

    // Outside: no known word, between two labels, certain. Inside: four certain, one between, one without known words.
    let oos = found.oos.unwrap();
    assert_eq!((oos.examples, oos.recall), (3, 2.0 / 3.0));
    assert_eq!(oos.auroc, Some((5.5 + 4.5 + 2.0) / 18.0));
    assert_eq!(oos.fpr95, Some(1.0));

    // e^5 / (e^5 + 2), e^3 / (e^3 + e^2.5 + 1) and 1/3; the last two hold one answer each.
    let (sure, unsure) = (0.986_703, 0.603_772);
    let calibration = found.calibration.unwrap();
    let ece = (4.0 * (sure - 0.5) + (1.0 - unsure) + 1.0 / 3.0) / 6.0;
    assert!(near(calibration.ece, ece), "{} is not {ece}", calibration.ece);
    assert_eq!(calibration.bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 1, 4]);
    assert!(near(calibration.bins[2].confidence, sure) && near(calibration.bins[1].confidence, unsure));

    let per_label: Vec<_> = found
        .per_label
        .iter()
        .map(|label| (label.name.as_str(), label.precision, label.recall, label.support))
        .collect();
    let expected = [
        ("lights.on", 0.4, 1.0, 2),
        ("lights.off", 1.0, 0.5, 2),
        ("lights.dim", 0.0, 0.0, 1),
        ("music.on", 0.0, 0.0, 1),
    ];
    assert_eq!(per_label, expected);
    let confusions: Vec<_> = found
        .confusions
        .iter()
        .map(|pair| (pair.gold.as_str(), pair.predicted.as_str(), pair.count, pair.example.as_str()))
        .collect();
    let expected = [
        ("lights.off", "lights.on", 1, "ON"),
        ("lights.dim", "lights.on", 1, "zzz"),
        ("music.on", "lights.on", 1, "on"),
    ];
    assert_eq!(confusions, expected);
    let unknown = found.unknown_labels.unwrap();
    assert_eq!((unknown.examples, unknown.names), (1, vec!["music.on".to_owned()]));
    assert_eq!(found.rows_without_one_label, 0);
    assert_eq!(found.model.digest, digest(&bytes));
    assert_eq!((found.model.bytes, found.model.tier), (bytes.len(), "bag"));
}

#[test]
fn a_model_may_have_a_label_for_what_is_outside() {
    let words: [(&str, &[i8]); 3] = [("on", &[100, 0]), ("weather", &[0, 100]), ("perhaps", &[60, 50])];
    let rule = DecisionRule { out_of_scope: Some(1), ..rule() };
    let bytes = model(&["lights.on", "other"], &words, &rule);
    let rows = [
        example("on", &["lights.on"]),
        example("weather", &["lights.on"]),
        example("weather", &["other"]),
        example("on", &["other"]),
    ];
    // The caller need not know what the model calls it.
    for name in ["other", "oos"] {
        let options = Options { out_of_scope: name.to_owned(), ..options() };
        let found = evaluate(&Model::open(&bytes).unwrap(), &rows, &options);
        let label = found.label.unwrap();
        // Of the two inside, one is taken for outside; the two outside count below.
        assert_eq!((label.examples, label.accuracy), (2, 0.5));
        let abstention = found.abstention.unwrap();
        assert_eq!((abstention.coverage, abstention.error_when_accepted), (0.5, Some(0.0)));
        assert_eq!(abstention.reasons, Reasons { out_of_scope: 1, ..Reasons::default() });
        assert_eq!(abstention.curve.len(), 1, "no threshold accepts the other label");
        let oos = found.oos.unwrap();
        assert_eq!((oos.examples, oos.recall, oos.auroc), (2, 0.5, Some(0.5)));
        assert_eq!(found.unknown_labels, None);
    }
}

#[test]
fn of_many_labels_by_hand() {
    let words: [(&str, &[i8]); 3] = [("film", &[100, 0]), ("song", &[0, 100]), ("musical", &[100, 100])];
    // A logit of 0 is one half; the offset of -2.5/ln 2 moves it to 0.076, and a logit of 5 to 0.924.
    let rule = DecisionRule { multi_label: true, offset: -236_370, ..rule() };
    let bytes = model(&["film", "song"], &words, &rule);
    let rows = [
        example("film", &["film"]),
        example("musical", &["song", "film"]),
        example("musical", &["song"]),
        example("zzz", &[]),
        example("song", &["oos"]),
    ];
    let found = evaluate(&Model::open(&bytes).unwrap(), &rows, &options());
    let label = found.label.unwrap();
    assert_eq!((label.examples, label.accuracy), (4, 0.75), "the order of labels does not matter");
    // film: 2 hits, 1 extra. song: 2 hits.
    assert!(near(label.macro_f1, (0.8 + 1.0) / 2.0) && near(label.micro_f1, 8.0 / 9.0));
    let abstention = found.abstention.unwrap();
    assert_eq!((abstention.coverage, abstention.error_when_accepted), (0.75, Some(1.0 / 3.0)));
    assert_eq!((found.oos.unwrap().examples, found.oos.unwrap().recall), (1, 0.0));
    assert_eq!((found.confusions, found.rows_without_one_label), (vec![], 0));
}

#[test]
fn rows_that_do_not_fit_count_as_wrong() {
    let bytes = lights();
    let rows =
        [example("on", &["lights.on", "lights.off"]), example("on", &[]), example("on", &["lights.on"])];
    let found = evaluate(&Model::open(&bytes).unwrap(), &rows, &options());
    assert_eq!(found.label.unwrap().accuracy, 1.0 / 3.0);
    assert_eq!(found.rows_without_one_label, 2);
    assert!(found.to_string().contains("2 texts do not have exactly one label"));
}

#[test]
fn what_there_is_not_is_absent() {
    let bytes = lights();
    let model = Model::open(&bytes).unwrap();
    let nothing = evaluate(&model, &[], &options());
    assert_eq!((nothing.examples, nothing.label, nothing.oos), (0, None, None));
    assert_eq!((nothing.abstention, nothing.calibration), (None, None));
    let outside = evaluate(&model, &[example("on", &["oos"])], &options());
    assert_eq!(outside.label, None);
    let oos = outside.oos.unwrap();
    assert_eq!((oos.auroc, oos.fpr95, oos.recall), (None, None, 0.0));
    let unsure = evaluate(&model, &[example("zzz", &["lights.on"])], &options());
    assert_eq!(unsure.abstention.unwrap().error_when_accepted, None);
}

#[test]
fn threads_and_kernels_change_nothing() {
    let bytes = lights();
    let model = Model::open(&bytes).unwrap();
    let rows: Vec<_> = rows().into_iter().cycle().take(101).collect();
    let one = evaluate(&model, &rows, &options());
    for threads in [0, 2, 3, 7, 1_000] {
        assert_eq!(evaluate(&model, &rows, &Options { threads, ..options() }), one, "{threads} threads");
    }
    for &kernel in Kernel::available() {
        let mut found = evaluate(&model, &rows, &Options { kernel, ..options() });
        assert_eq!(found.model.kernel, kernel.name());
        found.model.kernel = one.model.kernel;
        assert_eq!(found, one, "{}", kernel.name());
    }
}
