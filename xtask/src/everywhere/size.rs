//! How large programs are, and how much memory one takes on a microcontroller, against what was promised.

use super::build::{Program, build, output, runner};
use super::suite::Suite;
use super::target::{Kind, Target};
use serde::Serialize;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A size, in bytes.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Size {
    pub(super) what: String,
    pub(super) bytes: usize,
    /// What it may be at the most.
    pub(super) limit: Option<usize>,
}

impl Size {
    /// Whether it is within its limit.
    pub(super) fn met(&self) -> bool {
        self.limit.is_none_or(|limit| self.bytes <= limit)
    }
}

/// What a program on the board says of itself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Board {
    /// Which model it has.
    pub(super) model: String,
    /// What it wrote.
    pub(super) lines: Vec<String>,
}

/// The largest that programs may be, without a model.
const THUMB: usize = 128_000;
const WASM: usize = 120_000;
const X86: usize = 400_000;
/// The most memory, with the stack.
const MEMORY: usize = 64_000;

/// The sizes of what was built for a target, and what its board says.
///
/// # Errors
///
/// A program cannot be built or run.
pub(super) fn sizes(
    root: &Path,
    target: &Target,
    suite: &Suite,
    work: &Path,
) -> Result<(Vec<Size>, Vec<Board>), String> {
    match target.kind {
        Kind::Host => Ok((vec![fixed(root, work, true)?, fixed(root, work, false)?], Vec::new())),
        Kind::Linux => Ok((Vec::new(), Vec::new())),
        Kind::Module => module(root, target).map(|sizes| (sizes, Vec::new())),
        Kind::Board => board(root, target, suite, work),
    }
}

/// The engine with all of its kernels and the replaying of a suite, without the C library.
fn fixed(root: &Path, work: &Path, small: bool) -> Result<Size, String> {
    let program = Program { name: "stonechat-replay-wasm", variables: &[], agreement: false, small };
    let host = super::target::TARGETS.first().ok_or("there are no targets")?;
    let built = build(root, host, &program)?;
    let library = built.with_file_name("libstonechat_replay_wasm.a");
    let linked = work.join("engine-x86-64");
    // What starts it, takes text, copies memory and unwinds is not there: it is linked to be weighed, not to run.
    let mut command = Command::new("cc");
    command.args(["-static", "-nostdlib", "-Wl,--gc-sections,--strip-all,--build-id=none,-e,replay"]);
    command.args(["-Wl,--unresolved-symbols=ignore-all", "-o"]);
    output(command.arg(&linked).arg(&library))?;
    let what = format!("x86-64, static, stripped, built for {}", if small { "size" } else { "speed" });
    Ok(Size { what, bytes: length(&linked)?, limit: small.then_some(X86) })
}

fn length(path: &Path) -> Result<usize, String> {
    let data = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(data.len() as usize)
}

/// A module without the checks of kernels, as it is and compressed.
fn module(root: &Path, target: &Target) -> Result<Vec<Size>, String> {
    let program = Program { name: "stonechat-replay-wasm", variables: &[], agreement: false, small: false };
    let path = build(root, target, &program)?;
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let size = |what: &str, bytes, limit| Size { what: format!("{}{what}", target.name), bytes, limit };
    Ok(vec![size("", bytes.len(), None), size(", gzipped", gzipped(&bytes)?, Some(WASM))])
}

fn gzipped(bytes: &[u8]) -> Result<usize, String> {
    let failed = |error| format!("gzip -9: {error}");
    let mut command = Command::new("gzip");
    command.args(["-9", "-n", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let mut input = child.stdin.take().ok_or("gzip -9: it takes no input")?;
    std::thread::scope(|scope| {
        // Apart, because it writes before it has read everything.
        let fed = scope.spawn(move || input.write_all(bytes));
        let done = child.wait_with_output().map_err(failed)?;
        match fed.join() {
            Ok(Ok(())) if done.status.success() => Ok(done.stdout.len()),
            _ => Err(format!("gzip -9: {}", done.status)),
        }
    })
}

/// The example with each model that is made for a microcontroller.
fn board(
    root: &Path,
    target: &Target,
    suite: &Suite,
    work: &Path,
) -> Result<(Vec<Size>, Vec<Board>), String> {
    let golden = suite.golden.iter().filter(|of| of.name == "v1/smart-home-8-bit" || of.name == "v1/parts");
    let models = golden.map(|of| (of.name.as_str(), &of.model)).chain(
        (suite.sets.iter()).filter(|set| !set.name.contains('/')).map(|set| (set.name.as_str(), &set.model)),
    );
    let (mut sizes, mut boards) = (Vec::new(), Vec::new());
    for (name, model) in models {
        let file: PathBuf = work.join("board.stone");
        fs::write(&file, model).map_err(|error| format!("{}: {error}", file.display()))?;
        let variables = [("STONECHAT_MODEL", file.as_os_str())];
        let program = Program { name: "answer", variables: &variables, agreement: false, small: false };
        let path = build(root, target, &program)?;
        // Every instruction takes the same time, so that the board's clock counts them.
        let written = output(runner(root, target, &path).args(["-icount", "shift=0"]))?;
        let lines: Vec<String> = String::from_utf8_lossy(&written).lines().map(str::to_string).collect();
        let number = |before: &str, after: &str| {
            let line = lines.iter().find_map(|line| line.split_once(before));
            let digits = line.and_then(|(_, rest)| rest.split(after).next());
            digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
                format!("{name} on the board: it does not say `{before}N{after}`:\n{}", lines.join("\n"))
            })
        };
        sizes.push(Size {
            what: format!("thumbv7em, flash with {name}, without the model"),
            bytes: number("of these ", " program")?,
            limit: Some(THUMB),
        });
        sizes.push(Size {
            what: format!("thumbv7em, memory with {name} ({} bytes) and its stack", model.len()),
            bytes: number("memory: ", " bytes")?,
            limit: Some(MEMORY),
        });
        boards.push(Board { model: name.to_string(), lines });
    }
    Ok((sizes, boards))
}
