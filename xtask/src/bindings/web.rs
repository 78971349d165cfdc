//! The package for browsers and Node: its modules, their size, its tests.

use super::program::{cargo, plain, run};
use super::tools::{CARGO, Missing, NODE, RUSTC, SOURCES, WASM_LD};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "bindings/web";
const TARGET: &str = "wasm32-unknown-unknown";
/// Name of the module, flags of the compiler.
const MODULES: [(&str, &str); 2] =
    [("stonechat.wasm", ""), ("stonechat-simd.wasm", "-Ctarget-feature=+simd128")];
/// What a page may load: the larger module and all scripts, compressed.
const MOST_LOADED: usize = 150_000;
/// What a module may be, compressed.
const MOST_MODULE: usize = 120_000;

/// Builds both modules into the package.
///
/// # Errors
///
/// There is no compiler for the target, or it fails.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    let mut missing = Missing::default();
    if build_with(root, &mut missing)? { Ok(()) } else { missing.outcome(false) }
}

/// The same; false if a tool is missing.
fn build_with(root: &Path, missing: &mut Missing) -> Result<bool, String> {
    let own = has_target()?;
    if !own && !missing.none("the modules of WebAssembly", &[RUSTC, CARGO, SOURCES, WASM_LD]) {
        return Ok(false);
    }
    let folder = root.join(PACKAGE).join("wasm");
    for (name, flags) in MODULES {
        // One folder for each set of flags keeps what was compiled.
        let target = root.join("target-cross").join(name);
        let mut command = if own { cargo() } else { Command::new(CARGO.name) };
        plain(&mut command);
        command.current_dir(root).env("CARGO_TARGET_DIR", &target);
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        command.args([
            "rustc",
            "--package",
            "stonechat-c",
            "--lib",
            "--profile",
            "web",
            "--no-default-features",
        ]);
        command.args([
            "--features",
            "wasm",
            "--crate-type",
            "cdylib",
            "--target",
            TARGET,
            "--locked",
            "--quiet",
        ]);
        if !own {
            // The library is built from its sources, with the compiler that they belong to.
            command.env("RUSTC", RUSTC.name).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LD.name);
            command.arg("-Zbuild-std=core,alloc,panic_abort");
        }
        run(&mut command)?;
        let built = target.join(TARGET).join("web/stonechat.wasm");
        let place = folder.join(name);
        fs::create_dir_all(&folder)
            .and_then(|()| fs::copy(built, &place))
            .map_err(|error| format!("{}: {error}", place.display()))?;
    }
    Ok(true)
}

/// Whether the compiler at hand has the target's library, as rustup installs it.
fn has_target() -> Result<bool, String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let home = run(Command::new(compiler).args(["--print", "sysroot"]))?;
    Ok(Path::new(&home).join("lib/rustlib").join(TARGET).join("lib").is_dir())
}

/// Builds the modules, weighs them, and replays the golden tables in Node; false if the modules are not there.
///
/// # Errors
///
/// What failed, or is too large.
pub(super) fn test(root: &Path, missing: &mut Missing) -> Result<bool, String> {
    if !build_with(root, missing)? {
        return Ok(false);
    }
    if missing.none("the package in Node", &[NODE]) {
        weigh(root)?;
        let mut node = Command::new(NODE.name);
        node.current_dir(root.join(PACKAGE)).args(["--test", "--test-reporter=tap"]);
        let said = run(node.args(["test/golden.test.js", "test/model.test.js"]))?;
        let count = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.parse::<u32>().ok());
        let passed = count("# pass ").filter(|&passed| passed > 20);
        let (Some(passed), Some(0)) = (passed, count("# skipped ")) else {
            return Err(format!("{said}\nweb: fewer tests than there are"));
        };
        println!("web: {passed} tests in Node, with and without SIMD");
    }
    Ok(true)
}

/// Holds the size of what a page loads, each file compressed as servers do, against the limits.
fn weigh(root: &Path) -> Result<(), String> {
    let package = root.join(PACKAGE);
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["src", "wasm"] {
        let failed = |error| format!("{PACKAGE}/{folder}: {error}");
        for entry in fs::read_dir(package.join(folder)).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
    }
    files.sort();
    let (mut scripts, mut modules) = (0, Vec::new());
    for file in files {
        let size = compressed(&file)?;
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("wasm") => modules.push(size),
            Some("js") if !file.ends_with("node.js") => scripts += size,
            _ => {}
        }
    }
    let largest = modules.iter().copied().max().unwrap_or_default();
    let loaded = largest + scripts;
    let all = scripts + modules.iter().sum::<usize>();
    println!(
        "web: compressed: modules {modules:?}, scripts {scripts}, loaded by a page {loaded}, all {all} bytes"
    );
    if largest > MOST_MODULE || loaded > MOST_LOADED {
        return Err(format!(
            "web: a module may have {MOST_MODULE} bytes, and what a page loads {MOST_LOADED}"
        ));
    }
    Ok(())
}

/// Bytes of a file when compressed, by Node, which every machine that tests the package has.
fn compressed(file: &Path) -> Result<usize, String> {
    let script = "console.log(require('zlib').gzipSync(require('fs').readFileSync(process.argv[1]), { level: 9 }).length)";
    let said = run(Command::new(NODE.name).args(["-e", script]).arg(file))?;
    said.parse().map_err(|error| format!("{}: {error}", file.display()))
}
