//! The numbers of slots.

use crate::model::{example, lights};
use crate::tagger::{marked, tagger};
use stonechat_engine::{Kernel, Model};
use stonechat_eval::metric::span_errors::SpanErrorKind;
use stonechat_eval::{
    Evaluation, Options, Reasons, SlotErrors, SlotsNotJudged, UnknownSlots, evaluate, report_html,
};
use stonechat_task::Example;

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

fn judge(bytes: &[u8], rows: &[Example]) -> Evaluation {
    evaluate(&Model::open(bytes).unwrap(), rows, &options())
}

/// Two texts with every slot right, and one for each way to be wrong.
fn rows() -> Vec<Example> {
    vec![
        marked("dim the [kitchen](room) lights to [30](level)", &["lights.dim"]),
        marked("weather in [new york](city)", &["weather"]),
        marked("weather in [paris](city)", &["weather"]),
        marked("dim the [room](room)", &["lights.dim"]),
        marked("dim the lights to lots", &["lights.dim"]),
        marked("dim [the living room](room)", &["lights.dim"]),
        marked("weather in [oslo](town)", &["weather"]),
        marked("weather [tonight](time)", &["lights.dim"]),
    ]
}

#[test]
fn by_hand() {
    let found = judge(&tagger(2, false), &rows());
    // Due: 8. Found: kitchen, 30, new york, and wrongly paris, lots, living room and oslo.
    let slots = found.slots.unwrap();
    assert_eq!((slots.examples, slots.support, slots.found), (8, 8, 7));
    assert_eq!((slots.precision, slots.recall, slots.f1), (3.0 / 7.0, 3.0 / 8.0, 6.0 / 15.0));
    assert!((slots.macro_f1 - (1.0 / 3.0 + 2.0 / 3.0 + 0.5) / 5.0).abs() < 1e-12);
    let per_slot: Vec<_> = found
        .per_slot
        .iter()
        .map(|slot| (slot.name.as_str(), slot.precision, slot.recall, slot.support))
        .collect();
    let expected = [
        ("room", 1.0 / 3.0, 1.0 / 3.0, 3),
        ("level", 0.5, 1.0, 1),
        ("city", 0.5, 0.5, 2),
        ("day", 0.0, 0.0, 0),
        ("time", 0.0, 0.0, 1),
        ("town", 0.0, 0.0, 1),
    ];
    assert_eq!(per_slot, expected);

    assert_eq!((found.label.unwrap().accuracy, found.exact_match), (7.0 / 8.0, Some(0.25)));
    let [low, high] = found.exact_match_interval.unwrap();
    assert!(low < 0.25 && 0.25 < high);
    let abstention = found.abstention.unwrap();
    assert_eq!(
        (abstention.coverage, abstention.error_when_accepted),
        (1.0, Some(0.125)),
        "labels alone are wrong"
    );

    // Each confidence is near 1, three of seven are right, and the bins hold all of them.
    assert_eq!(slots.bins.iter().map(|bin| bin.count).sum::<usize>(), 7);
    let gap: f64 =
        slots.bins.iter().map(|bin| (bin.accuracy - bin.confidence).abs() * bin.count as f64).sum();
    let ece = slots.ece.unwrap();
    assert!((ece - gap / 7.0).abs() < 1e-9 && (0.4..0.6).contains(&ece), "{ece}");

    let unknown = UnknownSlots { spans: 2, names: vec!["time".to_owned(), "town".to_owned()] };
    assert_eq!(found.unknown_slots, Some(unknown));
    assert_eq!((found.unknown_labels, found.slots_not_judged), (None, None));
}

