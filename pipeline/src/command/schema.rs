//! `cistron schema`.

use clap::{Args, ValueEnum};
use schemars::schema_for;

use crate::console::Console;
use crate::manifest::Manifest;
use crate::model::Card;
use crate::workflow;
use cistron_audit as audit;
use cistron_data::error::Error;
use cistron_evaluate::Evaluation;

/// Print the JSON schema of a file format, for editors and for other programs
///
/// Examples:
///   cistron schema > workflow.schema.json
///   cistron schema audit
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Schema {
    /// Which file.
    #[arg(value_enum, default_value_t)]
    of: Format,
}

/// A versioned file format.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// The workflow file.
    #[default]
    Workflow,
    /// `audit.json`.
    Audit,
    /// `model.json`.
    Model,
    /// `metrics.json`.
    Metrics,
    /// `manifest.json`.
    Manifest,
}

impl Schema {
    /// Prints the schema.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let schema = match self.of {
            Format::Workflow => workflow::schema(),
            Format::Audit => schema_for!(audit::Audit).to_value(),
            Format::Model => schema_for!(Card).to_value(),
            Format::Metrics => schema_for!(Evaluation).to_value(),
            Format::Manifest => schema_for!(Manifest).to_value(),
        };
        let text = serde_json::to_string_pretty(&schema).map_err(|e| Error::stage("schema", e))?;
        console.result(&text, schema);
        Ok(())
    }
}
