//! The table of predictions, and the audit beside it: neither is written without the other.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Prediction;
use super::labels::{Labels, Made};
use cistron_audit::Audit;
use cistron_data::artefact::{self, Partial, Tsv};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_split::neighbour::identity::Identities;

/// The program's own columns: the first of them before the classes, the others behind.
const OWN: [&str; 8] =
    ["id", "predicted", "set", "nearest_train", "containment", "unfamiliar", "outside", "label"];

/// Own columns before the classes.
const HEAD: usize = 2;

/// A table of predictions that is written as they come, and gets its name when it is finished.
pub struct Table {
    path: PathBuf,
    classes: Vec<String>,
    rows: Tsv<Partial>,
    made: Labels,
}

/// An audit with what was predicted, which is not in memory.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    audit: &'a Audit,
    #[serde(skip_serializing_if = "Made::is_empty")]
    predicted: Made,
}

impl Table {
    /// Begins the table at `path`.
    pub fn create(path: &Path, classes: &[String]) -> Result<Self, Error> {
        let (head, fixed) = OWN.split_at(HEAD);
        let own = |names: &'static [&str]| names.iter().map(|name| Cow::Borrowed(*name));
        let classes_of = classes.iter().map(|class| artefact::column("class:", class, &OWN));
        let columns: Vec<Cow<'_, str>> = own(head).chain(classes_of).chain(own(fixed)).collect();
        let columns = columns.iter().map(|column| &**column);
        Ok(Self {
            path: path.to_path_buf(),
            classes: classes.to_vec(),
            rows: Tsv::create(path, columns)?,
            made: Labels::new(classes)?,
        })
    }

    /// Appends predictions of `records` of a data set, which `identities` are of, in order.
    pub fn push(
        &mut self,
        dataset: &Dataset,
        records: &[usize],
        predictions: &[Prediction],
        identities: &Identities,
    ) -> Result<(), Error> {
        for (record, prediction) in records.iter().zip(predictions) {
            let class = prediction.class();
            let mut row = vec![dataset.id(*record).to_string(), self.classes[class].clone()];
            row.extend(prediction.probabilities.iter().map(|p| format!("{p:.6}")));
            let set = prediction.set.iter().map(|class| artefact::member(&self.classes[*class]));
            let set: Vec<Cow<'_, str>> = set.collect();
            row.push(set.join("|"));
            row.push(prediction.nearest.clone().unwrap_or_default());
            row.push(prediction.containment.map_or(String::new(), |c| format!("{c:.4}")));
            row.push(prediction.unfamiliar.map_or(String::new(), |u| u.to_string()));
            row.push(prediction.outside.to_string());
            let label = dataset.labels[*record].map(|l| dataset.classes[l as usize].clone());
            // A record that has a label keeps it; a later audit recognises the others'.
            if label.is_none() {
                self.made.push(identities.canonical(*record), class)?;
            }
            row.push(label.unwrap_or_default());
            self.rows.row(row)?;
        }
        Ok(())
    }

    /// Writes the audit beside the table and gives the table its name; returns both paths.
    pub fn finish(self, audit: &Audit) -> Result<[PathBuf; 2], Error> {
        let beside = audit_path(&self.path);
        let predicted = self.made.finish()?;
        artefact::write_json(&beside, &Written { audit, predicted })?;
        self.rows.commit()?;
        Ok([self.path, beside])
    }
}

/// Where the audit of a table of predictions lies: `TABLE.audit.json` for `TABLE.tsv`.
#[must_use]
pub fn audit_path(table: &Path) -> PathBuf {
    table.with_extension("audit.json")
}
