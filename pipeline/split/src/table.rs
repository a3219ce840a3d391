//! `splits.tsv`: the split as a table that any other tool can use, and `split.json` beside it.

use std::collections::HashMap;
use std::path::Path;

use super::{Certificate, Dealt, Part, Splits};
use cistron_data::artefact::{self, Tsv};
use cistron_data::dataset::Dataset;
use cistron_data::error::{Error, InputError};
use cistron_data::read::table::Table;

/// Writes `splits.tsv` and `split.json` (the certificate) into a folder.
pub fn write(folder: &Path, dataset: &Dataset, splits: &Splits) -> Result<(), Error> {
    let mut table = Tsv::new(["id", "label", "cluster", "fold", "split"])?;
    for i in 0..dataset.len() {
        let label = dataset.labels[i].map_or("", |l| dataset.classes[l as usize].as_str());
        let test = splits.folds.iter().position(|parts| parts[i] == Part::Test).unwrap_or(0);
        let split = match splits.folds.as_slice() {
            [parts] => parts[i].name().to_string(),
            _ => format!("fold-{test}"),
        };
        let (cluster, fold) = (splits.clusters[i].to_string(), test.to_string());
        table.row([dataset.id(i), label, cluster.as_str(), fold.as_str(), split.as_str()])?;
    }
    table.write(&folder.join("splits.tsv"))?;
    artefact::write_json(&folder.join("split.json"), &splits.certificate)
}

/// Reads what [`write()`] wrote, for the records of `dataset`.
pub fn read(folder: &Path, dataset: &Dataset) -> Result<Splits, Error> {
    let certificate: Certificate = artefact::read_json(&folder.join("split.json"))?;
    let path = folder.join("splits.tsv");
    let table = Table::open(&path)?;
    let (id, cluster) = (table.column("id")?, table.column("cluster")?);
    let (fold, split) = (table.column("fold")?, table.column("split")?);
    let mut rows = HashMap::new();
    for row in table {
        let row = row?;
        let bad = |what: &str, cell: &str| {
            let help = "run the split stage again: --force split";
            InputError::new(&path, format!("`{cell}`"), format!("a {what}"), help).at_line(row.line)
        };
        let number = |at: usize| row.cells[at].parse().map_err(|_| bad("number", &row.cells[at]));
        let part = Part::ALL.into_iter().find(|part| part.name() == &row.cells[split]);
        rows.insert(row.cells[id].to_string(), (number(cluster)?, number(fold)?, part));
    }
    let mut clusters = Vec::with_capacity(dataset.len());
    let (mut folds, mut parts) = (Vec::new(), Vec::new());
    for name in dataset.ids() {
        let (cluster, fold, part) = *rows.get(name).ok_or_else(|| {
            let help = "the input changed since: run the split stage again";
            InputError::new(&path, format!("no row for `{name}`"), "one row a record", help)
        })?;
        clusters.push(cluster);
        folds.push(fold as usize);
        parts.push(part);
    }
    let parts: Option<Vec<Part>> = parts.into_iter().collect();
    let dealt = parts.map_or_else(
        || {
            let count = folds.iter().max().map_or(0, |last| last + 1);
            Dealt::Folds(folds.clone(), count)
        },
        Dealt::Parts,
    );
    Ok(Splits { clusters, folds: dealt.folds(), certificate })
}
