//! Building programs for a target, and running them.

use super::need::{CARGO, RUSTC};
use super::target::{Kind, Target};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where the programs lie, from the root of the repository.
const PROGRAMS: &str = "everywhere/programs";
const BOARD: &str = "examples/cortex-m";

/// Runs a command and returns what it wrote to standard output.
///
/// # Errors
///
/// It does not start or fails: what it was and what it said.
pub(super) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    finish(command).map(|done| done.stdout)
}

/// Runs a command to its end.
fn finish(command: &mut Command) -> Result<Output, String> {
    let line = |command: &Command| {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    };
    let done =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{}: {error}", line(command)))?;
    if done.status.success() {
        return Ok(done);
    }
    let said = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default();
        last.join("\n").chars().take(4000).collect::<String>()
    };
    let (out, error) = (said(&done.stdout), said(&done.stderr));
    Err(format!("{}: {}\n{out}\n{error}", line(command), done.status))
}

/// A program to be built.
pub(super) struct Program<'a> {
    /// The package, or of the board, the program's name.
    pub(super) name: &'a str,
    /// Variables of the environment.
    pub(super) variables: &'a [(&'a str, &'a OsStr)],
    /// Whether the checks of the kernels are in it, where that can be chosen.
    pub(super) agreement: bool,
    /// Whether it is built for size, as modules and bare metal always are.
    pub(super) small: bool,
}

/// Builds a program for a target; returns where it lies. The next one of this target may take its place.
///
/// # Errors
///
/// The compiler does not run, or what it says.
pub(super) fn build(root: &Path, target: &Target, program: &Program<'_>) -> Result<PathBuf, String> {
    let (folder, file) = match target.kind {
        Kind::Host | Kind::Linux => (PROGRAMS, program.name.to_string()),
        Kind::Module => (PROGRAMS, format!("{}.wasm", program.name.replace('-', "_"))),
        Kind::Board => (BOARD, program.name.to_string()),
    };
    let cross = target.kind != Kind::Host;
    let mut command = match cross {
        true => Command::new(CARGO),
        false => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
    };
    // One folder for both compilers would be built anew each time they take turns.
    let built = root.join(if cross { "target-cross" } else { "target/everywhere" });
    command.current_dir(root.join(folder)).env("CARGO_TARGET_DIR", &built);
    let profile = if program.small || target.kind == Kind::Module { "small" } else { "release" };
    command.args(["build", "--profile", profile, "--locked", "--quiet"]);
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WRAPPER"] {
        command.env_remove(name);
    }
    match target.kind {
        Kind::Board => command.args(["--bin", program.name]),
        _ => command.args(["--package", program.name]),
    };
    if program.agreement && target.kind == Kind::Module {
        command.args(["--features", "agreement"]);
    }
    if cross {
        // The library is built from its sources, with the compiler that they belong to.
        command.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
        command.args(["--target", target.triple]);
        command.arg(match target.kind {
            Kind::Linux => "-Zbuild-std=std,panic_abort",
            _ => "-Zbuild-std=core,panic_abort",
        });
        let variable = |what: &str| {
            format!("CARGO_TARGET_{}_{what}", target.triple.replace('-', "_").to_ascii_uppercase())
        };
        let linker = match target.kind {
            Kind::Module => "wasm-ld-22",
            Kind::Board => "ld.lld-22",
            Kind::Host | Kind::Linux => "aarch64-linux-gnu-gcc",
        };
        command.env(variable("LINKER"), linker);
        if !target.flags.is_empty() {
            command.env(variable("RUSTFLAGS"), target.flags);
        }
    }
    command.envs(program.variables.iter().copied());
    let done = finish(&mut command)?;
    // Told to be quiet, the compiler points at places in files only to warn, here of code that no other target compiles.
    let said = String::from_utf8_lossy(&done.stderr);
    if said.contains(" --> ") {
        return Err(format!("{}: {said}", program.name));
    }
    Ok(match cross {
        true => built.join(target.triple).join(profile).join(file),
        false => built.join(profile).join(file),
    })
}

/// The command that runs a program on a target. What a board needs is in its program.
pub(super) fn runner(root: &Path, target: &Target, program: &Path) -> Command {
    let mut command = match target.kind {
        Kind::Host => return Command::new(program),
        Kind::Linux => Command::new("qemu-aarch64"),
        Kind::Module => Command::new("node"),
        Kind::Board => Command::new("qemu-system-arm"),
    };
    match target.kind {
        Kind::Host => &mut command,
        Kind::Linux => command.args(["-L", "/usr/aarch64-linux-gnu"]).arg(program),
        Kind::Module => command.arg(root.join(PROGRAMS).join("wasm/run.mjs")).arg(program),
        Kind::Board => command
            .args(["-M", "mps2-an386", "-cpu", "cortex-m4", "-nographic"])
            .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
            .arg(program),
    };
    command
}
