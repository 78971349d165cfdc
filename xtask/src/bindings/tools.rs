//! Tools that the tests of a binding need, and whether they are there.

use std::path::{Path, PathBuf};

/// A tool, and the package of Debian 12 that has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tool {
    /// A program, looked for in `PATH`, or a file, by its whole path.
    pub(super) name: &'static str,
    pub(super) package: &'static str,
}

const fn tool(name: &'static str, package: &'static str) -> Tool {
    Tool { name, package }
}

pub(super) const CC: Tool = tool("gcc", "gcc");
pub(super) const CXX: Tool = tool("g++", "g++");
pub(super) const PKG_CONFIG: Tool = tool("pkg-config", "pkg-config");
pub(super) const VALGRIND: Tool = tool("valgrind", "valgrind");
pub(super) const CMAKE: Tool = tool("cmake", "cmake");
pub(super) const MAKE: Tool = tool("make", "make");
pub(super) const NODE: Tool = tool("node", "nodejs");
pub(super) const CHROMIUM: Tool = tool("chromium", "chromium");
pub(super) const WASM_LD: Tool = tool("wasm-ld-22", "lld-22");
/// A compiler that has its library's sources.
pub(super) const RUSTC: Tool = tool("/usr/bin/rustc", "rustc-web");
pub(super) const CARGO: Tool = tool("/usr/bin/cargo", "cargo-web");
pub(super) const SOURCES: Tool = tool("/usr/lib/rustlib/src/rust/library/core/src/lib.rs", "rust-web-src");

impl Tool {
    fn is_there(&self) -> bool {
        if self.name.starts_with('/') { Path::new(self.name).is_file() } else { find(self.name).is_some() }
    }
}

/// Where a program is, by `PATH`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Which tests were left out for want of a tool.
#[derive(Debug, Default)]
pub(super) struct Missing(Vec<String>);

impl Missing {
    /// Whether all tools of a test are there. If not, that is said aloud, now and by [`Missing::outcome`].
    pub(super) fn none(&mut self, test: &str, tools: &[Tool]) -> bool {
        let gone: Vec<&Tool> = tools.iter().filter(|tool| !tool.is_there()).collect();
        if gone.is_empty() {
            return true;
        }
        let names: Vec<&str> = gone.iter().map(|tool| tool.name).collect();
        let packages: Vec<&str> = gone.iter().map(|tool| tool.package).collect();
        let said = format!(
            "NOT TESTED: {test}: {} not found; on Debian 12: apt-get install --no-install-recommends {}",
            names.join(", "),
            packages.join(" ")
        );
        println!("{said}");
        self.0.push(said);
        false
    }

    /// Fails if anything was left out, unless that is allowed.
    ///
    /// # Errors
    ///
    /// All that was left out.
    pub(super) fn outcome(self, allowed: bool) -> Result<(), String> {
        if self.0.is_empty() {
            return Ok(());
        }
        let all = self.0.join("\n");
        if allowed {
            println!("{all}");
            return Ok(());
        }
        Err(format!(
            "{all}\ninstall them, or leave these tests out with `cargo xtask bindings --allow-missing`"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_and_fails() {
        let mut missing = Missing::default();
        assert!(missing.none("shell", &[tool("sh", "dash"), tool("/bin/sh", "dash")]));
        assert!(!missing.none("magic", &[tool("sh", "dash"), tool("no-such-tool", "wand")]));
        let said = missing.outcome(false).unwrap_err();
        assert!(
            said.starts_with("NOT TESTED: magic: no-such-tool not found") && said.contains(" wand\n"),
            "{said}"
        );
        let mut missing = Missing::default();
        missing.none("magic", &[tool("/no/such/file", "wand")]);
        assert_eq!(missing.outcome(true), Ok(()));
        assert_eq!(Missing::default().outcome(false), Ok(()));
    }
}
