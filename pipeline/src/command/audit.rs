//! `cistron audit`.

use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use clap::Args;
use indexmap::IndexMap;
use serde_json::json;

use super::given::GivenFile;
use crate::artefact;
use crate::audit::{self, InputFile, Subject, gate};
use crate::console::Console;
use crate::dataset::GroupKind;
use crate::error::{Error, InputError};
use crate::key::Keys;
use crate::neighbour::Neighbours;
use crate::read;
use crate::read::format::{self, Format};
use crate::split;
use crate::workflow::parse::Loaded;
use crate::workflow::{
    AuditConfig, FailOn, Given, Homology, Labels, Read, SCHEMA, SequenceTable, Split, Workflow,
};

/// Audit a labelled data set: what would a score on it be worth?
///
/// Examples:
///   cistron audit genes.fasta.gz --labels genes.tsv --label drug_class --group mechanism
///   cistron audit human.txt --sequence sequence --label class --splits splits.tsv:fold
// The examples are shown as they stand: on a command line there are no backticks.
#[allow(clippy::doc_markdown)]
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Audit {
    /// FASTA, FASTQ or a table with a sequence column, plain, gzip, bgzip or zstd; `-` is standard
    /// input.
    file: PathBuf,
    /// Table with a label for each FASTA record.
    #[arg(long, value_name = "TABLE")]
    labels: Option<PathBuf>,
    /// Pattern on the FASTA header with a group named `label`, such as `class=(?<label>\w+)`.
    #[arg(long, value_name = "PATTERN", conflicts_with = "labels")]
    header: Option<String>,
    /// Column of the identifier [default: id for a label table; the row's number for sequences].
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// Column of the class.
    #[arg(long, value_name = "COLUMN", default_value = "label")]
    label: String,
    /// Column of the sequence, where FILE is a table.
    #[arg(long, value_name = "COLUMN", default_value = "sequence")]
    sequence: String,
    /// Metadata column, `:nuisance` where it must not predict the label; may be repeated.
    #[arg(long, value_name = "COLUMN[:nuisance]")]
    group: Vec<String>,
    /// Column of a table that gives the split: train, validation, test, or a fold's number.
    #[arg(long, value_name = "TABLE:COLUMN")]
    splits: Option<String>,
    /// Column of the identifier in the table of splits.
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    splits_id: String,
    /// dna, rna or protein; guessed from the first records where it is not given.
    #[arg(long)]
    alphabet: Option<String>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Folder for audit.json.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Status from which the exit code is 4.
    #[arg(long, value_enum, default_value_t)]
    fail_on: FailOn,
}

impl Audit {
    /// Audits the file.
    pub(super) fn run(mut self, console: &Console) -> Result<(), Error> {
        let given = GivenFile::open(&self.file)?;
        self.file = given.path().to_path_buf();
        given.named(self.audit(given.name(), console))
    }

    fn audit(&self, name: &Path, console: &Console) -> Result<(), Error> {
        let loaded = self.workflow(name)?;
        let workflow = &loaded.workflow;
        let dataset = read::read(&loaded)?;
        let homology = Homology::default();
        let findings = if let Some(config) = &workflow.split.given {
            let table = loaded.resolve(&config.table);
            let given = split::given::read(&table, &config.id, &config.column, &dataset)?;
            let splits = split::split(&workflow.split, &dataset, Some(given), self.seed)?;
            let neighbours = Neighbours::compute(&dataset, &splits)
                .map_err(|error| Error::stage("audit", error))?;
            audit::data(&Subject::split(&dataset, &splits, &neighbours, self.seed))
        } else {
            let (sets, clusters) = split::clusters(&dataset, homology)?;
            let clusters = &clusters.cluster_of;
            audit::data(&Subject::unsplit(&dataset, clusters, sets.k(), self.seed))
        };
        let (blake3, _) = Keys::open(Path::new("")).input(&self.file)?;
        let input = InputFile {
            path: name.display().to_string(),
            blake3,
            records: dataset.len(),
            skipped: dataset.skipped.len(),
        };
        let audit = audit::Audit::new(&workflow.name, vec![input], self.seed, findings);
        if let Some(out) = &self.out {
            artefact::write_json(&out.join("audit.json"), &audit)?;
        }
        console.result(audit::text(&audit).trim_end(), json!(audit));
        gate(&audit, self.fail_on)
    }

