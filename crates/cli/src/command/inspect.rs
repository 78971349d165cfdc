//! `stonechat inspect`: what is in a model file.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};
use stonechat_engine::{Confidence, Engine, Model};
use stonechat_eval::digest;
use stonechat_train::Ladder;

use crate::console::{Console, one_line};
use crate::decimal::decimal;
use crate::failure::Failure;
use crate::kernel;
use crate::listed::listed;
use crate::model_file::{ModelFile, meta, name};
use crate::slot_facts::SlotFacts;

/// What is in the file: task, tier, size, memory, recipe, metrics
#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// Model file
    model: PathBuf,
    /// Length of the text for which the worst case is given [default: the longest that the model reads]
    #[arg(long, value_name = "N")]
    characters: Option<u32>,
}

/// `inspect --json`: facts of the file itself, and, under `meta`, what the trainer wrote into it.
#[derive(Serialize)]
struct Facts {
    name: String,
    digest: String,
    bytes: usize,
    tier: &'static str,
    labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<SlotFacts>,
    decision: Value,
    features: Value,
    table: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Value>,
    /// The cheaper model that answers first.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Value>,
    /// The bag whose scores of labels are added to a tagger's.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tagger: Option<Value>,
    memory_bytes: usize,
    lent_bytes: usize,
    worst_case: Value,
    recorded_examples: usize,
    kernel: &'static str,
    meta: Value,
}

impl Inspect {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        let file = ModelFile::read(&self.model)?;
        let model = file.open()?;
        let facts = Facts::of(&file, &model, self.characters, kernel.name());
        if console.json {
            return console.document(&facts);
        }
        for (name, value) in facts.lines() {
            console.line(format_args!("{name:<18} {}", one_line(&value)))?;
        }
        let ladder = facts.meta.pointer("/training/ladder").cloned();
        match ladder.and_then(|ladder| serde_json::from_value::<Ladder>(ladder).ok()) {
            Some(ladder) => console.line(ladder.to_string().trim_end()),
            None => Ok(()),
        }
    }
}

impl Facts {
    fn of(file: &ModelFile, model: &Model<'_>, characters: Option<u32>, kernel: &'static str) -> Facts {
        let rule = model.rule();
        let features = model.features();
        let (rows, dim, bits) = model.table();
        let characters = characters.unwrap_or(features.max_characters).min(features.max_characters);
        let worst = model.worst_case(characters);
        Facts {
            name: name(file, model),
            digest: digest(file.bytes()),
            bytes: file.bytes().len(),
            tier: model.tier().name(),
            labels: model.labels().iter().map(str::to_string).collect(),
            slots: SlotFacts::of(model),
            decision: json!({
                "multi_label": rule.multi_label,
                "min_confidence": decimal(rule.min_confidence),
                "label_threshold": rule.multi_label.then(|| decimal(rule.label_threshold)),
                "min_slot_confidence": model.slots().map(|_| decimal(rule.min_slot_confidence)),
                "out_of_scope": rule.out_of_scope.map(|index| model.labels().get(index as usize)),
                "label_limits": label_limits(model),
                "scope": model.scope().map(|scope| json!({
                    "most": f64::from(scope.most.0) / 65_536.0,
                    "most_unknown": f64::from(scope.most_unknown) / 65_536.0,
                })),
            }),
            features: json!({
                "max_characters": features.max_characters,
                "word_ngrams": features.word_ngrams,
                "character_ngrams": features.character_ngrams,
                "unspaced_ngrams": features.unspaced_ngrams,
            }),
            words: model.pieces().map(|(pieces, bits)| json!({ "pieces": pieces, "bits": bits })),
            table: match (model.texts(), model.max_tokens()) {
                (Some(texts), _) => json!({ "texts": texts.len(), "confidence": decimal(texts.confidence) }),
                (None, None) => json!({ "rows": rows, "dim": dim, "bits": bits, "hidden": model.hidden() }),
                (None, Some(_)) => json!({ "rows": rows, "dim": dim, "bits": bits }),
            },
            // Half of the states are of either direction.
            first: model
                .first()
                .map(|(tier, least)| json!({ "tier": tier.name(), "min_confidence": decimal(least) })),
            beside: model.beside().map(|(rows, dim, bits)| json!({ "rows": rows, "dim": dim, "bits": bits })),
            tagger: model
                .max_tokens()
                .map(|tokens| json!({ "units": model.hidden() / 2, "max_tokens": tokens })),
            memory_bytes: Engine::memory(model),
            lent_bytes: Engine::lent(model),
            worst_case: json!({
                "characters": characters,
                "rows": worst.rows,
                "row_bytes": worst.row_bytes,
                "bytes_read": worst.rows.saturating_mul(worst.row_bytes as u64),
                "lookups": worst.lookups,
                "multiply_adds": worst.multiply_adds,
                "tag_pairs": worst.tag_pairs,
            }),
            recorded_examples: model.recorded().len(),
            kernel,
            meta: meta(model),
        }
    }

