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
