//! What the golden tables say: the answers that every target must give.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// A golden model and its cases.
pub(super) struct Golden {
    /// Its name and version, as `v1/travel`.
    pub(super) name: String,
    pub(super) model: Vec<u8>,
    /// Name and text of each case.
    pub(super) cases: Vec<(String, String)>,
    /// The answer to each case: its fields without name and text.
    pub(super) answers: Vec<Value>,
}

/// Every golden model of every version.
///
/// # Errors
///
/// A file that cannot be read, or is no table.
pub(super) fn read(root: &Path) -> Result<Vec<Golden>, String> {
    let golden = root.join("golden");
    let mut out = Vec::new();
    for version in entries(&golden.join("cases"))? {
        for name in entries(&golden.join("cases").join(&version))? {
            let Some(name) = name.strip_suffix(".jsonl") else { continue };
            let table = golden.join(format!("cases/{version}/{name}.jsonl"));
            let model = golden.join(format!("models/{version}/{name}.stone"));
            let failed = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            let text = fs::read_to_string(&table).map_err(|error| failed(&table, &error))?;
            let mut of = Golden {
                name: format!("{version}/{name}"),
                model: fs::read(&model).map_err(|error| failed(&model, &error))?,
                cases: Vec::new(),
                answers: Vec::new(),
            };
            for line in text.lines().skip(1) {
                let mut case: Value = serde_json::from_str(line).map_err(|error| failed(&table, &error))?;
                let fields = case.as_object_mut().ok_or_else(|| failed(&table, &"a case is no object"))?;
                let mut take = |key: &str| match fields.remove(key) {
                    Some(Value::String(text)) => Ok(text),
                    _ => Err(failed(&table, &format!("a case has no {key}"))),
                };
                of.cases.push((take("name")?, take("text")?));
                of.answers.push(case);
            }
            out.push(of);
        }
    }
    if out.is_empty() { Err("golden/cases: no tables; restore them".to_string()) } else { Ok(out) }
}

/// Names inside a folder, sorted.
fn entries(folder: &Path) -> Result<Vec<String>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        out.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    out.sort();
    Ok(out)
}
