//! The tables `[intents]` and `[slots]` of a task file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::fields::Fields;
use super::pattern::compile;
use super::values::{Phrases, read_values};
use super::{ChoiceValue, Intent, Kind, Schema, SlotKind, SlotSchema};
use crate::error::Error;
use crate::text::nearest;

/// What the task file says outside of these tables.
pub(super) struct Names<'a> {
    /// The declared labels; empty where they are taken from the data.
    pub(super) labels: &'a [String],
    pub(super) kind: Option<Kind>,
}

/// Reads both tables and, relative to `folder`, the files of values that they name, whose paths come along.
pub(super) fn parse(
    top: &mut Fields<'_>,
    names: &Names<'_>,
    folder: &Path,
) -> Result<(Schema, Vec<PathBuf>), Error> {
    let mut schema = Schema::default();
    let mut files = Vec::new();
    let intents = top.table("intents")?;
    if let Some(slots) = top.table("slots")? {
        for (name, fields) in slots.tables()? {
            let name = name_of(name, &fields)?;
            let kind = slot_kind(fields, folder, &mut files)?;
            schema.slots.push(SlotSchema { name, kind });
        }
    }
    if let Some(intents) = intents {
        let declared: Vec<&str> = schema.slots.iter().map(|slot| slot.name.as_str()).collect();
        for (label, fields) in intents.tables()? {
            check_label(label, &fields, names)?;
            schema.intents.push(intent(label, fields, &declared)?);
        }
    }
    Ok((schema, files))
}

/// The name of a slot, which importers give without white space around it.
fn name_of(name: &str, fields: &Fields<'_>) -> Result<String, Error> {
    if name.trim().is_empty() || name.trim() != name {
        let what = format!("the name {name:?} of a slot is empty or has white space around it");
        return Err(fields.error_at(fields.line(), what, "write [slots.NAME]"));
    }
    Ok(name.to_string())
}

/// A label must be one that rows can have.
fn check_label(label: &str, fields: &Fields<'_>, names: &Names<'_>) -> Result<(), Error> {
    let error = |what: String, fix: &str| Err(fields.error_at(fields.line(), what, fix));
    match (label, names.kind) {
        ("", Some(Kind::SlotsOnly) | None) => Ok(()),
        (_, Some(Kind::SlotsOnly)) => error(
            format!("the intent {label:?} in a slots-only task"),
            "write [intents.\"\"], which holds for every text",
        ),
        ("", Some(_)) => error("an intent without a label".to_string(), "write [intents.LABEL]"),
        (label, _) if label.trim() != label => {
            error(format!("white space around the label {label:?}"), "write it without")
        }
        (label, _) if !names.labels.is_empty() && !names.labels.iter().any(|known| known == label) => {
            let near = nearest(label, names.labels.iter().map(String::as_str));
            let fix = match near {
                Some(near) => format!("did you mean {near:?}? Else add it to labels"),
                None => "add it to labels".to_string(),
            };
            error(format!("the intent {label:?} is not among the labels"), &fix)
        }
        _ => Ok(()),
    }
}

fn intent(label: &str, mut fields: Fields<'_>, declared: &[&str]) -> Result<Intent, Error> {
    let slots = names(&mut fields, "slots", declared, "declared under [slots]")?;
    let own: Vec<&str> = slots.iter().map(String::as_str).collect();
    // Subsets of nothing are wrong, too.
    let inside = if own.is_empty() { &[""][..] } else { own.as_slice() };
    let required = names(&mut fields, "required", inside, "among the slots of the intent")?;
    let repeated = names(&mut fields, "repeated", inside, "among the slots of the intent")?;
    fields.finish()?;
    Ok(Intent { label: label.to_string(), slots, required, repeated })
}

/// A list of slot names, each once and, where any are known, known.
fn names(
    fields: &mut Fields<'_>,
    key: &'static str,
    known: &[&str],
    place: &str,
) -> Result<Vec<String>, Error> {
    let texts = fields.texts_with_lines(key)?.unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (line, name) in &texts {
        if name.trim().is_empty() || name.trim() != name {
            let what = format!("the name {name:?} of a slot is empty or has white space around it");
            return Err(fields.error_at(*line, what, "write the name of a slot"));
        }
        if !known.is_empty() && !known.contains(&name.as_str()) {
            let fix = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean {near:?}? Else add it there"),
                None => "add it there".to_string(),
            };
            return Err(fields.error_at(*line, format!("the slot {name:?} is not {place}"), &fix));
        }
        if !seen.insert(name) {
            return Err(fields.error_at(
                *line,
                format!("the slot {name:?} stands there twice"),
                "name it once",
            ));
        }
    }
    Ok(texts.into_iter().map(|(_, name)| name).collect())
}

