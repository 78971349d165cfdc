//! The encoder that `--teacher` names.

use std::path::Path;

use stonechat_train::Embedder;

use crate::common::Common;
use crate::console::Console;
use crate::failure::Failure;

/// The encoder in a folder, behind the cache of what it said before.
#[cfg(feature = "teacher")]
pub(crate) fn open(
    folder: &Path,
    common: &Common,
    console: &Console,
) -> Result<Box<dyn Embedder + Send>, Failure> {
    use stonechat_train::{CachedEmbedder, Teacher, cache_folder};

    let teacher = Teacher::open(folder).map_err(|error| Failure::Input(error.to_string()))?;
    let teacher = teacher.threads(common.threads());
    let Some(cache) = cache_folder() else {
        console.note("no folder for a cache: set STONECHAT_CACHE, and a second training need not ask the teacher again");
        return Ok(Box::new(teacher));
    };
    Ok(Box::new(CachedEmbedder::new(teacher, &cache)))
}

/// A build without encoders has none.
#[cfg(not(feature = "teacher"))]
pub(crate) fn open(folder: &Path, _: &Common, _: &Console) -> Result<Box<dyn Embedder + Send>, Failure> {
    Err(Failure::file(
        folder,
        "this build knows no encoders; install one with `cargo install --path crates/cli --features teacher`",
    ))
}
