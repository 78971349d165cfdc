//! Writes `golden/`, or holds it against what this tree makes.

use super::models::{Golden, MODELS};
use super::table::{Question, questions, same, table};
use super::texts::texts;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use stonechat_engine::format::VERSION;
use stonechat_task::{Splits, write_file};

/// Beside the models of a version: its files are out in the world and stay as they are.
const RELEASED: &str = "released";

/// Trains the models of the current format version, and writes them and their tables; of a version that was released, only
/// those that are not there yet. With `check`, writes nothing: trains them again and compares, and replays the tables of
/// every version with every kernel.
///
/// # Errors
///
/// Whatever is not as it must be, a line each.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let golden = root.join("golden");
    let released = golden.join(format!("models/v{VERSION}/{RELEASED}")).exists();
    let mut broken = Vec::new();
    for model in &MODELS {
        let path = format!("models/v{VERSION}/{}.stone", model.name);
        if released && golden.join(&path).exists() {
            continue;
        }
        let done = make(root, model).and_then(|(bytes, table)| {
            let files = [(path, bytes), (cases_of(VERSION, model.name), table.into_bytes())];
            let hand = if check { compare } else { write };
            files.iter().try_for_each(|(path, bytes)| hand(&golden, path, bytes))
        });
        broken.extend(done.err());
    }
    let mut count = 0;
    for version in 1..=VERSION {
        match replay(&golden, version) {
            Ok(cases) => count += cases,
            Err(errors) => broken.extend(errors),
        }
    }
    if broken.is_empty() {
        println!("golden: {count} cases answered as written");
        return Ok(());
    }
    broken.sort();
    broken.dedup();
    Err(broken.join("\n"))
}

fn cases_of(version: u32, name: &str) -> String {
    format!("cases/v{version}/{name}.jsonl")
}

/// A model file and its table.
fn make(root: &Path, golden: &Golden) -> Result<(Vec<u8>, String), String> {
    let (task, splits) = golden.data(root)?;
    let bytes = golden.train(&task, &splits)?;
    let path = format!("models/v{VERSION}/{}.stone", golden.name);
    let table = table(&path, &bytes, &asked(&splits))?;
    Ok((bytes, table))
}

/// Rows of its data that a model is asked, at the most.
const ROWS: usize = 16;

/// Rows of the data, evenly spread, and the texts that every model is asked.
fn asked(splits: &Splits) -> Vec<Question> {
    let rows: Vec<&str> = splits.all().map(|row| row.text.as_str()).collect();
    let step = rows.len().div_ceil(ROWS).max(1);
    let rows = rows.into_iter().step_by(step).enumerate();
    let rows =
        rows.map(|(index, text)| Question { name: format!("row {}", index + 1), text: text.to_string() });
    rows.chain(texts()).collect()
}

fn write(golden: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let full = golden.join(path);
    fs::create_dir_all(full.parent().unwrap_or(golden)).map_err(|error| format!("golden/{path}: {error}"))?;
    write_file(&full, bytes).map_err(|error| error.to_string())
}

/// Whether a file has these bytes.
fn compare(golden: &Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    if read(golden, path)? == bytes {
        return Ok(());
    }
    Err(format!(
        "golden/{path}: made anew it is another file; if that is meant, and the version is not released, run \
         `cargo xtask golden`"
    ))
}

fn read(golden: &Path, path: &str) -> Result<Vec<u8>, String> {
    fs::read(golden.join(path)).map_err(|error| format!("golden/{path}: {error}; run `cargo xtask golden`"))
}

/// The files of a folder that end so, without the end.
fn names(folder: &Path, end: &str) -> Result<BTreeSet<String>, String> {
    let failed = |error| format!("{}: {error}; run `cargo xtask golden`", folder.display());
    let mut out = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path: PathBuf = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        out.extend(name.strip_suffix(end).map(str::to_string));
    }
    Ok(out)
}

/// Answers every table of a version again. Returns how many cases there are.
fn replay(golden: &Path, version: u32) -> Result<usize, Vec<String>> {
    let folder = |kind: &str| golden.join(format!("{kind}/v{version}"));
    let models = names(&folder("models"), ".stone").map_err(|error| vec![error])?;
    let tables = names(&folder("cases"), ".jsonl").map_err(|error| vec![error])?;
    let mut broken: Vec<String> = models
        .symmetric_difference(&tables)
        .map(|name| {
            format!("golden: v{version} has not both a model and a table of `{name}`; restore the other")
        })
        .collect();
    let mut count = 0;
    for name in models.intersection(&tables) {
        match replay_one(golden, version, name) {
            Ok(cases) => count += cases,
            Err(error) => broken.push(error),
        }
    }
    if broken.is_empty() { Ok(count) } else { Err(broken) }
}

fn replay_one(golden: &Path, version: u32, name: &str) -> Result<usize, String> {
    let (model, cases) = (format!("models/v{version}/{name}.stone"), cases_of(version, name));
    let bytes = read(golden, &model)?;
    let committed = String::from_utf8(read(golden, &cases)?)
        .map_err(|error| format!("golden/{cases}: {error}; restore the file"))?;
    let questions = questions(&cases, &committed)?;
    same(&format!("golden/{cases}"), &committed, &table(&model, &bytes, &questions)?)?;
    Ok(questions.len())
}
