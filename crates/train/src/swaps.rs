//! Rows whose slots have values of other rows, or strange ones: a tagger that sees many values in one place learns the place, not
//! the values.

use crate::random::Random;
use crate::strangers::{Strangers, Value};
use std::collections::BTreeMap;
use stonechat_task::Example;

/// The values that slots have in rows, to make other rows of them (Dai and Adel, "An Analysis of Simple Data Augmentation for Named
/// Entity Recognition", COLING 2020: "mention replacement").
pub(crate) struct Swaps<'a> {
    rows: &'a [&'a Example],
    /// The different values of each slot, rising.
    values: BTreeMap<&'a str, Vec<&'a str>>,
    /// How likely a row has values of others when it is asked for.
    share: f32,
    strangers: Option<Strangers<'a>>,
}

/// A row that was made of another.
#[derive(Debug)]
pub(crate) struct Varied {
    pub(crate) row: Example,
    /// Where values begin and end that are to count as part of their slot's list.
    pub(crate) listed: Vec<(usize, usize)>,
    /// Whether it may have values of others.
    pub(crate) swapped: bool,
    /// Whether it means nothing.
    pub(crate) nonsense: bool,
}

/// How likely a slot of such a row gets another value.
const SWAPPED: f32 = 0.7;

impl<'a> Swaps<'a> {
    pub(crate) fn new(rows: &'a [&'a Example], share: f32, strangers: Option<Strangers<'a>>) -> Self {
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
        Self { rows, values, share, strangers }
    }

    /// By chance, a row with values of others, or with strange words; none where it is to stay, and where it cannot be another.
    pub(crate) fn of(&self, row: usize, random: &mut Random) -> Option<Varied> {
        let row = self.rows[row];
        let swaps = self.share > 0.0 && !row.slots.is_empty() && random.unit() < self.share;
        let strangers =
            self.strangers.as_ref().and_then(|strangers| Some((strangers, strangers.come(random)?)));
        if let Some((strangers, true)) = strangers {
            let text = strangers.nonsense(&row.text, random);
            let made = Example { text, slots: Vec::new(), ..row.clone() };
            let is_other = made.text != row.text;
            let (listed, swapped) = (Vec::new(), false);
            return is_other.then_some(Varied { row: made, listed, swapped, nonsense: true });
        }
        let strangers = strangers.map(|(strangers, _)| strangers);
        if !swaps && strangers.is_none() {
            return None;
        }
        let mut made = row.clone();
        made.slots.sort_by_key(|slot| slot.start);
        made.text.clear();
        let mut listed = Vec::new();
        let around = |text: &str, out: &mut String, random: &mut Random| match strangers {
            Some(strangers) => strangers.around(text, out, random),
            None => out.push_str(text),
        };
        let mut end = 0;
        for slot in &mut made.slots {
            // None where two slots share letters.
            around(row.text.get(end..slot.start)?, &mut made.text, random);
            let own = row.text.get(slot.start..slot.end)?;
            end = slot.end;
            slot.start = made.text.len();
            let value = match self.values.get(slot.name.as_str()) {
                Some(values) if swaps && random.unit() < SWAPPED => values[random.below(values.len())],
                _ => own,
            };
            match strangers.map_or(Value::Kept, |strangers| strangers.value(&slot.name, value, random)) {
                Value::Kept => made.text.push_str(value),
                Value::Mistyped(mistyped) => made.text.push_str(&mistyped),
                Value::New(new) => {
                    made.text.push_str(&new);
                    listed.push((slot.start, made.text.len()));
                }
            }
            slot.end = made.text.len();
        }
        around(row.text.get(end..)?, &mut made.text, random);
        (made.text != row.text).then_some(Varied { row: made, listed, swapped: swaps, nonsense: false })
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
        let swaps = Swaps::new(&rows, 1.0, None);
        let mut random = Random::new(3, 0);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..200 {
            let Some(Varied { row: made, listed, swapped, nonsense }) = swaps.of(0, &mut random) else {
                continue;
            };
            assert!(listed.is_empty() && swapped && !nonsense);
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
        let swaps = Swaps::new(&rows, 1.0, None);
        assert!((0..20).all(|_| swaps.of(0, &mut random).is_none() && swaps.of(1, &mut random).is_none()));
    }

    #[test]
    fn where_none_are_wanted_chance_is_not_asked() {
        let rows = [row("Rom", &[("city", 0, 3)]), row("Oslo", &[("city", 0, 4)])];
        let rows: Vec<&Example> = rows.iter().collect();
        let mut random = Random::new(3, 0);
        assert!(Swaps::new(&rows, 0.0, None).of(0, &mut random).is_none());
        assert_eq!(random.bits(), Random::new(3, 0).bits());
    }

    #[test]
    fn strange_values_are_where_their_slots_say() {
        let text = "lights in the kitchen and the cellar, please";
        let rows = [row(text, &[("room", 14, 21), ("room", 30, 36)])];
        let rows: Vec<&Example> = rows.iter().collect();
        let strangers = Strangers::new([text].into_iter(), ["room"].into_iter(), true, 1.0, None);
        let swaps = Swaps::new(&rows, 0.0, strangers);
        let mut random = Random::new(3, 0);
        let (mut new, mut mistyped, mut nonsense) = (0, 0, 0);
        for _ in 0..300 {
            let Some(made) = swaps.of(0, &mut random) else { continue };
            let text = &made.row.text;
            if made.nonsense {
                assert!(made.row.slots.is_empty() && made.listed.is_empty() && text.contains(','), "{text}");
                nonsense += 1;
                continue;
            }
            assert_eq!(made.row.slots.len(), 2);
            for (slot, value) in made.row.slots.iter().zip(["kitchen", "cellar"]) {
                let found = &text[slot.start..slot.end];
                if made.listed.contains(&(slot.start, slot.end)) {
                    new += 1;
                } else {
                    assert!(found.len().abs_diff(value.len()) < 2, "{found}");
                    mistyped += usize::from(found != value);
                }
            }
            let [first, second] = made.row.slots.as_slice() else { panic!("{made:?}") };
            assert!(text[..first.start].ends_with(' ') && text[first.end..].starts_with(' '), "{text}");
            assert!(text[..second.start].ends_with(' ') && text[second.end..].starts_with(','), "{text}");
        }
        assert!(new > 50 && mistyped > 50 && nonsense > 100, "{new} {mistyped} {nonsense}");
    }
}
