//! Sentence embeddings of a pretrained encoder.

use super::config::Config;
use super::encoder::{Batch, Encoder};
use super::error::TeacherError;
use super::folder::Folder;
use super::pooling::Pooling;
use super::prompt;
use super::tokens::Tokens;
#[cfg(feature = "fine-tune")]
use super::tune::{Aim, How};
#[cfg(feature = "fine-tune")]
use crate::embed::Lesson;
use crate::embed::{Embedder, Embedding, FineTuning, STEPS};
#[cfg(feature = "fine-tune")]
use crate::probe::Probe;
use std::path::{Path, PathBuf};
use stonechat_eval::digest;

/// The most tokens that are read of a text.
const MOST_TOKENS: usize = 128;

/// The most tokens of a batch.
const BATCH: usize = 1024;

/// What becomes of an encoder.
#[cfg(feature = "fine-tune")]
#[derive(Default)]
struct Tuning {
    /// The digest of the files, if that of the embedder is another.
    files: Option<String>,
    /// What it is to be fine-tuned on before it embeds.
    next: Option<FineTuning>,
    /// Whether the weights are no longer those of the files.
    done: bool,
}

/// A pretrained encoder of the BERT family as an embedder of sentences.
pub struct Teacher {
    folder: PathBuf,
    encoder: Encoder<f32>,
    tokens: Tokens,
    pooling: Pooling,
    prompt: String,
    most_tokens: usize,
    digest: String,
    #[cfg(feature = "fine-tune")]
    tuning: Tuning,
}

impl Teacher {
    /// Opens the encoder in a folder with `config.json`, `tokenizer.json` and `model.safetensors`, as encoders are published,
    /// of the type `bert`, `roberta`, `xlm-roberta` or `mpnet`. How states become an embedding is read from `1_Pooling/config.json`, and
    /// what stands before each text from `config_sentence_transformers.json`, where these are there.
    ///
    /// # Errors
    ///
    /// The file that is missing, broken, or of an encoder that is not supported.
    pub fn open(dir: &Path) -> Result<Self, TeacherError> {
        let folder = Folder::new(dir)?;
        let shape = folder.read(Config::FILE)?;
        let config = Config::read(&folder, &shape)?;
        let most_tokens = MOST_TOKENS.min(config.most_tokens());
        let tokenizer = folder.read(Tokens::FILE)?;
        let mut tokens = Tokens::read(&folder, &tokenizer, config.vocabulary)?;
        tokens.truncate(&folder, most_tokens)?;
        let pooling = folder.read_if_there(Pooling::FILE)?;
        let prompts = folder.read_if_there(prompt::FILE)?;
        let weights = folder.read(Encoder::<f32>::FILE)?;
        let files = [
            (Config::FILE, Some(&shape)),
            (Tokens::FILE, Some(&tokenizer)),
            (Encoder::<f32>::FILE, Some(&weights)),
            (Pooling::FILE, pooling.as_ref()),
            (prompt::FILE, prompts.as_ref()),
        ];
        let lines = files.iter().filter_map(|(name, bytes)| Some(format!("{name} {}\n", digest((*bytes)?))));
        Ok(Self {
            digest: digest(lines.collect::<String>().as_bytes()),
            encoder: Encoder::read(&folder, config, &weights)?,
            tokens,
            pooling: Pooling::read(&folder, pooling.as_deref())?,
            prompt: prompt::read(&folder, prompts.as_deref())?,
            most_tokens,
            folder: dir.to_path_buf(),
            #[cfg(feature = "fine-tune")]
            tuning: Tuning::default(),
        })
    }

