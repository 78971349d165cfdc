//! `cargo xtask docs`: what of the documents follows from the code.
//!
//! - `docs/cli.md` is the help of the command line.
//! - Every file that a document names is there.
//! - The examples of `README.md` show what the commands print. A line that differs in a time only is left as it is. The command
//!   line's own tests compare them, so `--check` does not.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The word under which xtask is the command line itself, so that the examples need no second build.
pub(crate) const STONECHAT: &str = "stonechat";

/// What stands before the help.
const HEAD: &str = "\
<!-- Written by `cargo xtask docs` from the help of the commands: do not edit. -->

# Command line

Results go to standard output, messages and progress to standard error as `stonechat: FILE:LINE: what is wrong; what to
do`. `TASK` is a folder with a `task.toml`, that file itself, or bare data; [data.md](data.md) describes all three.

`STONECHAT_KERNEL=NAME` forces the kernel that computes; the answers do not depend on it. `stonechat inspect` tells which
one runs, and an unknown name lists those that there are. The common options, shown once, belong to every command.
";

/// Writes the documents, or, with `check`, fails when the help differs from what would be written. Either way, every file
/// that a document names must be there.
///
/// # Errors
///
/// The document that differs or cannot be made, and what to do.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let mut documents = vec![("docs/cli.md", cli())];
    if !check {
        let readme = root.join("README.md");
        let text = fs::read_to_string(&readme).map_err(|error| format!("{}: {error}", readme.display()))?;
        documents.push(("README.md", examples(&text)?));
    }
    for (name, text) in documents {
        let path = root.join(name);
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        if check {
            return Err(format!("{name}: differs from the help of the commands; run `cargo xtask docs`"));
        }
        let draft = path.with_extension("md.tmp");
        fs::write(&draft, text)
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|error| format!("{name}: {error}"))?;
        println!("docs: {name} written");
    }
    match lost(root)? {
        lost if lost.is_empty() => Ok(()),
        lost => Err(lost.join("\n")),
    }
}

/// Every name of a file in the documents under which there is none.
fn lost(root: &Path) -> Result<Vec<String>, String> {
    let failed = |error| format!("docs: {error}");
    let mut documents = vec!["README.md".into(), "CONTRIBUTING.md".into()];
    for entry in fs::read_dir(root.join("docs")).map_err(failed)? {
        documents.push(Path::new("docs").join(entry.map_err(failed)?.file_name()));
    }
    documents.sort();
    let mut lost = Vec::new();
    for document in documents {
        let text = fs::read_to_string(root.join(&document)).map_err(failed)?;
        let folder = document.parent().unwrap_or(Path::new(""));
        for (index, line) in text.lines().enumerate() {
            for name in links(line).map(|name| folder.join(name)).chain(paths(line).map(Into::into)) {
                if !root.join(&name).exists() {
                    lost.push(format!(
                        "{}:{}: there is no {}; name the file that is meant",
                        document.display(),
                        index + 1,
                        name.display()
                    ));
                }
            }
        }
    }
    Ok(lost)
}

/// Files that a line links to.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

/// Files that a line names from the root of the repository.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: [&str; 8] =
        ["crates/", "docs/", "xtask/", "bench/", "golden/", "fuzz/", "bindings/", "examples/"];
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)) && !name.contains(' '))
}

/// The help of every command.
fn cli() -> String {
    let mut command = stonechat_cli::command();
    command.build();
    let mut out = HEAD.to_string();
    let mut add = |title: &str, help: &str| {
        let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
        out.push_str(&format!("\n## {title}\n\n```text\n{}\n```\n", help.join("\n")));
    };
    add("stonechat", &command.render_long_help().to_string());
    let mut waiting = vec![("stonechat".to_string(), command)];
    while let Some((name, mut command)) = waiting.pop() {
        if name != "stonechat" {
            // The options of every command stand once, above.
            command = command.mut_args(|option| {
                let common = option.is_global_set();
                option.hide(common)
            });
            add(&name, &command.render_long_help().to_string());
        }
        let below = command.get_subcommands();
        let below = below.filter(|command| !command.is_hide_set() && command.get_name() != "help");
        let below: Vec<_> =
            below.map(|command| (format!("{name} {}", command.get_name()), command.clone())).collect();
        // The first one waits on top.
        waiting.extend(below.into_iter().rev());
    }
    out
}

