//! A JSON object of `split: [[text, label], ...]`, as the clinc150 data has it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Row;
use super::lossy::Lossy;
use crate::document::Document;
use crate::error::Error;
use crate::example::{Example, Split};

/// The label of out-of-scope rows as this format writes it.
const OOS: &str = "oos";

/// Keys and values of an object in the order of the file, the values unread.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'a>, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of lists of [text, label]")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs<'de>, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Whether the file is an object with a list of pairs of texts.
pub(crate) fn is_clinc(document: &Document) -> bool {
    let Ok(Pairs(pairs)) = serde_json::from_str(&document.text) else { return false };
    pairs.iter().any(|(_, list)| {
        serde_json::from_str::<Vec<&RawValue>>(list.get()).is_ok_and(|rows| {
            rows.first().is_some_and(|row| serde_json::from_str::<(String, String)>(row.get()).is_ok())
        })
    })
}

/// Reads the rows of every key. A key that names a split gives its rows that split; the rows of a key with
/// the component `oos` get the label `out_of_scope`, whatever theirs is.
pub(super) fn read(document: &Document, out_of_scope: &str) -> Result<Vec<Row>, Error> {
    let text = document.text.as_str();
    let shape = "write {\"train\": [[\"text\", \"label\"], ...], \"test\": ...}";
    let Pairs(pairs) = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_string();
        document.error(line, format!("not a JSON object of lists: {message}"), shape)
    })?;
    let mut counter = document.line_counter();
    // A raw value is a piece of the text: the distance of their addresses is its offset.
    let mut line_of = |raw: &RawValue| {
        counter.line_at((raw.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize))
    };
    let mut rows = Vec::new();
    for (key, list) in pairs {
        let split = Split::in_name(&key);
        let oos = key.split(|c: char| !c.is_alphanumeric()).any(|part| part.eq_ignore_ascii_case(OOS));
        let list_rows: Vec<&RawValue> = serde_json::from_str(list.get())
            .map_err(|_| document.error(line_of(list), format!("{key:?} is not a list"), shape))?;
        for raw in list_rows {
            let line = line_of(raw);
            let (text, label): (String, String) = serde_json::from_str(raw.get()).map_err(|_| {
                let what = format!("a row of {key:?} is not a pair of texts");
                document.error(line, what, "write [\"text\", \"label\"]")
            })?;
            let label = if oos { out_of_scope } else { label.trim() };
            if label.is_empty() {
                return Err(document.error(line, "the label is empty", "write a label or remove the row"));
            }
            rows.push(Row { line, text, labels: vec![label.to_string()], split, ..Row::default() });
        }
    }
    Ok(rows)
}

/// Writes one row a line under `train`, `val`, `test` and, for rows without a split, `data`; out-of-scope
/// rows that have a split under `oos_train` and so on. Slots are lost.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut keys: BTreeMap<(Option<Split>, bool), Vec<String>> = BTreeMap::new();
    for example in examples {
        let [label] = example.labels.as_slice() else {
            return Err(format!("{:?} has {} labels, and a row has one", example.text, example.labels.len()));
        };
        lossy.slots(example);
        let row = serde_json::to_string(&(&example.text, label)).map_err(|error| error.to_string())?;
        let oos = label == OOS && example.split.is_some();
        keys.entry((example.split, oos)).or_default().push(row);
    }
    let lists: Vec<String> = keys
        .into_iter()
        .map(|((split, oos), rows)| {
            let name = match split {
                None => "data",
                Some(Split::Train) => "train",
                Some(Split::Valid) => "val",
                Some(Split::Test) => "test",
            };
            let prefix = if oos { "oos_" } else { "" };
            format!("\"{prefix}{name}\": [\n{}\n]", rows.join(",\n"))
        })
        .collect();
    Ok(format!("{{{}}}\n", lists.join(",\n")).into_bytes())
}
