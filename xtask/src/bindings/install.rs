//! `cargo xtask install-c PREFIX`: the C library where compilers look for it.

use super::program::{cargo, run as finish};
use std::fs;
use std::path::Path;

const FOLDER: &str = "bindings/c";
/// The number behind the shared library, which stands for its interface; `bindings/c/build.rs` writes it into the library.
const SHARED: &str = "libstonechat.so.0";

/// Builds the library and puts it under a prefix: header, static and shared library, files for `pkg-config` and CMake. They
/// find each other from where they lie, so that the folder may be moved.
///
/// # Errors
///
/// The build, or a file that cannot be written.
pub(crate) fn run(root: &Path, prefix: &Path) -> Result<(), String> {
    finish(cargo().current_dir(root).args([
        "build",
        "--package",
        "stonechat-c",
        "--profile",
        "c",
        "--locked",
        "--quiet",
    ]))?;
    let built = root.join("target/c");
    let source = root.join(FOLDER);
    let put = |from: &Path, to: &str| {
        let to = prefix.join(to);
        let failed = |error| format!("{}: {error}", to.display());
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // One that is in use is not written over.
        let _ = fs::remove_file(&to);
        fs::copy(from, &to).map(drop).map_err(failed)
    };
    put(&source.join("include/stonechat.h"), "include/stonechat.h")?;
    put(&built.join("libstonechat.a"), "lib/libstonechat.a")?;
    put(&built.join("libstonechat.so"), &format!("lib/{SHARED}"))?;
    link(prefix)?;
    for (name, to) in [
        ("stonechat.pc", "lib/pkgconfig"),
        ("stonechat-config.cmake", "lib/cmake/stonechat"),
        ("stonechat-config-version.cmake", "lib/cmake/stonechat"),
    ] {
        let failed = |error| format!("{name}: {error}");
        let text = fs::read_to_string(source.join(format!("{name}.in"))).map_err(failed)?;
        let folder = prefix.join(to);
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(name), text.replace("@VERSION@", env!("CARGO_PKG_VERSION"))))
            .map_err(failed)?;
    }
    println!("install-c: {}", prefix.display());
    Ok(())
}

/// The name that a compiler looks for.
#[cfg(unix)]
fn link(prefix: &Path) -> Result<(), String> {
    let name = prefix.join("lib/libstonechat.so");
    let _ = fs::remove_file(&name);
    std::os::unix::fs::symlink(SHARED, &name).map_err(|error| format!("{}: {error}", name.display()))
}

/// Only where there are links.
#[cfg(not(unix))]
fn link(_: &Path) -> Result<(), String> {
    Err("install-c: only for Unix; elsewhere take the files from target/c".to_string())
}
