//! Data sets on the way to the command line: formats that it does not read become native lines.

use super::sets::{Set, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stonechat_task::{Dataset, Example, Format, ReadOptions, Source as Place, Split, Task, write_jsonl};

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
        Source::Sequences(folder) => sequences(&data.join(folder))?,
        Source::Topics(file) => topics(&data.join(file))?,
    };
    let path = work.join(format!("{}.jsonl", set.name));
    write_jsonl(&path, &examples).map_err(|error| error.to_string())?;
    Ok(Prepared { path, options: &[] })
}

/// The rows of the folders of a set with `seq.in` and `label`. A label such as `a#b` is one label.
fn sequences(folder: &Path) -> Result<Vec<Example>, String> {
    let mut examples = Vec::new();
    for split in Split::ALL {
        let (texts, labels) =
            (folder.join(split.name()).join("seq.in"), folder.join(split.name()).join("label"));
        let (all, names) = (lines(&texts)?, lines(&labels)?);
        if all.len() != names.len() {
            let line = all.len().min(names.len()) + 1;
            let (all, names) = (all.len(), names.len());
            return Err(format!(
                "{}:{line}: {all} texts but {names} labels; write one a text",
                labels.display()
            ));
        }
        let file: Arc<Path> = texts.into();
        examples.extend((1..).zip(all.iter().zip(&names)).map(|(line, (text, label))| Example {
            text: text.trim().to_string(),
            labels: vec![label.trim().to_string()],
            slots: Vec::new(),
            source: Place { file: Arc::clone(&file), line },
            split: Some(split),
        }));
    }
    Ok(examples)
}

fn lines(path: &Path) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        format!("{}:1: {error}; point --data at the folder of the data sets", path.display())
    })?;
    Ok(text.lines().map(str::to_string).collect())
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
    fn sequences_of_three_folders() {
        let folder = folder("sequences");
        for split in ["train", "valid", "test"] {
            write(folder.join(split).join("seq.in"), &format!("first {split}\nsecond {split} \n"));
            write(folder.join(split).join("label"), "a#b\nc\n");
        }
        let examples = sequences(&folder).unwrap();
        assert_eq!(examples.len(), 6);
        assert_eq!((examples[3].text.as_str(), examples[2].labels[0].as_str()), ("second valid", "a#b"));
        assert_eq!(examples[5].split, Some(Split::Test));
        write(folder.join("valid").join("label"), "a\n");
        let error = sequences(&folder).unwrap_err();
        assert!(error.contains("label:2: 2 texts but 1 labels"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
