//! The slots that a model knows.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::example::Example;
use crate::task::Task;
use crate::text::nearest;

/// The slots of a task: the declared ones in their order or, where none are declared, those of the examples,
/// sorted by their bytes. Where only the slots of some labels are declared, those come first.
///
/// # Errors
/// When `[slots]` declares slots, and an example has another one.
pub fn slot_names<'a>(
    task: &Task,
    examples: impl IntoIterator<Item = &'a Example>,
) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = task.schema.slot_names().into_iter().map(str::to_string).collect();
    let declared: BTreeSet<String> = names.iter().cloned().collect();
    let closed = !task.schema.slots.is_empty();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for example in examples {
        for slot in example.slots.iter().filter(|slot| !declared.contains(&slot.name)) {
            if closed {
                let near = nearest(&slot.name, names.iter().map(String::as_str));
                let meant = near.map(|near| format!("did you mean {near:?}? Else ")).unwrap_or_default();
                return Err(Error::at(
                    &example.source.file,
                    example.source.line,
                    format!("the slot {:?} is not declared", slot.name),
                    format!("{meant}add it to [slots] in {}", task.origin.display()),
                ));
            }
            found.insert(&slot.name);
        }
    }
    names.extend(found.into_iter().map(str::to_string));
    Ok(names)
}
