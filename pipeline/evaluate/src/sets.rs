//! Sets of classes: how often they hold the class of a held-out record, and how large they are.
//!
//! What sets promise holds for records that are exchangeable with those they were calibrated on.
//! Clusters that were held out as a whole are not, so that the share is measured.

use cistron_models::calibration::{Conformal, prediction_set};

use super::Scores;
use cistron_data::dataset::Dataset;

/// What a class needs to be in the set of a held-out record.
#[derive(Debug, Clone, PartialEq)]
pub struct Sets {
    /// Share of the records whose set is to hold their class.
    pub level: f64,
    /// The least probability of a class in the set, by fold: the mean over the seeds.
    pub thresholds: Vec<f64>,
}

impl Sets {
    /// From what the models of each fold and seed were calibrated to; `None` where one was not.
    #[must_use]
    pub fn of(folds: &[Vec<Option<Conformal>>]) -> Option<Self> {
        let level = (*folds.first()?.first()?)?.level;
        let thresholds = folds.iter().map(|seeds| threshold(seeds.iter().copied()));
        Some(Self { level, thresholds: thresholds.collect::<Option<_>>()? })
    }

    /// Of each labelled row whether its set holds its class (1 or 0), and how many classes it holds.
    pub(super) fn held(&self, scores: &Scores, dataset: &Dataset) -> [Vec<f64>; 2] {
        let rows = scores.probabilities.chunks(dataset.classes.len().max(1));
        let mut out = [Vec::new(), Vec::new()];
        for ((record, fold), row) in scores.records.iter().zip(&scores.folds).zip(rows) {
            let Some(label) = dataset.labels[*record] else { continue };
            let set = prediction_set(row, self.thresholds[*fold as usize]);
            out[0].push(f64::from(u8::from(set.contains(&(label as usize)))));
            out[1].push(set.len() as f64);
        }
        out
    }
}

/// The threshold of models that predict together, whose probabilities are averaged: the mean of
/// theirs; `None` where one has none.
#[must_use]
pub fn threshold(models: impl IntoIterator<Item = Option<Conformal>>) -> Option<f64> {
    let thresholds: Option<Vec<f64>> =
        models.into_iter().map(|fitted| Some(fitted?.threshold)).collect();
    let thresholds = thresholds.filter(|all| !all.is_empty())?;
    Some(thresholds.iter().sum::<f64>() / thresholds.len() as f64)
}

/// The mean of values that were drawn as often as `weights` says; `None` where none was.
pub(super) fn mean(values: &[f64], weights: &[u32]) -> Option<f64> {
    let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    let sum: f64 = values.iter().zip(weights).map(|(value, w)| value * f64::from(*w)).sum();
    (total > 0.0).then(|| sum / total)
}

#[cfg(test)]
mod tests {
    use cistron_encoders::alphabet::Alphabet;

    use super::super::Role;
    use super::*;

    fn fitted(threshold: f64) -> Conformal {
        Conformal { level: 0.9, threshold, records: 30 }
    }

    #[test]
    fn thresholds_of_seeds_are_averaged_and_none_is_made_up() {
        let sets =
            Sets::of(&[vec![Some(fitted(0.25)), Some(fitted(0.5))], vec![Some(fitted(0.125))]]);
        assert_eq!(sets, Some(Sets { level: 0.9, thresholds: vec![0.375, 0.125] }));
        assert_eq!(Sets::of(&[vec![Some(fitted(0.25))], vec![None]]), None);
        assert_eq!(Sets::of(&[]), None);
        assert_eq!(threshold([]), None);
    }

    #[test]
    fn coverage_and_size_by_hand() {
        let mut dataset = Dataset::new(Alphabet::Dna);
        for id in ["a", "b", "c", "d"] {
            dataset.push(id.into(), b"ACGT", 1);
        }
        let names = [Some("x"), Some("y"), None, Some("y")];
        dataset.set_labels(&names.map(|name| name.map(str::to_string)));
        let scores = Scores {
            name: "conv".into(),
            role: Role::Model,
            records: vec![0, 1, 2, 3],
            folds: vec![0, 0, 0, 1],
            probabilities: vec![0.75, 0.25, 0.875, 0.125, 0.5, 0.5, 0.75, 0.25],
        };
        let sets = Sets { level: 0.9, thresholds: vec![0.25, 0.5] };
        let [hits, sizes] = sets.held(&scores, &dataset);
        assert_eq!(hits, [1.0, 0.0, 0.0]);
        assert_eq!(sizes, [2.0, 1.0, 1.0]);
        assert_eq!(mean(&sizes, &[3, 1, 0]), Some(1.75));
        assert_eq!(mean(&sizes, &[0, 0, 0]), None);
    }
}
