//! Embeddings that are computed once.

use crate::embed::{Embedder, Embedding, FineTuning, STEPS};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use stonechat_task::write_file;

/// What a cache file begins with.
const MAGIC: &[u8] = b"stonechat-embeddings-1\n";

/// The BLAKE3 digest of a text or of the file.
type Digest = [u8; 32];

/// Numbers of an embedding, in steps of 2⁻¹⁴.
type Row = Vec<i16>;

/// An embedder that keeps what it computed in a file, so that the next run need not compute it.
///
/// There is one file for each digest of an embedder. It is read at the start and written, whole and renamed, at the end of
/// each call that computed something. What cannot be read or written is noted and does without: the cache is never a reason
/// to fail, and embeddings are the same with and without it.
pub struct CachedEmbedder<E> {
    inner: E,
    folder: PathBuf,
    file: PathBuf,
    rows: BTreeMap<Digest, Row>,
    note: Option<String>,
}

/// The folder where caches lie: `$STONECHAT_CACHE`, else `$XDG_CACHE_HOME/stonechat`, else `$HOME/.cache/stonechat`; none
/// where no such variable is set.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("STONECHAT_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|base| base.join("stonechat")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/stonechat")))
}

impl<E: Embedder> CachedEmbedder<E> {
    /// Puts a cache, in a folder that is made when it is needed, before an embedder.
    pub fn new(inner: E, folder: &Path) -> Self {
        let folder = folder.to_path_buf();
        let mut out = Self { inner, folder, file: PathBuf::new(), rows: BTreeMap::new(), note: None };
        out.begin();
        out
    }

    /// Takes the file of the embedder as it is now.
    fn begin(&mut self) {
        let name = blake3::hash(self.inner.digest().as_bytes()).to_hex();
        self.file = self.folder.join(format!("embeddings-{}", &name[..32]));
        self.rows = self.load();
    }

    /// The rows of the file; none where it is not there or not sound.
    fn load(&mut self) -> BTreeMap<Digest, Row> {
        let found = match fs::read(&self.file) {
            Ok(bytes) => parse(&bytes, self.inner.digest(), self.inner.dim())
                .ok_or_else(|| "not a sound cache of this encoder; it is made anew".to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => return BTreeMap::new(),
            Err(error) => Err(format!("{error}; embeddings are computed")),
        };
        found.unwrap_or_else(|what| {
            self.note = Some(format!("{}: {what}", self.file.display()));
            BTreeMap::new()
        })
    }

    /// Writes the rows, with those that another process wrote meanwhile.
    fn save(&mut self) {
        for (text, row) in self.load() {
            self.rows.entry(text).or_insert(row);
        }
        let bytes = write(&self.rows, self.inner.digest(), self.inner.dim());
        let folder = self.file.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| error.to_string());
        let written = folder.and_then(|()| write_file(&self.file, &bytes).map_err(|error| error.to_string()));
        if let Err(error) = written {
            self.note = Some(format!("{}: {error}; embeddings are not kept", self.file.display()));
        }
    }
}

impl<E: Embedder> Embedder for CachedEmbedder<E> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn digest(&self) -> &str {
        self.inner.digest()
    }

    /// What kept the cache from being read or written, if anything did.
    fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn fine_tune(&mut self, tuning: FineTuning) -> Result<(), String> {
        self.inner.fine_tune(tuning)?;
        self.begin();
        Ok(())
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        let dim = self.inner.dim();
        let digests: Vec<Digest> = texts.iter().map(|text| digest(text.as_bytes())).collect();
        let mut asked = BTreeSet::new();
        let missing: Vec<(Digest, &str)> = digests
            .iter()
            .zip(texts)
            .filter(|(digest, _)| !self.rows.contains_key(*digest) && asked.insert(**digest))
            .map(|(&digest, &text)| (digest, text))
            .collect();
        advance(Embedding::Texts(texts.len() - missing.len()));
        if !missing.is_empty() {
            let new: Vec<&str> = missing.iter().map(|(_, text)| *text).collect();
            let numbers = self.inner.embed(&new, advance)?;
            for ((digest, _), row) in missing.iter().zip(numbers.chunks_exact(dim)) {
                self.rows.insert(*digest, row.iter().map(|x| libm::roundf(x * STEPS) as i16).collect());
            }
            self.save();
        }
        let mut out = Vec::with_capacity(texts.len() * dim);
        for digest in &digests {
            let row = self.rows.get(digest).ok_or("the embedder left a text out; report it")?;
            out.extend(row.iter().map(|&steps| f32::from(steps) / STEPS));
        }
        Ok(out)
    }
}

fn digest(bytes: &[u8]) -> Digest {
    *blake3::hash(bytes).as_bytes()
}

/// The beginning of the file of this embedder.
fn head(embedder: &str, dim: usize) -> Vec<u8> {
    [MAGIC, embedder.as_bytes(), b"\n", &(dim as u64).to_le_bytes()].concat()
}

/// The bytes of a file: its head, for each text its digest and the numbers of its embedding, then the digest of all that.
fn write(rows: &BTreeMap<Digest, Row>, embedder: &str, dim: usize) -> Vec<u8> {
    let mut out = head(embedder, dim);
    for (text, row) in rows {
        out.extend(text);
        out.extend(row.iter().flat_map(|steps| steps.to_le_bytes()));
    }
    let all = digest(&out);
    out.extend(all);
    out
}

/// The rows of a file, if it is whole and of this embedder.
fn parse(bytes: &[u8], embedder: &str, dim: usize) -> Option<BTreeMap<Digest, Row>> {
    let (content, all) = bytes.split_last_chunk::<32>()?;
    if digest(content) != *all {
        return None;
    }
    let rest = content.strip_prefix(head(embedder, dim).as_slice())?;
    let entries = rest.chunks_exact(32 + 2 * dim);
    if !entries.remainder().is_empty() {
        return None;
    }
    let entry = |bytes: &[u8]| {
        let (text, row) = bytes.split_first_chunk::<32>()?;
        let (steps, _) = row.as_chunks::<2>();
        Some((*text, steps.iter().map(|&steps| i16::from_le_bytes(steps)).collect()))
    };
    entries.map(entry).collect()
}
