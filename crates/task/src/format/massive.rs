//! The lines of the MASSIVE data: JSON objects whose `annot_utt` marks slots as `[time : nine am]`.

use serde::Serialize;

use super::jsonl::Reader;
use super::lossy::Lossy;
use super::{ReadOptions, Row};
use crate::document::Document;
use crate::error::Error;
use crate::example::{Example, Slot, Split};
use crate::finding::{Finding, Places, Severity};

/// The key of the marked text.
const MARKED: &str = "annot_utt";

/// Reads one object a line as `jsonl` does, but for the slots, which the marked text tells. Where that differs
/// from the text in more than white space, it is taken in place of the text, with a warning.
pub(super) fn read(
    document: &Document,
    options: &ReadOptions,
    unlabelled: bool,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let mut different = Vec::new();
    for (line, content) in document.filled_lines() {
        let reader = Reader::new(document, line, content, options)?;
        let marked = reader.text_of(MARKED)?;
        let (plain, slots) =
            unmark(&marked).map_err(|what| document.error(line, what, "mark slots as [name : text]"))?;
        let mut row = reader.row(unlabelled)?;
        match align(&plain, &row.text, &slots) {
            Some(slots) => row.slots = slots,
            None => {
                different.push(line);
                (row.text, row.slots) = (plain, slots);
            }
        }
        rows.push(row);
    }
    let count = different.len();
    if count > 0 {
        let message = match count {
            1 => "a text differs from its annot_utt, which is taken in its place".to_string(),
            _ => format!("{count} texts differ from their annot_utt, which is taken in their place"),
        };
        findings.push(Places::of_lines(&document.path, &different).finding(
            "annotation-differs",
            Severity::Warning,
            count,
            message,
            "write the same text in both",
        ));
    }
    Ok(rows)
}

/// Whether a line is an object with a text and a marked text, whatever stands in the place of these.
pub(super) fn is_massive(line: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line)
        .is_ok_and(|object| [MARKED, "utt"].iter().all(|name| object.contains_key(*name)))
}

/// A marked text without its marks, and the slots.
fn unmark(marked: &str) -> Result<(String, Vec<Slot>), String> {
    let mut plain = String::with_capacity(marked.len());
    let mut slots = Vec::new();
    let mut rest = marked;
    while let Some((before, behind)) = rest.split_once(['[', ']']) {
        if rest.as_bytes().get(before.len()) == Some(&b']') {
            return Err(format!("a ] without its [ in {MARKED}"));
        }
        plain.push_str(before);
        let Some((inside, after)) = behind.split_once(']') else {
            return Err(format!("a [ without its ] in {MARKED}"));
        };
        if inside.contains('[') {
            return Err(format!("a [ within brackets in {MARKED}"));
        }
        let Some((name, text)) = inside.split_once(':') else {
            return Err(format!("[{inside}] in {MARKED} has no colon"));
        };
        let (name, text) = (name.trim(), text.trim_matches(' '));
        if name.is_empty() || text.trim().is_empty() {
            return Err(format!(
                "[{inside}] in {MARKED} has no {}",
                if name.is_empty() { "name" } else { "text" }
            ));
        }
        let start = plain.len();
        plain.push_str(text);
        slots.push(Slot { name: name.to_string(), start, end: plain.len() });
        rest = after;
    }
    plain.push_str(rest);
    Ok((plain, slots))
}

/// The slots of one text in another that differs from it in nothing but white space.
fn align(from: &str, to: &str, slots: &[Slot]) -> Option<Vec<Slot>> {
    if from == to {
        return Some(slots.to_vec());
    }
    let letters = |text: &'_ str| -> Vec<(usize, char)> {
        text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect()
    };
    let (from, to) = (letters(from), letters(to));
    if !from.iter().map(|(_, c)| c).eq(to.iter().map(|(_, c)| c)) {
        return None;
    }
    slots
        .iter()
        .map(|slot| {
            // A slot begins and ends with a letter, so both are found.
            let first = from.partition_point(|(at, _)| *at < slot.start);
            let last = from.partition_point(|(at, _)| *at < slot.end).checked_sub(1)?;
            let (start, (end, c)) = (to.get(first)?.0, to.get(last)?);
            Some(Slot { name: slot.name.clone(), start, end: end + c.len_utf8() })
        })
        .collect()
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    utt: &'a str,
    annot_utt: String,
}

/// Writes one object an example, numbered from 0. Of overlapping slots the first is kept.
pub(super) fn write(examples: &[Example], lossy: &mut Lossy) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    for (index, example) in examples.iter().enumerate() {
        let intent = match example.labels.as_slice() {
            [] => None,
            [label] => Some(label.as_str()),
            labels => {
                return Err(format!("{:?} has {} labels, and a line has one", example.text, labels.len()));
            }
        };
        let line = Line {
            id: index.to_string(),
            partition: example.split.map(|split| match split {
                Split::Train => "train",
                Split::Valid => "dev",
                Split::Test => "test",
            }),
            intent,
            utt: &example.text,
            annot_utt: mark(example, lossy)?,
        };
        serde_json::to_writer(&mut out, &line).map_err(|error| error.to_string())?;
        out.push(b'\n');
    }
    Ok(out)
}

/// A text with its slots in brackets.
fn mark(example: &Example, lossy: &mut Lossy) -> Result<String, String> {
    let text = example.text.as_str();
    if text.contains(['[', ']']) {
        return Err(format!("the brackets in {text:?} would be read as a slot"));
    }
    let mut slots: Vec<&Slot> = example.slots.iter().collect();
    slots.sort_by_key(|slot| (slot.start, std::cmp::Reverse(slot.end)));
    let mut marked = String::new();
    let mut done = 0;
    let mut lost = false;
    for slot in slots {
        if slot.name.contains(['[', ']', ':']) {
            return Err(format!("the slot name {:?} would be read as another", slot.name));
        }
        let (Some(before), Some(inside)) = (text.get(done..slot.start), text.get(slot.start..slot.end))
        else {
            if slot.start >= done {
                return Err(format!("a slot of {text:?} does not begin and end between characters"));
            }
            lost = true;
            continue;
        };
        // Reading takes spaces from around the text of a slot.
        lost |= inside.trim_matches(' ') != inside || inside.trim().is_empty();
        if inside.trim().is_empty() {
            continue;
        }
        marked.extend([before, "[", &slot.name, " : ", inside, "]"]);
        done = slot.end;
    }
    marked.push_str(text.get(done..).unwrap_or_default());
    if lost {
        lossy.slots(example);
    }
    Ok(marked)
}
