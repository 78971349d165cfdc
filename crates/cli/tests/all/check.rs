use crate::support::Folder;

const CONFLICT: &[u8] = b"text,label\nlights on,on\nLights ON,off\nlamp off,off\n";

#[test]
fn sound_data_ends_with_0() {
    let folder = Folder::new(&[("lights.csv", crate::support::lights().as_bytes())]);
    let report = folder.run(&["check", "lights.csv"]).done();
    assert!(report.ends_with("0 errors, 0 warnings, 0 notes\n"), "{report}");
    let report = folder.run(&["check", "lights.csv", "--json"]).json();
    let rows = &report["rows"];
    let total = ["train", "valid", "test"].iter().map(|split| rows[split].as_u64().unwrap()).sum::<u64>();
    assert_eq!(total, 108);
    assert_eq!(report["errors"], 0);
}

#[test]
fn an_error_in_the_data_ends_with_1() {
    let task = b"labels = [\"on\", \"off\"]\n[data]\npath = \"data.csv\"\n";
    let folder =
        Folder::new(&[("task.toml", task), ("data.csv", b"text,label\nlights on,on\nlamp out,of\n")]);
    let run = folder.run(&["check", "task.toml", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["errors"], 1, "{report}");
    assert_eq!(report["findings"][0]["severity"], "error");
    assert_eq!(report["findings"][0]["places"][0]["line"], 3);
    assert!(run.failed(1).contains("mend the data"));
    let run = folder.run(&["check", "task.toml"]);
    assert!(run.out.contains("data.csv:3: "), "{}", run.out);
}

#[test]
fn findings_are_told_with_their_places() {
    let folder = Folder::new(&[("data.csv", CONFLICT)]);
    let run = folder.run(&["check", "data.csv"]);
    assert!(run.out.contains("data.csv:2: [on] lights on"), "{}", run.out);
    assert!(run.out.contains("data.csv:3: [off] Lights ON"), "{}", run.out);
}

#[test]
fn columns_and_formats_can_be_named() {
    let folder = Folder::new(&[("odd.data", b"body;kind;note\nlights on;on;x\nlamp off;off;y\n")]);
    let message = folder.run(&["check", "odd.data", "--format", "csv"]).failed(2);
    assert!(message.contains("odd.data:1: ") && message.contains("--text"), "{message}");
    let arguments = ["check", "odd.data", "--format", "csv", "--text", "body", "--label", "kind", "--json"];
    let run = folder.run(&arguments);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let found = report["findings"].as_array().unwrap().iter().find(|f| f["kind"] == "few-examples").unwrap();
    assert_eq!(found["places"][0]["text"], "lamp off", "{report}");
    assert_eq!(found["places"][0]["label"], "off", "{report}");
    let message = folder.run(&["check", "odd.data", "--format", "cvs"]).failed(2);
    assert!(message.contains("did you mean csv?"), "{message}");
}
