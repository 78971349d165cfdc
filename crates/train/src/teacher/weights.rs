//! The weights of an encoder.

use super::error::TeacherError;
use super::folder::Folder;
use super::kernel::Real;
use candle_core::safetensors::SliceSafetensors;
use candle_core::{Device, Tensor};
use std::path::PathBuf;

/// What may stand before the names of the tensors.
const PREFIXES: [&str; 5] = ["", "bert.", "roberta.", "mpnet.", "model."];

/// Tensors by name, checked against the shape that the encoder has.
pub(super) struct Weights<'a> {
    path: PathBuf,
    tensors: SliceSafetensors<'a>,
    prefix: &'static str,
}

impl<'a> Weights<'a> {
    /// The name of the file.
    pub(super) const FILE: &'static str = "model.safetensors";

    pub(super) fn new(folder: &Folder, bytes: &'a [u8]) -> Result<Self, TeacherError> {
        let path = folder.path(Self::FILE);
        let tensors = SliceSafetensors::new(bytes).map_err(|error| {
            let what = format_args!("not a sound safetensors file: {error}; take it as it was published");
            TeacherError::new(&path, what)
        })?;
        let has = |prefix: &&str| tensors.get(&format!("{prefix}embeddings.word_embeddings.weight")).is_ok();
        match PREFIXES.into_iter().find(has) {
            Some(prefix) => Ok(Self { path, tensors, prefix }),
            None => Err(TeacherError::new(
                &path,
                "there is no `embeddings.word_embeddings.weight`; take an encoder of the BERT family",
            )),
        }
    }

    /// An error if there is a layer of this number, which is one too many.
    pub(super) fn end_before(&self, layer: usize) -> Result<(), TeacherError> {
        let more = format!("{}encoder.layer.{layer}.", self.prefix);
        if self.tensors.tensors().iter().any(|(name, _)| name.starts_with(&more)) {
            let what = format_args!(
                "there is a layer `{more}` where config.json asks for {layer} layers; take both as they were published"
            );
            return Err(TeacherError::new(&self.path, what));
        }
        Ok(())
    }

    /// A tensor of this shape.
    pub(super) fn tensor<T: Real>(&self, name: &str, shape: &[usize]) -> Result<Tensor, TeacherError> {
        let name = format!("{}{name}", self.prefix);
        let wrong = |what: String| {
            let what = format_args!("`{name}`: {what}; take the file as it was published");
            TeacherError::new(&self.path, what)
        };
        let found = self.tensors.get(&name).map_err(|error| wrong(error.to_string()))?;
        if found.shape() != shape {
            return Err(wrong(format!("shape {:?} where config.json asks for {shape:?}", found.shape())));
        }
        let loaded = self.tensors.load(&name, &Device::Cpu).and_then(|tensor| tensor.to_dtype(T::DTYPE));
        loaded.map_err(|error| wrong(error.to_string()))
    }

    /// The numbers of a tensor of this shape, row by row.
    pub(super) fn numbers<T: Real>(&self, name: &str, shape: &[usize]) -> Result<Vec<T>, TeacherError> {
        let numbers = self.tensor::<T>(name, shape)?.flatten_all().and_then(|flat| flat.to_vec1());
        numbers.map_err(|error| TeacherError::new(&self.path, format_args!("`{name}`: {error}")))
    }
}
