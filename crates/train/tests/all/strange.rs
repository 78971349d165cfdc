//! Words that no row has, in slots whose values are listed.

use stonechat_engine::{Engine, Model};
use stonechat_task::{Example, SlotKind, Splits, Task};
use stonechat_train::Trainer;

use crate::support::{recipe, rest, smart_home};

/// Rooms that no row has.
const NEW: [&str; 6] = ["orangery", "music room", "treehouse", "Theo's den", "west wing", "sauna"];

/// A text with a room, and where that begins and ends.
type Probe = (String, usize, usize);

/// The file of a small tagger.
fn trained(task: &Task, splits: &Splits, share: &str, threads: usize, epochs: &str) -> Vec<u8> {
    let settings =
        [("strange_words", share), ("least_steps", "0"), ("epochs", epochs), ("max_size", "300000")];
    Trainer::new(recipe(&settings)).threads(threads).train(task, splits).unwrap().model
}

/// How many of the texts have their room found, with a list of rooms that is set or the file's own.
fn found(file: &[u8], rooms: &[&str], probes: &[Probe]) -> usize {
    let model = Model::open(file).unwrap();
    let mut engine = Engine::new(&model);
    if !rooms.is_empty() {
        engine.set_values("room", rooms.iter().copied().zip(0..), rooms).unwrap();
    }
    let mut has = |(text, start, end): &&Probe| {
        let answer = engine.predict(text);
        answer
            .slots()
            .any(|slot| slot.name == "room" && (slot.start as usize, slot.end as usize) == (*start, *end))
    };
    probes.iter().filter(|probe| has(probe)).count()
}

/// The rows that have one room, with another text in its place; but for those where it stays as it is.
fn probes(rows: &[Example], mut other: impl FnMut(&str) -> String) -> Vec<Probe> {
    let mut probes = Vec::new();
    for row in rows {
        let mut rooms = row.slots.iter().filter(|slot| slot.name == "room");
        let (Some(room), None) = (rooms.next(), rooms.next()) else { continue };
        let own = &row.text[room.start..room.end];
        let said = other(own);
        if said != own {
            let text = [&row.text[..room.start], &said, &row.text[room.end..]].concat();
            probes.push((text, room.start, room.start + said.len()));
        }
    }
    probes
}

#[test]
fn new_and_mistyped_values_of_lists_are_found() {
    let (task, splits) = smart_home();
    let held: Vec<Example> = splits.train.iter().step_by(4).cloned().collect();
    let rest = splits.train.iter().enumerate().filter(|(at, _)| at % 4 != 0).map(|(_, row)| row.clone());
    let splits = Splits { train: rest.collect(), ..splits };
    let mut next = 0;
    let new = probes(&held, |_| {
        next += 1;
        NEW[next % NEW.len()].to_owned()
    });
    // The third letter is left out.
    let mistyped = probes(&held, |own| {
        let letters = own.char_indices();
        letters.filter(|&(at, _)| own.len() < 5 || at != 2).map(|(_, letter)| letter).collect()
    });
    assert!(new.len() > 100 && mistyped.len() > 100, "{} {}", new.len(), mistyped.len());
    let share = |file: &[u8]| {
        let part = |found: usize, probes: &[Probe]| found as f64 / probes.len() as f64;
        [part(found(file, &NEW, &new), &new), part(found(file, &[], &mistyped), &mistyped)]
    };
    let [without, with] = ["0", "0.5"].map(|strange| share(&trained(&task, &splits, strange, 1, "15")));
    println!("new and mistyped rooms: {without:?} without strange words, {with:?} with them");
    assert!(with[0] > 0.93 && with[0] > without[0], "{without:?} {with:?}");
    assert!(with[1] > 0.8 && with[1] > without[1] + 0.4, "{without:?} {with:?}");
}

#[test]
fn strange_words_do_not_depend_on_threads_and_come_only_where_values_are_listed() {
    let (task, splits) = smart_home();
    let file = |task: &Task, share, threads| trained(task, &splits, share, threads, "1");
    let first = file(&task, "0.5", 1);
    assert!(file(&task, "0.5", 3) == first, "3 threads give another file");
    assert!(rest(&file(&task, "0", 1)) != rest(&first), "no words were strange");
    let mut open = task;
    open.schema.slots.iter_mut().for_each(|slot| slot.kind = SlotKind::Text);
    assert!(rest(&file(&open, "0.5", 1)) == rest(&file(&open, "0", 1)), "no values are listed");
}
