//! The native lines: one JSON object a line.

use serde::Serialize;
use serde_json::{Map, Value};

use super::columns::{LABEL, SPLIT, TEXT};
use super::row::split_of;
use super::{ReadOptions, Row};
use crate::document::Document;
use crate::error::Error;
use crate::example::{Example, Slot};

/// Reads one object a line: `text`, `label` or `labels`, `slots` whose offsets count Unicode scalar values,
/// and a split. Other usual names of these keys are understood, and further keys are passed over. With
/// `unlabelled`, an object may do without a label.
pub(super) fn read(document: &Document, options: &ReadOptions, unlabelled: bool) -> Result<Vec<Row>, Error> {
    document
        .filled_lines()
        .map(|(line, content)| Reader::new(document, line, content, options)?.row(unlabelled))
        .collect()
}

/// Whether a line is an object with a text.
pub(super) fn is_jsonl(line: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(line)
        .is_ok_and(|object| TEXT.iter().any(|name| object.get(*name).is_some_and(Value::is_string)))
}

/// An object of one line, read key by key.
pub(super) struct Reader<'a> {
    document: &'a Document,
    line: u32,
    object: Map<String, Value>,
    options: &'a ReadOptions,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        document: &'a Document,
        line: u32,
        content: &str,
        options: &'a ReadOptions,
    ) -> Result<Reader<'a>, Error> {
        let object: Map<String, Value> = serde_json::from_str(content).map_err(|error| {
            let what = format!("not a JSON object on one line: {}", reason(&error));
            document.error(line, what, "write {\"text\": ..., \"label\": ...}, one object a line")
        })?;
        Ok(Reader { document, line, object, options })
    }

    /// The text under a key.
    pub(super) fn text_of(&self, key: &str) -> Result<String, Error> {
        match self.object.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(self.error(format!("no text {key:?}"), "add it, or name another format, as jsonl")),
        }
    }

    fn error(&self, what: String, fix: &str) -> Error {
        self.document.error(self.line, what, fix)
    }

    pub(super) fn row(mut self, unlabelled: bool) -> Result<Row, Error> {
        let text_keys = self.keys(self.options.text_column.as_deref(), &TEXT, "text")?;
        let mut text = String::new();
        for (index, key) in text_keys.iter().enumerate() {
            let Some(Value::String(part)) = self.object.get_mut(key) else {
                return Err(self.error(format!("{key:?} is not a text"), "write it in quotation marks"));
            };
            if index > 0 {
                text.push(' ');
                text.push_str(part);
            } else {
                text = if text_keys.len() == 1 { std::mem::take(part) } else { part.clone() };
            }
        }
        let (labels, list) = self.labels(unlabelled)?;
        let slots = self.slots(&text)?;
        let split = self.split()?;
        Ok(Row { line: self.line, text, labels, list, slots, split })
    }

    /// The keys that hold something: those given, separated by commas, or the first usual one.
    fn keys(&self, given: Option<&str>, usual: &[&str], what: &str) -> Result<Vec<String>, Error> {
        let missing = |key: Option<&str>| {
            let found: Vec<String> = self.object.keys().take(12).map(|key| format!("{key:?}")).collect();
            let key = key.map(|key| format!("key {key:?} for the {what}")).unwrap_or(what.to_string());
            self.error(
                format!("no {key} among the keys {}", found.join(", ")),
                &format!("add {what:?}, or name the key with --{what}, or {what} = \"KEY\" under [data] in task.toml"),
            )
        };
        match given {
            Some(given) if self.object.contains_key(given) => Ok(vec![given.to_string()]),
            Some(given) => given
                .split(',')
                .map(str::trim)
                .map(|key| match self.object.contains_key(key) {
                    true => Ok(key.to_string()),
                    false => Err(missing(Some(key))),
                })
                .collect(),
            None => match usual.iter().find(|key| self.object.contains_key(**key)) {
                Some(key) => Ok(vec![(*key).to_string()]),
                None => Err(missing(None)),
            },
        }
    }

    fn labels(&self, unlabelled: bool) -> Result<(Vec<String>, bool), Error> {
        let named = self.options.label_column.is_some();
        if unlabelled && !named && LABEL.iter().all(|key| self.object.get(*key).is_none_or(Value::is_null)) {
            return Ok((Vec::new(), false));
        }
        let keys = self.keys(self.options.label_column.as_deref(), &LABEL, "label")?;
        let [key] = keys.as_slice() else {
            return Err(self.error("several keys for the label".to_string(), "name one; it may hold a list"));
        };
        let one = |value: &Value| {
            let label = match value {
                Value::String(label) => label.trim().to_string(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                _ => String::new(),
            };
            if label.is_empty() {
                let what = format!("a label in {key:?} is empty or not a text");
                return Err(self.error(what, "write a label in quotation marks, or remove the row"));
            }
            Ok(label)
        };
        match self.object.get(key) {
            Some(Value::Array(labels)) => Ok((labels.iter().map(one).collect::<Result<_, _>>()?, true)),
            Some(label) => Ok((vec![one(label)?], false)),
            None => Ok((Vec::new(), false)),
        }
    }

    fn slots(&self, text: &str) -> Result<Vec<Slot>, Error> {
        let fix =
            "write [{\"name\": \"room\", \"start\": 8, \"end\": 15}], offsets counted in characters from 0";
        let slots = match self.object.get("slots") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(slots)) if slots.is_empty() => return Ok(Vec::new()),
            Some(Value::Array(slots)) => slots,
            Some(_) => return Err(self.error("\"slots\" is not a list".to_string(), fix)),
        };
        // Byte offset of every character, and of the end.
        let mut offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        offsets.push(text.len());
        let offset_of = |slot: &Value, key: &str| {
            let index = slot.get(key)?.as_u64()?;
            offsets.get(usize::try_from(index).ok()?).copied()
        };
        slots
            .iter()
            .map(|slot| {
                let name = slot.get("name").and_then(Value::as_str).map(str::trim).unwrap_or_default();
                if name.is_empty() {
                    return Err(self.error("a slot has no name".to_string(), fix));
                }
                match (offset_of(slot, "start"), offset_of(slot, "end")) {
                    (Some(start), Some(end)) if start < end => {
                        Ok(Slot { name: name.to_string(), start, end })
                    }
                    _ => {
                        let what = format!(
                            "slot {name:?} has no span within the text of {} characters",
                            offsets.len() - 1
                        );
                        Err(self.error(what, "give start and end in characters from 0, end behind start"))
                    }
                }
            })
            .collect()
    }

    fn split(&self) -> Result<Option<crate::example::Split>, Error> {
        let found = match self.options.split_column.as_deref() {
            Some("") => None,
            Some(key) => self.object.get(key).map(|value| (key, value)),
            None => SPLIT.iter().find_map(|key| self.object.get(*key).map(|value| (*key, value))),
        };
        match found {
            None | Some((_, Value::Null)) => Ok(None),
            Some((key, Value::String(name))) => split_of(self.document, self.line, key, name),
            Some((key, other)) => split_of(self.document, self.line, key, &other.to_string()),
        }
    }
}

