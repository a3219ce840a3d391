//! `cistron completions`.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;
use cistron_data::error::Error;

/// Print the completions of a shell: bash, zsh, fish, elvish or powershell
///
/// Examples:
///   cistron completions bash > ~/.local/share/bash-completion/completions/cistron
///   cistron completions fish > ~/.config/fish/completions/cistron.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub(super) fn run(self) -> Result<(), Error> {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "cistron", &mut script);
        let mut screen = io::stdout();
        screen
            .write_all(&script)
            .and_then(|()| screen.flush())
            .map_err(|error| Error::Resource(format!("cannot write: {error}")))
    }
}
