use crate::support::Folder;

#[test]
fn the_file_tells_what_it_is() {
    let folder = Folder::trained();
    let facts = folder.run(&["inspect", "lights.stone", "--json"]).json();
    assert_eq!(facts["name"], "lights");
    assert_eq!(facts["tier"], "bag");
    assert_eq!(facts["bytes"].as_u64(), Some(folder.read("lights.stone").len() as u64));
    assert_eq!(facts["labels"], serde_json::json!(["dim", "off", "on"]));
    assert!(facts["memory_bytes"].as_u64() > facts["lent_bytes"].as_u64());
    for bound in ["rows", "row_bytes", "lookups", "multiply_adds"] {
        assert!(facts["worst_case"][bound].as_u64() > Some(0), "{bound}");
    }
    assert_eq!(facts["worst_case"]["tag_pairs"], 0, "it finds no slots");
    assert!(facts["recorded_examples"].as_u64() > Some(0));
    assert!(facts["meta"]["recipe"]["seed"].is_u64(), "{}", facts["meta"]);
    let told = folder.run(&["inspect", "lights.stone"]).done();
    for word in ["bag", "dim, off, on", "worst case", facts["digest"].as_str().unwrap()] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
}

#[test]
fn the_worst_case_grows_with_the_text() {
    let folder = Folder::trained();
    let rows = |characters: &str| {
        let facts = folder.run(&["inspect", "lights.stone", "--json", "--characters", characters]).json();
        facts["worst_case"]["rows"].as_u64().unwrap()
    };
    assert!(rows("10") < rows("100"));
    assert_eq!(rows("4294967295"), {
        let facts = folder.run(&["inspect", "lights.stone", "--json"]).json();
        facts["worst_case"]["rows"].as_u64().unwrap()
    });
}
