//! Lists of the values of a choice.

use std::collections::BTreeMap;
use std::path::Path;

use super::ChoiceValue;
use crate::document::Document;
use crate::error::Error;
use crate::text::normalise;

/// Reads a file of values: one a line, followed by its synonyms, each behind a tab. Blank lines are skipped;
/// white space around a phrase does not count. Phrases are compared as [`crate::normalise`] gives them.
///
/// # Errors
/// When the file cannot be read or is not UTF-8, a line has synonyms but no value, a phrase stands for two values,
/// or there is no value at all.
pub fn read_values(path: &Path) -> Result<Vec<ChoiceValue>, Error> {
    let document = Document::read(path)?;
    if let Some(warning) = document.warning() {
        let line = warning.places.first().map_or(1, |place| place.line);
        return Err(document.error(line, "the file is not UTF-8", "save it as UTF-8"));
    }
    let mut phrases = Phrases::default();
    let mut values = Vec::new();
    for (line, content) in document.filled_lines() {
        let mut parts = content.split('\t').map(str::trim);
        let value = parts.next().unwrap_or_default().to_string();
        if value.is_empty() {
            return Err(document.error(
                line,
                "the line begins with a tab",
                "write the value before its synonyms",
            ));
        }
        let synonyms = parts.filter(|synonym| !synonym.is_empty()).map(str::to_string).collect();
        let value = ChoiceValue { value, synonyms };
        phrases.add(line, &value).map_err(|reason| {
            let (what, fix) = reason.split_once("; ").unwrap_or((&reason, "write it once"));
            document.error(line, what, fix)
        })?;
        values.push(value);
    }
    if values.is_empty() {
        return Err(Error::whole(path, "no value in the file", "write one value a line"));
    }
    Ok(values)
}

/// The phrases so far, each of which stands for one value.
#[derive(Default)]
pub(super) struct Phrases {
    /// Phrase -> line and number of its value.
    of: BTreeMap<String, (u32, usize)>,
    values: Vec<String>,
}

impl Phrases {
    /// Takes in the phrases of one more value. The reason of a failure reads `what is wrong; what to do`.
    pub(super) fn add(&mut self, line: u32, value: &ChoiceValue) -> Result<(), String> {
        for phrase in std::iter::once(&value.value).chain(&value.synonyms) {
            let own = self.values.len();
            let (first, number) = *self.of.entry(normalise(phrase)).or_insert((line, own));
            if self.values.get(number).is_some_and(|known| *known == value.value) {
                return Err(format!(
                    "the value {:?} stands there already, on line {first}; write it once",
                    value.value
                ));
            }
            if number != own {
                return Err(format!(
                    "the phrase {phrase:?} stands for another value already, on line {first}; write it once, for \
                     the value that is meant"
                ));
            }
        }
        self.values.push(value.value.clone());
        Ok(())
    }
}
