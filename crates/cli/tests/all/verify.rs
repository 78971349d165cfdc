use serde_json::Value;

use crate::support::Folder;

#[test]
fn a_sound_file_verifies() {
    let folder = Folder::trained();
    let told = folder.run(&["verify", "lights.stone"]).done();
    assert!(told.contains("every score as recorded"), "{told}");
    let told = folder.run(&["verify", "lights.stone", "--json"]).json();
    assert_eq!(told["ok"], true);
    assert!(told["examples"].as_u64() > Some(0));
    assert_eq!(told["kernels"].as_array().unwrap().last().unwrap(), "reference");
}

#[test]
fn a_damaged_file_ends_with_1_and_is_refused_elsewhere_with_2() {
    let folder = Folder::trained();
    let sound = folder.read("lights.stone");
    let cut = sound[..sound.len() - 1].to_vec();
    let grown = [sound.as_slice(), b"x"].concat();
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    let mut headless = sound.clone();
    headless[1] ^= 1;
    let damaged = [cut, grown, flipped, headless, Vec::new(), sound[..20].to_vec(), b"text,label\n".to_vec()];
    for bytes in damaged {
        folder.write("bad.stone", &bytes);
        let message = folder.run(&["verify", "bad.stone"]).failed(1);
        assert!(message.starts_with("stonechat: bad.stone: "), "{message}");
        let run = folder.run(&["verify", "bad.stone", "--json"]);
        let told: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(told["ok"], false);
        assert!(told["error"].is_string());
        assert_eq!(run.failed(1), message);
        for arguments in [
            &["predict", "bad.stone", "x"][..],
            &["inspect", "bad.stone"],
            &["eval", "bad.stone", "lights.csv"],
            &["bench", "bad.stone", "lights.csv"],
        ] {
            let run = folder.run(arguments);
            assert_eq!(run.out, "");
            assert_eq!(run.failed(2), message, "{arguments:?}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_bad_input() {
    let folder = Folder::new(&[]);
    let message = folder.run(&["verify", "none.stone"]).failed(2);
    assert!(message.starts_with("stonechat: none.stone: ") && message.ends_with("; check the path\n"));
    assert!(folder.run(&["verify", "."]).failed(2).contains("a folder; name a model file"));
}
