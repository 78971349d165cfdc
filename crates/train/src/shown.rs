//! Which labels have shown all slots that they have.

use std::collections::{BTreeMap, BTreeSet};
use stonechat_task::Example;

/// A label is taken to have no other slots than its rows where at most one row in so many is expected to bring another.
const ROWS: usize = 500;

/// The labels of which so many rows were seen that no slot that stood in none of them is to be expected. The chance that a label's
/// next row brings a new slot is about the share of its rows that were the only ones with one of theirs (Good, "The Population
/// Frequencies of Species and the Estimation of Population Parameters", Biometrika 1953); one more such row is added, as having seen
/// none proves little where rows are few.
pub(crate) fn complete<'a>(rows: &[&'a Example]) -> BTreeSet<&'a str> {
    // Of each label its rows, and how many of these each slot stands in.
    let mut seen: BTreeMap<&str, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for row in rows {
        let slots: BTreeSet<&str> = row.slots.iter().map(|slot| slot.name.as_str()).collect();
        for label in &row.labels {
            let (count, of_label) = seen.entry(label).or_default();
            *count += 1;
            slots.iter().for_each(|slot| *of_label.entry(slot).or_default() += 1);
        }
    }
    let is_complete = |(count, slots): &(usize, BTreeMap<&str, usize>)| {
        let once = slots.values().filter(|&&rows| rows == 1).count();
        (once + 1) * ROWS <= *count
    };
    seen.into_iter().filter(|(_, of_label)| is_complete(of_label)).map(|(label, _)| label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::{Slot, Source};

    fn row(label: &str, slots: &[&str]) -> Example {
        Example {
            text: "a b c".to_owned(),
            labels: vec![label.to_owned()],
            slots: slots
                .iter()
                .enumerate()
                .map(|(at, &name)| Slot { name: name.to_owned(), start: 2 * at, end: 2 * at + 1 })
                .collect(),
            source: Source { file: Path::new("rows").into(), line: 1 },
            split: None,
        }
    }

    /// Two slots in one row twice is one row with it.
    #[test]
    fn many_rows_and_no_slot_of_a_single_one_complete_a_label() {
        let mut rows: Vec<Example> = Vec::new();
        for at in 0..ROWS - 1 {
            rows.push(row("play", if at % 2 == 0 { &["song", "song"] } else { &["artist"] }));
        }
        let complete_of = |rows: &[Example]| {
            let rows: Vec<&Example> = rows.iter().collect();
            complete(&rows).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert!(complete_of(&rows).is_empty());
        rows.push(row("play", &[]));
        rows.push(row("stop", &["room"]));
        assert_eq!(complete_of(&rows), ["play"]);
        rows.push(row("play", &["album", "album"]));
        assert!(complete_of(&rows).is_empty());
        (0..ROWS).for_each(|_| rows.push(row("play", &["song"])));
        assert_eq!(complete_of(&rows), ["play"]);
    }
}
