//! The words asset: files that are sound are read, others are refused.

use serde_json::{Value, json};
use std::path::Path;
use stonechat_train::Words;

/// A small asset of three pieces of two numbers of four bits, with its header changed by a function.
fn asset(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let pieces = b"a\n##b\nthe\n";
    let mut header = json!({
        "__metadata__": {
            "format": "stonechat-words-1", "bits": "4", "dim": "2", "pieces": "3", "teacher": "blake3:00",
            "lowercase": "true", "strip_accents": "false",
        },
        "scales": { "dtype": "F32", "shape": [2], "data_offsets": [0, 8] },
        "weights": { "dtype": "F32", "shape": [3], "data_offsets": [8, 20] },
        "pieces": { "dtype": "U8", "shape": [pieces.len()], "data_offsets": [20, 30] },
        "rows": { "dtype": "U8", "shape": [3, 1], "data_offsets": [30, 33] },
    });
    change(&mut header);
    let header = header.to_string();
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    for number in [0.5f32, 2.0, 0.25, 0.25, 1.0] {
        out.extend(number.to_le_bytes());
    }
    out.extend(pieces);
    // (1, -7), (7, 0), (-1, 2)
    out.extend([9 | 1 << 4, 15 | 8 << 4, 7 | 10 << 4]);
    out
}

fn refused(bytes: &[u8], part: &str) {
    let error = Words::read(bytes).unwrap_err().to_string();
    assert!(error.contains(part) && error.contains("; take a file that"), "{error}");
}

#[test]
fn a_sound_file() {
    let bytes = asset(|_| ());
    let words = Words::read(&bytes).unwrap();
    assert_eq!(words.pieces, ["a", "##b", "the"]);
    assert_eq!((words.dim, words.bits), (2, 4));
    assert_eq!(words.rows, [0.5, -14.0, 3.5, 0.0, -0.5, 4.0]);
    assert_eq!(words.weights, [0.25, 0.25, 1.0]);
    assert_eq!((words.lowercase, words.strip_accents), (true, false));
    assert_eq!((words.teacher.as_str(), words.licence), ("blake3:00", None));
    assert!(words.digest.starts_with("blake3:") && words.digest.len() == 71);
}

#[test]
fn facts_that_do_not_fit() {
    let set = |name: &'static str, value: &'static str| {
        asset(move |header| header["__metadata__"][name] = value.into())
    };
    refused(&set("format", "stonechat-words-2"), "`format`");
    refused(&set("dim", "3"), "3 pieces of 3 numbers");
    refused(&set("dim", "2048"), "`dim` is `2048`");
    refused(&set("dim", "4"), "`scales`");
    refused(&set("bits", "5"), "of 5 bits");
    refused(&set("bits", "8"), "`rows`");
    refused(&set("pieces", "4"), "not 4 pieces");
    refused(&set("pieces", "many"), "`many`");
    refused(&set("lowercase", "perhaps"), "`perhaps`");
    refused(&asset(|header| header["scales"]["dtype"] = "I32".into()), "`scales` is I32");
    refused(&asset(|header| header["__metadata__"] = json!({})), "`format`");
    refused(b"", "safetensors");
}

#[test]
fn numbers_out_of_range() {
    let sound = asset(|_| ());
    let end = sound.len();
    let with = |at: usize, bytes: &[u8]| {
        let mut out = sound.clone();
        out[at..at + bytes.len()].copy_from_slice(bytes);
        out
    };
    refused(&with(end - 1, &[7]), "below -7");
    refused(&with(end - 33, &f32::NAN.to_le_bytes()), "scale");
    refused(&with(end - 33, &(-0.5f32).to_le_bytes()), "scale");
    refused(&with(end - 33, &f32::MAX.to_le_bytes()), "not finite");
    refused(&with(end - 25, &1.5f32.to_le_bytes()), "weight");
    refused(&with(end - 25, &0f32.to_le_bytes()), "weight");
    refused(&with(end - 13, &[0xff]), "UTF-8");
    refused(&with(end - 13, b"\n"), "3 pieces");
    refused(&with(end - 4, b"x"), "3 pieces");
    refused(&with(end - 11, b"\na\nth"), "3 pieces");
}

#[test]
fn broken_files_are_refused_or_read() {
    let sound = asset(|_| ());
    for length in 0..sound.len() {
        assert!(Words::read(&sound[..length]).is_err(), "{length}");
    }
    for at in 0..sound.len() {
        for bit in 0..8 {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << bit;
            // No panic; what is read keeps the rules.
            if let Ok(words) = Words::read(&bytes) {
                assert_eq!(words.rows.len(), words.pieces.len() * words.dim);
                assert_eq!(words.weights.len(), words.pieces.len());
                assert!(words.rows.iter().all(|number| number.is_finite()));
            }
        }
    }
}

/// The assets that are part of the crate, made again from the encoders that they name.
#[test]
fn the_shipped_assets_can_be_made_again() {
    let path = |name| Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    for (name, encoder) in
        [("words-en.safetensors", "STONECHAT_TEACHER"), ("words-de.safetensors", "STONECHAT_TEACHER_DE")]
    {
        let Ok(bytes) = std::fs::read(path(name)) else {
            eprintln!("skipped: no shipped asset {name}");
            continue;
        };
        again(&Words::read(&bytes).unwrap(), encoder);
    }
}

#[cfg(feature = "teacher")]
fn again(shipped: &Words, encoder: &str) {
    use stonechat_train::{WordsRows, WordsSettings, build_words};
    let Some(folder) = std::env::var_os(encoder) else {
        eprintln!("skipped: no teacher: {encoder} is not set");
        return;
    };
    let mut settings = WordsSettings { licence: shipped.licence.clone(), ..WordsSettings::default() };
    if encoder == "STONECHAT_TEACHER_DE" {
        // As docs/words.md makes it: of many languages, words of one choose the pieces.
        settings.rows = WordsRows::Table;
        let texts = Path::new(&folder).join("words-de.txt");
        settings.texts = Some(std::fs::read_to_string(texts).expect("the words that chose the pieces"));
    }
    let built = build_words(folder.as_ref(), &settings, &mut |_| ()).unwrap();
    assert_eq!(Words::read(&built.bytes).unwrap().digest, shipped.digest);
}

#[cfg(not(feature = "teacher"))]
fn again(_: &Words, encoder: &str) {
    eprintln!("skipped: no teacher: {encoder} is not read without the feature `teacher`");
}
