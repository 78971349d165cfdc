//! All of it, in order.

use super::build::{Program, build, output, runner};
use super::need::missing;
use super::options::Options;
use super::record::{Held, Record};
use super::replayed::{Replayed, read};
use super::size::sizes;
use super::suite::Suite;
use super::target::{Kind, Target};
use crate::bench::{Circumstances, commit_date};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Builds every target's program, lets it answer the suite, and holds the answers against the golden tables and each other; weighs
/// the programs.
///
/// # Errors
///
/// All that is not as it must be: a difference, a size beyond its limit, a target that cannot be built.
pub(crate) fn run(root: &Path, options: &Options) -> Result<(), String> {
    let root = &fs::canonicalize(root).map_err(|error| format!("{}: {error}", root.display()))?;
    let work = root.join("target/everywhere/work");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let mut circumstances = Circumstances::before(root)?;
    let start = Instant::now();
    let suite = Suite::make(root, data(root, options)?.as_deref(), &work)?;
    let file = work.join("suite");
    fs::write(&file, suite.bytes()).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("suite: {} texts, made in {:.1} s", suite.len(), start.elapsed().as_secs_f64());

    let mut reference: Option<Replayed> = None;
    let (mut targets, mut weighed, mut boards) = (Vec::new(), Vec::new(), Vec::new());
    let (mut broken, mut left_out) = (Vec::new(), Vec::new());
    for target in &options.targets {
        if let Some(missing) = missing(target.needs()) {
            println!("{}: NOT BUILT, NOT RUN: {missing}", target.name);
            left_out.push(target.name);
            continue;
        }
        let done = one(root, target, &suite, &file, &mut reference).and_then(|held| {
            println!(
                "{}: {}, built in {:.1} s, answered in {:.1} s",
                target.name,
                held.kernels.join(", "),
                held.build_s,
                held.run_s
            );
            targets.push(held);
            sizes(root, target, &suite, &work)
        });
        match done {
            Ok((sizes, of_boards)) => {
                weighed.extend(sizes);
                boards.extend(of_boards);
            }
            Err(error) => broken.push(format!("{}: {error}", target.name)),
        }
    }
    for size in &weighed {
        let limit = size.limit.map_or(String::new(), |limit| format!(", at most {limit}"));
        println!("{}: {} bytes{limit}", size.what, size.bytes);
        if !size.met() {
            broken.push(format!("{}: {} bytes are more than it may have{limit}", size.what, size.bytes));
        }
    }
    circumstances.after();
    if let (Some(path), Some(reference)) = (&options.record, &reference) {
        let digests = reference.parts().into_iter().map(Into::into).collect();
        let date = commit_date(root)?;
        let data = suite.has_data;
        let record = Record { date, circumstances, data, targets, digests, sizes: weighed, boards };
        record.write(path)?;
        println!("{}: the record", path.display());
    }
    if !left_out.is_empty() {
        let line = format!("left out: {}", left_out.join(", "));
        if options.allow_missing {
            println!("{line}, as --allow-missing allows");
        } else {
            broken.push(format!("{line}; install what is named above, or allow it with --allow-missing"));
        }
    }
    if broken.is_empty() {
        println!("everywhere: the same answers, {:.1} s", start.elapsed().as_secs_f64());
        return Ok(());
    }
    Err(broken.join("\n"))
}

/// The folder of the data sets; none if there is none where it is looked for without being named.
fn data(root: &Path, options: &Options) -> Result<Option<PathBuf>, String> {
    if options.no_data {
        return Ok(None);
    }
    let named = options.data.clone().or_else(|| std::env::var_os("STONECHAT_DATA").map(PathBuf::from));
    match named {
        None => Ok(Some(root.join("../shared/data")).filter(|folder| folder.is_dir())),
        Some(folder) if folder.is_dir() => {
            fs::canonicalize(&folder).map(Some).map_err(|error| format!("{}: {error}", folder.display()))
        }
        Some(folder) => Err(format!("{}: no folder; name that of the data sets", folder.display())),
    }
}

/// Builds and runs the program of a target, and holds what it answers. The first kernel that is called the reference becomes what all
/// others are held against.
fn one(
    root: &Path,
    target: &'static Target,
    suite: &Suite,
    file: &Path,
    reference: &mut Option<Replayed>,
) -> Result<Held, String> {
    let start = Instant::now();
    let variables: &[(&str, &OsStr)] = match target.kind {
        Kind::Board => &[("STONECHAT_SUITE", file.as_os_str())],
        _ => &[],
    };
    let name = match target.kind {
        Kind::Host | Kind::Linux => "stonechat-replay-host",
        Kind::Module => "stonechat-replay-wasm",
        Kind::Board => "replay",
    };
    let program = build(root, target, &Program { name, variables, agreement: true, small: false })?;
    let build_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut command = runner(root, target, &program);
    if target.kind != Kind::Board {
        command.arg(file);
    }
    // All kernels, whatever is forced elsewhere.
    let written = output(command.env_remove("STONECHAT_KERNEL"))?;
    let run_s = start.elapsed().as_secs_f64();
    let (all, stack) = read(&String::from_utf8_lossy(&written))?;
    let kernels: Vec<String> = all.iter().map(|replayed| replayed.kernel.clone()).collect();
    if let Some(missing) = target.kernels.iter().find(|wanted| !kernels.iter().any(|found| found == *wanted))
    {
        return Err(format!("the kernel {missing} did not answer, only {}", kernels.join(", ")));
    }
    if reference.is_none() {
        *reference = all.iter().find(|replayed| replayed.kernel == "reference").cloned();
    }
    let reference = reference.as_ref().ok_or("no reference answered before")?;
    for replayed in &all {
        let with = |error| format!("kernel {}: {error}", replayed.kernel);
        replayed.hold_golden(suite).map_err(with)?;
        replayed.hold_against(reference).map_err(with)?;
        if replayed.checks == 0 && target.kind != Kind::Board {
            return Err(with("it was not held against the reference".to_string()));
        }
    }
    let checks = all.iter().map(|replayed| replayed.checks).max().unwrap_or(0);
    Ok(Held { name: target.name, kernels, checks, build_s, run_s, stack })
}
