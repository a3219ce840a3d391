//! A file to predict, as a workflow names it.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SequenceTable;
use crate::variant::Strand;

/// An unlabelled (or labelled) file to predict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Input {
    /// FASTA file, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fasta: Option<PathBuf>,
    /// FASTQ file, plain or compressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fastq: Option<PathBuf>,
    /// Table with a sequence column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<SequenceTable>,
    /// VCF file, plain or compressed: each allele is predicted within its window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcf: Option<PathBuf>,
    /// BED file, plain or compressed: the bases of each interval are predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bed: Option<PathBuf>,
    /// VCF or BCF file whose samples are predicted from their genotypes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genotypes: Option<PathBuf>,
    /// Export of an instrument, or table, of the same kind as the curves or Cq that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<PathBuf>,
    /// FASTA file of the genome that the VCF or BED file refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<PathBuf>,
    /// Bases of the windows around variants; as many as were learnt from, as a one-hot encoder takes, or
    /// 101 where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
    /// Strand of the windows around variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strand: Option<Strand>,
}

impl Input {
    /// The file where it holds numbers: genotypes, curves or Cq.
    #[must_use]
    pub fn numbers(&self) -> Option<&PathBuf> {
        self.genotypes.as_ref().or(self.measured.as_ref())
    }

    /// The file; `None` where none is named.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        let table = self.table.as_ref().map(|table| table.path.as_path());
        let variants = [&self.vcf, &self.bed, &self.genotypes];
        let mut files =
            [&self.fasta, &self.fastq].into_iter().chain(variants).chain([&self.measured]);
        files.find_map(Option::as_deref).or(table)
    }
}
