//! Tools that a target needs, and whether they are there.

use std::path::{Path, PathBuf};

/// A tool, and the package of Debian 12 that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// A program, looked for in `PATH`, or a file, by its whole path.
    pub(super) tool: &'static str,
    pub(super) package: &'static str,
}

/// The compiler that has its library's sources, which rustup's has for the host alone.
pub(super) const RUSTC: &str = "/usr/bin/rustc";
pub(super) const CARGO: &str = "/usr/bin/cargo";

/// What every target but the host needs.
pub(super) const CROSS: [Need; 3] = [
    Need { tool: RUSTC, package: "rustc-web" },
    Need { tool: CARGO, package: "cargo-web" },
    Need { tool: "/usr/lib/rustlib/src/rust/library/core/src/lib.rs", package: "rust-web-src" },
];

impl Need {
    /// Whether it is there.
    pub(super) fn met(&self) -> bool {
        if self.tool.starts_with('/') { Path::new(self.tool).is_file() } else { find(self.tool).is_some() }
    }
}

/// Where a program is, by `PATH`.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What is missing of these, as tools, and how to install it; none if all is there.
pub(super) fn missing<'a>(needs: impl Iterator<Item = &'a Need>) -> Option<String> {
    let missing: Vec<&Need> = needs.filter(|need| !need.met()).collect();
    let mut packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    packages.sort_unstable();
    packages.dedup();
    let tools: Vec<&str> = missing.iter().map(|need| need.tool).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "{} not found; on Debian 12: apt-get install --no-install-recommends {}",
            tools.join(", "),
            packages.join(" ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_names_its_packages_once() {
        let there = Need { tool: "sh", package: "dash" };
        let not = |tool| Need { tool, package: "nothing-dev" };
        assert_eq!(missing([there].iter()), None);
        let said = missing([there, not("no-such-tool"), not("/no/such/file")].iter()).unwrap();
        assert_eq!(
            said,
            "no-such-tool, /no/such/file not found; on Debian 12: apt-get install --no-install-recommends nothing-dev"
        );
    }
}
