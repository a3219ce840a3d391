//! Completions, manual pages and the examples of every `--help`.

use crate::command::succeed;

/// The subcommands that `--help` lists.
fn commands() -> Vec<String> {
    let help = succeed(&["--help"]);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty());
    let names: Vec<String> = list
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(ToString::to_string)
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    names
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(&["completions", shell]);
        for name in commands() {
            assert!(script.contains(&name), "{shell}: {name}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page_and_two_examples() {
    let folder = tempfile::tempdir().unwrap();
    succeed(&["man", folder.path().to_str().unwrap()]);
    for name in commands() {
        let page = folder.path().join(format!("cistron-{name}.1"));
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH OPTIONS"), "{name}: {page}");
        let help = succeed(&[&name, "--help"]);
        let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1);
        let shown = examples.take_while(|line| line.starts_with("  "));
        assert!(shown.filter(|line| line.contains("cistron")).count() >= 2, "{name}: {help}");
    }
}
