//! Predictions of the records that a run held out.

use std::collections::HashMap;
use std::path::Path;

use cistron_data::error::{Error, InputError};
use cistron_data::read::table::Table;

/// Cluster of each record, by identifier.
pub(super) type Clusters = HashMap<String, u32>;

/// Labelled records that a run held out, by identifier: class and probabilities.
pub(super) struct HeldOut {
    rows: HashMap<String, (usize, Vec<f32>)>,
    /// Identifiers in the order of the table.
    order: Vec<String>,
}

/// Records that both runs held out under the same label, in the order of the first.
pub(super) struct Common {
    pub(super) labels: Vec<usize>,
    pub(super) clusters: Vec<u32>,
    /// Probabilities (n, K) of each run.
    pub(super) probabilities: [Vec<f32>; 2],
}

/// Clusters of a run, from its `splits.tsv`.
pub(super) fn clusters(folder: &Path) -> Result<Clusters, Error> {
    let path = folder.join("splits.tsv");
    let table = Table::open(&path)?;
    let (id, cluster) = (table.column("id")?, table.column("cluster")?);
    let mut out = Clusters::new();
    for row in table {
        let row = row?;
        let number = row.cells[cluster].parse().map_err(|_| {
            let help = "run the split stage again: --force split";
            InputError::new(&path, format!("`{}`", &row.cells[cluster]), "a number", help)
                .at_line(row.line)
        })?;
        out.insert(row.cells[id].to_string(), number);
    }
    Ok(out)
}

impl HeldOut {
    /// Reads `predictions/MODEL/test.tsv` of a run.
    pub(super) fn read(folder: &Path, model: &str, classes: &[String]) -> Result<Self, Error> {
        let path = folder.join("predictions").join(model).join("test.tsv");
        let table = Table::open(&path)?;
        let (id, label) = (table.column("id")?, table.column("label")?);
        let columns = classes.iter().map(|c| table.column(c)).collect::<Result<Vec<_>, _>>()?;
        let mut out = Self { rows: HashMap::new(), order: Vec::new() };
        for row in table {
            let row = row?;
            let bad = |found: &str, expected: &str| {
                let help = "run the predict stage again: --force predict";
                InputError::new(&path, format!("`{found}`"), expected, help).at_line(row.line)
            };
            let Some(class) = classes.iter().position(|class| *class == row.cells[label]) else {
                if row.cells[label].is_empty() {
                    continue;
                }
                return Err(bad(&row.cells[label], "one of the classes").into());
            };
            let number = |at: &usize| {
                row.cells[*at].parse().map_err(|_| bad(&row.cells[*at], "a probability"))
            };
            let probabilities = columns.iter().map(number).collect::<Result<Vec<f32>, _>>()?;
            let name = row.cells[id].to_string();
            if out.rows.insert(name.clone(), (class, probabilities)).is_some() {
                return Err(bad(&name, "one row a record").into());
            }
            out.order.push(name);
        }
        Ok(out)
    }
}

/// The records of both runs; those whose labels differ, or that the first run did not cluster, are
/// left out.
pub(super) fn common(rows: &[HeldOut; 2], clusters: &Clusters) -> Common {
    let [first, second] = rows;
    let mut out =
        Common { labels: vec![], clusters: vec![], probabilities: [Vec::new(), Vec::new()] };
    for name in &first.order {
        let (Some((label, ours)), Some((other, theirs)), Some(cluster)) =
            (first.rows.get(name), second.rows.get(name), clusters.get(name))
        else {
            continue;
        };
        if label == other {
            out.labels.push(*label);
            out.clusters.push(*cluster);
            out.probabilities[0].extend(ours);
            out.probabilities[1].extend(theirs);
        }
    }
    out
}
