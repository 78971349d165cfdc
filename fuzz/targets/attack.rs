//! What the targets share with the engine's tests.

#![allow(dead_code, unused_imports)] // Each target uses its own part.

#[path = "../../crates/engine/tests/support/mod.rs"]
mod support;

pub(crate) use support::{frame, models, taggers};

use stonechat_engine::{Engine, Model, verify};

/// Opens a model and, if that succeeds, asks it for everything.
pub(crate) fn open(bytes: &[u8]) {
    let Ok(model) = Model::open(bytes) else { return };
    let mut engine = Engine::new(&model);
    for text in models::TEXTS.into_iter().chain(taggers::ORDERS) {
        models::ask(&mut engine, text);
    }
    let _ = (verify(&model), model.labels().iter().count(), model.recorded().iter().count());
}
