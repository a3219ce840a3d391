//! The table of variant effects: an allele a row.

use std::path::Path;

use super::Scored;
use cistron_data::artefact::{Partial, Tsv};
use cistron_data::error::Error;
use cistron_data::read::vcf::Alternate;

/// A table that is written as the alleles come.
pub(super) struct Effects {
    rows: Tsv<Partial>,
}

impl Effects {
    pub(super) fn create(path: &Path, classes: &[String]) -> Result<Self, Error> {
        let head = ["id", "contig", "position", "reference", "alternate"].map(str::to_string);
        let scores = classes.iter().flat_map(|class| {
            ["reference", "alternate", "difference"].map(|what| format!("{class} {what}"))
        });
        let last = ["nearest_train", "containment", "unfamiliar", "outside", "unscored"];
        let last = last.map(str::to_string);
        Ok(Self { rows: Tsv::create(path, head.into_iter().chain(scores).chain(last))? })
    }

    /// Appends the alleles of a record; one without bases has empty scores and the reason.
    pub(super) fn push(&mut self, record: &Scored) -> Result<(), Error> {
        let variant = &record.variant;
        for (alternate, prediction) in variant.alternates.iter().zip(&record.alternates) {
            let reference = String::from_utf8_lossy(&variant.reference_bases).into_owned();
            let mut row = vec![
                format!("{}:{}:{reference}>{alternate}", variant.contig, variant.position),
                variant.contig.clone(),
                variant.position.to_string(),
                reference,
                alternate.to_string(),
            ];
            for (class, with_reference) in record.reference.probabilities.iter().enumerate() {
                row.push(format!("{with_reference:.6}"));
                let with_alternate = prediction.as_ref().map(|p| p.probabilities[class]);
                let shown = |p: Option<f32>| p.map_or(String::new(), |p| format!("{p:.6}"));
                row.push(shown(with_alternate));
                row.push(shown(with_alternate.map(|p| p - with_reference)));
            }
            let found = prediction.as_ref();
            row.push(found.and_then(|p| p.nearest.clone()).unwrap_or_default());
            let containment = found.and_then(|p| p.containment);
            row.push(containment.map_or(String::new(), |c| format!("{c:.4}")));
            let unfamiliar = found.and_then(|p| p.unfamiliar);
            row.push(unfamiliar.map_or(String::new(), |u| u.to_string()));
            row.push(found.map_or("", |p| p.outside).to_string());
            row.push(match alternate {
                Alternate::Bases(_) => String::new(),
                Alternate::WithoutBases(_) => "an allele without bases".to_string(),
            });
            self.rows.row(row)?;
        }
        Ok(())
    }

    pub(super) fn commit(self) -> Result<(), Error> {
        self.rows.commit()
    }
}