    /// The facts as names and values for people.
    fn lines(&self) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        let mut add = |name: &str, value: String| lines.push((name.to_string(), value));
        add("name", self.name.clone());
        add("digest", self.digest.clone());
        add("tier", self.tier.to_string());
        add("size", format!("{} bytes, read where they lie: in flash, or mapped", self.bytes));
        let (memory, lent) = (self.memory_bytes, self.lent_bytes);
        add(
            "memory",
            format!("{memory} bytes for each engine, {lent} of them lent where there is no allocator"),
        );
        add("labels", listed(&self.labels));
        if let Some(slots) = &self.slots {
            slots.lines(&mut add);
        }
        add("decision", words(&self.decision));
        add("features", words(&self.features));
        add("table", words(&self.table));
        if let Some(pieces) = &self.words {
            add("word pieces", words(pieces));
        }
        if let Some(first) = &self.first {
            add("answers first", words(first));
        }
        if let Some(beside) = &self.beside {
            add("bag beside it", words(beside));
        }
        if let Some(tagger) = &self.tagger {
            add("tagger", words(tagger));
        }
        add("worst case", words(&self.worst_case));
        add("recorded examples", self.recorded_examples.to_string());
        add("kernel", self.kernel.to_string());
        match &self.meta {
            Value::Object(parts) => {
                for (name, part) in parts {
                    add(name, words(&without_ladder(part)));
                }
            }
            other => add("meta", words(other)),
        }
        lines
    }
}

/// The labels whose least confidence is one of their own, and what it is; null for a label that is never accepted.
fn label_limits(model: &Model<'_>) -> Option<Value> {
    let limits: serde_json::Map<String, Value> = model
        .labels()
        .iter()
        .zip(0..)
        .map(|(name, label)| (name.to_string(), model.limit(label)))
        .filter(|&(_, limit)| limit > 0)
        .map(|(name, limit)| {
            let one = Confidence::ONE.raw();
            (name, if limit > one { Value::Null } else { json!(decimal(Confidence::from_raw(limit))) })
        })
        .collect();
    (!limits.is_empty()).then_some(Value::Object(limits))
}

/// What the trainer wrote, without the table of rungs, which people read as a table.
fn without_ladder(part: &Value) -> Value {
    let mut part = part.clone();
    if let Value::Object(fields) = &mut part {
        fields.remove("ladder");
    }
    part
}

/// A JSON value as words: `rows 4096, dim 32`.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_string(),
        Value::Array(values) if values.is_empty() => "none".to_string(),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(" "),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| match value {
                Value::Object(_) => format!("{name} ({})", words(value)),
                _ => format!("{name} {}", words(value)),
            };
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        // Four decimals for people; --json has all of them.
        Value::Number(number) if number.is_f64() => {
            let rounded = number.as_f64().map(|number| (number * 1e4).round() / 1e4);
            rounded.unwrap_or_default().to_string()
        }
        other => other.to_string(),
    }
}
