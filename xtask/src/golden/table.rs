//! Tables of cases: what a model answers to each text, one JSON document a line, as `golden/README.md` defines them.

use serde::{Deserialize, Serialize};
use stonechat_engine::format::score_hash;
use stonechat_engine::value::{Reference, Value};
use stonechat_engine::{Engine, Kernel, Model, Prediction, verify_with};
use stonechat_eval::digest;

/// The moment that values are counted from.
const REFERENCE: &str = "2026-11-22T14:00:00";

/// The first line.
#[derive(Serialize)]
struct Head<'a> {
    /// The version of the form of these tables.
    table: u32,
    model: &'a str,
    digest: String,
    kind: &'static str,
    labels: Vec<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    slots: Option<HeadOfSlots<'a>>,
}

/// What the first line tells of a model that finds slots.
#[derive(Serialize)]
struct HeadOfSlots<'a> {
    slots: Vec<&'a str>,
    types: Vec<&'static str>,
    reference: &'static str,
}

/// Every other line.
#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    text: &'a str,
    decision: &'static str,
    reason: Option<&'static str>,
    confidence: u32,
    labels: Vec<&'a str>,
    top: Vec<Top<'a>>,
    score_hash: String,
    read: Read,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    slots: Option<Slots<'a>>,
}

/// What a case tells of a model that finds slots.
#[derive(Serialize)]
struct Slots<'a> {
    missing_slot: Option<&'a str>,
    slots: Vec<Slot<'a>>,
}

#[derive(Serialize)]
struct Slot<'a> {
    name: &'a str,
    start: usize,
    end: usize,
    confidence: u32,
    value: Option<String>,
    unit: Option<&'static str>,
    distance: Option<u8>,
}

#[derive(Serialize)]
struct Top<'a> {
    label: &'a str,
    score: i32,
    confidence: u32,
}

#[derive(Serialize)]
struct Read {
    characters: u32,
    truncated: bool,
    words: u32,
    known_words: u32,
    features: u32,
}

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Question {
    /// The name of the case, unique in its table.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
}

/// The table of a model, whose file lies at `path` in `golden/`. Every kernel of this machine must agree on every line.
pub(super) fn table(path: &str, bytes: &[u8], questions: &[Question]) -> Result<String, String> {
    let model = Model::open(bytes).map_err(|error| format!("golden/{path}: {error}"))?;
    let mut first: Option<(String, &str)> = None;
    for kernel in Kernel::available() {
        verify_with(&model, *kernel)
            .map_err(|error| format!("golden/{path}: {error} (kernel {})", kernel.name()))?;
        let table = with_kernel(path, &model, *kernel, questions)?;
        match &first {
            None => first = Some((table, kernel.name())),
            Some((earlier, name)) => same(&format!("golden/{path}, kernel {name}"), earlier, &table)
                .map_err(|error| format!("{error} with kernel {}", kernel.name()))?,
        }
    }
    Ok(first.map(|(table, _)| table).unwrap_or_default())
}

fn with_kernel(
    path: &str,
    model: &Model<'_>,
    kernel: Kernel,
    questions: &[Question],
) -> Result<String, String> {
    let head = Head {
        table: 1,
        model: path,
        digest: digest(model.bytes()),
        kind: match (model.labels().is_empty(), model.rule().multi_label) {
            (true, _) => "slots-only",
            (false, true) => "multi-label",
            (false, false) => "single-label",
        },
        labels: model.labels().iter().collect(),
        slots: model.slots().map(|slots| HeadOfSlots {
            slots: slots.names().collect(),
            types: (0..slots.len()).map(|slot| model.slot_type(slot as u32).name()).collect(),
            reference: REFERENCE,
        }),
    };
    let reference = REFERENCE.parse().map_err(|error| format!("{REFERENCE}: {error}"))?;
    let mut out = line(&head)?;
    let mut engine = Engine::with_kernel(model, kernel);
    for question in questions {
        let found = engine.predict(&question.text);
        let slots = model.slots().map(|_| slots(&found, &reference));
        out.push_str(&line(&case(question, &found, slots))?);
    }
    Ok(out)
}

