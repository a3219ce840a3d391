//! Every command of the README does what the README says, run in its order from the folder that
//! holds it.

// Helpers outside test functions fail a test in the same way.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Commands in indented blocks, without what cargo is asked to do first.
fn indented_commands(readme: &str) -> Vec<Vec<String>> {
    let commands = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let own = commands.filter_map(|line| {
        line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("cistron "))
    });
    own.map(|line| line.split(' ').map(str::to_string).collect()).collect()
}

#[test]
fn every_command_succeeds() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("    cargo test --workspace\n"), "the command that runs this test");
    let commands = indented_commands(&readme);
    assert!(commands.len() >= 3, "{commands:?}");
    for arguments in commands {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cistron"));
        let output = command.current_dir(root()).args(&arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    }
}

#[test]
fn every_shown_output_is_what_is_printed() {
    std::env::set_current_dir(root()).unwrap();
    trycmd::TestCases::new().case("README.md");
}
