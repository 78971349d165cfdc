//! Options that say what the texts of slots stand for.

use std::path::{Path, PathBuf};

use clap::Args;
use stonechat_engine::value::{Reference, ValueType};
use stonechat_engine::{Engine, Model, ValuesError};
use stonechat_task::{ChoiceValue, nearest, read_values};

use crate::failure::Failure;

/// When now is.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Values of slots")]
pub(crate) struct Now {
    /// Local date and time that `tomorrow` counts from, as 2026-11-22T18:30; without it, such a slot has no value
    #[arg(long = "now", value_name = "TIME")]
    pub(crate) reference: Option<Reference>,
}

/// What the texts of slots stand for.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Values of slots")]
pub(crate) struct Typed {
    #[command(flatten)]
    pub(crate) now: Now,
    /// Another list for a slot of type choice: a value a line, each synonym behind a tab; may be given several times
    #[arg(long, value_name = "SLOT=FILE", value_parser = slot_and_file)]
    values: Vec<(String, PathBuf)>,
}

impl Typed {
    /// Gives an engine the lists.
    pub(crate) fn set_values(&self, engine: &mut Engine<'_>) -> Result<(), Failure> {
        for (at, (slot, path)) in self.values.iter().enumerate() {
            if self.values.iter().take(at).any(|(other, _)| other == slot) {
                return Err(refused(slot, path, "the slot has a list already; name one file for each slot"));
            }
            if path.is_dir() {
                return Err(refused(slot, path, "a folder; name a file with a value a line"));
            }
            choice(engine.model(), slot).map_err(|what| refused(slot, path, &what))?;
            set_values(engine, slot, &read_values(path)?)
                .map_err(|error| refused(slot, path, &format!("{error}; name another slot")))?;
        }
        Ok(())
    }
}

/// Gives a slot these values, each found by its own name and its synonyms.
pub(crate) fn set_values(
    engine: &mut Engine<'_>,
    slot: &str,
    values: &[ChoiceValue],
) -> Result<(), ValuesError> {
    let names: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
    let phrases = values.iter().zip(0..).flat_map(|(value, index)| {
        let all = std::iter::once(&value.value).chain(&value.synonyms);
        all.map(move |phrase| (phrase.as_str(), index))
    });
    engine.set_values(slot, phrases, &names)
}

/// Whether the model has such a slot, and of type choice; else what is wrong and what to do.
fn choice(model: &Model<'_>, slot: &str) -> Result<(), String> {
    let named: Vec<(&str, ValueType)> = model.slots().map_or_else(Vec::new, |slots| {
        slots.names().zip(0..).map(|(name, index)| (name, model.slot_type(index))).collect()
    });
    let choices = named.iter().filter(|(_, kind)| *kind == ValueType::Choice).map(|(name, _)| *name);
    let choices: Vec<&str> = choices.collect();
    let instead = match (choices.as_slice(), nearest(slot, choices.iter().copied())) {
        ([], _) => "it has no slot of type choice, so leave --values out".to_string(),
        (_, Some(near)) => format!("did you mean {near:?}? Its choices: {}", choices.join(", ")),
        (_, None) => format!("its choices: {}", choices.join(", ")),
    };
    match named.iter().find(|(name, _)| *name == slot) {
        Some((_, ValueType::Choice)) => Ok(()),
        Some((_, kind)) => {
            let kind = kind.name();
            Err(format!(
                "the model's slot {slot:?} is of type {kind}, which has no list of values; {instead}"
            ))
        }
        None => Err(format!("the model has no slot {slot:?}; {instead}")),
    }
}

fn refused(slot: &str, path: &Path, what: &str) -> Failure {
    Failure::Input(format!("--values {slot}={}: {what}", path.display()))
}

fn slot_and_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((slot, file)) if !slot.is_empty() && !file.is_empty() => {
            Ok((slot.to_string(), PathBuf::from(file)))
        }
        _ => Err("write the name of a slot, `=` and a file, as room=rooms.txt".to_string()),
    }
}
