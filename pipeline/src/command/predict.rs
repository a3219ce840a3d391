//! `cistron predict`.

use std::path::{Path, PathBuf};

use cistron_models::device::{self, DeviceChoice};
use cistron_models::executor::Executor;
use clap::Args;
use serde_json::json;

use crate::audit::{InputFile, text};
use crate::console::Console;
use crate::error::Error;
use crate::key::Keys;
use crate::predict::{self, Ensemble, audit_path};
use crate::workflow::Input;

/// Predict the sequences of a file with a trained model; the audit is written beside the table
///
/// Examples:
///   cistron predict out/resistance-genes/models/conv genes.fasta
///   cistron predict out/resistance-genes/models/conv/fold-0/seed-0 genes.fasta.gz -o genes.tsv
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Predict {
    /// A model's folder: one fold and seed, or all of them, which then predict together.
    model: PathBuf,
    /// FASTA file, plain, gzip or bgzip.
    file: PathBuf,
    /// Table to write [default: FILE without its endings, with `.predictions.tsv`].
    #[arg(long, short, value_name = "TABLE")]
    output: Option<PathBuf>,
    /// auto, cpu, cuda:N or metal.
    #[arg(long, default_value = "auto")]
    device: DeviceChoice,
}

impl Predict {
    /// Predicts the file.
    pub(super) fn run(self, console: &Console) -> Result<(), Error> {
        let device =
            device::device(self.device).map_err(|error| Error::Resource(error.to_string()))?;
        let ensemble = Ensemble::load(&self.model)?;
        let alphabet = ensemble.members[0].card.encoder.alphabet();
        let input = Input { fasta: Some(self.file.clone()), table: None };
        let queries = predict::queries(Path::to_path_buf, &input, alphabet)?;
        let rows = ensemble.predict(&Executor::on(device), &queries)?;
        let output = self.output.unwrap_or_else(|| table_beside(&self.file));
        let (blake3, _) = Keys::open(Path::new("")).input(&self.file)?;
        let given = InputFile {
            path: self.file.display().to_string(),
            blake3,
            records: queries.len(),
            skipped: 0,
        };
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let audit = ensemble.audit(&name, vec![given], &queries, &rows);
        let records: Vec<usize> = (0..queries.len()).collect();
        predict::write(&output, ensemble.classes(), &queries, &records, &rows, &audit)?;
        console.result(
            &format!(
                "{} records predicted: {}\n{}: {}",
                queries.len(),
                output.display(),
                text::summary(&audit),
                audit_path(&output).display()
            ),
            json!({"records": queries.len(), "table": output, "audit": audit.verdict}),
        );
        Ok(())
    }
}

/// `genes.predictions.tsv` in the working directory for `some/genes.fasta.gz`.
fn table_beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = Path::new(name).file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}.predictions.tsv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_named_after_the_file() {
        let table = table_beside(Path::new("data/genes.v2.fasta.gz"));
        assert_eq!(table, Path::new("genes.v2.predictions.tsv"));
        assert_eq!(audit_path(&table), Path::new("genes.v2.predictions.audit.json"));
    }
}
