use serde_json::json;

use crate::support::Folder;

#[test]
fn the_demo_shows_what_a_model_can_do_and_writes_nothing() {
    let folder = Folder::new(&[]);
    let told = folder.run(&["demo"]).done();
    for word in ["accuracy", "abstain", "[room=bedroom, level=30 percent, time=18:30]", "stonechat new"] {
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
    assert_eq!(answers[0]["label"]["name"], "lights.dim");
    let values: Vec<_> =
        answers[0]["slots"].as_array().unwrap().iter().map(|slot| (&slot["name"], &slot["value"])).collect();
    let due = [("room", json!("bedroom")), ("level", json!(30)), ("time", json!("18:30"))];
    let due = due.map(|(name, value)| (json!(name), value));
    assert_eq!(values, due.iter().map(|(name, value)| (name, value)).collect::<Vec<_>>(), "{shown}");
    assert!(answers.iter().filter(|answer| answer["decision"] == "accept").count() >= 3, "{shown}");
    assert!(answers.iter().filter(|answer| answer["reason"].is_string()).count() >= 1, "{shown}");
    assert_eq!(shown["answers_with_other_values"][0]["slots"][0]["value"], "engine room", "{shown}");
    assert_eq!(folder.names(), ["demo.stone"]);
    folder.run(&["verify", "demo.stone"]).done();
    // It is the tagger that the template gives.
    folder.run(&["new", "lights", "--template", "smart-home"]).done();
    folder.run(&["train", "lights", "-o", "again.stone", "--quiet", "--tier", "tagger"]).done();
    assert_eq!(folder.read("again.stone"), folder.read("demo.stone"));
}
