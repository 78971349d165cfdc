//! The page of `examples/browser`, in Chromium.

use super::program::run;
use super::tools::{CHROMIUM, Missing, NODE};
use std::path::Path;
use std::process::Command;

/// Types into the page; pictures of it lie in `work/browser`.
///
/// # Errors
///
/// What the page does otherwise than it should.
pub(super) fn test(root: &Path, work: &Path, missing: &mut Missing) -> Result<(), String> {
    if !missing.none("the page in a browser", &[NODE, CHROMIUM]) {
        return Ok(());
    }
    let mut node = Command::new(NODE.name);
    let said = run(node.current_dir(root).arg("examples/browser/test.js").arg(work.join("browser")))?;
    println!("{said}");
    Ok(())
}
