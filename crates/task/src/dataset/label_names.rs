//! The labels that a model knows.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::example::Example;
use crate::task::{Kind, Task};
use crate::text::nearest;

/// The labels of a task without its out-of-scope label: the declared ones in their order or, where none are
/// declared, those of the examples, sorted by their bytes. A slots-only task has none.
///
/// # Errors
/// When an example carries a label that the task does not declare.
pub fn label_names<'a>(
    task: &Task,
    examples: impl IntoIterator<Item = &'a Example>,
) -> Result<Vec<String>, Error> {
    if task.kind == Kind::SlotsOnly {
        return Ok(Vec::new());
    }
    let declared: BTreeSet<&str> = task.labels.iter().map(String::as_str).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for example in examples {
        for label in example.labels.iter().filter(|label| **label != task.out_of_scope) {
            if !declared.is_empty() && !declared.contains(label.as_str()) {
                let near = nearest(label, declared.iter().copied());
                let meant = near.map(|near| format!("did you mean {near:?}? Else ")).unwrap_or_default();
                return Err(Error::at(
                    &example.source.file,
                    example.source.line,
                    format!("the label {label:?} is not declared"),
                    format!("{meant}add it to labels in {}", task.origin.display()),
                ));
            }
            found.insert(label);
        }
    }
    if declared.is_empty() {
        return Ok(found.into_iter().map(str::to_string).collect());
    }
    Ok(task.labels.iter().filter(|label| **label != task.out_of_scope).cloned().collect())
}
