//! The key `read: genotypes`: samples of a VCF or BCF file.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dataset::Alleles;

/// Genotypes of samples, a record each; every alternate allele is a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Genotypes {
    /// VCF or BCF file, plain or compressed. Classes come from `labels: {table: …}`; samples without
    /// one are left out, counted.
    pub vcf: PathBuf,
    /// What a genotype becomes.
    #[serde(default)]
    pub alleles: Alleles,
    /// Variants of this stretch alone, such as `chr22:16000000-17000000`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}
