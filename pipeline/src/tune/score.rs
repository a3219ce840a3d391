//! Training a model on training records and scoring it on validation records.

use std::path::Path;

use cistron_encoders::EncoderConfig;
use cistron_models::architecture::Architecture;
use cistron_models::executor::Executor;
use cistron_models::metrics::{Metric, Outcomes, log_losses};
use indicatif::ProgressBar;

use super::development::Development;
use crate::encode::Records;
use crate::train;
use crate::workflow::{Model, Workflow};
use cistron_audit::Audit;
use cistron_data::error::Error;
use cistron_split::Part;

/// A model with its settings, ready to be trained.
pub(super) struct Candidate {
    name: String,
    model: Model,
    architecture: Architecture,
    encoder: EncoderConfig,
    seed: u64,
}

/// How good a model is on validation records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Score {
    /// Mean over the classes of the mean of −ln p of a record's class, in nats.
    pub(super) loss: f64,
    /// Mean recall of the classes that validation holds.
    pub(super) balanced_accuracy: f64,
}

impl Candidate {
    /// The model `name` of a workflow.
    pub(super) fn of(workflow: &Workflow, name: &str, seed: u64) -> Result<Self, Error> {
        let missing = || Error::stage("tune", format!("`{name}` has no architecture or encoder"));
        let model = workflow.models.get(name).ok_or_else(missing)?.clone();
        let architecture = model.architectures().into_iter().next().ok_or_else(missing)?;
        let encoder = workflow.encoder(&model).ok_or_else(missing)?;
        Ok(Self { name: name.to_string(), model, architecture, encoder, seed })
    }

    /// All that its score depends on beside records, seed and device.
    pub(super) fn settings(&self) -> (&Model, &EncoderConfig) {
        (&self.model, &self.encoder)
    }

    /// Whether it is trained in epochs.
    pub(super) fn in_epochs(&self) -> bool {
        self.architecture.is_network()
    }

    /// Passes over the training records, at most.
    pub(super) fn epochs(&self) -> usize {
        self.model.train.epochs
    }

    /// The same with other epochs.
    pub(super) fn with_epochs(mut self, epochs: usize) -> Self {
        self.model.train.epochs = epochs;
        self
    }

    /// Trains on the training records and scores on the validation records.
    pub(super) fn score(
        &self,
        development: &Development,
        executor: &Executor,
        checkpoint: &Path,
        bar: &ProgressBar,
    ) -> Result<Score, Error> {
        let shard = train::Shard {
            name: &self.name,
            architecture: &self.architecture,
            encoder: &self.encoder,
            longer: self.model.longer,
            reverse_complement: self.model.reverse_complement,
            config: &self.model.train,
            fold: 0,
            seed: self.seed,
            checkpoint,
        };
        let dataset = &development.dataset;
        // The model is scored and dropped: it carries no findings.
        let audit = Audit::new(&self.name, Vec::new(), self.seed, Vec::new());
        let withheld;
        let splits = if self.in_epochs() {
            &development.splits
        } else {
            withheld = development.withheld();
            &withheld
        };
        let trained = train::train(&shard, dataset, splits, audit, executor, bar)?;
        let labelled = |i: &usize| dataset.labels[*i].map(|label| (*i, label as usize));
        let (records, labels): (Vec<usize>, Vec<usize>) =
            development.records(Part::Validation).iter().filter_map(labelled).unzip();
        let records = Records::of(dataset, &records);
        let probabilities = trained.model.probabilities(executor, records)?;
        Score::of(&probabilities, &labels, dataset.classes.len())
    }
}

impl Score {
    /// The score of probabilities (n, K), row by row.
    fn of(probabilities: &[f32], labels: &[usize], classes: usize) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::stage("tune", error);
        let outcomes =
            Outcomes::new(probabilities, labels, classes).map_err(|error| failed(&error))?;
        let losses = log_losses(&outcomes).unwrap_or_default();
        let mut sums = vec![(0.0, 0_usize); classes];
        for (label, loss) in labels.iter().zip(losses) {
            sums[*label].0 += loss;
            sums[*label].1 += 1;
        }
        let means: Vec<f64> =
            sums.iter().filter(|(_, n)| *n > 0).map(|(sum, n)| sum / *n as f64).collect();
        let balanced = Metric::BalancedAccuracy.compute(&outcomes);
        match balanced.filter(|_| !means.is_empty()) {
            Some(balanced_accuracy) => {
                let loss = means.iter().sum::<f64>() / means.len() as f64;
                Ok(Self { loss, balanced_accuracy })
            }
            None => Err(failed(&"no validation record has a class: give validation labels")),
        }
    }

    /// The mean of the scores of folds; of none it is no number.
    pub(super) fn mean(scores: &[Self]) -> Self {
        let n = scores.len() as f64;
        Self {
            loss: scores.iter().map(|score| score.loss).sum::<f64>() / n,
            balanced_accuracy: scores.iter().map(|s| s.balanced_accuracy).sum::<f64>() / n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_counts_the_same_by_hand() {
        // Three records of class 0 at p = 1/2 and one of class 1 at p = 1/8.
        let probabilities = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.875, 0.125];
        let score = Score::of(&probabilities, &[0, 0, 0, 1], 2).unwrap();
        assert!((score.loss - 2.0 * 2.0_f64.ln()).abs() < 1e-12, "{score:?}");
        assert!((score.balanced_accuracy - 0.5).abs() < 1e-12, "{score:?}");
        let other = Score { loss: 0.0, balanced_accuracy: 1.0 };
        let mean = Score::mean(&[score, other]);
        assert!((mean.loss - 2.0_f64.ln()).abs() < 1e-12, "{mean:?}");
        assert!((mean.balanced_accuracy - 0.75).abs() < 1e-12, "{mean:?}");
        assert!(Score::of(&[], &[], 2).is_err());
    }
}
