//! Labelled files on the command line, for `audit` and `split`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use cistron_encoders::alphabet::Alphabet;
use clap::Args;
use indexmap::IndexMap;
use serde_json::json;

use super::given::GivenFile;
use crate::key::Keys;
use crate::workflow::parse::Loaded;
use crate::workflow::{AuditConfig, Baselines, SCHEMA, Workflow};
use cistron_audit::InputFile;
use cistron_data::config::{Labels, OnError, Read, SequenceTable};
use cistron_data::dataset::{Dataset, GroupKind};
use cistron_data::error::{Error, InputError};
use cistron_data::read;
use cistron_data::read::format::{self, Format};
use cistron_split::config::Split;

/// How labels, metadata and sequences stand in the files.
#[derive(Debug, Clone, Args)]
pub(super) struct Labelled {
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
    /// dna, rna or protein; guessed from the first records where it is not given.
    #[arg(long)]
    alphabet: Option<String>,
    /// Leave malformed records out and count them, instead of stopping at the first.
    #[arg(long)]
    skip: bool,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
}

/// What was read, file by file.
pub(super) struct Given {
    /// All records.
    pub(super) dataset: Dataset,
    /// The files.
    pub(super) inputs: Vec<InputFile>,
    /// File of each record.
    pub(super) file_of: Vec<usize>,
    /// Name of what was read: the first file's, and how many there are besides.
    pub(super) name: String,
}

impl Labelled {
    /// The table of labels.
    pub(super) fn labels(&self) -> Option<&PathBuf> {
        self.labels.as_ref()
    }

    /// Column of the class.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Column of the sequence.
    pub(super) fn sequence(&self) -> &str {
        &self.sequence
    }

    /// Reads files as one data set. Several FASTA files without labels are a class each.
    pub(super) fn read(&self, files: &[PathBuf]) -> Result<Given, Error> {
        let first = files.first().ok_or_else(|| Error::Usage("no file to read".into()))?;
        let name = name(first, files.len());
        let mut alphabet = None;
        let mut sets = Vec::with_capacity(files.len());
        let mut inputs = Vec::with_capacity(files.len());
        for file in files {
            let given = GivenFile::open(file)?;
            let (dataset, input) = given.named(self.read_one(&given, &mut alphabet))?;
            inputs.push(input);
            sets.push(dataset);
        }
        let file_of =
            sets.iter().enumerate().flat_map(|(at, set)| std::iter::repeat_n(at, set.len()));
        let file_of: Vec<usize> = file_of.collect();
        let dataset = match <[Dataset; 1]>::try_from(sets) {
            Ok([dataset]) => dataset,
            Err(sets) => self.joined(files, &sets),
        };
        Ok(Given { dataset, inputs, file_of, name })
    }

    fn read_one(
        &self,
        file: &GivenFile,
        alphabet: &mut Option<Alphabet>,
    ) -> Result<(Dataset, InputFile), Error> {
        let dataset = self.workflow(file.path(), alphabet)?.dataset()?;
        let (blake3, _) = Keys::open(Path::new("")).input(file.path())?;
        let path = file.name().display().to_string();
        let (records, skipped) = (dataset.len(), dataset.skipped.len());
        Ok((dataset, InputFile { path, blake3, records, skipped }))
    }

    /// One data set of several; identifiers that stand in two files get their file's name.
    fn joined(&self, files: &[PathBuf], sets: &[Dataset]) -> Dataset {
        let mut seen = HashSet::new();
        let unique = sets.iter().flat_map(Dataset::ids).all(|id| seen.insert(id));
        let by_file = self.labels.is_none() && sets.iter().all(|set| set.classes.is_empty());
        let mut out = Dataset::new(sets[0].alphabet);
        let mut labels = Vec::new();
        let mut groups = vec![Vec::new(); sets[0].groups.len()];
        for (file, set) in files.iter().zip(sets) {
            let stem = stem(file);
            out.skipped.extend(set.skipped.iter().cloned());
            out.renamed.extend(set.renamed.iter().cloned());
            for i in 0..set.len() {
                let id = if unique {
                    set.id(i).to_string()
                } else {
                    format!("{}:{}", file.display(), set.id(i))
                };
                out.push(id, set.sequence(i), set.lines[i]);
                labels.push(if by_file {
                    Some(stem.clone())
                } else {
                    set.labels[i].map(|l| set.classes[l as usize].clone())
                });
                for (values, group) in groups.iter_mut().zip(&set.groups) {
                    values.push(group.values[i].map(|v| group.levels[v as usize].clone()));
                }
            }
        }
        out.set_labels(&labels);
        for (group, values) in sets[0].groups.iter().zip(&groups) {
            out.add_group(&group.name, group.kind, values);
        }
        out
    }

