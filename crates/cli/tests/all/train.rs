use serde_json::Value;

use crate::support::{Folder, data_set, lights};

#[test]
fn the_same_data_gives_the_same_file_with_any_number_of_threads() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let digest = |file: &str, options: &[&str]| {
        let mut arguments = vec!["train", "lights.csv", "-o", file, "--json"];
        arguments.extend(options);
        let made = folder.run(&arguments).json();
        assert_eq!(made["model"]["bytes"].as_u64(), Some(folder.read(file).len() as u64));
        made["model"]["digest"].as_str().unwrap().to_string()
    };
    let one = digest("one.stone", &["--threads", "1"]);
    assert_eq!(digest("two.stone", &["--threads", "2"]), one);
    assert_eq!(folder.read("one.stone"), folder.read("two.stone"));
    assert_ne!(digest("other.stone", &["--seed", "7"]), one);
    // The name that other commands know the file by.
    assert_eq!(folder.run(&["inspect", "one.stone", "--json"]).json()["digest"], one.as_str());
}

#[test]
fn what_train_makes_the_others_take() {
    let folder = Folder::trained();
    assert_eq!(folder.names(), ["lights.csv", "lights.stone"]);
    folder.run(&["verify", "lights.stone"]).done();
    folder.run(&["inspect", "lights.stone"]).done();
    folder.run(&["eval", "lights.stone", "lights.csv", "--min-accuracy", "0.8"]).done();
}

#[test]
fn progress_is_silent_in_a_pipe() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let run = folder.run(&["train", "lights.csv", "-o", "a.stone"]);
    assert!(!run.err.contains('\r') && !run.err.contains("epoch"), "{}", run.err);
    let run = folder.run(&["train", "lights.csv", "-o", "a.stone", "--quiet"]);
    assert_eq!(run.err, "");
    assert!(!run.done().is_empty());
}

#[test]
fn findings_are_told_in_short() {
    let data = lights() + "make the hall dark,on\n";
    let folder = Folder::new(&[("lights.csv", data.as_bytes())]);
    let run = folder.run(&["train", "lights.csv", "-o", "a.stone"]);
    assert!(run.err.contains("`stonechat check lights.csv` tells more"), "{}", run.err);
    run.done();
}

#[test]
fn the_recipe_and_the_size_can_be_set() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let arguments = [
        "train",
        "lights.csv",
        "-o",
        "a.stone",
        "--set",
        "epochs=2",
        "--set",
        "dim = 32",
        "--max-size",
        "40KB",
    ];
    folder.run(&arguments).done();
    let recipe = &folder.run(&["inspect", "a.stone", "--json"]).json()["meta"]["recipe"];
    assert_eq!(
        (&recipe["epochs"], &recipe["dim"], &recipe["max_size"]),
        (&2.into(), &32.into(), &40_000.into())
    );
    assert!(folder.read("a.stone").len() <= 40_000);
    for (setting, word) in [
        ("epochs", "KEY=VALUE"),
        ("epoch=3", "no field `epoch`; did you mean `epochs`? It has augment, "),
        ("brightness=3", "no field `brightness`; it has augment, "),
        ("epochs=1.5", "`1.5`; give a whole number such as 20"),
        ("rate=x", "`x`; give a number such as 0.0015"),
    ] {
        let message = folder.run(&["train", "lights.csv", "-o", "b.stone", "--set", setting]).failed(2);
        assert!(message.contains(word) && message.contains("--set"), "{message}");
    }
    let message = folder.run(&["train", "lights.csv", "-o", "b.stone", "--max-size", "100"]).failed(2);
    assert!(message.starts_with("stonechat: --max-size: "), "{message}");
    assert!(!folder.path("b.stone").exists());
}

#[test]
fn an_error_that_the_rows_cannot_prove_is_not_promised() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let run = |share: &str| folder.run(&["train", "lights.csv", "-o", "a.stone", "--max-error", share]);
    let message = run("0.02").failed(2);
    // The ladder is in no more doubt than a single model: what proves it chooses nothing.
    assert!(message.contains("takes 149 at least") && message.contains("--valid"), "{message}");
    for (share, word) in [("0", "above 0"), ("0.7", "0.5 at most"), ("2", "share"), ("few", "share")] {
        let message = run(share).failed(2);
        assert!(message.contains(word), "{share}: {message}");
    }
    assert!(!folder.path("a.stone").exists());
}

#[test]
fn a_teacher_that_is_not_there_is_an_error() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let message = folder.run(&["train", "lights.csv", "-o", "a.stone", "--teacher", "bert"]).failed(2);
    // A build without encoders says how to get one with them.
    assert!(message.contains("bert: ") && message.contains("; "), "{message}");
    assert!(!folder.path("a.stone").exists());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_the_work() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    for place in [".", "none/a.stone", "lights.csv/a.stone"] {
        let run = folder.run(&["train", "lights.csv", "-o", place]);
        let message = run.failed(2);
        assert!(!message.contains("rows:"), "{message}");
        assert!(message.contains("; "), "{message}");
    }
}

#[test]
fn rows_to_tune_on_can_be_given() {
    let folder = Folder::new(&[
        ("lights.csv", lights().as_bytes()),
        ("more.tsv", b"text\tlabel\nplease dim the hall\tdim\nporch lights off\toff\nhall on\ton\n"),
    ]);
    let run = folder.run(&["train", "lights.csv", "-o", "a.stone", "--valid", "more.tsv"]);
    assert!(run.err.contains(" 3 valid, "), "{}", run.err);
    run.done();
    let mut with_valid = lights().replace("text,label", "text,label,split").replace('\n', ",train\n");
    with_valid = with_valid.replacen("split,train", "split", 1) + "hall dimmer,dim,valid\n";
    folder.write("given.csv", with_valid.as_bytes());
    let run = folder.run(&["train", "given.csv", "-o", "b.stone", "--valid", "more.tsv"]);
    assert!(run.err.contains("1 valid rows of the task give way to more.tsv"), "{}", run.err);
    assert!(run.err.contains(" 3 valid, "), "{}", run.err);
    let message = folder.run(&["train", "lights.csv", "-o", "c.stone", "--valid", "none.csv"]).failed(2);
    assert!(message.contains("none.csv: "), "{message}");
}

