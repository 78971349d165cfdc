//! Word pieces, held against the reference tokenizer on every text of the public data sets.

use crate::support::{data, data_set};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use stonechat_engine::text::{characters, piece_hash, pieces};
use tokenizers::Tokenizer;

/// The data sets whose texts are read.
const SETS: [&str; 23] = [
    "banking77",
    "clinc150/data_full.json",
    "clinc150/data_small.json",
    "clinc150/data_oos_plus.json",
    "snips",
    "atis",
    "wnut17",
    "conll2003",
    "bc5cdr",
    "stackoverflow_ner",
    "sec_filings_ner",
    "trec",
    "sst2",
    "massive/de-DE.jsonl",
    "massive/es-ES.jsonl",
    "massive/fr-FR.jsonl",
    "massive/ja-JP.jsonl",
    "massive/zh-CN.jsonl",
    "massive/hi-IN.jsonl",
    "massive/ar-SA.jsonl",
    "massive/en-US.jsonl",
    "massive/pl-PL.jsonl",
    "massive/tr-TR.jsonl",
];

/// Files of other formats, and folders of them, each line of which is a text here.
const FILES: [&str; 7] = [
    "ag_news/test.csv",
    "product_queries/queries_cell_phones_accessories.csv",
    "product_queries/query.csv",
    "text2sql/advising.json",
    "text2sql/geography.json",
    "text2sql/restaurants.json",
    "sib200",
];

/// The lines of a file, or of the `.tsv` files in the folders of a folder.
fn lines(path: &Path) -> Vec<String> {
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        let inside = |folder: &Path| -> Vec<PathBuf> {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
        };
        files = inside(path).iter().filter(|path| path.is_dir()).flat_map(|folder| inside(folder)).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "tsv"));
    }
    let text = |file: &PathBuf| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    files.iter().flat_map(|file| text(file).lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn pieces_are_those_of_the_reference_tokenizer() {
    let Some(teacher) = std::env::var_os("STONECHAT_TEACHER") else {
        println!("skipped: no teacher");
        return;
    };
    let mut reference = Tokenizer::from_file(Path::new(&teacher).join("tokenizer.json")).unwrap();
    reference.with_truncation(None).unwrap().with_padding(None);
    let mut known: BTreeMap<u32, String> = BTreeMap::new();
    let mut longest = 1;
    let vocabulary: BTreeMap<u32, String> =
        reference.get_vocab(false).into_iter().map(|(piece, id)| (id, piece)).collect();
    for piece in vocabulary.values() {
        let hash = match piece.strip_prefix("##") {
            Some(rest) if !rest.is_empty() => piece_hash(rest, true),
            _ => piece_hash(piece, false),
        };
        if let Some((hash, length)) = hash {
            // Of two that normalise to the same, as `№` and `no`, the one that is itself already.
            let plain = characters(piece).map(|character| character.value).eq(piece.chars());
            if plain || !known.contains_key(&hash) {
                known.insert(hash, piece.clone());
            }
            longest = longest.max(length);
        }
    }
    let (mut all_same, mut all) = (0usize, 0usize);
    for name in SETS.into_iter().chain(FILES) {
        let texts: Vec<String> = if FILES.contains(&name) {
            let Some(folder) = data() else { return };
            lines(&folder.join(name))
        } else {
            let Some((_, splits)) = data_set(name) else { return };
            splits.all().map(|row| row.text.clone()).collect()
        };
        let (mut same, mut count) = (0usize, 0usize);
        for text in &texts {
            let expected = reference.encode(text.as_str(), false).unwrap();
            let mut left: BTreeMap<&str, usize> = BTreeMap::new();
            let wanted = expected.get_tokens().iter().filter(|piece| *piece != "[UNK]");
            let mut wanted_count = 0;
            for piece in wanted {
                *left.entry(piece).or_default() += 1;
                wanted_count += 1;
            }
            let mut found_count = 0;
            let look = |hash| known.contains_key(&hash).then_some(hash);
            pieces(text, u32::MAX, longest, look, |piece| {
                found_count += 1;
                if let Some(left) = left.get_mut(known[&piece.row].as_str()).filter(|left| **left > 0) {
                    *left -= 1;
                    same += 1;
                }
            });
            count += wanted_count.max(found_count);
        }
        println!("{name}: {same} of {count} pieces, {:.3} %", 100.0 * same as f64 / count as f64);
        (all_same, all) = (all_same + same, all + count);
    }
    let share = all_same as f64 / all as f64;
    println!("all: {all_same} of {all}, {:.3} %", 100.0 * share);
    assert!(share >= 0.999, "{share}");
}