/// What a JSON parser says, without its own line number, which would mislead: it counts within one line.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    format!("{message} at column {}", error.column())
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slots: Vec<LineSlot<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<&'static str>,
}

#[derive(Serialize)]
struct LineSlot<'a> {
    name: &'a str,
    start: usize,
    end: usize,
}

/// Writes one line an example, nothing lost.
pub(super) fn write(examples: &[Example]) -> Result<Vec<u8>, String> {
    // `labels` only where a row says more or less than one, or another row does: such data is multi-label.
    let single = examples.iter().all(|example| example.labels.len() == 1);
    // Rows of slots without any label have no key for one.
    let unlabelled = examples.iter().all(|example| example.labels.is_empty())
        && examples.iter().any(|example| !example.slots.is_empty());
    let mut out = Vec::new();
    for example in examples {
        let characters = |byte: usize| {
            let before = example.text.get(..byte);
            before.map(|text| text.chars().count()).ok_or_else(|| {
                format!("a slot of {:?} does not begin and end between characters", example.text)
            })
        };
        let slots: Result<Vec<LineSlot<'_>>, String> = example
            .slots
            .iter()
            .map(|s| Ok(LineSlot { name: &s.name, start: characters(s.start)?, end: characters(s.end)? }))
            .collect();
        let line = Line {
            text: &example.text,
            label: example.labels.first().map(String::as_str).filter(|_| single),
            labels: (!single && !unlabelled).then_some(example.labels.as_slice()),
            slots: slots?,
            split: example.split.map(|split| split.name()),
        };
        serde_json::to_writer(&mut out, &line).map_err(|error| error.to_string())?;
        out.push(b'\n');
    }
    Ok(out)
}
