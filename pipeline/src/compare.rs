//! Two runs side by side, on the records that both of them held out.

mod held_out;
mod settings;

use std::path::Path;

use cistron_models::metrics::{Metric, Outcomes, WeightedMetric};
use serde::Serialize;

use crate::manifest::Manifest;
use cistron_data::artefact;
use cistron_data::error::{Error, InputError};
use cistron_evaluate::{Evaluation, Role};
use cistron_statistics::bootstrap::{self, Bootstrap};
use cistron_statistics::interval::Interval;
use held_out::HeldOut;
pub use settings::Change;

/// What two runs have in common and what not.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// Metric that the models are compared by.
    pub metric: &'static str,
    /// Whether both runs held out the same records from the same training records.
    pub same_split: bool,
    /// Keys of the workflows that differ.
    pub changes: Vec<Change>,
    /// Models of one name, or every pair of models where no name is in both.
    pub pairs: Vec<Pair>,
}

/// A model of the first run beside one of the second.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pair {
    /// Names of the models.
    pub models: [String; 2],
    /// Labelled records that both held out.
    pub n: usize,
    /// The metric of each on those records; absent where it is undefined.
    pub values: [Option<f64>; 2],
    /// Second minus first.
    pub difference: Option<f64>,
    /// 95 % interval of the difference, paired bootstrap over the first run's clusters.
    pub interval: Option<Interval>,
}

impl Pair {
    /// Whether the difference is clear, and for which of the two: its interval leaves out 0.
    #[must_use]
    pub fn better(&self) -> Option<usize> {
        let interval = self.interval.as_ref()?;
        match (interval.low > 0.0, interval.high < 0.0) {
            (true, _) => Some(1),
            (_, true) => Some(0),
            _ => None,
        }
    }
}

/// Compares two folders that runs have left.
///
/// # Errors
///
/// Where a folder is not that of a finished run, or the runs tell different classes apart.
pub fn compare(folders: [&Path; 2], metric: Metric) -> Result<Comparison, Error> {
    let [first, second] = folders;
    let evaluations = [evaluation(first)?, evaluation(second)?];
    let [ours, theirs] = &evaluations;
    if ours.classes != theirs.classes {
        return Err(InputError::new(
            &second.join("metrics.json"),
            format!("classes {}", theirs.classes.join(", ")),
            format!("the classes of the first run: {}", ours.classes.join(", ")),
            "compare runs of the same question",
        )
        .into());
    }
    let clusters = held_out::clusters(first)?;
    let split = |folder: &Path| std::fs::read(folder.join("splits.tsv")).ok();
    let manifests: [Manifest; 2] = [
        artefact::read_json(&first.join("manifest.json"))?,
        artefact::read_json(&second.join("manifest.json"))?,
    ];
    let mut pairs = Vec::new();
    for [one, other] in names(&evaluations) {
        let rows = [
            HeldOut::read(first, &one, &ours.classes)?,
            HeldOut::read(second, &other, &ours.classes)?,
        ];
        pairs.push(pair([one, other], &rows, &clusters, ours.classes.len(), metric)?);
    }
    Ok(Comparison {
        metric: metric.name(),
        same_split: split(first) == split(second),
        changes: settings::changes(&manifests)?,
        pairs,
    })
}

fn evaluation(folder: &Path) -> Result<Evaluation, Error> {
    artefact::read_json(&folder.join("metrics.json"))
}

/// Models of one name, or every pair of models where no name is in both.
fn names(evaluations: &[Evaluation; 2]) -> Vec<[String; 2]> {
    let models = evaluations.each_ref().map(|evaluation| {
        let entries = evaluation.entries.iter().filter(|entry| entry.role == Role::Model);
        entries.map(|entry| entry.name.clone()).collect::<Vec<_>>()
    });
    let [first, second] = &models;
    let both = first.iter().filter(|name| second.contains(name));
    let same: Vec<_> = both.map(|name| [name.clone(), name.clone()]).collect();
    if !same.is_empty() {
        return same;
    }
    let with = |one: &String| second.iter().map(|other| [one.clone(), other.clone()]).collect();
    first.iter().flat_map(|one| -> Vec<_> { with(one) }).collect()
}

fn pair(
    models: [String; 2],
    rows: &[HeldOut; 2],
    clusters: &held_out::Clusters,
    classes: usize,
    metric: Metric,
) -> Result<Pair, Error> {
    let common = held_out::common(rows, clusters);
    let failed = |error: &dyn std::fmt::Display| Error::stage("compare", error);
    let [ours, theirs] = common.probabilities.each_ref().map(|probabilities| {
        Outcomes::new(probabilities, &common.labels, classes)
            .map_err(|error| failed(&error))
            .map(|outcomes| WeightedMetric::new(metric, &outcomes))
    });
    let (ours, theirs) = (ours?, theirs?);
    let n = common.labels.len();
    let value = |metric: &Option<WeightedMetric>| metric.as_ref()?.evaluate(&vec![1; n]);
    let values = [value(&ours), value(&theirs)];
    let estimate = ours.zip(theirs).filter(|_| n > 0).map(|(ours, theirs)| {
        let settings = Bootstrap::default();
        let of = |metric: WeightedMetric| move |weights: &[u32]| metric.evaluate(weights);
        bootstrap::difference(&settings, &common.clusters, of(theirs), of(ours))
    });
    Ok(Pair {
        models,
        n,
        values,
        difference: estimate.as_ref().and_then(|estimate| estimate.value),
        interval: estimate.and_then(|estimate| estimate.interval),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(interval: Option<(f64, f64)>) -> Pair {
        let interval = interval.map(|(low, high)| Interval { low, high });
        let models = ["a".to_string(), "a".to_string()];
        Pair { models, n: 1, values: [None; 2], difference: None, interval }
    }

    #[test]
    fn a_difference_is_clear_where_its_interval_leaves_out_nought() {
        assert_eq!(with(Some((0.1, 0.2))).better(), Some(1));
        assert_eq!(with(Some((-0.2, -0.1))).better(), Some(0));
        assert_eq!(with(Some((-0.1, 0.1))).better(), None);
        assert_eq!(with(None).better(), None);
    }
}
