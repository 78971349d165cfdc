//! The cache of embeddings.

use crate::support::texts_of;
use std::fs;
use stonechat_train::{CachedEmbedder, Embedder, Embedding};

/// Embeds a text as its length and its first byte, and counts what it was asked.
struct Fake {
    digest: &'static str,
    asked: Vec<String>,
}

impl Fake {
    fn new(digest: &'static str) -> Self {
        Self { digest, asked: Vec::new() }
    }
}

impl Embedder for &mut Fake {
    fn dim(&self) -> usize {
        2
    }

    fn digest(&self) -> &str {
        self.digest
    }

    fn embed(&mut self, texts: &[&str], advance: &mut dyn FnMut(Embedding)) -> Result<Vec<f32>, String> {
        self.asked.extend(texts.iter().map(|text| text.to_string()));
        advance(Embedding::Texts(texts.len()));
        let row = |text: &&str| [text.len() as f32 / 16384.0, -f32::from(text.as_bytes()[0]) / 16384.0];
        Ok(texts.iter().flat_map(row).collect())
    }
}

fn embed(cached: &mut impl Embedder, texts: &[&str]) -> Vec<f32> {
    let mut heard = 0;
    let out = cached.embed(texts, &mut |done| heard += texts_of(done)).unwrap();
    assert_eq!(heard, texts.len());
    out
}

#[test]
fn nothing_is_computed_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made/when/needed");
    let texts = ["one", "three", "one", "five"];
    let mut first = Fake::new("a");
    let mut cached = CachedEmbedder::new(&mut first, &folder);
    let fresh = embed(&mut cached, &texts);
    assert_eq!(cached.note(), None);
    assert_eq!(first.asked, ["one", "three", "five"]);
    let mut second = Fake::new("a");
    let mut cached = CachedEmbedder::new(&mut second, &folder);
    assert_eq!(embed(&mut cached, &texts), fresh);
    assert_eq!(embed(&mut cached, &["five", "six"])[..2], fresh[6..]);
    assert_eq!(second.asked, ["six"]);
    let mut direct = Fake::new("a");
    assert_eq!(embed(&mut &mut direct, &texts), fresh);
    let mut other = Fake::new("b");
    embed(&mut CachedEmbedder::new(&mut other, &folder), &texts);
    assert_eq!(other.asked.len(), 3);
}

#[test]
fn what_another_process_wrote_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (mut one, mut two, mut three) = (Fake::new("a"), Fake::new("a"), Fake::new("a"));
    let mut first = CachedEmbedder::new(&mut one, folder.path());
    let mut second = CachedEmbedder::new(&mut two, folder.path());
    embed(&mut first, &["x"]);
    embed(&mut second, &["y"]);
    embed(&mut CachedEmbedder::new(&mut three, folder.path()), &["x", "y"]);
    assert_eq!(three.asked, [""; 0]);
}

#[test]
fn a_broken_file_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut fake = Fake::new("a");
    embed(&mut CachedEmbedder::new(&mut fake, folder.path()), &["x", "y"]);
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let sound = fs::read(&file).unwrap();
    let mut changed: Vec<Vec<u8>> = (0..sound.len()).map(|length| sound[..length].to_vec()).collect();
    changed.extend((0..sound.len()).map(|at| {
        let mut bytes = sound.clone();
        bytes[at] ^= 16;
        bytes
    }));
    for bytes in changed {
        fs::write(&file, bytes).unwrap();
        let mut fake = Fake::new("a");
        let cached = CachedEmbedder::new(&mut fake, folder.path());
        assert!(cached.note().unwrap().contains("; it is made anew"));
    }
    let mut fake = Fake::new("a");
    let mut cached = CachedEmbedder::new(&mut fake, folder.path());
    embed(&mut cached, &["x", "y"]);
    assert_eq!(fs::read(&file).unwrap(), sound);
}

#[test]
fn a_folder_that_cannot_be_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let mut fake = Fake::new("a");
    let mut cached = CachedEmbedder::new(&mut fake, &file);
    embed(&mut cached, &["x"]);
    assert!(cached.note().unwrap().contains("; embeddings are not kept"));
}
