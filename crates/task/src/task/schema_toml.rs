//! A schema as the text of a task file.

use super::{Schema, SlotKind};

impl Schema {
    /// The tables `[intents]` and `[slots]` of a task file that say this. Files of values are written out.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for intent in &self.intents {
            out += &format!("[intents.{}]\nslots = {}\n", toml_key(&intent.label), list(&intent.slots));
            for (name, names) in [("required", &intent.required), ("repeated", &intent.repeated)] {
                if !names.is_empty() {
                    out += &format!("{name} = {}\n", list(names));
                }
            }
            out.push('\n');
        }
        for slot in &self.slots {
            let key = toml_key(&slot.name);
            out += &format!("[slots.{key}]\ntype = \"{}\"\n", slot.kind.name());
            match &slot.kind {
                SlotKind::Choice { values } if values.iter().all(|value| value.synonyms.is_empty()) => {
                    let values: Vec<String> = values.iter().map(|value| value.value.clone()).collect();
                    out += &format!("values = {}\n", list(&values));
                }
                SlotKind::Choice { values } => {
                    out += &format!("[slots.{key}.values]\n");
                    for value in values {
                        out += &format!("{} = {}\n", toml_key(&value.value), list(&value.synonyms));
                    }
                }
                SlotKind::Regex { pattern } => out += &format!("pattern = {}\n", toml_text(pattern)),
                _ => {}
            }
            out.push('\n');
        }
        out.truncate(out.trim_end_matches('\n').len());
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| toml_text(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A key of a table: as it is where TOML allows that, else in quotation marks.
pub(super) fn toml_key(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(bare) { key.to_string() } else { toml_text(key) }
}

/// A text in quotation marks.
fn toml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
