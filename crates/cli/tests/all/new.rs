use crate::support::Folder;

#[test]
fn templates_are_tasks_without_a_finding() {
    for (template, files) in [
        ("blank", vec!["README.md", "data.csv", "task.toml"]),
        ("smart-home", vec!["README.md", "task.toml", "test.jsonl", "train.jsonl"]),
    ] {
        let folder = Folder::new(&[]);
        let made = folder.run(&["new", "deep/task", "--template", template, "--json"]).json();
        let mut named: Vec<_> =
            made["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        named.sort_unstable();
        assert_eq!(named, files);
        let checked = folder.run(&["check", "deep/task", "--json"]).json();
        assert_eq!(checked["findings"].as_array().map(Vec::len), Some(0), "{checked}");
    }
}

#[test]
fn an_empty_folder_is_filled_and_a_full_one_is_left_alone() {
    let folder = Folder::new(&[]);
    std::fs::create_dir(folder.path("task")).unwrap();
    folder.run(&["new", "task"]).done();
    folder.write("task/data.csv", b"mine");
    let message = folder.run(&["new", "task"]).failed(2);
    assert_eq!(message, "stonechat: task: the folder is not empty; name a new or an empty one\n");
    assert_eq!(folder.read("task/data.csv"), b"mine");
}

#[test]
fn a_file_is_no_folder() {
    let folder = Folder::new(&[("task", b"")]);
    let message = folder.run(&["new", "task"]).failed(2);
    assert!(message.starts_with("stonechat: task: a file of that name exists;"), "{message}");
    let message = folder.run(&["new", "task/inside"]).failed(2);
    assert!(message.starts_with("stonechat: task/inside: "), "{message}");
}
