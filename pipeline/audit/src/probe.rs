//! A probe: what a logistic regression on a few features tells of a category, across clusters.

use std::collections::{BTreeMap, BTreeSet};

use cistron_models::baseline::{FeatureTable, LogisticConfig, cross_validated, deal_groups};
use cistron_models::metrics::{ClassRow, Metric, Outcomes, WeightedMetric, per_class};

use super::cell::{heads, optional, row};
use super::finding::Table;
use super::gate::Gate;
use super::lookup::{skill, skill_interval};
use super::{Finding, Status};
use cistron_statistics::bootstrap::Bootstrap;
use cistron_statistics::interval::Interval;

/// An interval that reaches this skill is too wide to pass a check that only warns.
const TOO_WIDE: f64 = 0.3;

/// Folds of the cross-validation, of whole clusters; a class needs a cluster for each.
const FOLDS: usize = 5;

/// Records of a class that is probed, at least.
const FEWEST: usize = 30;

/// A category of each record: the label, or a column of metadata.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) names: &'a [String],
    pub(super) values: &'a [Option<u32>],
}

/// The records that are probed, with their classes numbered anew.
pub(super) struct Probed {
    pub(super) records: Vec<usize>,
    labels: Vec<usize>,
    groups: Vec<usize>,
    clusters: Vec<u32>,
    classes: Vec<String>,
    /// Classes with too few records or clusters.
    pub(super) left_out: Vec<String>,
}

impl Probed {
    /// Records of the classes with enough of them in enough clusters.
    ///
    /// # Errors
    ///
    /// The status of a question that does not arise, or cannot be answered.
    pub(super) fn of(target: Target, cluster_of: &[u32]) -> Result<Self, Status> {
        let names = target.names;
        if names.len() < 2 {
            return Err(Status::NotApplicable("there are fewer than two classes".into()));
        }
        let mut clusters = vec![BTreeSet::new(); names.len()];
        let mut counts = vec![0; names.len()];
        for (value, cluster) in target.values.iter().zip(cluster_of) {
            if let Some(value) = value {
                clusters[*value as usize].insert(*cluster);
                counts[*value as usize] += 1;
            }
        }
        let suffices = |c: usize| clusters[c].len() >= FOLDS && counts[c] >= FEWEST;
        let (kept, left_out): (Vec<usize>, Vec<usize>) =
            (0..names.len()).partition(|c| suffices(*c));
        if kept.len() < 2 {
            return Err(Status::Unknown(format!(
                "fewer than two classes hold {FEWEST} records in {FOLDS} homology clusters"
            )));
        }
        let number: BTreeMap<usize, usize> =
            kept.iter().enumerate().map(|(at, c)| (*c, at)).collect();
        let mut probed = Self {
            records: Vec::new(),
            labels: Vec::new(),
            groups: Vec::new(),
            clusters: Vec::new(),
            classes: kept.iter().map(|c| names[*c].clone()).collect(),
            left_out: left_out.iter().map(|c| names[*c].clone()).collect(),
        };
        for (i, value) in target.values.iter().enumerate() {
            if let Some(at) = value.and_then(|v| number.get(&(v as usize))) {
                probed.records.push(i);
                probed.labels.push(*at);
                probed.groups.push(cluster_of[i] as usize);
                probed.clusters.push(cluster_of[i]);
            }
        }
        Ok(probed)
    }

    /// Balanced accuracy of guessing.
    pub(super) fn chance(&self) -> f64 {
        1.0 / self.classes.len() as f64
    }

    /// What `features`, a row a probed record, tell of the category.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub(super) fn skill(&self, features: &FeatureTable, seed: u64) -> Result<Skill, String> {
        let classes = self.classes.len();
        let folds = deal_groups(&self.labels, &self.groups, classes, FOLDS, seed)
            .map_err(|error| error.to_string())?;
        // The skill settles long before the last digits of the weights.
        let config = LogisticConfig { tolerance: 1e-4, ..LogisticConfig::default() };
        let predicted = cross_validated(features, &self.labels, classes, &folds, config)
            .map_err(|error| error.to_string())?
            .classes();
        let outcomes = Outcomes::from_classes(&predicted, &self.labels, classes)
            .map_err(|error| error.to_string())?;
        let balanced = WeightedMetric::new(Metric::BalancedAccuracy, &outcomes)
            .ok_or("there is no balanced accuracy")?;
        let chance = self.chance();
        let of = |w: &[u32]| Some(skill(balanced.evaluate(w)?, chance));
        let settings = Bootstrap { seed, ..Bootstrap::default() };
        Ok(Skill {
            value: of(&vec![1; predicted.len()]),
            balanced_accuracy: Metric::BalancedAccuracy.compute(&outcomes),
            interval: skill_interval(&settings, &self.clusters, chance, of),
            n: predicted.len(),
            per_class: per_class(&outcomes),
        })
    }
}

/// How well a probe tells a category: (balanced accuracy - 1/K) / (1 - 1/K).
pub(super) struct Skill {
    pub(super) value: Option<f64>,
    pub(super) balanced_accuracy: Option<f64>,
    interval: Option<Interval>,
    n: usize,
    per_class: Vec<ClassRow>,
}

impl Skill {
    /// Recall and precision of each class.
    pub(super) fn table(&self, title: String, probed: &Probed) -> Table {
        let rows = self.per_class.iter().map(|found| {
            row([
                probed.classes[found.class].clone(),
                found.support.to_string(),
                optional(found.recall),
                optional(found.precision),
            ])
        });
        Table {
            title,
            columns: heads(["class", "records", "recall", "precision"]),
            rows: rows.collect(),
        }
    }
}

/// `finding` with the skill and the verdict on the lower limit of its interval.
pub(super) fn judged(gate: Gate, skill: &Skill, finding: Finding, remedy: &str) -> Finding {
    let finding =
        Finding { value: skill.value, interval: skill.interval.clone(), n: skill.n, ..finding };
    let finding = gate.within(TOO_WIDE).judge_interval(finding);
    if finding.is_bad() { Finding { remedy: remedy.into(), ..finding } } else { finding }
}
