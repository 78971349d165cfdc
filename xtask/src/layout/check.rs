//! Every rule over every crate.

use super::source::Crate;
use super::{arrows, circles, faces, rooms, words};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Holds every crate of the repository against every rule.
///
/// # Errors
///
/// All violations, one a line, as `FILE:LINE: what is wrong; what to do instead`.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut folders = subfolders(&root.join("crates"))?;
    folders.extend(subfolders(&root.join("bindings"))?);
    folders.extend(["everywhere/replay", "xtask"].map(|folder| root.join(folder)));
    let mut broken = Vec::new();
    let mut files = 0;
    for folder in &folders {
        let name = folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().replace('\\', "/");
        broken.extend(arrows::check(&name, &read(&folder.join("Cargo.toml"))?));
        let mut sources = BTreeMap::new();
        collect(&folder.join("src"), &format!("{name}/src"), &mut sources)?;
        let (read, unread) = Crate::parse(&name, &sources);
        files += read.files.len();
        broken.extend(unread);
        for rule in [circles::check, rooms::check, words::check, faces::check] {
            broken.extend(rule(&read));
        }
    }
    if broken.is_empty() {
        println!("layout: {files} files of {} crates keep to the rules", folders.len());
        return Ok(());
    }
    broken.push(format!("layout: {} violations", broken.len()));
    Err(broken.join("\n"))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// What lies in a folder, in order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        out.push(entry.map_err(failed)?.path());
    }
    out.sort();
    Ok(out)
}

fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, String> {
    Ok(entries(folder)?.into_iter().filter(|path| path.join("Cargo.toml").is_file()).collect())
}

/// Reads every Rust file below a folder; `name` is the folder's path in the repository.
fn collect(folder: &Path, name: &str, out: &mut BTreeMap<String, String>) -> Result<(), String> {
    for path in entries(folder)? {
        let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &name, out)?;
        } else if name.ends_with(".rs") {
            out.insert(name, read(&path)?);
        }
    }
    Ok(())
}
