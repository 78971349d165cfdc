//! The first examples of `docs/bindings.md`: each is run as it stands there, and must say what stands behind it.

use super::program::run;
use super::tools::{CC, Missing, NODE};
use std::fs;
use std::path::Path;
use std::process::Command;

const DOCUMENT: &str = "docs/bindings.md";
const TEXT: &str = "set the bedroom lights to thirty percent at half past six";

/// Runs the examples: that for C with the library under `work/prefix`, that for JavaScript with the package.
///
/// # Errors
///
/// An example that is not there, does not run, or says something else.
pub(super) fn test(root: &Path, work: &Path, modules: bool, missing: &mut Missing) -> Result<(), String> {
    let document = fs::read_to_string(root.join(DOCUMENT)).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    let model = root.join("golden/models/v1/smart-home.stone");
    let write = |name: &str, text: &str| {
        let path = work.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    if missing.none("the example for C", &[CC]) {
        let (code, due) = example(&document, "c")?;
        let (source, program) = (write("first.c", &code)?, work.join("first"));
        let (prefix, mut compiler) = (work.join("prefix"), Command::new(CC.name));
        compiler.args(["-std=c11", "-Wall", "-Werror"]).arg(source).arg("-I").arg(prefix.join("include"));
        compiler.arg(prefix.join("lib/libstonechat.a")).args(["-lpthread", "-lm", "-ldl"]);
        run(compiler.arg("-o").arg(&program))?;
        same("C", &run(Command::new(program).arg(&model).arg(TEXT))?, &due)?;
        let listed = fs::read_to_string(root.join("bindings/c/examples/first.c"));
        if listed.ok().as_deref() != Some(&code) {
            return Err(format!(
                "{DOCUMENT}: the example differs from bindings/c/examples/first.c; make them equal"
            ));
        }
    }
    if modules && missing.none("the example for JavaScript", &[NODE]) {
        let (code, due) = example(&document, "js")?;
        // Where the package is found under its name.
        let folder = work.join("node/node_modules");
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let name = folder.join("stonechat");
        let _ = fs::remove_file(&name);
        link(&root.join("bindings/web"), &name)?;
        let source = write("node/first.mjs", &code)?;
        same("JavaScript", &run(Command::new(NODE.name).arg(source).arg(&model).arg(TEXT))?, &due)?;
    }
    println!("examples: {DOCUMENT} says what they say");
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, name: &Path) -> Result<(), String> {
    let to = to.canonicalize().map_err(|error| format!("{}: {error}", to.display()))?;
    std::os::unix::fs::symlink(to, name).map_err(|error| format!("{}: {error}", name.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, name: &Path) -> Result<(), String> {
    Err(format!("{}: only for Unix", name.display()))
}

fn same(language: &str, said: &str, due: &str) -> Result<(), String> {
    if said.trim_end() == due.trim_end() {
        return Ok(());
    }
    Err(format!("{DOCUMENT}: the example for {language} says:\n{said}\nand not:\n{due}"))
}

/// The first block of code in a language, and the block of text behind it.
fn example(document: &str, language: &str) -> Result<(String, String), String> {
    let block = |text: &str, language: &str| {
        let start = format!("```{language}\n");
        let inside = &text[text.find(&start)? + start.len()..];
        let end = inside.find("```")?;
        Some((inside[..end].to_string(), inside[end..].to_string()))
    };
    let found = block(document, language).and_then(|(code, rest)| Some((code, block(&rest, "text")?.0)));
    found
        .ok_or_else(|| format!("{DOCUMENT}: there is no example in `{language}` with what it says behind it"))
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn examples_are_found() {
        let document = "a\n```sh\nno\n```\n```c\nint x;\n```\nsays\n```text\none\ntwo\n```\n";
        assert_eq!(example(document, "c"), Ok(("int x;\n".to_string(), "one\ntwo\n".to_string())));
        assert!(example(document, "js").is_err());
    }
}
