//! What a program wrote that replayed the suite, and whether it is what it must be.

use super::suite::Suite;
use serde_json::Value;

/// The answers of one kernel of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Replayed {
    pub(super) kernel: String,
    /// How many checks held the kernel against the reference.
    pub(super) checks: u32,
    /// Answers and parts, in the order of the suite.
    lines: Vec<String>,
}

/// The digests of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) texts: usize,
    pub(super) scores: String,
    pub(super) answers: String,
}

/// What a program wrote: its kernels, and how deep its stack was, if it says so.
///
/// # Errors
///
/// A line that no program writes.
pub(super) fn read(written: &str) -> Result<(Vec<Replayed>, Option<usize>), String> {
    let mut all: Vec<Replayed> = Vec::new();
    let (mut checks, mut stack) = (0, None);
    for line in written.lines() {
        let unknown = || format!("`{}`: no line of a replay", line.chars().take(200).collect::<String>());
        if let Some(kernel) = line.strip_prefix("kernel ") {
            all.push(Replayed { kernel: kernel.to_string(), checks, lines: Vec::new() });
            checks = 0;
        } else if let Some(agreed) = line.strip_prefix("agreement ") {
            let count = agreed.split_once(": ").and_then(|(_, count)| count.split(' ').next());
            checks = count.and_then(|count| count.parse().ok()).ok_or_else(unknown)?;
        } else if let Some(deep) = line.strip_prefix("stack ") {
            stack = Some(deep.split(' ').next().and_then(|deep| deep.parse().ok()).ok_or_else(unknown)?);
        } else if line.starts_with('{') || line.starts_with("part ") {
            all.last_mut().ok_or_else(unknown)?.lines.push(line.to_string());
        } else {
            return Err(unknown());
        }
    }
    Ok((all, stack))
}

impl Replayed {
    /// Whether the golden cases are answered as their tables say.
    ///
    /// # Errors
    ///
    /// The first answer that is another one.
    pub(super) fn hold_golden(&self, suite: &Suite) -> Result<(), String> {
        let mut lines = self.lines.iter();
        for golden in &suite.golden {
            for ((name, _), wanted) in golden.cases.iter().zip(&golden.answers) {
                let line =
                    lines.next().ok_or_else(|| format!("golden {}: answers are missing", golden.name))?;
                let found: Value = serde_json::from_str(line)
                    .map_err(|error| format!("golden {}, case {name}: {error}: {line}", golden.name))?;
                if found != *wanted {
                    return Err(format!(
                        "golden {}, case {name}: the answer is another one\n  there: {wanted}\n  now:   {found}",
                        golden.name
                    ));
                }
            }
            let part = lines.next().map(String::as_str).unwrap_or_default();
            if !part.starts_with(&format!("part {}: {} texts, ", golden.name, golden.cases.len())) {
                return Err(format!("golden {}: `{part}` is not the end of its cases", golden.name));
            }
        }
        let sets = lines.filter(|line| line.starts_with("part ")).count();
        if sets == suite.sets.len() { Ok(()) } else { Err(format!("{sets} of {} sets", suite.sets.len())) }
    }

    /// Whether another kernel, or another machine, answered the same.
    ///
    /// # Errors
    ///
    /// The first line that differs.
    pub(super) fn hold_against(&self, reference: &Self) -> Result<(), String> {
        for (found, wanted) in self.lines.iter().zip(&reference.lines) {
            if found != wanted {
                return Err(format!("the answers differ\n  reference: {wanted}\n  here:      {found}"));
            }
        }
        let (found, wanted) = (self.lines.len(), reference.lines.len());
        if found == wanted { Ok(()) } else { Err(format!("{wanted} answers are {found} here")) }
    }

    /// The digests, in the order of the suite.
    pub(super) fn parts(&self) -> Vec<Part> {
        self.lines.iter().filter_map(|line| part(line)).collect()
    }
}

/// `part NAME: N texts, scores DIGEST, answers DIGEST`.
fn part(line: &str) -> Option<Part> {
    let (name, rest) = line.strip_prefix("part ")?.rsplit_once(": ")?;
    let (texts, rest) = rest.split_once(" texts, scores ")?;
    let (scores, answers) = rest.split_once(", answers ")?;
    Some(Part {
        name: name.to_string(),
        texts: texts.parse().ok()?,
        scores: scores.to_string(),
        answers: answers.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::golden::Golden;
    use super::super::suite::Set;
    use super::*;
    use serde_json::json;

    const WRITTEN: &str = "agreement neon: 6 checks\nkernel neon\n{\"a\":1}\npart v1/x: 1 texts, scores 01, answers 02\n\
        part y: 3 texts, scores 03, answers 04\nstack 12 bytes at the deepest\n";

    fn suite(answer: Value) -> Suite {
        let golden = Golden {
            name: "v1/x".to_string(),
            model: Vec::new(),
            cases: vec![("first".to_string(), "text".to_string())],
            answers: vec![answer],
        };
        let texts = vec![String::new(); 3];
        Suite {
            golden: vec![golden],
            sets: vec![Set { name: "y".to_string(), model: Vec::new(), texts }],
            has_data: false,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let (all, stack) = read(WRITTEN).unwrap();
        assert_eq!((all.len(), all[0].kernel.as_str(), all[0].checks, stack), (1, "neon", 6, Some(12)));
        let part =
            Part { name: "y".to_string(), texts: 3, scores: "03".to_string(), answers: "04".to_string() };
        assert_eq!(all[0].parts()[1], part);
        assert!(read("panicked at x").is_err());
        assert!(read("{}").is_err(), "an answer of no kernel");
    }

    #[test]
    fn every_difference_is_found() {
        let (all, _) = read(WRITTEN).unwrap();
        assert_eq!(all[0].hold_golden(&suite(json!({ "a": 1 }))), Ok(()));
        let error = all[0].hold_golden(&suite(json!({ "a": 2 }))).unwrap_err();
        assert!(error.starts_with("golden v1/x, case first: the answer is another one"), "{error}");
        for (what, with) in [
            ("scores 03", "scores 05"),
            ("answers 02", "answers 03"),
            ("{\"a\":1}", "{\"a\":2}"),
            ("part y: 3 texts, scores 03, answers 04\n", ""),
        ] {
            let (other, _) = read(&WRITTEN.replace(what, with)).unwrap();
            assert!(other[0].hold_against(&all[0]).is_err(), "{what}");
        }
        let (short, _) = read(&WRITTEN.replace("part y: 3 texts, scores 03, answers 04\n", "")).unwrap();
        assert!(short[0].hold_golden(&suite(json!({ "a": 1 }))).is_err());
        let (same, _) = read(&WRITTEN.replace("neon", "reference")).unwrap();
        assert_eq!(same[0].hold_against(&all[0]), Ok(()));
    }
}
