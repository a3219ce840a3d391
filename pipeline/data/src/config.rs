//! What a workflow says of files: the key `read`, and files to predict.

pub mod genotypes;
pub mod input;
pub mod numbers;
pub mod variants;

use std::path::PathBuf;

use cistron_encoders::alphabet::Alphabet;
use cistron_encoders::translate::Translation;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use genotypes::Genotypes;
pub use input::Input;
pub use numbers::{Curves, DeltaCq};
pub use variants::Variants;

use crate::dataset::GroupKind;
use crate::read::table::Separator;
use crate::read::translation::Reading;

/// Labelled records: a FASTA file or a table of sequences, genotypes of samples, or what qPCR
/// measured, with labels and groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Read {
    /// FASTA file, plain, gzip, bgzip or zstd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fasta: Option<PathBuf>,
    /// FASTQ file, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fastq: Option<PathBuf>,
    /// Table with a sequence column, comma or tab separated, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<SequenceTable>,
    /// Intervals of a genome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<Intervals>,
    /// One FASTA or FASTQ file for each class, by the class's name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub files: IndexMap<String, PathBuf>,
    /// Folder with one FASTA or FASTQ file for each class, named after it (`kinase.fasta.gz`), or
    /// one folder of files for each class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<PathBuf>,
    /// Amplification curves of qPCR.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// Quantification cycles of qPCR, less those of reference targets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_cq: Option<DeltaCq>,
    /// Variants with the genome around them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variants: Option<Variants>,
    /// Genotypes of samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genotypes: Option<Genotypes>,
    /// Read coding sequences as proteins; `alphabet` is then that of the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translate: Option<Translation>,
    /// Alphabet that every record is checked against.
    #[serde(default = "dna")]
    pub alphabet: Alphabet,
    /// Where the class of each record stands; a sequence table, `files` and `folder` bring their
    /// own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// Metadata columns of the label table (or named groups of the header pattern).
    #[serde(default)]
    pub groups: IndexMap<String, GroupKind>,
    /// What a malformed record does.
    #[serde(default)]
    pub on_error: OnError,
}

fn dna() -> Alphabet {
    Alphabet::Dna
}

impl Read {
    /// What the symbols of the files are, and what becomes of them.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading { alphabet: self.alphabet, translation: self.translate }
    }

    /// The keys that say which files are read, of which `check` allows one.
    #[must_use]
    pub fn ways(&self) -> Vec<&'static str> {
        [
            (self.fasta.is_some(), "fasta"),
            (self.fastq.is_some(), "fastq"),
            (self.table.is_some(), "table"),
            (self.intervals.is_some(), "intervals"),
            (!self.files.is_empty(), "files"),
            (self.folder.is_some(), "folder"),
            (self.variants.is_some(), "variants"),
            (self.curves.is_some(), "curves"),
            (self.delta_cq.is_some(), "delta-cq"),
            (self.genotypes.is_some(), "genotypes"),
        ]
        .into_iter()
        .filter_map(|(named, key)| named.then_some(key))
        .collect()
    }
}

/// A table with one sequence a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SequenceTable {
    /// The table, with a header line unless `columns` names the columns.
    pub path: PathBuf,
    /// Names of all columns, in order, where the first line does not give them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// What stands between cells; the tab where the first line has one and the comma elsewhere,
    /// where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
    /// Column of the sequence.
    #[serde(default = "sequence_column")]
    pub sequence: String,
    /// Column of the identifier; without it the data row's number (from 1) is the identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Column of the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

fn sequence_column() -> String {
    "sequence".to_string()
}

/// Intervals of a genome: coordinates in one file, bases in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Intervals {
    /// BED file of three columns and more, plain or compressed; a strand in column 6 is heeded.
    pub bed: PathBuf,
    /// FASTA file of the genome; its index `FILE.fai` is used where there is one.
    pub reference: PathBuf,
    /// Column of the class, from 1, where `labels` do not say it: the name, column 4.
    #[serde(default = "name_column")]
    #[schemars(range(min = 1))]
    pub label_column: usize,
}

fn name_column() -> usize {
    4
}

/// Where the class of a FASTA record stands: in a table, or in the header.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Labels {
    /// Table with one row a record, comma or tab separated with a header line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<PathBuf>,
    /// Column of that table that holds the record's identifier.
    #[serde(default = "id_column")]
    pub id: String,
    /// Column of that table that holds the class.
    #[serde(default = "label_column")]
    pub label: String,
    /// Regular expression on the whole header line with a group named `label`, such as
    /// `class=(?<label>\w+)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Classes to keep; records of other classes are left out and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<String>>,
}

/// Column of identifiers where none is named.
#[must_use]
pub fn id_column() -> String {
    "id".to_string()
}

fn label_column() -> String {
    "label".to_string()
}

/// What a malformed record does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// Stops the stage with the record's position.
    #[default]
    Stop,
    /// Leaves the record out, counts it and lists it in the audit.
    Skip,
}
