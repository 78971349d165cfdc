//! `stonechat words`: what is known of words beforehand.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::common::Common;
use crate::console::Console;
use crate::failure::Failure;

/// What is known of words before any training
#[derive(Args, Debug)]
pub(crate) struct WordsCommands {
    #[command(subcommand)]
    command: WordsCommand,
}

#[derive(Subcommand, Debug)]
enum WordsCommand {
    Build(Build),
}

/// Make a words asset from a pretrained encoder; in builds with the feature `teacher`
#[derive(Args, Debug)]
struct Build {
    /// Folder of the encoder: config.json, tokenizer.json, model.safetensors
    #[arg(long, value_name = "DIR")]
    teacher: PathBuf,
    /// Words asset to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Most word pieces
    #[arg(long, value_name = "N", default_value_t = 19_500)]
    pieces: usize,
    /// Numbers a piece: even, to 1024
    #[arg(long, value_name = "D", default_value_t = 128)]
    dim: usize,
    /// Bits of a number: 4 or 8
    #[arg(long, value_name = "N", default_value_t = 4)]
    bits: u32,
    /// Where the rows come from: the encoder's last layer, or the table that it begins from
    #[arg(long, value_name = "PLACE", default_value = "encoder", value_parser = ["encoder", "table"])]
    rows: String,
    /// Text in the language of the asset, or a list of its words; only word pieces that it uses are kept, as for encoders of many languages
    #[arg(long, value_name = "FILE")]
    texts: Option<PathBuf>,
    /// Licence of the encoder, to be named in the file
    #[arg(long, value_name = "NAME")]
    licence: Option<String>,
}

impl WordsCommands {
    pub(crate) fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        match &self.command {
            WordsCommand::Build(build) => build.run(common, console),
        }
    }
}

#[cfg(not(feature = "teacher"))]
impl Build {
    #[expect(clippy::unused_self, reason = "the same call with and without encoders")]
    fn run(&self, _: &Common, _: &mut Console) -> Result<(), Failure> {
        Err(Failure::Input(
            "words build: this build knows no encoders; install one with `cargo install --path crates/cli --features teacher`"
                .to_string(),
        ))
    }
}

#[cfg(feature = "teacher")]
impl Build {
    fn run(&self, common: &Common, console: &mut Console) -> Result<(), Failure> {
        use crate::progress::Bar;
        use stonechat_eval::digest;
        use stonechat_task::{check_writable, write_file};
        use stonechat_train::{Words, WordsRows, WordsSettings, build_words};

        check_writable(&self.output)?;
        // It may be the data, named by mistake.
        if std::fs::read(&self.output).is_ok_and(|bytes| !bytes.is_empty() && Words::read(&bytes).is_err()) {
            let what = "a file that is no words asset stands there; name another file, or remove it first";
            return Err(Failure::file(&self.output, what));
        }
        let read = |path: &PathBuf| {
            let bytes = std::fs::read(path).map_err(|error| Failure::file(path, error))?;
            let line = |at: usize| bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
            let text = std::str::from_utf8(&bytes).map_err(|error| {
                let what = format!("line {}: not UTF-8; write the texts in UTF-8", line(error.valid_up_to()));
                Failure::file(path, what)
            })?;
            Ok::<_, Failure>(text.to_owned())
        };
        let texts = self.texts.as_ref().map(read).transpose()?;
        let bar = Bar::new(console);
        let settings = WordsSettings {
            pieces: self.pieces,
            dim: self.dim,
            bits: self.bits,
            licence: self.licence.clone(),
            rows: if self.rows == "table" { WordsRows::Table } else { WordsRows::Encoder },
            texts,
            threads: common.threads(),
        };
        let built = build_words(&self.teacher, &settings, &mut *bar.listener())
            .map_err(|error| Failure::Input(error.to_string()))?;
        drop(bar);
        write_file(&self.output, &built.bytes)?;
        if console.json {
            return console.document(&serde_json::json!({
                "file": self.output.display().to_string(),
                "digest": digest(&built.bytes),
                "bytes": built.bytes.len(),
                "pieces": built.pieces,
                "dim": self.dim,
                "bits": self.bits,
                "variance_kept": built.kept,
                "quantisation_error": built.error,
            }));
        }
        console.line(format_args!(
            "words         {} pieces of {} numbers of {} bits, {:.1} % of the variance",
            built.pieces,
            self.dim,
            self.bits,
            built.kept * 100.0
        ))?;
        console.line(format_args!("integers      {:.2} % of the mean square lost", built.error * 100.0))?;
        console.line(format_args!("digest        {}", digest(&built.bytes)))?;
        console.line(format_args!("{}: {} bytes", self.output.display(), built.bytes.len()))
    }
}
