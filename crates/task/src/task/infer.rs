//! A schema from examples.

use std::collections::{BTreeMap, BTreeSet};

use super::{Intent, Kind, Schema, SlotKind, SlotSchema, Task};
use crate::example::Example;

impl Schema {
    /// The schema of a task, with whatever it does not declare taken from examples: slots that are not declared
    /// follow the declared ones, sorted by their bytes, as texts; labels that are not declared follow the declared
    /// ones with every slot that is seen with them, repeated where one text has it twice. Nothing is required
    /// that is not declared so. A slots-only task has the one intent `""`, with every slot, repeated.
    pub fn infer(task: &Task, examples: &[&Example]) -> Schema {
        let mut slots = task.schema.slots.clone();
        let known: BTreeSet<&str> = task.schema.slots.iter().map(|slot| slot.name.as_str()).collect();
        let declared = task.schema.intents.iter().flat_map(|intent| &intent.slots);
        let seen = examples.iter().flat_map(|row| &row.slots).map(|slot| &slot.name);
        // In the order of the intents, then by name.
        let mut added = BTreeSet::new();
        let mut add = |name: &str| {
            if !known.contains(name) && added.insert(name.to_string()) {
                slots.push(SlotSchema { name: name.to_string(), kind: SlotKind::Text });
            }
        };
        declared.for_each(|name| add(name));
        seen.map(String::as_str).collect::<BTreeSet<_>>().into_iter().for_each(&mut add);
        let intents = match task.kind {
            Kind::SlotsOnly if task.schema.intents.is_empty() => {
                let names: Vec<String> = slots.iter().map(|slot| slot.name.clone()).collect();
                vec![Intent { slots: names.clone(), repeated: names, ..Intent::default() }]
            }
            Kind::SlotsOnly => task.schema.intents.clone(),
            Kind::SingleLabel | Kind::MultiLabel => intents(task, examples, &slots),
        };
        Schema { intents, slots }
    }
}

/// The declared intents and, behind them, those of the other labels but the out-of-scope label.
fn intents(task: &Task, examples: &[&Example], slots: &[SlotSchema]) -> Vec<Intent> {
    // Label -> slot -> whether a text has it twice.
    let mut seen: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
    for row in examples {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        row.slots.iter().for_each(|slot| *counts.entry(&slot.name).or_insert(0) += 1);
        for label in &row.labels {
            let of_label = seen.entry(label).or_default();
            for (name, count) in &counts {
                *of_label.entry(name).or_insert(false) |= *count > 1;
            }
        }
    }
    let names: Vec<&str> = match task.labels.is_empty() {
        true => seen.keys().copied().collect(),
        false => task.labels.iter().map(String::as_str).collect(),
    };
    let mut intents = task.schema.intents.clone();
    let declared: BTreeSet<&str> = task.schema.intents.iter().map(|intent| intent.label.as_str()).collect();
    for label in names.into_iter().filter(|label| *label != task.out_of_scope && !declared.contains(label)) {
        let mut intent = Intent { label: label.to_string(), ..Intent::default() };
        if let Some(of_label) = seen.get(label) {
            for slot in slots {
                if let Some(twice) = of_label.get(slot.name.as_str()) {
                    intent.slots.push(slot.name.clone());
                    if *twice {
                        intent.repeated.push(slot.name.clone());
                    }
                }
            }
        }
        intents.push(intent);
    }
    intents
}