#[test]
fn kinds_of_error() {
    let found = judge(&tagger(2, false), &rows());
    let expected =
        SlotErrors { missing: 2, extra: 1, wrong_limits: 1, wrong_slot: 2, wrong_slot_and_limits: 0 };
    assert_eq!(found.slot_errors, Some(expected));
    let confusions: Vec<_> = found
        .slot_confusions
        .iter()
        .map(|error| (error.kind, error.gold_text.as_deref(), error.predicted_text.as_deref(), error.count))
        .collect();
    let expected = [
        (SpanErrorKind::Missing, Some("room"), None, 1),
        (SpanErrorKind::Missing, Some("tonight"), None, 1),
        (SpanErrorKind::Extra, None, Some("lots"), 1),
        (SpanErrorKind::WrongLimits, Some("the living room"), Some("living room"), 1),
        (SpanErrorKind::WrongSlot, Some("paris"), Some("paris"), 1),
        (SpanErrorKind::WrongSlot, Some("oslo"), Some("oslo"), 1),
    ];
    assert_eq!(confusions, expected);
    let [.., paris, oslo] = found.slot_confusions.as_slice() else { panic!("two errors") };
    assert_eq!((paris.gold.as_deref(), paris.predicted.as_deref()), (Some("city"), Some("room")));
    assert_eq!((oslo.gold.as_deref(), oslo.predicted.as_deref()), (Some("town"), Some("city")));

    let often = [rows(), vec![marked("weather in paris in [paris](city)", &["weather"])]].concat();
    let found = judge(&tagger(2, false), &often);
    let first = &found.slot_confusions[0];
    assert_eq!((first.kind, first.count), (SpanErrorKind::WrongSlot, 2), "the most frequent first");
    assert_eq!(first.example, "weather in paris", "and the first text where it happened");
}

#[test]
fn values_are_counted_where_there_is_a_type() {
    let bytes = tagger(2, false);
    let values = judge(&bytes, &rows()).values.unwrap();
    assert_eq!((values.typed, values.resolved), (2, 0.5), "30 is a number, lots is none");
    let rows = [marked("weather in [oslo](city) [tomorrow](day)", &["weather"])];
    assert_eq!(judge(&bytes, &rows).values.unwrap().resolved, 0.0, "tomorrow, but of which day");
    let options = Options { reference: Some("2026-11-22T14:00:00".parse().unwrap()), ..options() };
    let values = evaluate(&Model::open(&bytes).unwrap(), &rows, &options).values.unwrap();
    assert_eq!((values.typed, values.resolved), (1, 1.0));
    assert_eq!(judge(&bytes, &[marked("weather in [oslo](city)", &["weather"])]).values, None);
}

#[test]
fn a_model_of_slots_alone_is_right_where_all_slots_are() {
    let found = judge(&tagger(0, false), &rows());
    assert_eq!((found.label, found.per_label, found.confusions), (None, vec![], vec![]));
    assert_eq!((found.unknown_labels, found.rows_without_one_label), (None, 0), "labels are not asked for");
    assert_eq!((found.slots.unwrap().f1, found.exact_match), (0.4, Some(0.25)));
    let abstention = found.abstention.unwrap();
    assert_eq!((abstention.coverage, abstention.error_when_accepted), (1.0, Some(0.75)));
    assert_eq!(found.calibration.unwrap().bins.iter().map(|bin| bin.count).sum::<usize>(), 8);

    // The label of texts outside the task still sets them apart.
    let mut rows = rows();
    rows.push(marked("zzz [zzz](room)", &["oos"]));
    let found = judge(&tagger(0, false), &rows);
    assert_eq!((found.slots.unwrap().examples, found.exact_match), (8, Some(0.25)));
    let oos = found.oos.unwrap();
    assert_eq!((oos.examples, oos.recall, oos.auroc), (1, 1.0, Some(1.0)), "no word of it is known");
}

#[test]
fn rows_outside_the_task_count_if_the_model_has_a_label_for_them() {
    let mut rows = rows();
    rows.push(marked("joke about [oslo](city)", &["oos"]));
    let without = judge(&tagger(2, false), &rows);
    assert_eq!((without.slots.unwrap().examples, without.exact_match), (8, Some(0.25)));
    let with = judge(&tagger(3, false), &rows);
    assert_eq!((with.label.unwrap().examples, with.slots.as_ref().unwrap().examples), (9, 9));
    assert_eq!((with.exact_match, with.slots.unwrap().support), (Some(3.0 / 9.0), 9));
}

#[test]
fn an_answer_may_lack_a_slot() {
    let rows =
        [marked("dim the [kitchen](room)", &["lights.dim"]), marked("dim to [30](level)", &["lights.dim"])];
    let abstention = judge(&tagger(2, true), &rows).abstention.unwrap();
    assert_eq!(abstention.reasons, Reasons { missing_slot: 1, ..Reasons::default() });
    assert_eq!(abstention.coverage, 0.5);
    assert_eq!(abstention.curve.last().unwrap().coverage, 0.5, "no threshold accepts it");
}

