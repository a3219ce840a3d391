//! A look at a VCF file.

use std::collections::BTreeMap;

use noodles::vcf::variant::record_buf::info::field::Value;
use serde::Serialize;

use super::Inspection;
use super::fields::Fields;
use crate::read::vcf::{Alternate, Records};

/// Contigs that are counted by name.
const CONTIGS: usize = 1000;

/// What the variants of a file are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variants {
    /// Number of samples.
    pub samples: usize,
    /// Records of each reference sequence, by name.
    pub contigs: BTreeMap<String, u64>,
    /// Alternate alleles of one base for one base.
    pub substitutions: u64,
    /// Other alternate alleles of bases: insertions, deletions, several bases at once.
    pub indels: u64,
    /// Alternate alleles without bases: symbolic, breakends, `*`.
    pub without_bases: u64,
    /// Records with several alternate alleles.
    pub several_alleles: u64,
    /// Records without an alternate allele.
    pub no_allele: u64,
}

/// Looks at a VCF file.
pub(super) fn variants(inspection: &mut Inspection, records: Records) {
    let samples = records.header.sample_names().len();
    let mut found = Variants { samples, ..Variants::default() };
    let mut fields = Fields::default();
    for record in records {
        let (record, variant) = match record {
            Ok(record) => record,
            Err(error) => {
                if inspection.malformed(&error) {
                    continue;
                }
                break;
            }
        };
        inspection.records += 1;
        if found.contigs.len() < CONTIGS || found.contigs.contains_key(&variant.contig) {
            *found.contigs.entry(variant.contig.clone()).or_default() += 1;
        }
        found.several_alleles += u64::from(variant.alternates.len() > 1);
        found.no_allele += u64::from(variant.alternates.is_empty());
        for alternate in &variant.alternates {
            match alternate {
                Alternate::Bases(bases)
                    if bases.len() == 1 && variant.reference_bases.len() == 1 =>
                {
                    found.substitutions += 1;
                }
                Alternate::Bases(_) => found.indels += 1,
                Alternate::WithoutBases(_) => found.without_bases += 1,
            }
        }
        for (key, value) in record.info().as_ref() {
            if let Some(Value::String(text)) = value {
                fields.add(&format!("INFO/{key}"), text);
            }
        }
    }
    if found.without_bases > 0 {
        let n = found.without_bases;
        inspection.odd.push(format!("{n} alleles without bases: they have no window to predict"));
    }
    inspection.fields = fields.finish(inspection.records);
    inspection.variants = Some(found);
}
