//! `cistron predict`.

use std::path::{Path, PathBuf};

use cistron_encoders::EncoderConfig;
use cistron_models::device::{self, DeviceChoice};
use cistron_models::executor::Executor;
use clap::Args;
use serde_json::json;

use super::given::GivenFile;
use super::overwrite::Overwrite;
use crate::console::Console;
use crate::key::Keys;
use crate::predict::variants::{self, Query};
use crate::predict::{self, BLOCK, Blocks, Ensemble, Predictions, audit_path};
use cistron_audit::{InputFile, text};
use cistron_data::config::Input;
use cistron_data::error::Error;
use cistron_data::read::format::{self, Format};
use cistron_data::read::sources::stem;
use cistron_data::variant::Strand;
use cistron_qpcr::records;

/// Predict the records of a file with a trained model; the audit is written beside the table
///
/// Examples:
///   cistron predict out/resistance-genes/models/conv genes.fasta
///   cistron predict out/resistance-genes/models/conv/fold-0/seed-0 genes.fasta.gz -o genes.tsv
///   cistron predict out/promoters/models/conv variants.vcf --reference genome.fa -o effects.tsv
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Predict {
    /// A model's folder: one fold and seed, or all of them, which then predict together.
    model: PathBuf,
    /// FASTA, FASTQ, VCF or BED file, plain, gzip, bgzip or zstd; an instrument's export for a model of
    /// curves; `-` is standard input.
    file: PathBuf,
    /// FASTA file of the genome that a VCF or BED file refers to.
    #[arg(long, value_name = "FASTA")]
    reference: Option<PathBuf>,
    /// Bases of the windows around variants [default: the encoder's length, or 101].
    #[arg(long, value_name = "BASES", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    window: Option<u32>,
    /// Strand of the windows around variants.
    #[arg(long, value_enum, default_value_t)]
    strand: Strand,
    /// Table to write [default: FILE without its endings, with `.predictions.tsv`].
    #[arg(long, short, value_name = "TABLE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    overwrite: Overwrite,
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
        let output = self.output.clone().unwrap_or_else(|| table_beside(file.name()));
        let inputs = [Some(file.path()), self.reference.as_deref()].into_iter().flatten();
        let outputs = [output.clone(), audit_path(&output)];
        self.overwrite.check(inputs, &outputs)?;
        let device =
            device::device(self.device).map_err(|error| Error::Resource(error.to_string()))?;
        let executor = Executor::on(device);
        let ensemble = Ensemble::load(&self.model, &executor)?;
        let path = file.path().to_path_buf();
        let (blake3, _) = Keys::open(Path::new("")).input(file.path())?;
        let given = |records| InputFile {
            path: file.name().display().to_string(),
            blake3: blake3.clone(),
            records,
            skipped: 0,
        };
        let card = &ensemble.members[0].card;
        let blocks = match (&card.measured, card.encoder.alphabet()) {
            (Some(measured), _) => {
                Blocks::whole(records::queries(&path, measured, &card.channels)?)
            }
            (None, alphabet) => {
                let input = match format::of(&path)? {
                    Format::Vcf | Format::Bcf => {
                        return self.variants(
                            &executor,
                            &ensemble,
                            &path,
                            &output,
                            given(0),
                            console,
                        );
                    }
                    _ if matches!(card.encoder, EncoderConfig::AllelePair { .. }) => {
                        let help = "name a VCF file, and its genome with --reference";
                        let text = "the model learnt from variants, and the file holds none";
                        return Err(Error::Usage(format!("{text}\n  help: {help}")));
                    }
                    other if card.encoder.qualities() && other != Format::Fastq => {
                        let help = "name a FASTQ file: the model takes the quality of each symbol";
                        let text = format!("the file is {other}, which has no qualities");
                        return Err(Error::Usage(format!("{text}\n  help: {help}")));
                    }
                    Format::Fastq => Input { fastq: Some(path), ..Input::default() },
                    Format::Table if self.reference.is_some() => Input {
                        bed: Some(path),
                        reference: self.reference.clone(),
                        ..Input::default()
                    },
                    _ => Input { fasta: Some(path), ..Input::default() },
                };
                Blocks::open(Path::to_path_buf, &input, alphabet.unwrap_or_default(), BLOCK)?
            }
        };
        let name = file.name().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let input = |records| Some(given(records));
        let Predictions { records, audit, .. } =
            predict::predict(&ensemble, &executor, &name, blocks, &output, input)?;
        console.result(
            &format!(
                "{records} records predicted: {}\n{}: {}",
                output.display(),
                text::summary(&audit),
                audit_path(&output).display()
            ),
            json!({"records": records, "table": output, "audit": audit.verdict}),
        );
        Ok(())
    }

    /// Predicts every allele of a VCF file.
    fn variants(
        &self,
        executor: &Executor,
        ensemble: &Ensemble,
        path: &Path,
        output: &Path,
        given: InputFile,
        console: &Console,
    ) -> Result<(), Error> {
        let query = self.query(path)?;
        let done = variants::predict(ensemble, executor, query, output, Some(given))?;
        let shown: Vec<String> = done.outputs.iter().map(|f| f.display().to_string()).collect();
        console.result(
            &format!("{done}: {}", shown.join(", ")),
            json!({"alleles": done.alleles, "unscored": done.unscored, "files": done.outputs}),
        );
        Ok(())
    }

    /// How the variants of a VCF file are looked at.
    fn query<'a>(&'a self, vcf: &'a Path) -> Result<Query<'a>, Error> {
        let reference = self.reference.as_deref().ok_or_else(|| {
            let help = "name the genome's FASTA file with --reference";
            Error::Usage(format!("variants need their genome\n  help: {help}"))
        })?;
        let window = self.window.map(|window| window as usize);
        Ok(Query { vcf, reference, window, strand: self.strand })
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