#[test]
fn a_goal_that_is_missed_ends_with_1_and_leaves_the_file() {
    // Labels that nothing in the texts tells apart.
    let mut data = String::from("text,label\n");
    for index in 0..200_u32 {
        let label = if index.wrapping_mul(2_654_435_761) >> 31 == 0 { "heads" } else { "tails" };
        data.push_str(&format!("coin number {index},{label}\n"));
    }
    let task = b"[data]\npath = \"coins.csv\"\n[goal]\nmin_accuracy = 0.99\n";
    let folder = Folder::new(&[("task.toml", task), ("coins.csv", data.as_bytes())]);
    let run = folder.run(&["train", ".", "-o", "coins.stone", "--json"]);
    serde_json::from_str::<Value>(&run.out).expect("the report comes all the same");
    let message = run.failed(1);
    assert!(message.contains("min_accuracy"), "{message}");
    folder.run(&["verify", "coins.stone"]).done();
}

#[test]
fn an_undeclared_label_is_told_with_its_line() {
    let task = b"labels = [\"on\", \"off\"]\n[data]\npath = \"data.csv\"\n";
    let folder =
        Folder::new(&[("task.toml", task), ("data.csv", b"text,label\nlights on,on\nlamp out,of\n")]);
    let message = folder.run(&["train", "task.toml", "-o", "a.stone"]).failed(2);
    assert!(message.contains("data.csv:3: the label \"of\" is not declared; did you mean"), "{message}");
    assert!(!folder.path("a.stone").exists());
}

#[test]
fn a_public_data_set_in_its_own_format() {
    let Some(trec) = data_set("trec") else { return };
    let folder = Folder::new(&[]);
    let trec = trec.to_str().unwrap();
    let options = ["--label-level", "coarse", "--tier", "bag", "--set", "epochs=3"];
    let mut arguments = vec!["train", trec, "-o", "trec.stone", "--quiet"];
    arguments.extend(options);
    folder.run(&arguments).done();
    let judged = folder.run(&["eval", "trec.stone", trec, "--label-level", "coarse", "--json"]).json();
    assert_eq!(judged["examples"], 500);
    assert!(judged["label"]["accuracy"].as_f64() > Some(0.7), "{}", judged["label"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_training_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new(&[("a.stone", b"old")]);
    folder.run(&["new", "lights", "--template", "smart-home"]).done();
    let mut child = folder
        .command(&["train", "lights", "-o", "a.stone", "--quiet", "--set", "epochs=10000"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    assert!(!child.wait().unwrap().success());
    assert_eq!(folder.names(), ["a.stone", "lights"]);
    assert_eq!(folder.read("a.stone"), b"old");
}

#[test]
fn the_data_are_not_overwritten_by_mistake() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes()), ("empty.stone", b"")]);
    let before = folder.read("lights.csv");
    let run = folder.run(&["train", "lights.csv", "-o", "lights.csv"]);
    assert_eq!(run.out, "");
    let message = run.failed(2);
    assert!(
        message.starts_with("stonechat: lights.csv: a file that is no model stands there; "),
        "{message}"
    );
    assert_eq!(folder.read("lights.csv"), before);
    // An empty file is nobody's data, and a model may be replaced.
    for _ in 0..2 {
        folder.run(&["train", "lights.csv", "-o", "empty.stone", "--set", "epochs=1"]).done();
    }
    assert_eq!(folder.names(), ["empty.stone", "lights.csv"]);
}

/// A socket stands for every kind of special file: no test may aim at a real device.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_before_the_training() {
    let folder = Folder::new(&[("lights.csv", lights().as_bytes())]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket")).unwrap();
    let run = folder.run(&["train", "lights.csv", "-o", "socket"]);
    assert_eq!(run.out, "");
    assert!(run.failed(2).starts_with("stonechat: socket: a folder, a device or a pipe, not a file; "));
    assert_eq!(folder.names(), ["lights.csv", "socket"]);
}

#[test]
fn a_task_file_in_the_working_folder_finds_the_data_beside_it() {
    let folder = Folder::new(&[("task.toml", b"name = \"here\"\n"), ("data.csv", lights().as_bytes())]);
    folder.run(&["check", "task.toml"]).done();
    folder.run(&["train", "task.toml", "-o", "here.stone"]).done();
    assert_eq!(folder.run(&["inspect", "here.stone", "--json"]).json()["name"], "here");
}

#[test]
fn a_file_without_header_is_read_by_column_numbers() {
    let rows: String = (0..60)
        .map(|i| format!("{},\"Row {i}\",\"{} today\"\n", 1 + i % 2, if i % 2 == 0 { "rain" } else { "sun" }))
        .collect();
    let folder = Folder::new(&[("news.csv", rows.as_bytes())]);
    let columns = ["--no-header", "--text", "2,3", "--label", "1"];
    folder.run(&[&["train", "news.csv", "-o", "news.stone"][..], &columns].concat()).done();
    let judged =
        folder.run(&[&["eval", "news.stone", "news.csv", "--split", "all", "--json"][..], &columns].concat());
    assert_eq!(judged.json()["examples"], 60);
}