    /// The command line as a workflow without models.
    fn workflow(&self, name: &Path) -> Result<Loaded, Error> {
        let mut groups = IndexMap::new();
        for group in &self.group {
            let (name, kind) = group.split_once(':').unwrap_or((group, "descriptor"));
            let kind = match kind {
                "nuisance" => GroupKind::Nuisance,
                "descriptor" => GroupKind::Descriptor,
                other => {
                    let message = format!("--group {group}: `{other}` is no kind of group");
                    let help = "write COLUMN, or COLUMN:nuisance where it must not predict";
                    return Err(Error::Usage(format!("{message}\n  help: {help}")));
                }
            };
            groups.insert(name.to_string(), kind);
        }
        let format = format::of(&self.file)?;
        if format == Format::Vcf {
            let help = "`cistron inspect` looks at variants";
            let error = InputError::new(&self.file, "VCF", "sequences with labels", help);
            return Err(error.into());
        }
        let is = |wanted: Format| (format == wanted).then(|| self.file.clone());
        let table = is(Format::Table);
        let own_labels = table.is_some();
        let mut read = Read {
            fasta: is(Format::Fasta),
            fastq: is(Format::Fastq),
            files: IndexMap::new(),
            folder: None,
            translate: None,
            table: table.map(|path| SequenceTable {
                path,
                columns: None,
                separator: None,
                sequence: self.sequence.clone(),
                id: self.id.clone(),
                label: Some(self.label.clone()),
            }),
            alphabet: Alphabet::Dna,
            labels: None,
            groups,
            on_error: crate::workflow::OnError::Stop,
        };
        if !own_labels && (self.labels.is_some() || self.header.is_some()) {
            read.labels = Some(Labels {
                table: self.labels.clone(),
                id: self.id.clone().unwrap_or_else(|| "id".to_string()),
                label: self.label.clone(),
                header: self.header.clone(),
                classes: None,
            });
        }
        read.alphabet = match &self.alphabet {
            Some(name) => serde_json::from_value(json!(name)).map_err(|_| {
                Error::Usage(format!("--alphabet {name}: one of dna, rna, protein"))
            })?,
            None => guess(&self.file, &read)?,
        };
        let given = match &self.splits {
            None => None,
            Some(splits) => {
                let (table, column) = splits.rsplit_once(':').ok_or_else(|| {
                    Error::Usage(format!("--splits {splits}: expected TABLE:COLUMN"))
                })?;
                let (table, column) = (PathBuf::from(table), column.to_string());
                Some(Given { table, id: self.splits_id.clone(), column })
            }
        };
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let workflow = Workflow {
            schema: SCHEMA,
            name,
            seed: self.seed,
            read,
            split: Split { given, ..Split::default() },
            encode: None,
            models: IndexMap::new(),
            predict: IndexMap::new(),
            audit: AuditConfig { fail_on: self.fail_on },
        };
        Ok(Loaded { workflow, folder: PathBuf::new(), path: self.file.clone() })
    }
}

/// The alphabet of the first records: each symbol of the other alphabets speaks against one.
fn guess(path: &Path, read: &Read) -> Result<Alphabet, Error> {
    const RECORDS: usize = 100;
    let input = crate::workflow::Input {
        fasta: read.fasta.clone(),
        fastq: read.fastq.clone(),
        table: read.table.clone(),
        ..Default::default()
    };
    // Every alphabet's symbols are protein symbols, but for none: what is no protein is an error.
    let records = read::stream(Path::to_path_buf, &input, Alphabet::Protein)?;
    let mut symbols = Vec::new();
    for record in records.take(RECORDS) {
        symbols.extend(record?.sequence);
    }
    Alphabet::guess(&symbols).ok_or_else(|| {
        let help = "name it with --alphabet";
        let found = "sequences that mix alphabets";
        InputError::new(path, found, "DNA, RNA or protein", help).into()
    })
}
