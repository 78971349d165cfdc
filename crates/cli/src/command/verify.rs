//! `stonechat verify`: the recorded examples of a model file, bit for bit.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stonechat_engine::{Kernel, Model, verify_with};
use stonechat_eval::digest;

use crate::console::Console;
use crate::failure::Failure;
use crate::kernel;
use crate::model_file::ModelFile;

/// Replay the recorded examples, bit for bit
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Model file
    model: PathBuf,
}

impl Verify {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let file = ModelFile::read(&self.model)?;
        let kernels = match kernel::forced()? {
            Some(kernel) => vec![kernel],
            None => Kernel::available().to_vec(),
        };
        let names: Vec<_> = kernels.iter().map(Kernel::name).collect();
        // The digest tells which file was refused even when it does not open.
        let replayed = replay(file.bytes(), &kernels);
        if console.json {
            console.document(&json!({
                "ok": replayed.is_ok(),
                "examples": replayed.as_ref().ok().map(|replayed| replayed.examples),
                "kernels": names,
                "error": replayed.as_ref().err(),
                "model": { "digest": digest(file.bytes()), "bytes": file.bytes().len() },
            }))?;
        }
        let replayed =
            replayed.map_err(|what| Failure::Missed(format!("{}: {what}", self.model.display())))?;
        if !console.json {
            console.line(format_args!(
                "{}: {} recorded examples, every {} as recorded (kernel: {})",
                self.model.display(),
                replayed.examples,
                if replayed.slots { "score and slot" } else { "score" },
                names.join(", ")
            ))?;
        }
        Ok(())
    }
}

/// What was replayed.
struct Replayed {
    examples: usize,
    /// Whether they have slots beside their scores.
    slots: bool,
}

/// Answers the recorded examples with each kernel. Returns what was replayed, or what is wrong.
fn replay(bytes: &[u8], kernels: &[Kernel]) -> Result<Replayed, String> {
    let model = Model::open(bytes).map_err(|error| error.to_string())?;
    for kernel in kernels {
        verify_with(&model, *kernel).map_err(|mismatch| {
            let kernel = kernel.name();
            format!("{mismatch} (kernel {kernel}); the file, this build or this machine is broken")
        })?;
    }
    match model.recorded().len() {
        0 => Err("the file records no examples, so nothing is proven; train it anew".to_string()),
        examples => Ok(Replayed { examples, slots: model.slots().is_some() }),
    }
}