    /// Computes on so many threads, 1 at the least, in place of one a core; embeddings do not depend on it.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.encoder.threads = threads.max(1);
        self
    }

    /// Numbers of an embedding.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.encoder.dim()
    }

    /// The digest of the files of the encoder: `blake3:` and 64 hexadecimal digits, of the names of the files and the digests
    /// of their bytes.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The most tokens that are read of a text, its ends counted; the rest does not count.
    #[must_use]
    pub fn most_tokens(&self) -> usize {
        self.most_tokens
    }

    /// The tokens of a text, with what stands before each.
    fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        self.tokens.encode(&format!("{}{text}", self.prompt))
    }

    /// Batches of texts of the same number of tokens, so that none is padded and none depends on another: the longest first.
    /// With each batch, which texts they are.
    fn batches(&self, texts: &[&str]) -> Result<(Vec<Batch>, Vec<usize>), String> {
        let mut encoded = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            encoded.push((self.encode(text)?, at));
        }
        encoded.sort_by_key(|(tokens, at)| (std::cmp::Reverse(tokens.len()), *at));
        let order = encoded.iter().map(|(_, at)| *at).collect();
        let mut batches: Vec<Batch> = Vec::new();
        for (tokens, _) in encoded {
            match batches.last_mut() {
                Some(last) if last.length == tokens.len() && last.tokens.len() + tokens.len() <= BATCH => {
                    last.tokens.extend(tokens);
                }
                _ => batches.push(Batch { length: tokens.len(), tokens }),
            }
        }
        Ok((batches, order))
    }

    /// The embeddings of texts; see [`Embedder::embed`].
    fn numbers(&self, texts: &[&str], advance: &mut dyn FnMut(usize)) -> Result<Vec<f32>, String> {
        let wrong = |what: String| format!("{}: {what}", self.folder.display());
        let (batches, order) = self.batches(texts).map_err(wrong)?;
        let rows = self.encoder.pooled(&batches, self.pooling, advance);
        let rows = rows.map_err(|error| wrong(error.to_string()))?;
        let dim = self.dim();
        let mut out = vec![0.0; texts.len() * dim];
        for (row, &at) in rows.chunks_exact(dim).zip(&order) {
            let length = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
            if !length.is_finite() {
                return Err(wrong(
                    "the weights give numbers that are not finite; take another encoder".into(),
                ));
            }
            // What the last bits of a sum are depends on the machine; of a multiple of 2⁻¹⁴ it hardly ever does.
            let factor = if length > 0.0 { STEPS / length as f32 } else { 0.0 };
            for (out, x) in out[at * dim..][..dim].iter_mut().zip(row) {
                *out = libm::roundf(x * factor) / STEPS;
            }
        }
        Ok(out)
    }
}

#[cfg(feature = "fine-tune")]
impl Teacher {
    /// Fine-tunes the encoder, if it is to be. Where it is to tell labels, a probe on what it says so far tells them at first, then both learn.
    fn learn(&mut self, advance: &mut dyn FnMut(Embedding)) -> Result<(), String> {
        let Some(tuning) = self.tuning.next.clone() else { return Ok(()) };
        if self.tuning.done {
            // What it learned of other rows must not count.
            let Self { encoder, digest, .. } = Self::open(&self.folder).map_err(|error| error.to_string())?;
            if self.tuning.files.as_ref() != Some(&digest) {
                let folder = self.folder.display();
                return Err(format!("{folder}: the files have changed since they were read; train again"));
            }
            self.encoder = encoder;
        }
        self.tuning.done = true;
        let texts: Vec<&str> = tuning.rows.iter().map(|(text, _)| text.as_str()).collect();
        let own: Vec<u32> = tuning.rows.iter().map(|(_, label)| *label).collect();
        let aim = match tuning.lesson {
            Lesson::Labels => {
                let embeddings = self.numbers(&texts, &mut |_| ())?;
                let probe = Probe::fit(&embeddings, self.dim(), &own, tuning.labels, tuning.seed);
                Aim::Labels { head: probe.into_weights(), labels: tuning.labels }
            }
            Lesson::Closeness => Aim::Closeness,
        };
        let rows: Vec<(Vec<u32>, u32)> = texts
            .iter()
            .zip(&own)
            .map(|(text, &label)| Ok((self.encode(text)?, label)))
            .collect::<Result<_, String>>()?;
        let how = How { epochs: tuning.epochs, rate: tuning.rate, seed: tuning.seed };
        let done = |done, total| advance(Embedding::Tuned(done, total));
        let tuned = self.encoder.tune(&rows, self.pooling, aim, &how, done);
        tuned.map_err(|error| format!("{}: {error}", self.folder.display()))?;
        self.tuning.next = None;
        Ok(())
    }
}

impl Embedder for Teacher {
    fn dim(&self) -> usize {
        Teacher::dim(self)
    }

    fn digest(&self) -> &str {
        Teacher::digest(self)
    }

    #[cfg(feature = "fine-tune")]
    fn fine_tune(&mut self, tuning: FineTuning) -> Result<(), String> {
        let files = self.tuning.files.get_or_insert_with(|| self.digest.clone());
        self.digest = digest(format!("{files} {}", tuning.digest()).as_bytes());
        self.tuning.next = Some(tuning);
        Ok(())
    }

    #[cfg(not(feature = "fine-tune"))]
    fn fine_tune(&mut self, _: FineTuning) -> Result<(), String> {
        Err("this build does not fine-tune; install one with `cargo install --path crates/cli --features fine-tune`, or set `tune_epochs` to 0".to_owned())
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        #[cfg(feature = "fine-tune")]
        self.learn(advance)?;
        self.numbers(texts, &mut |count| advance(Embedding::Texts(count)))
    }
}