/// A document whose `console` blocks show what their commands print now. They run one after the other in one folder, which
/// is empty at first.
fn examples(document: &str) -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("stonechat-docs-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let shown = replay(document, |words| answer(&folder, words));
    // It lies where temporary files are cleared away in any case.
    let _ = fs::remove_dir_all(&folder);
    shown
}

/// What a command prints.
fn answer(folder: &Path, words: &[String]) -> Result<String, String> {
    let Some((STONECHAT, words)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
        return Err(format!("an example must begin with `{STONECHAT}`"));
    };
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .arg(STONECHAT)
        .args(words)
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, text(&output.stderr).trim_end()));
    }
    Ok(text(&output.stderr) + &text(&output.stdout))
}

/// The document with the answers of its commands put in.
fn replay(
    document: &str,
    mut answer: impl FnMut(&[String]) -> Result<String, String>,
) -> Result<String, String> {
    let mut out = String::new();
    let mut console = false;
    let mut lines = document.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.starts_with("```") {
            console = line == "```console";
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| console) else { continue };
        let fresh =
            answer(&words(command)).map_err(|error| format!("README.md:{}: {error}; mend it", index + 1))?;
        let mut old = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.starts_with("$ ") && *line != "```") {
            old.push(line);
        }
        for (at, line) in fresh.lines().enumerate() {
            let same = old.get(at).filter(|old| without_times(old) == without_times(line));
            out.push_str(same.unwrap_or(&line).trim_end());
            out.push('\n');
        }
    }
    Ok(out)
}

/// The words of a command; quotation marks hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('"').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_string());
        } else {
            words.extend(part.split_whitespace().map(str::to_string));
        }
    }
    words
}

/// A line without the numbers that stand before a unit of time.
fn without_times(line: &str) -> String {
    let parts: Vec<&str> = line.split(' ').collect();
    let is_time = |at: usize| {
        let unit = parts.get(at + 1).map(|unit| unit.trim_end_matches(|c: char| !c.is_alphabetic()));
        matches!(unit, Some("µs" | "ms" | "s"))
    };
    let shown: Vec<&str> =
        parts.iter().enumerate().map(|(at, part)| if is_time(at) { "#" } else { part }).collect();
    shown.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_put_in() {
        let document = "$ text\n```console\n$ a \"b c\" d\nold 1.5 µs, 3\ngone\n$ e\n```\n```sh\n$ no\n```\n";
        let mut asked = Vec::new();
        let found = replay(document, |words| {
            asked.push(words.join("|"));
            Ok(if asked.len() == 1 { "old 2.5 µs, 3\n" } else { "new\n" }.to_string())
        });
        let expected = "$ text\n```console\n$ a \"b c\" d\nold 1.5 µs, 3\n$ e\nnew\n```\n```sh\n$ no\n```\n";
        assert_eq!(found.as_deref(), Ok(expected));
        assert_eq!(asked, ["a|b c|d", "e"]);
    }

    #[test]
    fn only_times_may_differ() {
        assert_eq!(without_times("took 1.5 ms, 2 s for 3 rows"), "took # ms, # s for 3 rows");
        assert_ne!(without_times("1 row"), without_times("2 row"));
    }

    #[test]
    fn a_failure_names_its_line() {
        let found = replay("x\n```console\n$ boom\n```\n", |_| Err("no".to_string()));
        assert_eq!(found, Err("README.md:3: no; mend it".to_string()));
    }

    #[test]
    fn files_are_found_in_lines() {
        let line = "[a](b.md#c) `crates/x.rs`, `y.rs` [d](https://e) [f](#g) `golden/`, `crates/x --flag`";
        assert_eq!(links(line).collect::<Vec<_>>(), ["b.md"]);
        assert_eq!(paths(line).collect::<Vec<_>>(), ["crates/x.rs", "golden/"]);
    }

    #[test]
    fn every_command_is_documented() {
        let text = cli();
        for name in [
            "demo",
            "new",
            "check",
            "train",
            "eval",
            "verify",
            "predict",
            "inspect",
            "bench",
            "convert",
            "words build",
        ] {
            assert!(text.contains(&format!("## stonechat {name}\n")), "{name}");
        }
        assert!(!text.contains("cold-start") && !text.contains('\u{1b}'));
    }
}