/// The slots of an answer. Limits count characters.
fn slots<'a>(found: &Prediction<'a>, reference: &Reference) -> Slots<'a> {
    let characters = |end: u32| found.text().char_indices().take_while(|&(at, _)| at < end as usize).count();
    let slot = |slot: stonechat_engine::Slot<'a>| {
        let value = found.value(&slot, Some(reference));
        Slot {
            name: slot.name,
            start: characters(slot.start),
            end: characters(slot.end),
            confidence: slot.confidence.raw(),
            value: value.map(|value| value.to_string()),
            unit: value.and_then(|value| value.unit()),
            distance: match value {
                Some(Value::Choice { distance, .. }) => Some(distance),
                _ => None,
            },
        }
    };
    Slots { missing_slot: found.missing_slot(), slots: found.slots().map(slot).collect() }
}

fn case<'a>(question: &'a Question, found: &Prediction<'a>, slots: Option<Slots<'a>>) -> Case<'a> {
    let top = |label: stonechat_engine::Label<'a>| Top {
        label: label.name,
        score: label.score.0,
        confidence: label.confidence.raw(),
    };
    let read = found.read();
    Case {
        name: &question.name,
        text: &question.text,
        decision: found.decision().name(),
        reason: found.reason().map(|reason| reason.name()),
        confidence: found.confidence().raw(),
        // A model of slots alone has no label, and its best one no name.
        labels: found.labels().map(|label| label.name).filter(|name| !name.is_empty()).collect(),
        top: found.ranking().map(top).collect(),
        score_hash: format!("{:016x}", score_hash(found.scores())),
        read: Read {
            characters: read.characters,
            truncated: read.truncated,
            words: read.words,
            known_words: read.known_words,
            features: read.features,
        },
        slots,
    }
}

/// A document on a line of its own, in ASCII, so that no editor and no transport composes, reorders or hides a character.
fn line(document: &impl Serialize) -> Result<String, String> {
    let json = serde_json::to_string(document).map_err(|error| error.to_string())?;
    let mut out = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // Whatever is not ASCII stands inside a string.
        if c.is_ascii() && c != '\u{7f}' {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.push('\n');
    Ok(out)
}

/// The questions of a table that was written before.
pub(super) fn questions(path: &str, table: &str) -> Result<Vec<Question>, String> {
    let mut out = Vec::new();
    for (index, line) in table.lines().enumerate().skip(1) {
        out.push(serde_json::from_str(line).map_err(|error| {
            format!("golden/{path}:{}: {error}; restore the file, nothing writes it by hand", index + 1)
        })?);
    }
    Ok(out)
}

/// Compares two tables line by line.
pub(super) fn same(path: &str, committed: &str, found: &str) -> Result<(), String> {
    for (index, (old, new)) in committed.lines().zip(found.lines()).enumerate() {
        if old != new {
            let short = |line: &str| line.chars().take(600).collect::<String>();
            return Err(format!(
                "{path}:{}: the answer is another one\n  there: {}\n  now:   {}",
                index + 1,
                short(old),
                short(new)
            ));
        }
    }
    let (old, new) = (committed.lines().count(), found.lines().count());
    if old == new { Ok(()) } else { Err(format!("{path}: {old} lines are {new} now")) }
}

#[cfg(test)]
mod tests {
    use super::{line, questions, same};

    #[test]
    fn lines_are_ascii_and_read_back() {
        let text = "e\u{301} \u{202e}灯 👍\u{7f}\u{0}\n";
        let written = line(&serde_json::json!({ "name": "x", "text": text })).unwrap();
        assert!(written.trim_end().bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{written}");
        let read = questions("x.jsonl", &format!("{{}}\n{written}")).unwrap();
        assert_eq!((read[0].name.as_str(), read[0].text.as_str()), ("x", text));
    }

    #[test]
    fn differences_have_a_place() {
        assert_eq!(same("t", "a\nb\n", "a\nb\n"), Ok(()));
        assert!(same("t", "a\nb\n", "a\nc\n").unwrap_err().starts_with("t:2: "));
        assert!(same("t", "a\nb\n", "a\n").unwrap_err().starts_with("t: 2 lines are 1"));
        assert!(questions("x.jsonl", "{}\n{}\n").err().unwrap().starts_with("golden/x.jsonl:2: "));
    }
}
