//! `stonechat new`: a task to start from.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stonechat_task::write_file;

use crate::console::Console;
use crate::failure::{Failure, io_failure};
use crate::template::Template;

/// A task to start from: task.toml, data, README
#[derive(Args, Debug)]
pub(crate) struct New {
    /// Folder to make; one that exists must be empty
    dir: PathBuf,
    /// What to start from
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Template::Blank)]
    template: Template,
}

impl New {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let dir = &self.dir;
        if dir.exists() {
            if !dir.is_dir() {
                return Err(Failure::file(dir, "a file of that name exists; name a new folder"));
            }
            let mut entries = fs::read_dir(dir).map_err(|error| io_failure(dir, &error))?;
            if entries.next().is_some() {
                return Err(Failure::file(dir, "the folder is not empty; name a new or an empty one"));
            }
        }
        fs::create_dir_all(dir).map_err(|error| io_failure(dir, &error))?;
        for (name, content) in self.template.files() {
            write_file(&dir.join(name), content.as_bytes())?;
        }
        let shown = dir.display();
        if console.json {
            let files: Vec<_> = self.template.files().iter().map(|(name, _)| name).collect();
            return console.document(&json!({
                "folder": shown.to_string(),
                "template": self.template.name(),
                "files": files,
            }));
        }
        for (name, _) in self.template.files() {
            console.line(dir.join(name).display())?;
        }
        console.note(format_args!("next: stonechat check {shown}"));
        console.note(format_args!("      stonechat train {shown} -o model.stone"));
        Ok(())
    }
}
