//! The package for browsers and Node: its modules, their size, its tests.

use super::patch;
use super::program::{cargo, plain, run};
use super::tools::{CARGO, Missing, NODE, RUSTC, SOURCES, WASM_LD};
use std::fs;
use std::path::Path;
use std::process::Command;

const PACKAGE: &str = "bindings/web";
const TARGET: &str = "wasm32-unknown-unknown";
/// The module with SIMD, and what makes the one without it of it.
const MODULE: &str = "stonechat.wasm";
const PATCH: &str = "without-simd.patch";
/// Folder of the build, flags of the compiler: with and without SIMD.
const BUILDS: [(&str, &str); 2] = [
    ("wasm-simd", "-Ctarget-feature=+simd128 -Cllvm-args=-inline-threshold=20"),
    // Less is copied into its callers than compilers do for size: repeated code does not compress to nothing.
    ("wasm", "-Cllvm-args=-inline-threshold=20"),
];
/// What the package may be: module, patch and scripts, compressed.
const MOST: usize = 150_000;
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
    // Side by side: most of the work is one crate after the other.
    let (simd, plain) = std::thread::scope(|scope| {
        let [simd, plain] = BUILDS.map(|(name, flags)| scope.spawn(move || module(root, name, flags, own)));
        (simd.join(), plain.join())
    });
    let stopped = |_| "web: a build stopped".to_string();
    let (simd, plain) = (&simd.map_err(stopped)??, &plain.map_err(stopped)??);
    let difference = patch::make(simd, plain);
    if patch::apply(simd, &difference).as_ref() != Some(plain) {
        return Err("web: the patch does not make the module without SIMD".to_string());
    }
    let folder = root.join(PACKAGE).join("wasm");
    let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    fs::create_dir_all(&folder)
        .and_then(|()| put(MODULE, simd))
        .and_then(|()| put(PATCH, &difference))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(true)
}

/// Builds one module; returns its bytes.
fn module(root: &Path, name: &str, flags: &str, own: bool) -> Result<Vec<u8>, String> {
    const ARGUMENTS: &str = "rustc --package stonechat-c --lib --profile small --no-default-features \
                             --features wasm --crate-type cdylib --locked --quiet";
    // One folder for each set of flags keeps what was compiled.
    let target = root.join("target-cross").join(name);
    let mut command = if own { cargo() } else { Command::new(CARGO.name) };
    plain(&mut command);
    command.current_dir(root).env("CARGO_TARGET_DIR", &target);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    command.args(ARGUMENTS.split_whitespace()).args(["--target", TARGET]);
    if !own {
        // The library is built from its sources, with the compiler that they belong to.
        command.env("RUSTC", RUSTC.name).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LD.name);
        command.args(["-Zbuild-std=core,alloc,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
    }
    run(&mut command)?;
    let module = target.join(TARGET).join("small/stonechat.wasm");
    fs::read(&module).map_err(|error| format!("{}: {error}", module.display()))
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

/// Holds the size of what the package is, each file compressed as servers do, against the limits. Of the two faces the one for
/// browsers counts.
fn weigh(root: &Path) -> Result<(), String> {
    let package = root.join(PACKAGE);
    let mut scripts = 0;
    let failed = |error| format!("{PACKAGE}/src: {error}");
    for entry in fs::read_dir(package.join("src")).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.extension().is_some_and(|extension| extension == "js") && !file.ends_with("node.js") {
            scripts += compressed(&file)?;
        }
    }
    let [module, patch] = [MODULE, PATCH].map(|name| compressed(&package.join("wasm").join(name)));
    let (module, patch) = (module?, patch?);
    let all = module + patch + scripts;
    println!("web: compressed: module {module}, patch {patch}, scripts {scripts}, all {all} bytes");
    if module > MOST_MODULE || all > MOST {
        return Err(format!("web: the module may have {MOST_MODULE} bytes, and all {MOST}"));
    }
    Ok(())
}

/// Bytes of a file when compressed, by Node, which every machine that tests the package has.
fn compressed(file: &Path) -> Result<usize, String> {
    let script = "console.log(require('zlib').gzipSync(require('fs').readFileSync(process.argv[1]), { level: 9 }).length)";
    let said = run(Command::new(NODE.name).args(["-e", script]).arg(file))?;
    said.parse().map_err(|error| format!("{}: {error}", file.display()))
}