fn slot_kind(mut fields: Fields<'_>, folder: &Path, files: &mut Vec<PathBuf>) -> Result<SlotKind, Error> {
    let kind = fields.parsed("type", str::parse)?.unwrap_or_default();
    let values = values(&mut fields)?;
    let file = fields.text("values_file")?;
    let pattern = fields.parsed("pattern", pattern)?;
    let is_choice = matches!(kind, SlotKind::Choice { .. });
    let is_regex = matches!(kind, SlotKind::Regex { .. });
    for (key, there, fits, owner) in [
        ("values", values.is_some(), is_choice, "choice"),
        ("values_file", file.is_some(), is_choice, "choice"),
        ("pattern", pattern.is_some(), is_regex, "regex"),
    ] {
        if there && !fits {
            let reason = format!("a slot of type {kind} has none; write type = {owner:?} or remove it");
            return Err(fields.refuse(key, &reason));
        }
    }
    let missing = |fields: &Fields<'_>, what: &str, fix: &str| {
        Err(fields.error_at(fields.line(), format!("a slot of type {kind} without {what}"), fix))
    };
    let kind = match (&kind, values, file, pattern) {
        (SlotKind::Choice { .. }, Some(_), Some(_), _) => {
            return Err(fields.refuse("values_file", "stands beside `values`; keep one of them"));
        }
        (SlotKind::Choice { .. }, Some(values), None, _) => SlotKind::Choice { values },
        (SlotKind::Choice { .. }, None, Some(file), _) => {
            let path = folder.join(file);
            let values = read_values(&path)?;
            files.push(path);
            SlotKind::Choice { values }
        }
        (SlotKind::Choice { .. }, None, None, _) => {
            return missing(&fields, "values", "write values = [\"...\"] or values_file = \"...\"");
        }
        (SlotKind::Regex { .. }, _, _, Some(pattern)) => SlotKind::Regex { pattern },
        (SlotKind::Regex { .. }, _, _, None) => {
            return missing(&fields, "a pattern", "write pattern = \"...\"");
        }
        _ => kind,
    };
    fields.finish()?;
    Ok(kind)
}

/// The values of a choice: a list, or a table of values with their synonyms.
fn values(fields: &mut Fields<'_>) -> Result<Option<Vec<ChoiceValue>>, Error> {
    let with_lines: Vec<(u32, ChoiceValue)> = if fields.is_table("values") {
        let Some(table) = fields.table("values")? else { return Ok(None) };
        let trimmed = |text: &str| text.trim().to_string();
        table
            .all_texts()?
            .into_iter()
            .map(|(line, value, synonyms)| {
                let synonyms = synonyms.iter().map(|synonym| trimmed(synonym)).collect();
                (line, ChoiceValue { value: trimmed(value), synonyms })
            })
            .collect()
    } else {
        let Some(texts) = fields.texts_with_lines("values")? else { return Ok(None) };
        let plain = |text: String| ChoiceValue { value: text.trim().to_string(), synonyms: Vec::new() };
        texts.into_iter().map(|(line, text)| (line, plain(text))).collect()
    };
    if with_lines.is_empty() {
        return Err(fields.refuse("values", "is empty; write at least one value"));
    }
    let mut phrases = Phrases::default();
    for (line, value) in &with_lines {
        if value.value.is_empty() || value.synonyms.iter().any(String::is_empty) {
            return Err(fields.error_at(
                *line,
                "a value or a synonym is empty".to_string(),
                "write a phrase",
            ));
        }
        phrases.add(*line, value).map_err(|reason| {
            let (what, fix) = reason.split_once("; ").unwrap_or((&reason, "write it once"));
            fields.error_at(*line, what.to_string(), fix)
        })?;
    }
    Ok(Some(with_lines.into_iter().map(|(_, value)| value).collect()))
}

/// A pattern that can be held against a whole text.
fn pattern(text: &str) -> Result<String, String> {
    compile(text).map(|_| text.to_string())
}
