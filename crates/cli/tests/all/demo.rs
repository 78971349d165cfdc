use crate::support::Folder;

#[test]
fn the_demo_shows_what_a_model_can_do_and_writes_nothing() {
    let folder = Folder::new(&[]);
    let told = folder.run(&["demo"]).done();
    for word in ["accuracy", "abstain", "stonechat new"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn its_model_can_be_kept() {
    let folder = Folder::new(&[]);
    let shown = folder.run(&["demo", "-o", "demo.stone", "--json"]).json();
    assert!(shown["evaluation"]["label"]["accuracy"].as_f64() > Some(0.8), "{shown}");
    let answers = shown["answers"].as_array().unwrap();
    assert_eq!(answers.iter().filter(|answer| answer["decision"] == "accept").count(), 3, "{shown}");
    assert_eq!(answers.iter().filter(|answer| answer["reason"].is_string()).count(), 1, "{shown}");
    assert_eq!(folder.names(), ["demo.stone"]);
    folder.run(&["verify", "demo.stone"]).done();
    // It is the model that the template gives.
    folder.run(&["new", "lights", "--template", "smart-home"]).done();
    folder.run(&["train", "lights", "-o", "again.stone", "--quiet"]).done();
    assert_eq!(folder.read("again.stone"), folder.read("demo.stone"));
}
