//! Rows whose slots have values of other rows: a tagger that sees many values in one place learns the place, not the values.

use crate::random::Random;
use std::collections::BTreeMap;
use stonechat_task::Example;

/// The values that slots have in rows, to make other rows of them (Dai and Adel, "An Analysis of Simple Data Augmentation for Named
/// Entity Recognition", COLING 2020: "mention replacement").
pub(crate) struct Swaps<'a> {
    rows: &'a [&'a Example],
    /// The different values of each slot, rising.
    values: BTreeMap<&'a str, Vec<&'a str>>,
    /// How likely a row is made another when it is asked for.
    share: f32,
}

/// How likely a slot of such a row gets another value.
const SWAPPED: f32 = 0.7;

impl<'a> Swaps<'a> {
    pub(crate) fn new(rows: &'a [&'a Example], share: f32) -> Self {
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows.iter().filter(|_| share > 0.0) {
            for slot in &row.slots {
                values.entry(&slot.name).or_default().extend(row.text.get(slot.start..slot.end));
            }
        }
        for values in values.values_mut() {
            values.sort_unstable();
            values.dedup();
        }
        Self { rows, values, share }
    }

    /// By chance, a row with values of others; none where it is to stay, and where it cannot be another.
    pub(crate) fn of(&self, row: usize, random: &mut Random) -> Option<Example> {
        let row = self.rows[row];
        if self.share <= 0.0 || row.slots.is_empty() || random.unit() >= self.share {
            return None;
        }
        let mut made = row.clone();
        made.slots.sort_by_key(|slot| slot.start);
        made.text.clear();
        let mut end = 0;
        for slot in &mut made.slots {
            // None where two slots share letters.
            made.text.push_str(row.text.get(end..slot.start)?);
            let own = row.text.get(slot.start..slot.end)?;
            let values = self.values.get(slot.name.as_str())?;
            let value = if random.unit() < SWAPPED { values[random.below(values.len())] } else { own };
            end = slot.end;
            slot.start = made.text.len();
            made.text.push_str(value);
            slot.end = made.text.len();
        }
        made.text.push_str(row.text.get(end..)?);
        (made.text != row.text).then_some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use stonechat_task::{Slot, Source};

    fn row(text: &str, slots: &[(&str, usize, usize)]) -> Example {
        Example {
            text: text.to_owned(),
            labels: vec!["go".to_owned()],
            slots: slots
                .iter()
                .map(|&(name, start, end)| Slot { name: name.to_owned(), start, end })
                .collect(),
            source: Source { file: Path::new("rows").into(), line: 1 },
            split: None,
        }
    }

    #[test]
    fn values_change_places_with_those_of_their_slot_only() {
        let rows = [
            row("from Rom to Köln at noon", &[("city", 12, 17), ("city", 5, 8), ("time", 21, 25)]),
            row("to Oslo", &[("city", 3, 7)]),
            row("at six", &[("time", 3, 6)]),
        ];
        let rows: Vec<&Example> = rows.iter().collect();
        let swaps = Swaps::new(&rows, 1.0);
        let mut random = Random::new(3, 0);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..200 {
            let Some(made) = swaps.of(0, &mut random) else { continue };
            let value = |slot: &Slot| &made.text[slot.start..slot.end];
            let [from, to, time] = made.slots.as_slice() else { panic!("{made:?}") };
            assert!([from, to].iter().all(|city| ["Rom", "Köln", "Oslo"].contains(&value(city))));
            assert!(["noon", "six"].contains(&value(time)));
            assert_eq!(made.text, format!("from {} to {} at {}", value(from), value(to), value(time)));
            assert_eq!(made.labels, ["go"]);
            *seen.entry(made.text).or_default() += 1;
        }
        // All but the row itself.
        assert_eq!(seen.len(), 3 * 3 * 2 - 1);
    }

    #[test]
    fn rows_that_cannot_be_others_stay_as_they_are() {
        let rows = [row("no slots", &[]), row("ab", &[("x", 0, 2), ("y", 1, 2)])];
        let rows: Vec<&Example> = rows.iter().collect();
        let mut random = Random::new(3, 0);
        let swaps = Swaps::new(&rows, 1.0);
        assert!((0..20).all(|_| swaps.of(0, &mut random).is_none() && swaps.of(1, &mut random).is_none()));
    }

    #[test]
    fn where_none_are_wanted_chance_is_not_asked() {
        let rows = [row("Rom", &[("city", 0, 3)]), row("Oslo", &[("city", 0, 4)])];
        let rows: Vec<&Example> = rows.iter().collect();
        let mut random = Random::new(3, 0);
        assert!(Swaps::new(&rows, 0.0).of(0, &mut random).is_none());
        assert_eq!(random.bits(), Random::new(3, 0).bits());
    }
}