#[test]
fn what_is_not_judged_is_said() {
    let labels_alone = [example("dim", &["lights.dim"])];
    let found = judge(&tagger(2, false), &labels_alone);
    assert_eq!(found.slots_not_judged, Some(SlotsNotJudged::NoneInExamples));
    assert_eq!(found.label.unwrap().accuracy, 1.0);
    assert!(found.to_string().contains("note: no text has slots marked"), "{found}");
    assert!(report_html(&found, "Slots").contains("<p class=\"note\">no text has slots marked"));
    assert_eq!((found.slots, found.exact_match, found.per_slot), (None, None, vec![]));
    assert_eq!((found.slot_errors, found.values), (None, None));

    let found = judge(&tagger(0, false), &labels_alone);
    assert_eq!(found.slots_not_judged, Some(SlotsNotJudged::NoneInExamples));
    assert_eq!((found.abstention, found.calibration), (None, None), "neither right nor wrong");

    let found = judge(&lights(), &[marked("[on](state)", &["lights.on"])]);
    assert_eq!(found.slots_not_judged, Some(SlotsNotJudged::NoneInModel));
    assert!(found.to_string().contains("note: the texts have slots, but the model finds none"), "{found}");
    assert_eq!((found.slots, found.unknown_slots), (None, None));

    let found = judge(&tagger(2, false), &[]);
    assert_eq!((found.slots_not_judged, found.slots), (None, None));
}

#[test]
fn nothing_found_has_no_calibration() {
    let found = judge(&tagger(2, false), &[marked("weather [tonight](city)", &["weather"])]);
    let slots = found.slots.unwrap();
    assert_eq!((slots.precision, slots.recall, slots.f1, slots.found), (0.0, 0.0, 0.0, 0));
    assert_eq!((slots.ece, slots.bins.len(), found.values), (None, 0, None));
}

#[test]
fn broken_marks_are_missed() {
    // Offsets that a reader of files would refuse.
    let mut row = example("dim", &["lights.dim"]);
    row.slots = vec![
        stonechat_task::Slot { name: "room".to_owned(), start: 7, end: 4 },
        stonechat_task::Slot { name: "room".to_owned(), start: 1, end: 99 },
    ];
    let found = judge(&tagger(2, false), &[row]);
    assert_eq!(found.slot_errors, Some(SlotErrors { missing: 2, ..SlotErrors::default() }));
    assert_eq!(found.slot_confusions[0].gold_text.as_deref(), Some(""));
}

#[test]
fn threads_and_kernels_change_nothing() {
    let bytes = tagger(2, false);
    let model = Model::open(&bytes).unwrap();
    let rows: Vec<_> = rows().into_iter().cycle().take(101).collect();
    let one = evaluate(&model, &rows, &options());
    for threads in [0, 2, 7, 1_000] {
        assert_eq!(evaluate(&model, &rows, &Options { threads, ..options() }), one, "{threads} threads");
    }
    for &kernel in Kernel::available() {
        let mut found = evaluate(&model, &rows, &Options { kernel, ..options() });
        found.model.kernel = one.model.kernel;
        assert_eq!(found, one, "{}", kernel.name());
    }
}

#[test]
fn the_report_names_errors() {
    let found = judge(&tagger(2, false), &rows());
    let text = found.to_string();
    for line in [
        "slots          F1 0.400 (precision 0.429, recall 0.375, macro F1 0.300), 8 slots, ECE 0.",
        "exact match    25.0 % (95 % interval ",
        "values         50.0 % resolved, of 2 slots with a type",
        "weakest slots",
        "wrong slots    2 missing, 1 extra, 1 wrong limits, 2 wrong slot",
        "wrong limits: room “living room” for room “the living room” in “dim the living room”",
        "missing: nothing for room “room” in “dim the room”",
        "note: 2 slots are of names that the model does not know and count as missed: time, town",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let mut rows = rows();
    rows.push(marked("dim <b> [the living room](room)", &["lights.dim"]));
    let page = report_html(&judge(&tagger(2, false), &rows), "Slots");
    assert_eq!(page.matches("<svg").count(), 5, "two reliabilities, risk and coverage, labels, slots");
    for (open, close) in [("<table", "</table>"), ("<details", "</details>"), ("<section", "</section>")] {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
    for part in
        ["<h2>How slots are wrong</h2>", "<h2>Slots, the weakest first</h2>", "slot F1<b>", "exact match<b>"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<b> the") && !page.contains("NaN"));
}
