//! Running the program in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder that vanishes after a test, in which the program runs.
pub(crate) struct Folder(TempDir);

/// What came of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            folder.write(name, bytes);
        }
        folder
    }

    /// A folder with `lights.csv` and, trained from it, `lights.stone`.
    pub(crate) fn trained() -> Folder {
        let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
        folder.run(&["train", "lights.csv", "-o", "lights.stone", "--quiet"]).done();
        folder
    }

    /// A folder with a task of slots in `dimmer` and, trained from it, `dimmer.stone`.
    pub(crate) fn with_slots() -> Folder {
        let folder = Folder::new(&[]);
        folder.write_dimmer(DIMMER);
        let mut arguments = vec!["train", "dimmer", "-o", "dimmer.stone", "--quiet"];
        arguments.extend(SMALL);
        folder.run(&arguments).done();
        folder
    }

    /// The folder `dimmer`: this task file, and its rows.
    pub(crate) fn write_dimmer(&self, task: &str) {
        fs::create_dir(self.path("dimmer")).unwrap();
        self.write("dimmer/task.toml", task.as_bytes());
        self.write("dimmer/rows.jsonl", dimmer().as_bytes());
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Names of everything in the folder, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program in this folder, not yet started.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stonechat"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("STONECHAT_KERNEL")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// A run with this on standard input.
    pub(crate) fn feed(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // The program may end before it has read everything.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Run::of(output)
    }
}

impl Run {
    fn of(output: Output) -> Run {
        Run {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("results are UTF-8"),
            err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }

    /// The standard output of a run that went well.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    /// The one JSON document of a run that went well.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.done()).expect("standard output is one JSON document")
    }

    /// The messages of a run that ended with this code.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        let out: String = self.out.chars().take(2000).collect();
        assert_eq!(self.code, code, "{out}{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

/// A tagger that learns in a moment.
pub(crate) const SMALL: [&str; 6] = ["--set", "epochs=15", "--set", "dim=32", "--set", "units=32"];

/// A task of two labels and four slots.
pub(crate) const DIMMER: &str = r#"
name = "dimmer"
language = "en"
[data]
path = "rows.jsonl"
[intents.dim]
slots = ["room", "level", "time"]
required = ["room"]
[intents.off]
slots = ["room", "day"]
[slots.room]
type = "choice"
[slots.room.values]
kitchen = []
"living room" = ["lounge"]
bathroom = []
[slots.level]
type = "percent"
[slots.time]
type = "time"
[slots.day]
type = "date"
"#;

/// Rows of that task. One of its rooms is misspelled, so that the model finds it as a room of no listed phrase.
fn dimmer() -> String {
    // Slots are marked as `<name:text>`.
    let phrases = [
        ("dim", "dim the <room:R> lights to <level:L>"),
        ("dim", "<room:R> down to <level:L> please"),
        ("dim", "dim the <room:R> at <time:T>"),
        ("dim", "at <time:T> dim the <room:R> to <level:40%>"),
        ("off", "turn off the <room:R> <day:D>"),
        ("off", "<day:D> lights off in the <room:R>"),
        ("off", "<room:R> dark please"),
    ];
    let rooms = ["kitchen", "living room", "lounge", "bathroom", "bathrom"];
    let others = [
        ("L", &["20%", "12.5 percent", "half", "a bit", "65%"][..]),
        ("T", &["half past six", "7 pm", "noon", "quarter to nine"]),
        ("D", &["tomorrow", "tonight", "friday", "today"]),
    ];
    let mut rows = String::new();
    for (label, phrase) in phrases {
        let mark = |name: &str| format!(":{name}>");
        let other = others.iter().find(|(name, _)| phrase.contains(&mark(name)));
        let (name, texts) = other.map_or(("-", &[""][..]), |(name, texts)| (*name, *texts));
        for room in rooms {
            for text in texts {
                let marked =
                    phrase.replace(&mark("R"), &mark(room)).replace(&mark(name), &format!(":{text}>"));
                rows.push_str(&row(label, &marked));
            }
        }
    }
    rows
}

/// A native line of a marked text.
fn row(label: &str, marked: &str) -> String {
    let mut text = String::new();
    let mut slots = Vec::new();
    for part in marked.split('<') {
        match part.split_once('>') {
            None => text.push_str(part),
            Some((slot, rest)) => {
                let (name, words) = slot.split_once(':').unwrap();
                let start = text.chars().count();
                text.push_str(words);
                slots.push(serde_json::json!({
                    "name": name, "start": start, "end": text.chars().count(),
                }));
                text.push_str(rest);
            }
        }
    }
    format!("{}\n", serde_json::json!({ "text": text, "label": label, "slots": slots }))
}

/// Rows of three labels: enough to learn from, few enough to learn in a moment.
pub(crate) fn lights() -> String {
    let rooms = ["kitchen", "bedroom", "hall", "garage", "bathroom", "office", "attic", "cellar", "porch"];
    let phrases = [
        (
            "on",
            [
                "turn on the light in the {}",
                "{} lights on please",
                "switch the {} lamp on",
                "light up the {}",
            ],
        ),
        (
            "off",
            [
                "turn off the light in the {}",
                "{} lights off please",
                "switch the {} lamp off",
                "make the {} dark",
            ],
        ),
        (
            "dim",
            ["dim the {} lights", "make the {} less bright", "lower the lamp in the {}", "{} lights to half"],
        ),
    ];
    let mut csv = String::from("text,label\n");
    for (label, phrases) in phrases {
        for phrase in phrases {
            for room in rooms {
                csv.push_str(&format!("{},{label}\n", phrase.replace("{}", room)));
            }
        }
    }
    csv
}

/// A data set outside the repository, if it is there.
pub(crate) fn data_set(name: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("STONECHAT_DATA") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: no data");
    None
}
