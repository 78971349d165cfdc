//! `cargo xtask header`: the header of the C interface follows from `bindings/c/src/`.

use std::fs;
use std::path::Path;

const FOLDER: &str = "bindings/c";
/// The files whose documents are the header's, in its order.
const SOURCES: [&str; 6] = ["status.rs", "text.rs", "model.rs", "engine.rs", "answer.rs", "value.rs"];

/// Writes `stonechat.h`, or, with `check`, fails when it differs from what would be written.
///
/// # Errors
///
/// The sources cannot be read, or the header differs.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let folder = root.join(FOLDER);
    let failed = |error: &dyn std::fmt::Display| format!("{FOLDER}: {error}; mend it");
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).map_err(|error| failed(&error))?;
    let mut builder = cbindgen::Builder::new().with_config(config);
    for name in SOURCES {
        builder = builder.with_src(folder.join("src").join(name));
    }
    let mut raw = Vec::new();
    builder.generate().map_err(|error| failed(&error))?.write(&mut raw);
    let text = for_c(&String::from_utf8(raw).map_err(|error| failed(&error))?);
    let path = folder.join("include/stonechat.h");
    if fs::read_to_string(&path).is_ok_and(|found| found == text) {
        println!("header: {FOLDER}/include/stonechat.h is current");
        return Ok(());
    }
    if check {
        return Err(format!(
            "{FOLDER}/include/stonechat.h: differs from the sources; run `cargo xtask header`"
        ));
    }
    let draft = path.with_extension("h.tmp");
    fs::create_dir_all(folder.join("include"))
        .and_then(|()| fs::write(&draft, text))
        .and_then(|()| fs::rename(&draft, &path))
        .map_err(|error| failed(&error))?;
    println!("header: {FOLDER}/include/stonechat.h written");
    Ok(())
}

/// The header without what is said to Rust alone: sections on safety, which stand last in their comments and repeat what the
/// head of the header asks for.
fn for_c(header: &str) -> String {
    let mut out = String::new();
    let mut safety = false;
    for line in header.lines() {
        let words = line.trim().trim_start_matches('*').trim();
        if words == "# Safety" {
            safety = true;
            // The empty line before it.
            let end = out.trim_end().trim_end_matches('*').trim_end().len();
            out.truncate(end);
            out.push('\n');
        }
        safety &= !line.trim_start().starts_with("*/");
        if !safety {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::for_c;

    #[test]
    fn safety_is_left_out() {
        let header = "/**\n * Does.\n *\n * # Safety\n *\n * As above.\n */\nint does(void);\n";
        assert_eq!(for_c(header), "/**\n * Does.\n */\nint does(void);\n");
    }
}
