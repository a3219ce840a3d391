//! `cistron man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use serde_json::json;

use super::Cli;
use super::overwrite::Overwrite;
use crate::console::Console;
use cistron_data::artefact;
use cistron_data::error::Error;

/// Write the manual pages, one a command
///
/// Examples:
///   cistron man ~/.local/share/man/man1
///   cistron man . && man ./cistron-run.1
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Man {
    /// Folder to write to.
    folder: PathBuf,
    #[command(flatten)]
    overwrite: Overwrite,
}

impl Man {
    /// Writes `cistron.1` and `cistron-COMMAND.1`.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        self.overwrite.check_folder([] as [PathBuf; 0], &self.folder, &[])?;
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let mut written = Vec::new();
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let man = clap_mangen::Man::new(command.clone());
            let mut page = Vec::new();
            man.render(&mut page).map_err(|error| Error::stage("man", error))?;
            let path = self.folder.join(man.get_filename());
            artefact::write(&path, &page)?;
            written.push(path);
        }
        let text = format!("{} pages in {}", written.len(), self.folder.display());
        console.result(&text, json!({"pages": written}));
        Ok(())
    }
}
