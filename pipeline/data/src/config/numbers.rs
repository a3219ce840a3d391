//! The keys `read: curves` and `read: delta-cq`: what qPCR measured; and what all numbers share.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Genotypes, Read};
use crate::dataset::{FLUORESCENCE, Measured};

/// Amplification curves, a record each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Curves {
    /// Exports of instruments, or tables of fluorescence by cycle, as `cistron qpcr` reads them.
    pub files: Vec<PathBuf>,
    /// Column of the files that holds the class; `labels: {table: …}` may hold it instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Dyes that are the channels of one record a well; without them every dye is a record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dyes: Vec<String>,
}

/// Quantification cycles, a record a sample of a plate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeltaCq {
    /// Exports of instruments, or tables of Cq, as `cistron qpcr` reads them.
    pub files: Vec<PathBuf>,
    /// Column of the files that holds the class, such as the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Targets that are the channels.
    pub targets: Vec<String>,
    /// Reference targets, whose mean Cq is subtracted.
    pub references: Vec<String>,
}

impl Read {
    /// What is measured and the names of its channels; `None` of sequences. Variants are known once
    /// genotypes are read.
    #[must_use]
    pub fn measured(&self) -> Option<(Measured, Vec<String>)> {
        if let Some(Curves { dyes, .. }) = &self.curves {
            let one = vec![FLUORESCENCE.to_string()];
            return Some((Measured::Curves, if dyes.is_empty() { one } else { dyes.clone() }));
        }
        if let Some(Genotypes { alleles, .. }) = &self.genotypes {
            let measured = Measured::Genotypes { alleles: *alleles, variants: Vec::new() };
            return Some((measured, alleles.channels()));
        }
        let DeltaCq { targets, references, .. } = self.delta_cq.as_ref()?;
        Some((Measured::DeltaCq { references: references.clone() }, targets.clone()))
    }

    /// Files of what was measured.
    #[must_use]
    pub fn number_files(&self) -> &[PathBuf] {
        match (&self.curves, &self.delta_cq, &self.genotypes) {
            (Some(curves), ..) => &curves.files,
            (_, Some(delta), _) => &delta.files,
            (.., Some(genotypes)) => std::slice::from_ref(&genotypes.vcf),
            _ => &[],
        }
    }

    /// Column of the measured files that holds the class.
    #[must_use]
    pub fn label_column(&self) -> Option<&String> {
        let curves = self.curves.as_ref().and_then(|curves| curves.label.as_ref());
        curves.or(self.delta_cq.as_ref().and_then(|delta| delta.label.as_ref()))
    }

    /// Whether the classes of what was measured are named anywhere.
    #[must_use]
    pub fn names_labels(&self) -> bool {
        let table = self.labels.as_ref().is_some_and(|labels| labels.table.is_some());
        table || self.label_column().is_some()
    }
}
