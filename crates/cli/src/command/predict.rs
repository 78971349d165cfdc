//! `stonechat predict`: answers.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use stonechat_engine::Engine;
use stonechat_engine::value::Reference;
use stonechat_eval::{Neighbours, explain};
use stonechat_task::{Dataset, Example, Task};

use crate::answer::{Answer, ModelName, label_width, line};
use crate::console::{Console, one_line};
use crate::failure::Failure;
use crate::kernel;
use crate::model_file::{ModelFile, name};
use crate::typed::Typed;

/// Bytes of a line of standard input, at the most; far more than any model reads of it.
const LONGEST_LINE: u64 = 64 << 20;

/// Answer; without TEXT, one answer a line of standard input
///
/// A line of the answer: decision, label, confidence, text, the slots with their values, and the reason where the
/// model abstains. A value that cannot be told is shown as `?`, with the words that it was read from. With --json
/// each text gives one JSON document on a line of its own; offsets count Unicode characters.
///
/// --explain adds what made the answer: for each word what the label's logit loses without it, unknown words, how near
/// the text is to the end of the task's scope, and with --examples the examples that the model takes for most alike.
#[derive(Args, Debug)]
pub(crate) struct Predict {
    /// Model file
    model: PathBuf,
    /// Texts to answer, each an argument of its own
    text: Vec<String>,
    /// Say what made each answer
    #[arg(long)]
    explain: bool,
    /// With --explain: the rows to look for the nearest examples in, such as the task that was learned
    #[arg(long, value_name = "DATA", requires = "explain")]
    examples: Option<PathBuf>,
    #[command(flatten)]
    typed: Typed,
}

impl Predict {
    pub(crate) fn run(&self, console: &mut Console) -> Result<(), Failure> {
        let kernel = kernel::choose()?;
        let file = ModelFile::read(&self.model)?;
        let model = file.open()?;
        let mut engine = Engine::with_kernel(&model, kernel);
        self.typed.set_values(&mut engine)?;
        let examples = self.examples.as_ref().map(|data| examples(data)).transpose()?;
        let neighbours = examples.as_ref().map(|examples| Neighbours::new(&model, kernel, examples));
        let mut speaker = Speaker {
            explains: self.explain,
            neighbours,
            engine,
            now: self.typed.now.reference,
            name: ModelName { name: name(&file, &model), digest: stonechat_eval::digest(file.bytes()) },
            width: label_width(&model),
        };
        if self.text.is_empty() {
            return answer_lines(&mut speaker, console);
        }
        self.text.iter().try_for_each(|text| speaker.answer(text, console))
    }
}

/// The rows that a model learned from, or may have: all but those to judge on.
fn examples(data: &Path) -> Result<Vec<Example>, Failure> {
    let task = Task::read(data)?;
    let splits = Dataset::read(&task)?.split();
    Ok(splits.train.into_iter().chain(splits.valid).collect())
}

/// Answers one text after the other.
struct Speaker<'m> {
    explains: bool,
    neighbours: Option<Neighbours<'m>>,
    engine: Engine<'m>,
    now: Option<Reference>,
    name: ModelName,
    width: usize,
}

impl Speaker<'_> {
    fn answer(&mut self, text: &str, console: &mut Console) -> Result<(), Failure> {
        let explanation = self.explains.then(|| explain(&mut self.engine, text, self.neighbours.as_ref()));
        let (model, now) = (self.engine.model(), self.now.as_ref());
        let prediction = self.engine.predict(text);
        if console.json {
            return console.json_line(&Answer::new(model, &prediction, now, &self.name, explanation));
        }
        console.line(line(model, &prediction, now, self.width))?;
        for text in explanation.iter().map(ToString::to_string) {
            text.lines().try_for_each(|line| console.line(one_line(line)))?;
        }
        Ok(())
    }
}

/// Answers standard input line by line.
fn answer_lines(speaker: &mut Speaker<'_>, console: &mut Console) -> Result<(), Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        console.note("type a text and press Enter; Ctrl-D ends");
    }
    let mut input = BufReader::new(stdin.lock());
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes).map_err(|error| {
            Failure::Input(format!("<stdin>:{number}: {error}; give it text, a line each"))
        })?;
        if read == 0 {
            break;
        }
        if read as u64 == LONGEST_LINE && !bytes.ends_with(b"\n") {
            return Err(Failure::Input(format!(
                "<stdin>:{number}: a line of {} MB or more; give one text a line",
                LONGEST_LINE >> 20
            )));
        }
        let content = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let text = String::from_utf8_lossy(content);
        if matches!(text, Cow::Owned(_)) {
            console.note(format_args!(
                "<stdin>:{number}: not UTF-8, wrong bytes are read as U+FFFD; convert the input to UTF-8"
            ));
        }
        // A byte order mark is no part of the first text.
        let text = match text.strip_prefix('\u{FEFF}') {
            Some(text) if number == 1 => text,
            _ => &text,
        };
        speaker.answer(text, console)?;
        // Whoever waits for an answer before the next text gets it.
        if input.buffer().is_empty() {
            console.flush()?;
        }
    }
    Ok(())
}
