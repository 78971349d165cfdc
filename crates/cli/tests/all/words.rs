use std::path::Path;

use crate::support::Folder;

/// What is said where there is nothing to build from, with and without the feature `teacher`.
#[test]
fn a_words_asset_needs_an_encoder() {
    let folder = Folder::new(&[]);
    let error = folder.run(&["words", "build", "--teacher", "nowhere", "-o", "words.safetensors"]).failed(2);
    let expected =
        if cfg!(feature = "teacher") { "nowhere: no folder; name one" } else { "--features teacher" };
    assert!(error.contains(expected), "{error}");
    assert_eq!(folder.names(), [""; 0]);
}

#[cfg(feature = "teacher")]
#[test]
fn a_file_that_is_no_words_asset_is_kept() {
    let folder = Folder::new(&[("rows.csv", b"text,label\n")]);
    let error = folder.run(&["words", "build", "--teacher", ".", "-o", "rows.csv"]).failed(2);
    assert!(error.contains("rows.csv: a file that is no words asset stands there"), "{error}");
    assert_eq!(folder.read("rows.csv"), b"text,label\n");
}

/// Word pieces of an asset that is named, in place of those that are built in.
#[test]
fn a_words_asset_is_named_for_a_training() {
    let asset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../train/assets/words-en.safetensors");
    let row = |at: usize| format!("свет {at} {},{}\n", ["включи", "потуши"][at % 2], ["on", "off"][at % 2]);
    let rows = format!("text,label\n{}", (0..60).map(row).collect::<String>());
    let folder = Folder::new(&[("rows.csv", rows.as_bytes())]);
    let train =
        ["train", "rows.csv", "-o", "a.stone", "--tier", "bag", "--set", "linear_labels=0", "--quiet"];
    // The rows are not English: the built-in asset is not taken.
    assert!(!folder.run(&train).done().contains("word pieces"));
    let named = [&train[..], &["--words", asset.to_str().unwrap()]].concat();
    assert!(folder.run(&named).done().contains("word pieces"));
    let wrong = [&train[..], &["--words", "rows.csv"]].concat();
    let error = folder.run(&wrong).failed(2);
    assert!(error.contains("rows.csv: not a sound safetensors file"), "{error}");
    let missing = [&train[..], &["--words", "no.safetensors"]].concat();
    assert!(folder.run(&missing).failed(2).contains("no.safetensors: "));
}