    /// The command line as a workflow without models that reads one file.
    fn workflow(&self, file: &Path, alphabet: &mut Option<Alphabet>) -> Result<Loaded, Error> {
        let format = format::of(file)?;
        if matches!(format, Format::Vcf | Format::Bcf) {
            let help = "`cistron inspect` looks at variants";
            return Err(
                InputError::new(file, format.to_string(), "sequences with labels", help).into()
            );
        }
        let is = |wanted: Format| (format == wanted).then(|| file.to_path_buf());
        let own_labels = format == Format::Table;
        let mut read = Read {
            curves: None,
            delta_cq: None,
            genotypes: None,
            variants: None,
            fasta: is(Format::Fasta),
            fastq: is(Format::Fastq),
            files: IndexMap::new(),
            folder: None,
            intervals: None,
            translate: None,
            table: is(Format::Table).map(|path| SequenceTable {
                path,
                columns: None,
                separator: None,
                sequence: self.sequence.clone(),
                id: self.id.clone(),
                label: Some(self.label.clone()),
            }),
            alphabet: Alphabet::Dna,
            labels: None,
            groups: self.groups()?,
            on_error: if self.skip { OnError::Skip } else { OnError::Stop },
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
        read.alphabet = match (&self.alphabet, *alphabet) {
            (Some(name), _) => serde_json::from_value(json!(name)).map_err(|_| {
                Error::Usage(format!("--alphabet {name}: one of dna, rna, protein"))
            })?,
            // The first file's: the others are checked against it.
            (None, Some(known)) => known,
            (None, None) => guess(file, &read)?,
        };
        *alphabet = Some(read.alphabet);
        let workflow = Workflow {
            schema: SCHEMA,
            name: file.display().to_string(),
            seed: self.seed,
            read,
            split: Split::default(),
            encode: None,
            models: IndexMap::new(),
            baselines: Baselines::default(),
            predict: IndexMap::new(),
            audit: AuditConfig::default(),
        };
        Ok(Loaded { workflow, folder: PathBuf::new(), path: file.to_path_buf() })
    }

    fn groups(&self) -> Result<IndexMap<String, GroupKind>, Error> {
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
        Ok(groups)
    }
}

/// What several files are called: `genes.fa`, or `genes.fa and 2 more`.
fn name(first: &Path, files: usize) -> String {
    let first = first.file_name().unwrap_or_default().to_string_lossy();
    match files.saturating_sub(1) {
        0 => first.into_owned(),
        more => format!("{first} and {more} more"),
    }
}

/// The name of a file without its endings: `positive` of `train/positive.csv.gz`.
pub(super) fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_string()
}

/// The alphabet of the first records: each symbol of the other alphabets speaks against one.
fn guess(path: &Path, read: &Read) -> Result<Alphabet, Error> {
    const RECORDS: usize = 100;
    let input = cistron_data::config::Input {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_files_are_called_by_the_first_and_their_number() {
        assert_eq!(name(Path::new("data/a.fa"), 1), "a.fa");
        assert_eq!(name(Path::new("data/a.fa"), 3), "a.fa and 2 more");
    }

    #[test]
    fn the_name_of_a_file_is_its_class() {
        assert_eq!(stem(Path::new("train/positive.csv.gz")), "positive");
        assert_eq!(stem(Path::new("negative.fa")), "negative");
    }
}
