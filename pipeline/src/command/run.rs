//! `cistron run`.

use std::path::PathBuf;

use cistron_models::device::DeviceChoice;
use clap::Args;

use crate::console::Console;
use crate::run::{self, Options, Stage, Target};
use crate::workflow::parse;
use cistron_data::error::Error;

/// Run a workflow, from its files to its report; what did not change is not done again
///
/// Examples:
///   cistron run workflows/resistance-genes.yaml
///   cistron run workflows/resistance-genes.yaml --set models.conv.train.epochs=5
///   cistron run workflows/resistance-genes.yaml --only train:conv/fold-0/seed-0
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Run {
    /// The workflow file.
    workflow: PathBuf,
    /// Say what would run and why, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Run this stage or shard alone, from what earlier stages left.
    #[arg(long, value_name = "STAGE[:SHARD]")]
    only: Option<Target>,
    /// Stop after this stage; `encode` writes the tensors as safetensors.
    #[arg(long, value_name = "STAGE", value_enum, conflicts_with = "only")]
    until: Option<Stage>,
    /// Run this stage even if nothing changed; may be repeated.
    #[arg(long, value_name = "STAGE", value_enum)]
    force: Vec<Stage>,
    /// Replace files that Cistron did not write, or that were changed since, and take the folder of
    /// another workflow; never an input.
    #[arg(long)]
    overwrite: bool,
    /// Remove shards of models and files that are no longer of the workflow.
    #[arg(long)]
    prune: bool,
    /// Change a key of the workflow for this run; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Folder that everything is written to [default: out/NAME].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// auto, cpu, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

impl Run {
    /// Runs the workflow.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let loaded = parse::load(&self.workflow, &self.set, Console::styled())?;
        let out = self.out.unwrap_or_else(|| PathBuf::from("out").join(&loaded.workflow.name));
        let options = Options {
            out,
            device: self.device,
            dry_run: self.dry_run,
            only: self.only,
            until: self.until,
            force: self.force,
            overwrite: self.overwrite,
            prune: self.prune,
            command: std::env::args().collect(),
        };
        run::run(&loaded, &options, console)
    }
}
