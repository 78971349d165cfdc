//! Which crate may depend on which. Tests (`dev-dependencies`) may use more.

use toml::{Table, Value};

/// Everything of ours.
const ALL: &[&str] = &["task", "engine", "eval", "escalate", "train", "serve", "batch"];

/// Per folder, the crates of ours that it may use.
const ARROWS: [(&str, &[&str]); 11] = [
    ("crates/task", &[]),
    ("crates/engine", &[]),
    ("crates/eval", &["task", "engine"]),
    ("crates/escalate", &["task", "engine"]),
    ("crates/train", &["task", "engine", "eval"]),
    ("crates/serve", &["engine", "escalate"]),
    ("crates/batch", &["engine"]),
    ("crates/cli", ALL),
    ("crates/stonechat", ALL),
    ("everywhere/replay", &["engine"]),
    ("bindings/c", &["engine"]),
];

/// Holds a manifest against the arrows.
pub(super) fn check(folder: &str, manifest: &str) -> Vec<String> {
    if folder == "xtask" {
        return Vec::new();
    }
    let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == folder) else {
        return vec![format!(
            "{folder}/Cargo.toml:1: this crate is not on the map; give it a place in xtask/src/layout/arrows.rs and \
             the architecture"
        )];
    };
    let table: Table = match manifest.parse() {
        Ok(table) => table,
        Err(error) => return vec![format!("{folder}/Cargo.toml:1: {error}; mend it")],
    };
    let mut broken = Vec::new();
    for name in dependencies(&table) {
        let Some(ours) = name.strip_prefix("stonechat") else { continue };
        let ours = ours.trim_start_matches('-');
        if !allowed.contains(&ours) {
            let line = manifest.lines().position(|line| line.contains(&name)).unwrap_or_default() + 1;
            broken.push(format!(
                "{folder}/Cargo.toml:{line}: this crate may not depend on `{name}`; move what it needs down"
            ));
        }
    }
    broken
}

/// The packages that a manifest depends on, for every target, tests aside.
fn dependencies(table: &Table) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("dependencies" | "build-dependencies", Value::Table(all)) => {
                out.extend(all.iter().map(|(name, value)| {
                    value.get("package").and_then(Value::as_str).unwrap_or(name).to_string()
                }));
            }
            ("target", Value::Table(targets)) => {
                out.extend(targets.values().filter_map(Value::as_table).flat_map(dependencies));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn arrows_point_down() {
        let table =
            |name: &str| format!("[package]\nname = \"x\"\n[dependencies]\n{name}.workspace = true\n");
        assert!(check("crates/eval", &table("stonechat-engine")).is_empty());
        assert!(check("crates/cli", &table("stonechat-train")).is_empty());
        assert!(check("xtask", &table("stonechat-cli")).is_empty());
        assert!(check("crates/engine", &table("serde")).is_empty());
        let broken = check("crates/engine", &table("stonechat-task"));
        assert!(broken[0].starts_with("crates/engine/Cargo.toml:4: "), "{broken:?}");
        assert_eq!(check("crates/eval", &table("stonechat-train")).len(), 1);
        assert_eq!(check("crates/task", &table("stonechat")).len(), 1, "the facade stands above all");
        assert_eq!(check("crates/unheard-of", "").len(), 1);
    }

    #[test]
    fn no_way_around() {
        let renamed = "[dependencies]\nother = { package = \"stonechat-train\", path = \"../train\" }";
        assert_eq!(check("crates/eval", renamed).len(), 1);
        let target = "[target.'cfg(unix)'.dependencies]\nstonechat-train.workspace = true";
        assert_eq!(check("crates/eval", target).len(), 1);
        let build = "[build-dependencies]\nstonechat-train.workspace = true";
        assert_eq!(check("crates/eval", build).len(), 1);
        let tests = "[dev-dependencies]\nstonechat-train.workspace = true";
        assert!(check("crates/eval", tests).is_empty());
    }
}
