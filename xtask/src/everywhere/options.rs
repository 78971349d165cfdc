//! What a person types behind `cargo xtask everywhere`.

use super::target::{TARGETS, Target};
use std::path::PathBuf;

/// The options, one a line.
pub(crate) const USAGE: &str = "\
usage: cargo xtask everywhere [OPTION...]

  --data DIR        folder of the data sets [$STONECHAT_DATA, else ../shared/data beside the repository]
  --no-data         only the golden models and the rows that are always there
  --only TARGET...  only these targets; x86-64 is always there, because the others are held against it
  --allow-missing   a target whose tools are not installed is said, and is no failure
  --record FILE     write a record, FILE.md beside it";

/// What is to be built and run.
pub(crate) struct Options {
    pub(super) data: Option<PathBuf>,
    /// Whether the data sets are left out, wherever they are.
    pub(super) no_data: bool,
    /// In the order of [`TARGETS`].
    pub(super) targets: Vec<&'static Target>,
    /// Whether a target whose tools are missing is no failure.
    pub(super) allow_missing: bool,
    pub(super) record: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            no_data: false,
            targets: TARGETS.iter().collect(),
            allow_missing: false,
            record: None,
        }
    }
}

impl Options {
    /// Reads the words behind `everywhere`.
    ///
    /// # Errors
    ///
    /// What is wrong, and what to write instead.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut names: Vec<&str> = Vec::new();
        let mut words = words.iter().copied().peekable();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next_if(|next| !next.starts_with("--"))
                    .ok_or(format!("{word}: no value; write {word} VALUE"))
            };
            match word {
                "--data" => options.data = Some(value()?.into()),
                "--record" => {
                    let file = value()?;
                    if !file.ends_with(".json") {
                        return Err(format!("--record {file}: a record is JSON; write {file}.json"));
                    }
                    options.record = Some(file.into());
                }
                "--allow-missing" => options.allow_missing = true,
                "--no-data" => options.no_data = true,
                "--only" => {
                    names.push(value()?);
                    names.extend(std::iter::from_fn(|| words.next_if(|next| !next.starts_with("--"))));
                }
                _ => return Err(format!("{word}: no such option\n{USAGE}")),
            }
        }
        if let Some(wrong) = names.iter().find(|name| !TARGETS.iter().any(|target| target.name == **name)) {
            let known: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            return Err(format!("--only {wrong}: no such target; the targets are {}", known.join(", ")));
        }
        if !names.is_empty() {
            let first = TARGETS.first().map(|target| target.name);
            options.targets.retain(|target| names.contains(&target.name) || first == Some(target.name));
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&str> {
        options.targets.iter().map(|target| target.name).collect()
    }

    #[test]
    fn what_is_typed() {
        let all = Options::parse(&[]).unwrap();
        assert_eq!(names(&all).len(), TARGETS.len());
        assert!(!all.allow_missing);
        let some =
            Options::parse(&["--only", "aarch64", "thumbv7em", "--allow-missing", "--data", "d"]).unwrap();
        assert_eq!(names(&some), ["x86-64", "aarch64", "thumbv7em"]);
        assert!(some.allow_missing);
        assert_eq!(some.data, Some(PathBuf::from("d")));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (words, part) in [
            (&["--only", "mars"][..], "no such target; the targets are x86-64, aarch64"),
            (&["--only"], "--only: no value"),
            (&["--record", "x.md"], "write x.md.json"),
            (&["--fast"], "no such option"),
        ] {
            let error = Options::parse(words).err().unwrap();
            assert!(error.contains(part), "{error}");
        }
    }
}
