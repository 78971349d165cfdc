use crate::support::Folder;

/// What every command that reads data says about files that are none.
#[test]
fn bad_data_is_refused_with_its_name() {
    let folder = Folder::trained();
    std::fs::create_dir(folder.path("empty-folder")).unwrap();
    folder.write("empty.csv", b"");
    folder.write("binary.dat", &[0, 159, 146, 150, 255, 254, 0, 0]);
    folder.write("wide.csv", b"\xFF\xFEt\0e\0x\0t\0");
    folder.write("broken.toml", b"name = \"x\n");
    folder.write("broken.jsonl", b"{\"text\":\"a\",\"label\":\"b\"}\n{\"text\":\n");
    for (name, place) in [
        ("none.csv", "none.csv: "),
        ("empty-folder", "empty-folder: "),
        ("empty.csv", "empty.csv: "),
        ("binary.dat", "binary.dat: "),
        ("wide.csv", "wide.csv:1: "),
        ("broken.toml", "broken.toml:1: "),
        ("broken.jsonl", "broken.jsonl:2: "),
    ] {
        for arguments in [
            &["check", name][..],
            &["train", name, "-o", "new.stone"],
            &["eval", "lights.stone", name],
            &["bench", "lights.stone", name],
            &["convert", name, "new.jsonl"],
        ] {
            let run = folder.run(arguments);
            assert_eq!(run.out, "", "{arguments:?}");
            let message = run.failed(2);
            let last = message.lines().last().unwrap_or_default();
            assert!(last.starts_with(&format!("stonechat: {place}")), "{arguments:?}: {message}");
            assert!(last.contains("; "), "it says what to do: {message}");
        }
    }
    assert!(!folder.path("new.stone").exists() && !folder.path("new.jsonl").exists());
}

#[test]
fn with_json_a_failure_is_told_on_standard_error() {
    let folder = Folder::new(&[]);
    for arguments in [&["check", "none", "--json"][..], &["predict", "none", "x", "--json"]] {
        let run = folder.run(arguments);
        assert_eq!(run.out, "");
        assert!(run.failed(2).starts_with("stonechat: none: "));
    }
}

#[cfg(unix)]
#[test]
fn arguments_of_any_bytes() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::trained();
    let name = OsStr::from_bytes(b"caf\xE9.csv");
    let of = |words: &[&str]| -> Vec<OsString> { words.iter().map(OsString::from).collect() };
    // Names of files may be anything that the system allows.
    let mut check = of(&["check"]);
    check.push(name.to_os_string());
    assert!(folder.run(&check).failed(2).contains("check the path"));
    std::fs::copy(folder.path("lights.csv"), folder.path("").join(name)).unwrap();
    folder.run(&check).done();
    // Texts are UTF-8.
    let mut predict = of(&["predict", "lights.stone"]);
    predict.push(name.to_os_string());
    assert!(folder.run(&predict).failed(2).contains("UTF-8"));
}

#[cfg(unix)]
#[test]
fn a_full_disk_under_standard_output_is_told() {
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let folder = Folder::new(&[("lights.csv", crate::support::lights().as_bytes())]);
        let output = folder.command(&["check", "lights.csv"]).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("stonechat: standard output: "));
    }
}
