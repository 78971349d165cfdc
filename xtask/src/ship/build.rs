//! The builds, and the order of functions in the second.

use crate::program::{executable, output, text};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the names of these functions are kept, one a line.
pub(super) const FUNCTIONS: &str = "crates/cli/functions.txt";

const BUILD: &str = "rustc --profile ship --locked --package stonechat-cli --bin stonechat";

/// One file that needs no libraries, at addresses that are fixed: fewer pages to load, none to relocate.
const FLAGS: [&str; 4] = [
    "-Ctarget-feature=+crt-static",
    "-Crelocation-model=static",
    "-Cforce-unwind-tables=no",
    "-Clink-arg=-Wl,--icf=all",
];

/// Builds the command line as it ships, and says where it lies.
///
/// # Errors
///
/// As [`build`].
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let program = build(root)?;
    println!("{}", program.display());
    Ok(())
}

/// Builds the command line as it ships, twice: the names of functions that a linker knows are made by the compiler and change with
/// every line of code, so the first build tells them. Returns its path.
///
/// # Errors
///
/// A build fails, `nm` is not there, or the list of functions cannot be read.
pub(crate) fn build(root: &Path) -> Result<PathBuf, String> {
    let program = link(root, &[])?;
    let path = root.join(FUNCTIONS);
    let wanted = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let symbols = text(Command::new("nm").arg("--defined-only").arg(&program))?;
    let (order, found) = order(&wanted, &symbols);
    let wanted = wanted.lines().count();
    if found * 2 < wanted {
        eprintln!(
            "{}: {found} of {wanted} functions are left; `cargo xtask functions` lists them anew",
            path.display()
        );
    }
    let file = program.with_file_name("functions.order");
    fs::write(&file, order).map_err(|error| format!("{}: {error}", file.display()))?;
    let file = file.to_str().ok_or_else(|| format!("{}: the path is not UTF-8", file.display()))?;
    link(
        root,
        &[
            &format!("-Clink-arg=-Wl,--symbol-ordering-file={file}"),
            "-Clink-arg=-Wl,--no-warn-symbol-ordering",
        ],
    )
}

pub(super) fn link(root: &Path, more: &[&str]) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(BUILD.split_whitespace()).arg("--message-format=json-render-diagnostics");
    command.arg("--").args(FLAGS).args(more);
    // Names of the other kind do not tell one instance of a generic function from another.
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    command.env("RUSTFLAGS", format!("{flags} -Csymbol-mangling-version=v0"));
    // Where it is built depends on settings that only cargo knows.
    executable(&output(&mut command)?).ok_or_else(|| format!("cargo {BUILD}: it names no executable"))
}

/// The symbols of the functions on the list, in its order, and how many of the list there are; `symbols` is what `nm` prints.
fn order(wanted: &str, symbols: &str) -> (String, usize) {
    let mut by_function: HashMap<String, Vec<&str>> = HashMap::new();
    for line in symbols.lines() {
        // An address, a kind and a name.
        if let [_, "t" | "T" | "w" | "W", name] = line.split_whitespace().collect::<Vec<_>>()[..] {
            by_function.entry(function(name)).or_default().push(name);
        }
    }
    let mut order = String::new();
    let mut found = 0;
    for names in wanted.lines().filter_map(|wanted| by_function.get(wanted)) {
        found += 1;
        for name in names {
            let _ = writeln!(order, "{name}");
        }
    }
    (order, found)
}

/// What of a symbol stays the same from build to build: its name without the numbers that tell crates of one name apart (`Cs1Bx_4core`
/// becomes `C4core`), without the hash of names of the older kind, and without what the optimiser adds.
pub(super) fn function(symbol: &str) -> String {
    let symbol = symbol.split_once(".llvm.").map_or(symbol, |(symbol, _)| symbol);
    if symbol.starts_with("_ZN") {
        let hash = symbol.rfind("17h").filter(|at| {
            let hash = symbol.as_bytes().get(at + 3..at + 19).unwrap_or_default();
            hash.len() == 16 && hash.iter().all(u8::is_ascii_hexdigit)
        });
        return hash.and_then(|at| symbol.get(..at)).unwrap_or(symbol).to_string();
    }
    if !symbol.starts_with("_R") {
        return symbol.to_string();
    }
    let mut name = String::new();
    let mut rest = symbol;
    while let Some((before, behind)) = rest.split_once("Cs") {
        name.push_str(before);
        match behind.split_once('_') {
            Some((number, behind)) if number.chars().all(|c| c.is_ascii_alphanumeric()) => {
                name.push('C');
                rest = behind;
            }
            _ => {
                name.push_str("Cs");
                rest = behind;
            }
        }
    }
    name + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANK: &str = "_RNvMNtCs4wX_16stonechat_engine6engineNtB2_6Engine4rank";

    #[test]
    fn names_without_what_changes() {
        let rank = "_RNvMNtC16stonechat_engine6engineNtB2_6Engine4rank";
        for symbol in [RANK, &RANK.replace("4wX", "1"), &format!("{RANK}.llvm.3063942275112797084")] {
            assert_eq!(function(symbol), rank);
        }
        for end in ["17h0533b7885e032d9aE", "17h0533b7885e032d9aE.llvm.7", ""] {
            assert_eq!(function(&format!("_ZN4core3fmt{end}")), "_ZN4core3fmt");
        }
        for symbol in ["memcpy", "Cs_", "17h0533b7885e032d9aE", "_ZN3a17h053E", "_RCs", "_RCs-_x"] {
            assert_eq!(function(symbol), symbol);
        }
    }

    #[test]
    fn symbols_in_the_order_of_the_list() {
        let symbols = format!(
            "0000000000001000 T {RANK}\n\
             0000000000002000 r constant\n\
             0000000000003000 T memcpy\n\
             0000000000004000 t {RANK}.llvm.7\n\
             U undefined\n"
        );
        let (found, count) = order(&format!("memcpy\ngone\nconstant\n{}\n", function(RANK)), &symbols);
        assert_eq!((found, count), (format!("memcpy\n{RANK}\n{RANK}.llvm.7\n"), 2));
    }
}
