//! An answer as JSON: the fields of a case of the golden tables, without its name and its text.

use core::fmt::{self, Write};
use stonechat_engine::format::score_hash;
use stonechat_engine::value::{Reference, Value};
use stonechat_engine::{Prediction, Slot};

/// Text inside a JSON string, in ASCII.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self.0, "\\{c}")?,
                ' '..='~' => self.0.write_char(c)?,
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(self.0, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn string(out: &mut impl Write, text: impl fmt::Display) -> fmt::Result {
    out.write_char('"')?;
    write!(Escaped(&mut *out), "{text}")?;
    out.write_char('"')
}

fn string_or_null(out: &mut impl Write, text: Option<impl fmt::Display>) -> fmt::Result {
    match text {
        Some(text) => string(out, text),
        None => out.write_str("null"),
    }
}

/// Writes items with commas between them.
fn list<W: Write, T>(
    out: &mut W,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut W, T) -> fmt::Result,
) -> fmt::Result {
    out.write_char('[')?;
    for (index, of) in items.enumerate() {
        if index > 0 {
            out.write_char(',')?;
        }
        item(out, of)?;
    }
    out.write_char(']')
}

/// Writes an answer as a JSON document on a line.
pub(crate) fn line(
    out: &mut impl Write,
    found: &Prediction<'_>,
    reference: &Reference,
    has_slots: bool,
) -> fmt::Result {
    write!(out, "{{\"decision\":\"{}\",\"reason\":", found.decision().name())?;
    string_or_null(out, found.reason().map(|reason| reason.name()))?;
    write!(out, ",\"confidence\":{},\"labels\":", found.confidence().raw())?;
    list(out, found.labels().map(|label| label.name).filter(|name| !name.is_empty()), |out, name| {
        string(out, name)
    })?;
    out.write_str(",\"top\":")?;
    list(out, found.ranking(), |out, label| {
        out.write_str("{\"label\":")?;
        string(out, label.name)?;
        write!(out, ",\"score\":{},\"confidence\":{}}}", label.score.0, label.confidence.raw())
    })?;
    write!(out, ",\"score_hash\":\"{:016x}\"", score_hash(found.scores()))?;
    let read = found.read();
    write!(out, ",\"read\":{{\"characters\":{},\"truncated\":{}", read.characters, read.truncated)?;
    write!(out, ",\"words\":{},\"known_words\":{}", read.words, read.known_words)?;
    write!(out, ",\"features\":{}}}", read.features)?;
    if has_slots {
        out.write_str(",\"missing_slot\":")?;
        string_or_null(out, found.missing_slot())?;
        out.write_str(",\"slots\":")?;
        list(out, found.slots(), |out, of| slot(out, found, &of, reference))?;
    }
    out.write_str("}\n")
}

/// A slot; its limits count characters.
fn slot<'e>(
    out: &mut impl Write,
    found: &Prediction<'e>,
    slot: &Slot<'e>,
    reference: &Reference,
) -> fmt::Result {
    let characters = |end: u32| found.text().char_indices().take_while(|&(at, _)| at < end as usize).count();
    let value = found.value(slot, Some(reference));
    out.write_str("{\"name\":")?;
    string(out, slot.name)?;
    write!(out, ",\"start\":{},\"end\":{}", characters(slot.start), characters(slot.end))?;
    write!(out, ",\"confidence\":{},\"value\":", slot.confidence.raw())?;
    string_or_null(out, value)?;
    out.write_str(",\"unit\":")?;
    string_or_null(out, value.and_then(|value| value.unit()))?;
    out.write_str(",\"distance\":")?;
    match value {
        Some(Value::Choice { distance, .. }) => write!(out, "{distance}}}"),
        _ => out.write_str("null}"),
    }
}
