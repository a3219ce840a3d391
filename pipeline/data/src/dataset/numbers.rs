//! Records of numbers, (L, C) each: positions by channels, in one arena.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of the channel of curves whose dyes are not told apart.
pub const FLUORESCENCE: &str = "fluorescence";

/// What the numbers of a data set are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Measured {
    /// Fluorescence by cycle, a channel a dye: (L, C).
    Curves,
    /// Quantification cycles less those of references, a channel a target: (1, C).
    DeltaCq {
        /// Targets whose mean is subtracted.
        references: Vec<String>,
    },
    /// Copies of alternate alleles in samples, a position a variant: (L, C).
    Genotypes {
        /// What a number is.
        alleles: Alleles,
        /// The alleles as `contig:position:REF>ALT`, in order (L).
        variants: Vec<String>,
    },
}

/// What the numbers of a genotype are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Alleles {
    /// Copies of the allele among two, 0 to 2, whatever the ploidy: one copy of one counts 2.
    #[default]
    Dosage,
    /// Whether each of two phased haplotypes has the allele; the second of a haploid is missing.
    Haplotypes,
}

impl Alleles {
    /// Names of the channels (C).
    #[must_use]
    pub fn channels(self) -> Vec<String> {
        let names: &[&str] = match self {
            Self::Dosage => &["dosage"],
            Self::Haplotypes => &["first", "second"],
        };
        names.iter().map(ToString::to_string).collect()
    }
}

impl Measured {
    /// A record in words.
    #[must_use]
    pub fn record(&self) -> &'static str {
        match self {
            Self::Curves => "curve",
            Self::DeltaCq { .. } | Self::Genotypes { .. } => "sample",
        }
    }

    /// The positions of a record in words.
    #[must_use]
    pub fn positions(&self) -> &'static str {
        match self {
            Self::Curves => "cycles",
            Self::DeltaCq { .. } => "positions",
            Self::Genotypes { .. } => "variants",
        }
    }

    /// A column by which whole units are held out.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match self {
            Self::Curves => "run",
            Self::DeltaCq { .. } => "plate",
            Self::Genotypes { .. } => "family",
        }
    }
}

/// Records of numbers in columns: one arena of rows (L, C).
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// What they are.
    pub measured: Measured,
    /// Names of the channels (C).
    pub channels: Vec<String>,
    values: Vec<f32>,
    offsets: Vec<usize>,
}

impl Numbers {
    /// No record yet.
    #[must_use]
    pub fn new(measured: Measured, channels: Vec<String>) -> Self {
        Self { measured, channels, values: Vec::new(), offsets: vec![0] }
    }

    /// Appends a record: its values (L, C), row by row.
    pub(super) fn push(&mut self, values: &[f32]) {
        self.values.extend_from_slice(values);
        self.offsets.push(self.values.len());
    }

    /// Values (L, C) of record `i`.
    #[must_use]
    pub fn record(&self, i: usize) -> &[f32] {
        &self.values[self.offsets[i]..self.offsets[i + 1]]
    }

    /// Positions L of record `i`.
    #[must_use]
    pub fn positions(&self, i: usize) -> usize {
        self.record(i).len() / self.channels.len().max(1)
    }

    /// Numbers of all records together.
    #[must_use]
    pub fn total(&self) -> usize {
        self.values.len()
    }
}
