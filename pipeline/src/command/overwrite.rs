//! `--force`, of every command that writes files.

use std::path::{Path, PathBuf};

use clap::Args;

use cistron_data::artefact;
use cistron_data::error::Error;

/// Whether files may be replaced that Cistron did not write.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Overwrite {
    /// Replace files that Cistron did not write, or that were changed since; never an input.
    #[arg(long)]
    force: bool,
}

impl Overwrite {
    /// Declares the command's `inputs` and asks, before any work, whether each of `outputs` may be
    /// written.
    pub(super) fn check<I: AsRef<Path>>(
        self,
        inputs: impl IntoIterator<Item = I>,
        outputs: &[PathBuf],
    ) -> Result<(), Error> {
        artefact::replace("--force", self.force);
        artefact::protect(inputs);
        outputs.iter().try_for_each(|output| artefact::may_write(output))
    }

    /// The same for `files` of a folder of the command's own.
    pub(super) fn check_folder<I: AsRef<Path>>(
        self,
        inputs: impl IntoIterator<Item = I>,
        folder: &Path,
        files: &[&str],
    ) -> Result<(), Error> {
        artefact::root(folder);
        let outputs: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
        self.check(inputs, &outputs)
    }
}
