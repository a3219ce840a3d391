//! What each model, floor and baseline scores on the held-out records, with intervals.

pub mod curves;
pub mod floor;
pub mod hmmer;
mod measure;
pub mod sets;
pub mod table;
pub mod validation;
pub mod weighted;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use cistron_statistics::interval::Interval;
use curves::Curves;
pub use measure::{FEWEST_CLUSTERS, METRIC, evaluate, few_clusters};
use sets::Sets;
use weighted::Weighted;

/// Version of `metrics.json`.
pub const SCHEMA: u32 = 1;

/// Name of the plain mean of all models.
pub const ENSEMBLE: &str = "ensemble";

/// What a row of the table of scores is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A model of the workflow.
    Model,
    /// All of them together, as the plain or the weighted mean of their probabilities.
    Ensemble,
    /// What a predictor that learnt no biology scores.
    Floor,
    /// A simple model worth beating.
    Baseline,
}

/// Probabilities that one predictor gave to the held-out records of every fold.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Name of the model, floor or baseline.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Record of each row.
    pub records: Vec<usize>,
    /// Fold of each row.
    pub folds: Vec<u32>,
    /// Probabilities (n, K), the mean over seeds; row-major.
    pub probabilities: Vec<f32>,
}

/// A metric with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// `accuracy`, `balanced-accuracy`, `macro-f1`, `mcc` or `auroc`; of all held-out records of a
    /// model also `set-coverage`, the share whose set of classes holds their own, and `set-size`, the
    /// mean number of classes in it.
    pub metric: String,
    /// The value; absent where it is undefined.
    pub value: Option<f64>,
    /// 95 % interval, bootstrap over homology clusters.
    pub interval: Option<Interval>,
    /// Records it rests on.
    pub n: usize,
}

/// Scores on a part of the held-out records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    /// What the slice is cut by: `containment` or a group column.
    pub by: String,
    /// The slice: a range of containment or a level of the group.
    pub level: String,
    /// Scores on the slice.
    pub scores: Vec<Score>,
}

/// Precision, recall and F1 of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassScore {
    /// Class name.
    pub class: String,
    /// Held-out records of the class.
    pub support: usize,
    /// Clusters that they come from: what an interval rests on.
    #[serde(default)]
    pub clusters: usize,
    /// Share of the records predicted as the class that are of it.
    pub precision: Option<f64>,
    /// Share of the records of the class that are predicted as it.
    pub recall: Option<f64>,
    /// Harmonic mean of the two.
    pub f1: Option<f64>,
}

/// How a model compares with the best floor, or the weighted ensemble with the plain one: the paired
/// difference on the same records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lift {
    /// What it is compared with: the floor that scores best, or the plain ensemble.
    pub over: String,
    /// Metric that both are compared by.
    pub metric: String,
    /// Model minus floor, or weighted minus plain.
    pub value: f64,
    /// 95 % interval of the difference, paired bootstrap over clusters.
    pub interval: Option<Interval>,
}

/// Everything measured of one predictor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// Name of the model, floor or baseline.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Scores on all held-out records, the mean of the seeds' probabilities.
    pub scores: Vec<Score>,
    /// Scores of each fold and seed alone: fold, seed, scores.
    pub runs: Vec<(usize, usize, Vec<Score>)>,
    /// Scores by distance to the training records and by group.
    pub slices: Vec<Slice>,
    /// Scores of each class.
    pub classes: Vec<ClassScore>,
    /// Confusion matrix: rows are true classes, columns predicted ones.
    pub confusion: Vec<Vec<u64>>,
    /// Models only: ROC, precision-recall and reliability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curves: Option<Curves>,
    /// Models and their ensemble: the difference to the best floor.
    pub lift: Option<Lift>,
    /// Models only: the share of records whose set was to hold their class; absent where no set was
    /// calibrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_level: Option<f64>,
}

/// Content of `metrics.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Evaluation {
    /// Version of this file format: 1.
    pub schema: u32,
    /// Class names, in the order of every table.
    pub classes: Vec<String>,
    /// Number of folds.
    pub folds: usize,
    /// Models first, then their ensembles, floors and baselines.
    pub entries: Vec<Entry>,
    /// Weights of the weighted ensemble; absent of fewer than two models, and without validation
    /// records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighted: Option<Weighted>,
    /// What was asked for and could not be had, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Other programs that computed a part of it: name and version.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub programs: BTreeMap<String, String>,
}

/// Scores of one predictor, together and for each fold and seed alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The mean over seeds, all folds one after the other.
    pub scores: Scores,
    /// Fold, seed (counted from 0) and probabilities of that fold's held-out records.
    pub parts: Vec<(usize, usize, Vec<f32>)>,
    /// What a class needs to be in the set of a record; `None` where no set was calibrated.
    pub sets: Option<Sets>,
    /// What the models were weighed by; `None` of everything but the weighted ensemble.
    pub weights: Option<Weighted>,
}

impl From<Scores> for Run {
    fn from(scores: Scores) -> Self {
        Self { scores, parts: Vec::new(), sets: None, weights: None }
    }
}

/// The plain mean of the calibrated probabilities of all models; `None` of fewer than two.
#[must_use]
pub fn ensemble(models: &[Run]) -> Option<Run> {
    let [first, _, ..] = models else { return None };
    let mut probabilities = vec![0.0_f32; first.scores.probabilities.len()];
    for model in models {
        for (sum, p) in probabilities.iter_mut().zip(&model.scores.probabilities) {
            *sum += p / models.len() as f32;
        }
    }
    let name = ENSEMBLE.to_string();
    Some(Scores { name, role: Role::Ensemble, probabilities, ..first.scores.clone() }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ensemble_is_the_mean_of_two_models_and_more() {
        let run = |probabilities: Vec<f32>| {
            let (name, role) = ("conv".to_string(), Role::Model);
            let (records, folds) = (vec![4, 2], vec![0, 1]);
            Run::from(Scores { name, role, records, folds, probabilities })
        };
        let models = [run(vec![1.0, 0.0, 0.5, 0.5]), run(vec![0.5, 0.5, 0.0, 1.0])];
        assert_eq!(ensemble(&models[..1]), None);
        let both = ensemble(&models).unwrap().scores;
        assert_eq!((both.name.as_str(), both.role), (ENSEMBLE, Role::Ensemble));
        assert_eq!((both.records, both.folds), (vec![4, 2], vec![0, 1]));
        assert_eq!(both.probabilities, [0.75, 0.25, 0.25, 0.75]);
    }
}
