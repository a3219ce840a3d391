//! `cistron check`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::console::Console;
use crate::workflow::parse;
use cistron_data::error::Error;

/// Show every mistake of a workflow at once, with line and column; nothing is run
///
/// Examples:
///   cistron check workflows/resistance-genes.yaml
///   cistron check mine.yaml --set split.folds=5
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Check {
    /// The workflow file.
    workflow: PathBuf,
    /// Change a key of the workflow; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Check {
    /// Checks the workflow.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let loaded = parse::load(&self.workflow, &self.set, Console::styled())?;
        let models: Vec<&String> = loaded.workflow.models.keys().collect();
        let noun = if models.len() == 1 { "model" } else { "models" };
        console.result(
            &format!("{}: no mistakes; {} {noun}", self.workflow.display(), models.len()),
            json!({"workflow": self.workflow, "mistakes": 0, "models": models}),
        );
        Ok(())
    }
}
