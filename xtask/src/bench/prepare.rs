//! Data sets on the way to the command line: formats that it does not read become native lines.

use super::sets::{Set, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stonechat_engine::text::token_hashes;
use stonechat_eval::digest;
use stonechat_task::{Dataset, Example, Format, ReadOptions, Split, Task, write_jsonl};

/// What the command line is given.
pub(super) struct Prepared {
    pub(super) path: PathBuf,
    /// How it must read the path.
    pub(super) options: &'static [&'static str],
}

/// Makes a set of `data`, the folder of the data sets, readable; converted files go to the folder `work`.
///
/// # Errors
///
/// A file that cannot be read or written, or is not what it should be.
pub(super) fn prepare(set: &Set, data: &Path, work: &Path) -> Result<Prepared, String> {
    let examples = match &set.source {
        Source::Native(path, options) => return Ok(Prepared { path: data.join(path), options }),
        Source::Topics(file) => topics(&data.join(file))?,
    };
    let path = work.join(format!("{}.jsonl", set.name));
    write_jsonl(&path, &examples).map_err(|error| error.to_string())?;
    Ok(Prepared { path, options: &[] })
}

/// Writes the test rows inside the task to the folder `work`, all or those whose texts have so many tokens, and returns where they
/// are.
///
/// # Errors
///
/// A file that cannot be read or written, or there is no such row.
pub(super) fn texts(rows: &Prepared, tokens: Option<usize>, work: &Path) -> Result<PathBuf, String> {
    let task = Task::read(&rows.path).map_err(|error| error.to_string())?;
    let mut examples = Dataset::read(&task).map_err(|error| error.to_string())?.examples;
    examples.retain(|row| {
        let wanted = tokens.is_none_or(|tokens| token_hashes(&row.text).count() == tokens);
        wanted && row.split == Some(Split::Test) && !row.labels.contains(&task.out_of_scope)
    });
    let length = tokens.map_or("all".to_string(), |tokens| tokens.to_string());
    if examples.is_empty() {
        return Err(format!(
            "{}: no test row has {length} tokens; restore the official files",
            rows.path.display()
        ));
    }
    let path = work.join(format!("{length}-tokens.jsonl"));
    write_jsonl(&path, &examples).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Of a set that is read without options, writes `count` rows a label of the train rows, another draw for each seed, and all test rows to the folder `work`; returns where
/// they are.
///
/// # Errors
///
/// A file that cannot be read or written.
pub(super) fn few(rows: &Prepared, count: usize, seed: u64, work: &Path) -> Result<PathBuf, String> {
    let task = Task::read(&rows.path).map_err(|error| error.to_string())?;
    let examples = Dataset::read(&task).map_err(|error| error.to_string())?.examples;
    let (mut train, rest): (Vec<Example>, Vec<Example>) =
        examples.into_iter().partition(|row| row.split == Some(Split::Train));
    train.sort_by_cached_key(|row| digest(format!("{seed} {}", row.text).as_bytes()));
    let mut taken: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    train.retain(|row| {
        let taken = taken.entry(row.labels.clone()).or_default();
        *taken += 1;
        *taken <= count
    });
    train.extend(rest.into_iter().filter(|row| row.split == Some(Split::Test)));
    let path = work.join(format!("few-{count}-{seed}.jsonl"));
    write_jsonl(&path, &train).map_err(|error| error.to_string())?;
    Ok(path)
}

/// Of a set that is read without options, writes all rows without their slots to the folder `work`; returns where they are.
///
/// # Errors
///
/// A file that cannot be read or written.
pub(super) fn labels_alone(rows: &Prepared, work: &Path) -> Result<PathBuf, String> {
    let task = Task::read(&rows.path).map_err(|error| error.to_string())?;
    let mut examples = Dataset::read(&task).map_err(|error| error.to_string())?.examples;
    examples.iter_mut().for_each(|row| row.slots.clear());
    let path = work.join("labels-alone.jsonl");
    write_jsonl(&path, &examples).map_err(|error| error.to_string())?;
    Ok(path)
}

fn topics(path: &Path) -> Result<Vec<Example>, String> {
    let options = ReadOptions {
        format: Some(Format::Csv),
        header: Some(false),
        label_column: Some("1".to_string()),
        text_column: Some("2,3".to_string()),
        ..ReadOptions::default()
    };
    let rows = Task::read_with(path, &options).and_then(|task| Dataset::read(&task));
    let mut examples = rows.map_err(|error| error.to_string())?.examples;
    for (row, example) in examples.iter_mut().enumerate() {
        example.split = Some(match row % 10 {
            0 | 1 => Split::Test,
            2 => Split::Valid,
            _ => Split::Train,
        });
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder of its own for a test, empty.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("stonechat-bench-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn write(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn ten_rows_of_topics() {
        let folder = folder("topics");
        let csv: String = (0..20)
            .map(|row| format!("\"{}\",\"Title {row}\",\"It is, \"\"{row}\"\"\"\n", row % 4))
            .collect();
        write(folder.join("test.csv"), &csv);
        let examples = topics(&folder.join("test.csv")).unwrap();
        let count = |split| examples.iter().filter(|example| example.split == Some(split)).count();
        assert_eq!((count(Split::Train), count(Split::Valid), count(Split::Test)), (14, 2, 4));
        assert_eq!(examples[11].text, "Title 11 It is, \"11\"");
        assert_eq!((examples[11].labels[0].as_str(), examples[11].split), ("3", Some(Split::Test)));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn few_rows_of_each_label() {
        let folder = folder("few");
        let rows = |split: &str| -> String {
            let row = |row| {
                format!("{{\"text\":\"{split} {row}\",\"label\":\"l{}\",\"split\":\"{split}\"}}\n", row % 2)
            };
            (0..40).map(row).collect()
        };
        let path = folder.join("rows.jsonl");
        fs::write(&path, rows("train") + &rows("test")).unwrap();
        let rows = Prepared { path, options: &[] };
        let texts = |seed| fs::read_to_string(few(&rows, 3, seed, &folder).unwrap()).unwrap();
        let count = |text: &str, part: &str| text.lines().filter(|line| line.contains(part)).count();
        let draw = texts(1);
        assert_eq!((count(&draw, "train "), count(&draw, "test ")), (6, 40));
        assert_eq!(draw, texts(1));
        assert_ne!(draw, texts(2));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn texts_of_a_length() {
        let folder = folder("tokens");
        let rows =
            ["one two three|x|test", "one two|x|test", "one, two|x|test", "a b c|x|train", "d e f|oos|test"];
        let rows = rows.map(|row| {
            let [text, label, split] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
            format!("{{\"text\": \"{text}\", \"label\": \"{label}\", \"split\": \"{split}\"}}\n")
        });
        write(folder.join("rows.jsonl"), &rows.concat());
        let prepared = Prepared { path: folder.join("rows.jsonl"), options: &[] };
        let path = texts(&prepared, Some(3), &folder).unwrap();
        let examples = Dataset::read(&Task::read(&path).unwrap()).unwrap().examples;
        let found: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        assert_eq!(found, ["one two three", "one, two"]);
        let all = texts(&prepared, None, &folder).unwrap();
        let examples = Dataset::read(&Task::read(&all).unwrap()).unwrap().examples;
        let found: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        assert_eq!(found, ["one two three", "one two", "one, two"]);
        let error = texts(&prepared, Some(7), &folder).unwrap_err();
        assert!(error.contains("no test row has 7 tokens"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
