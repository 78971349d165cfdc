use crate::support::Folder;

/// The commands of the contract that are there, in its order.
const COMMANDS: [&str; 11] =
    ["demo", "new", "check", "train", "eval", "verify", "predict", "inspect", "bench", "convert", "words"];

#[test]
fn help_lists_the_commands_in_order() {
    let help = Folder::new(&[]).run(&["help"]).done();
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert_eq!(listed, COMMANDS);
}

#[test]
fn everything_is_described_in_one_line() {
    for command in stonechat_cli::command().get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty(), "{}", command.get_name());
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty() && !help.contains('\n'), "{} {}", command.get_name(), argument.get_id());
        }
    }
}

#[test]
fn the_definition_is_consistent() {
    stonechat_cli::command().debug_assert();
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = Folder::new(&[]);
    for arguments in [
        &[][..],
        &["sing"],
        &["check"],
        &["check", "a", "b"],
        &["train", "data.csv"],
        &["verify", "--colour", "m.stone"],
        &["train", "a", "-o", "b", "--threads", "0"],
        &["train", "a", "-o", "b", "--seed", "-1"],
        &["train", "a", "-o", "b", "--max-size", "huge"],
        &["train", "a", "-o", "b", "--tier", "rocket"],
        &["eval", "m", "d", "--split", "rest"],
        &["eval", "m", "d", "--min-accuracy", "90"],
    ] {
        let message = folder.run(arguments).failed(2);
        assert!(message.contains("Usage") || message.contains("--help"), "{arguments:?}: {message}");
    }
}

#[test]
fn help_and_version_end_with_0() {
    let folder = Folder::new(&[]);
    assert!(folder.run(&["--version"]).done().starts_with("stonechat 0."));
    for command in COMMANDS {
        assert!(folder.run(&[command, "--help"]).done().contains("Usage: stonechat"), "{command}");
    }
}
