//! `cargo xtask ci`: everything that must hold before a change is taken.

use crate::{bindings, docs, everywhere, golden, header, layout, unicode};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// One thing that must hold.
type Step = (&'static str, fn(&Path) -> Result<(), String>);

/// All but the targets, the bindings and the tests, the cheap ones first.
const STEPS: [Step; 12] = [
    ("format", |root| {
        cargo(root, &["fmt", "--all", "--check"])?;
        APART.iter().try_for_each(|folder| cargo(&root.join(folder), &["fmt", "--all", "--check"]))
    }),
    ("layout", layout::run),
    ("documents", |root| docs::run(root, true)),
    ("C header", |root| header::run(root, true)),
    ("unicode tables", |_| unicode::run(true)),
    ("golden models", |root| golden::run(root, true)),
    ("lints", |root| {
        cargo(root, &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
    }),
    ("lints without an allocator", |root| {
        let arguments = ["clippy", "--package", "stonechat-engine", "--no-default-features", "--locked"];
        cargo(root, &[&arguments[..], &["--", "-D", "warnings"]].concat())
    }),
    ("lints with encoders as they are", |root| {
        let arguments = ["clippy", "--package", "stonechat-train", "--features", "teacher", "--locked"];
        cargo(root, &[&arguments[..], &["--", "-D", "warnings"]].concat())
    }),
    ("lints with encoders that learn", |root| {
        let features = ["--features", "stonechat-cli/fine-tune"];
        let arguments = ["clippy", "--workspace", "--all-targets", "--locked"];
        cargo(root, &[&arguments[..], &features, &["--", "-D", "warnings"]].concat())
    }),
    ("documentation", |root| {
        // Libraries only, and without the one for C, whose document is its header: they and the command bear the name of the
        // facade, and their pages would lie in one place.
        let arguments = ["doc", "--workspace", "--exclude", "stonechat-c", "--lib", "--no-deps", "--locked"];
        finish(command(root, &arguments).env("RUSTDOCFLAGS", "-D warnings"), &arguments)
    }),
    ("examples in the documentation", |root| cargo(root, &["test", "--workspace", "--doc", "--locked"])),
];

/// Workspaces of their own, whose programs are for other targets.
const APART: [&str; 2] = ["everywhere/programs", "examples/cortex-m"];

/// Runs every step, every target and then the tests, and stops at the first that fails. The last line says how many tests there were.
/// With `allow_missing`, a target whose tools are not installed is said, and is no failure.
///
/// # Errors
///
/// The step that failed; what is wrong was printed before.
pub(crate) fn run(root: &Path, allow_missing: bool) -> Result<(), String> {
    let begin = Instant::now();
    let count = STEPS.len() + 3;
    let timed = |index: usize, name: &str, step: &dyn Fn() -> Result<(), String>| {
        println!("\n━━━ {}/{count} {name}", index + 1);
        let start = Instant::now();
        step().map_err(|error| format!("{error}\n━━━ {name} failed"))?;
        println!("━━━ {name}: {:.1} s", start.elapsed().as_secs_f64());
        Ok::<_, String>(())
    };
    for (index, (name, step)) in STEPS.iter().enumerate() {
        timed(index, name, &|| step(root))?;
    }
    let options = everywhere::Options::parse(if allow_missing { &["--allow-missing"] } else { &[] })?;
    timed(STEPS.len(), "bindings", &|| bindings::run(root, allow_missing))?;
    timed(STEPS.len() + 1, "every target", &|| everywhere::run(root, &options))?;
    println!("\n━━━ {count}/{count} tests");
    let start = Instant::now();
    let summary = tests(root).map_err(|error| format!("{error}\n━━━ tests failed"))?;
    println!(
        "━━━ tests: {:.1} s, everything: {:.1} s\n{summary}",
        start.elapsed().as_secs_f64(),
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(arguments);
    command
}

fn finish(command: &mut Command, arguments: &[&str]) -> Result<(), String> {
    let line = arguments.join(" ");
    let status = command.status().map_err(|error| format!("cargo {line}: {error}; install it"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {line}: {status}")) }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<(), String> {
    finish(&mut command(root, arguments), arguments)
}

/// Runs every test. Returns the line that says how many there were.
fn tests(root: &Path) -> Result<String, String> {
    // With encoders, whose code is tested too.
    let arguments = ["nextest", "run", "--workspace", "--locked", "--features", "stonechat-cli/fine-tune"];
    let line = arguments.join(" ");
    let failed = |error| format!("cargo {line}: {error}; run `cargo install cargo-nextest --locked`");
    let mut child = command(root, &arguments).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut summary = String::new();
    for text in child.stderr.take().into_iter().flat_map(|stream| BufReader::new(stream).lines()) {
        let text = text.map_err(failed)?;
        eprintln!("{text}");
        if text.trim_start().starts_with("Summary [") {
            summary = text.trim().to_string();
        }
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(summary) } else { Err(format!("cargo {line}: {status}\n{summary}")) }
}
