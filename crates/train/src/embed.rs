//! What turns texts into sentence embeddings.

/// Turns texts into sentence embeddings: texts that mean the same lie close together.
pub trait Embedder {
    /// Numbers of an embedding.
    fn dim(&self) -> usize;

    /// What tells this embedder from every other: the same digest gives the same embeddings.
    fn digest(&self) -> &str;

    /// The embeddings, [`Self::dim`] numbers a text, in the order of the texts: each of unit length, or all zeros, and each
    /// number a multiple of 2⁻¹⁴. `advance` hears of texts as they are done, how many at a time; of all of them in the end.
    ///
    /// # Errors
    ///
    /// What is wrong and what to do.
    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(usize)) -> Result<Vec<f32>, String>;
}

impl<E: Embedder + ?Sized> Embedder for &mut E {
    fn dim(&self) -> usize {
        (**self).dim()
    }

    fn digest(&self) -> &str {
        (**self).digest()
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(usize)) -> Result<Vec<f32>, String> {
        (**self).embed(texts, advance)
    }
}

/// How many steps of an embedding's numbers there are in 1.
pub(crate) const STEPS: f32 = 16384.0;
