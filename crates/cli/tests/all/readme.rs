//! What README.md shows is what the program prints, up to times and the name of the kernel.
//!
//! In each block fenced as `console`, a line `$ stonechat …` or `$ cargo run --release -- …` is a command, and the lines up to
//! the next one are its messages and results, in this order. The commands run one after the other in one folder, which is
//! empty at first.

use std::fs;
use std::path::Path;

use crate::support::Folder;

/// A command of the README.
#[derive(Debug, PartialEq)]
struct Example {
    /// Where it stands, from 1.
    line: usize,
    command: String,
    shown: Vec<String>,
}

fn examples(document: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let (mut console, mut open) = (false, false);
    for (index, line) in document.lines().enumerate() {
        if line.starts_with("```") {
            console = !open && line == "```console";
            open = !open;
        } else if console && let Some(command) = line.strip_prefix("$ ") {
            found.push(Example { line: index + 1, command: command.to_string(), shown: Vec::new() });
        } else if console {
            let last = found.last_mut().unwrap_or_else(|| panic!("README.md:{}: no command yet", index + 1));
            last.shown.push(line.to_string());
        }
    }
    found
}

/// The arguments of the program, if the command runs it; quotation marks hold words together.
fn arguments(command: &str) -> Option<Vec<String>> {
    let rest =
        command.strip_prefix("stonechat ").or_else(|| command.strip_prefix("cargo run --release -- "))?;
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in rest.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Lines without what differs from machine to machine: a number before a unit of time, a rate, and the kernel. Runs of spaces
/// count as one, since columns move with the numbers in them.
fn masked(text: &str) -> Vec<String> {
    let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let is_unit = |word: &str| {
        let word = word.trim_end_matches(|c: char| !c.is_alphabetic());
        ["ns", "us", "µs", "ms", "s"].contains(&word)
    };
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let next = |at: usize| words.get(at + 1).copied().unwrap_or_default();
        let mask = |(at, &word): (usize, &&str)| {
            let before = at.checked_sub(1).map_or("", |before| words[before]);
            let joined =
                number(word) && is_unit(word.trim_start_matches(|c: char| !c.is_alphabetic() && c != 'µ'));
            if joined || number(word) && (is_unit(next(at)) || next(at).contains("/s")) {
                "#".to_string()
            } else if number(before) && is_unit(word) {
                "time".to_string()
            } else if before.trim_matches(|c: char| !c.is_alphabetic()) == "kernel" {
                "#".to_string()
            } else {
                word.to_string()
            }
        };
        words.iter().enumerate().map(mask).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = text.lines().map(line).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

#[test]
fn the_readme_shows_what_is_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let Ok(document) = fs::read_to_string(&path) else {
        println!("skipped: no README.md");
        return;
    };
    let folder = Folder::new(&[]);
    let mut ran = 0;
    for example in examples(&document) {
        let Some(arguments) = arguments(&example.command) else {
            println!("README.md:{}: skipped: {}", example.line, example.command);
            continue;
        };
        let run = folder.run(&arguments);
        let printed = format!("{}{}", run.err, run.out);
        let place = format!("README.md:{}: {}", example.line, example.command);
        assert_eq!(run.code, 0, "{place}\n{printed}");
        let shown = masked(&example.shown.join("\n"));
        assert!(
            shown == masked(&printed) || shown == masked(&run.out),
            "{place}\nprints\n{printed}run `cargo xtask docs`"
        );
        ran += 1;
    }
    assert!(ran > 0 || !document.contains("```console"), "README.md has examples, and none was run");
}

#[test]
fn examples_are_found() {
    let document = "$ no\n```sh\n$ no\n```\n```console\n$ stonechat a \"b c\" ''\nout\n\n$ ls\n```\ntext\n```console\n\
                    $ cargo run --release -- demo\n```\n";
    let found = examples(document);
    assert_eq!(found.iter().map(|example| example.line).collect::<Vec<_>>(), [6, 9, 13]);
    assert_eq!(found[0].shown, ["out", ""]);
    let words = |at: usize| arguments(&found[at].command);
    assert_eq!(words(0), Some(["a", "b c", ""].map(str::to_string).to_vec()));
    assert_eq!(words(1), None);
    assert_eq!(words(2), Some(vec!["demo".to_string()]));
}

#[test]
fn only_times_rates_and_kernels_are_masked() {
    let same = |a, b| masked(a) == masked(b);
    assert!(same("p50 6.1 µs,  7 rows (kernel avx2)\n", "p50 812 ns, 7 rows (kernel reference)\n\n"));
    assert!(same("in 2.5s; 160000 texts/s", "in 930ms; 99 texts/s"));
    assert!(!same("7 rows", "8 rows"));
    assert!(!same("accuracy 90.3 %", "accuracy 90.4 %"));
    assert!(!same("a\nb", "a"));
}
