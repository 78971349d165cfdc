//! What a person types behind `cargo xtask bench`.

use super::sets::{SETS, Set};
use std::path::PathBuf;

/// The options, one a line.
pub(crate) const USAGE: &str = "\
usage: cargo xtask bench [OPTION...]

  --data DIR       folder of the data sets [$STONECHAT_DATA, else ../shared/data beside the repository]
  --only NAME...   only these sets
  --teacher DIR    a folder of all-MiniLM-L6-v2, which runs beside Stonechat in ONNX Runtime [$STONECHAT_TEACHER, else left out]
  --peers          measure the peers anew (bench/peers/run.py) instead of reading their newest record; takes long
  --out FILE       where the record goes, a FILE.md beside it [bench/record/DATE-COMMIT.json; with --only, target/bench]
  --date DATE      date of the record, YYYY-MM-DD [that of the last commit]";

/// What is to be measured, and where the numbers go.
pub(crate) struct Options {
    pub(super) data: Option<PathBuf>,
    /// In the order of [`SETS`].
    pub(super) sets: Vec<&'static Set>,
    /// Whether `sets` is not all of them.
    pub(super) some: bool,
    pub(super) peers: bool,
    /// The folder of the sentence encoder.
    pub(super) teacher: Option<PathBuf>,
    pub(super) out: Option<PathBuf>,
    pub(super) date: Option<String>,
}

impl Options {
    /// Reads the words behind `bench`.
    ///
    /// # Errors
    ///
    /// What is wrong, and what to write instead.
    pub(crate) fn parse(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            data: None,
            sets: Vec::new(),
            some: false,
            peers: false,
            teacher: None,
            out: None,
            date: None,
        };
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
                "--teacher" => options.teacher = Some(value()?.into()),
                "--out" => options.out = Some(json(value()?)?),
                "--date" => options.date = Some(date(value()?)?),
                "--peers" => options.peers = true,
                "--only" => {
                    names.push(value()?);
                    names.extend(std::iter::from_fn(|| words.next_if(|next| !next.starts_with("--"))));
                }
                _ => return Err(format!("{word}: no such option\n{USAGE}")),
            }
        }
        if let Some(wrong) = names.iter().find(|name| !SETS.iter().any(|set| set.name == **name)) {
            let known: Vec<_> = SETS.iter().map(|set| set.name).collect();
            return Err(format!("--only {wrong}: no such set; the sets are {}", known.join(", ")));
        }
        options.sets = SETS.iter().filter(|set| names.is_empty() || names.contains(&set.name)).collect();
        options.some = options.sets.len() < SETS.len();
        Ok(options)
    }
}

/// The table goes beside the record, so their names must differ.
fn json(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension() {
        Some(extension) if extension == "json" => Ok(path),
        _ => Err(format!("--out {name}: a record is JSON; write FILE.json")),
    }
}

fn date(text: &str) -> Result<String, String> {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape == "0000-00-00" { Ok(text.to_string()) } else { Err(format!("--date {text}: write YYYY-MM-DD")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &Options) -> Vec<&str> {
        options.sets.iter().map(|set| set.name).collect()
    }

    #[test]
    fn everything_unless_told_otherwise() {
        let options = Options::parse(&[]).unwrap();
        assert_eq!(options.sets.len(), SETS.len());
        assert!(!options.some && !options.peers);
    }

    #[test]
    fn sets_come_in_their_own_order() {
        let options = Options::parse(&[
            "--only",
            "trec",
            "banking77",
            "--peers",
            "--date",
            "2026-11-22",
            "--teacher",
            "mini",
        ])
        .unwrap();
        assert_eq!(names(&options), ["banking77", "trec"]);
        assert!(options.some && options.peers);
        assert_eq!(options.date.as_deref(), Some("2026-11-22"));
        assert_eq!(options.teacher, Some("mini".into()));
    }

    #[test]
    fn wrong_words_are_refused() {
        for (words, said) in [
            (&["--only", "bank"][..], "no such set; the sets are banking77,"),
            (&["--only"], "--only: no value"),
            (&["--data", "--peers"], "--data: no value"),
            (&["--teacher"], "--teacher: no value"),
            (&["--date", "22.11.2026"], "write YYYY-MM-DD"),
            (&["--out", "table.md"], "write FILE.json"),
            (&["--fast"], "--fast: no such option"),
        ] {
            let error = Options::parse(words).err().unwrap_or_default();
            assert!(error.contains(said), "{words:?}: {error}");
        }
    }
}
