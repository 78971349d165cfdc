//! Which bindings are tested, in order.

use super::tools::Missing;
use super::{browser, c, examples, web};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// What `cargo xtask bindings --help` says.
pub(crate) const USAGE: &str = "\
usage: cargo xtask bindings [--allow-missing]

Builds the engine for C, browsers and Node, and tests them: C under AddressSanitizer and Valgrind, Node, Chromium, and the
examples of docs/bindings.md. A tool that is missing is said aloud, and fails.

  --allow-missing   a tool that is missing is said aloud, and does not fail";

/// Builds and tests all of them.
///
/// # Errors
///
/// What failed, or could not be tested.
pub(crate) fn run(root: &Path, allow_missing: bool) -> Result<(), String> {
    let root = &root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
    let work = root.join("target/bindings");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let mut missing = Missing::default();
    let start = Instant::now();
    let took = |what: &str| println!("bindings: {what} after {:.1} s", start.elapsed().as_secs_f64());
    c::test(root, &work, &mut missing)?;
    took("C");
    let modules = web::test(root, &mut missing)?;
    took("Node");
    if modules {
        browser::test(root, &work, &mut missing)?;
        took("browser");
    }
    examples::test(root, &work, modules, &mut missing)?;
    missing.outcome(allow_missing)
}
