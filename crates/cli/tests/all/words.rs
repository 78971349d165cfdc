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
