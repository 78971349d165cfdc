//! Parts of the engine by themselves: its kernels, hostile texts, lists of values. Tests of the engine measure them and print lines
//! of `measured`, a name, a number and its unit.

use crate::program;
use serde::Serialize;
use std::path::Path;
use std::process::Command;

/// The tests: what selects their program, and their name, or all that are ignored otherwise.
const TESTS: [&[&str]; 2] = [
    &["--lib", "--", "kernel::speed::matrix_part", "--exact"],
    &["--test", "measured", "--", "--test-threads", "1"],
];

/// One number.
#[derive(Serialize)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: String,
}

/// Runs the tests, built as the engine ships, and returns what they measured.
///
/// # Errors
///
/// A test fails or prints nothing.
pub(super) fn measure(root: &Path) -> Result<Vec<Figure>, String> {
    let mut figures = Vec::new();
    for test in TESTS {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(root).args([
            "test",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            "stonechat-engine",
        ]);
        command.args(test).args(["--ignored", "--nocapture"]);
        let printed = program::text(&mut command)?;
        let before = figures.len();
        figures.extend(printed.lines().filter_map(figure));
        if figures.len() == before {
            return Err(format!(
                "cargo test {}: it printed no line of `measured NAME NUMBER UNIT`",
                test.join(" ")
            ));
        }
    }
    Ok(figures)
}

/// The number of this name.
pub(super) fn value(figures: &[Figure], name: &str) -> Option<f64> {
    figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
}

/// What a line says, whatever the test program printed before it.
fn figure(line: &str) -> Option<Figure> {
    let (_, words) = line.split_once("measured ")?;
    let mut words = words.split(' ');
    let (name, value, unit) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    Some(Figure { name: name.to_string(), value, unit: unit.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let found = figure("test hostile_texts ... measured words-1000 19.1 µs").unwrap();
        assert_eq!((found.name.as_str(), found.value, found.unit.as_str()), ("words-1000", 19.1, "µs"));
        assert!(
            figure("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out").is_none()
        );
        assert_eq!(value(&[found], "words-1000"), Some(19.1));
    }
}
