//! The key `read: variants`: labelled variants with the genome around them.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::variant::Strand;

/// Variants of a VCF or BCF file, a record each alternate allele: its window with the reference and
/// with the alternate bases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Variants {
    /// VCF or BCF file, plain or compressed.
    pub vcf: PathBuf,
    /// FASTA file of the genome that it refers to.
    pub reference: PathBuf,
    /// Bases of a window, half of them before the variant.
    #[serde(default = "window")]
    pub window: usize,
    /// Strand of the windows.
    #[serde(default)]
    pub strand: Strand,
    /// INFO key of the class; `labels: {table: …}` may hold it instead, by the record's name
    /// `contig:position:REF>ALT`. `groups` name further INFO keys, or columns of that table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Variants of this stretch alone, such as `chr17:41196312-41277500`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

fn window() -> usize {
    crate::variant::WINDOW
}
