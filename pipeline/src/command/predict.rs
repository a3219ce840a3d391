//! `cistron predict`.

use std::path::{Path, PathBuf};

use cistron_models::device::{self, DeviceChoice};
use cistron_models::executor::Executor;
use clap::Args;
use serde_json::json;

use super::given::GivenFile;
use crate::audit::{InputFile, text};
use crate::console::Console;
use crate::error::Error;
use crate::key::Keys;
use crate::predict::{self, Ensemble, audit_path};
use crate::read::format::{self, Format};
use crate::read::sources::stem;
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
    /// FASTA or FASTQ file, plain, gzip, bgzip or zstd; `-` is standard input.
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
        let given = GivenFile::open(&self.file)?;
        given.named(self.predict(&given, console))
    }

    fn predict(&self, file: &GivenFile, console: &Console) -> Result<(), Error> {
        let device =
            device::device(self.device).map_err(|error| Error::Resource(error.to_string()))?;
        let ensemble = Ensemble::load(&self.model)?;
        let alphabet = ensemble.members[0].card.encoder.alphabet();
        let path = file.path().to_path_buf();
        let input = match format::of(&path)? {
            Format::Fastq => Input { fastq: Some(path), ..Input::default() },
            _ => Input { fasta: Some(path), ..Input::default() },
        };
        let queries = predict::queries(Path::to_path_buf, &input, alphabet)?;
        let rows = ensemble.predict(&Executor::Candle(device), &queries)?;
        let output = self.output.clone().unwrap_or_else(|| table_beside(file.name()));
        let (blake3, _) = Keys::open(Path::new("")).input(file.path())?;
        let given = InputFile {
            path: file.name().display().to_string(),
            blake3,
            records: queries.len(),
            skipped: 0,
        };
        let name = file.name().file_name().unwrap_or_default().to_string_lossy().into_owned();
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
    let stem = stem(file);
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
