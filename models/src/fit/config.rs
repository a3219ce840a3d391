//! The settings of a training run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Augment, Sampling};
use crate::head::ClassWeights;
use crate::optimizer::{LearningRate, OptimizerChoice, Schedule};

/// The settings of a training run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct FitConfig {
    /// Passes over the training records, at most.
    pub epochs: usize,
    /// Records a batch.
    pub batch: usize,
    /// Batches a step: their gradients are averaged; 1 where it is not given.
    #[serde(skip_serializing_if = "is_one")]
    pub accumulate: usize,
    /// Greatest learning rate: a number, or `auto` for a range test before training.
    pub learning_rate: LearningRate,
    /// Decay of matrices, as a share of the learning rate.
    pub weight_decay: f32,
    /// Epochs without a better validation loss before training ends; 0 to never end early.
    pub patience: usize,
    /// How much the records of each class count.
    pub class_weights: ClassWeights,
    /// Share of the target spread over all classes.
    pub label_smoothing: f32,
    /// How much less the loss counts records that are classified well: it is multiplied by
    /// (1 - p)^γ of the true class's p; 0 for plain cross-entropy.
    pub focal_gamma: f32,
    /// Greatest Euclidean norm of the gradient; 0 for no limit.
    pub clip_norm: f32,
    /// The learning rate from step to step.
    pub schedule: Schedule,
    /// The rule of a step.
    pub optimizer: OptimizerChoice,
    /// Which training records an epoch sees, and how often; every record once where it is not given.
    #[serde(skip_serializing_if = "Sampling::is_shuffle")]
    pub sampling: Sampling,
    /// How training records are changed at random in each epoch.
    #[serde(skip_serializing_if = "Augment::is_none")]
    pub augment: Augment,
}

/// Settings that came later are not written where they change nothing: what was trained without them
/// stays as it is.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks with a reference
fn is_one(value: &usize) -> bool {
    *value == 1
}

impl Default for FitConfig {
    fn default() -> Self {
        Self {
            epochs: 20,
            batch: 64,
            accumulate: 1,
            learning_rate: LearningRate::Fixed(3e-4),
            weight_decay: 0.01,
            patience: 5,
            class_weights: ClassWeights::Balanced,
            label_smoothing: 0.0,
            focal_gamma: 0.0,
            clip_norm: 1.0,
            schedule: Schedule::default(),
            optimizer: OptimizerChoice::default(),
            sampling: Sampling::default(),
            augment: Augment::default(),
        }
    }
}

/// A setting outside its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("train: {setting} is {found}, expected {expected}")]
pub struct ConfigError {
    /// The setting's key.
    pub setting: &'static str,
    /// Value given.
    pub found: String,
    /// Values possible.
    pub expected: &'static str,
}

impl FitConfig {
    /// Every setting that is outside its range.
    #[must_use]
    pub fn mistakes(&self) -> Vec<ConfigError> {
        let share = |value: f64| (0.0..1.0).contains(&value);
        let momentum = match self.optimizer {
            OptimizerChoice::Adamw {} | OptimizerChoice::Adam {} => 0.0,
            OptimizerChoice::Sgd { momentum } => momentum,
        };
        let warm_up = match self.schedule {
            Schedule::Constant {} => 0.0,
            Schedule::Cosine { warm_up } | Schedule::OneCycle { warm_up } => warm_up,
        };
        let positive = match self.learning_rate {
            LearningRate::Fixed(rate) => rate.is_finite() && rate > 0.0,
            LearningRate::Auto => true,
        };
        let not_negative = |value: f32| value.is_finite() && value >= 0.0;
        let below_one = "0 or more and less than 1";
        [
            ("epochs", self.epochs > 0, self.epochs.to_string(), "at least 1"),
            ("batch", self.batch > 0, self.batch.to_string(), "at least 1"),
            ("accumulate", self.accumulate > 0, self.accumulate.to_string(), "at least 1"),
            ("learning-rate", positive, self.learning_rate.to_string(), "more than 0, or `auto`"),
            (
                "weight-decay",
                not_negative(self.weight_decay),
                self.weight_decay.to_string(),
                "0 or more",
            ),
            (
                "label-smoothing",
                share(f64::from(self.label_smoothing)),
                self.label_smoothing.to_string(),
                below_one,
            ),
            (
                "focal-gamma",
                not_negative(self.focal_gamma),
                self.focal_gamma.to_string(),
                "0 or more",
            ),
            ("clip-norm", not_negative(self.clip_norm), self.clip_norm.to_string(), "0 or more"),
            ("momentum", share(f64::from(momentum)), momentum.to_string(), below_one),
            (
                "mutation",
                share(f64::from(self.augment.mutation)),
                self.augment.mutation.to_string(),
                below_one,
            ),
            ("warm-up", (0.0..=1.0).contains(&warm_up), warm_up.to_string(), "between 0 and 1"),
        ]
        .into_iter()
        .filter(|&(_, good, ..)| !good)
        .map(|(setting, _, found, expected)| ConfigError { setting, found, expected })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_in_range_and_read_back() {
        assert_eq!(FitConfig::default().mistakes(), []);
        let config: FitConfig = serde_json::from_str(
            r#"{"epochs": 3, "class-weights": "none", "schedule": {"cosine": {"warm-up": 0.1}}}"#,
        )
        .unwrap();
        assert_eq!(config.epochs, 3);
        assert_eq!(config.class_weights, ClassWeights::None);
        assert!(serde_json::from_str::<FitConfig>(r#"{"epoch": 3}"#).is_err());
    }

    #[test]
    fn settings_that_came_later_are_not_written_where_they_change_nothing() {
        let written = |config: &FitConfig| serde_json::to_string(config).unwrap();
        // As it was before there were any: keys of finished stages depend on it.
        let expected = r#"{"epochs":20,"batch":64,"learning-rate":0.0003,"weight-decay":0.01,"patience":5,"class-weights":"balanced","label-smoothing":0.0,"focal-gamma":0.0,"clip-norm":1.0,"schedule":{"constant":{}},"optimizer":{"adamw":{}}}"#;
        assert_eq!(written(&FitConfig::default()), expected);
        let other = FitConfig { accumulate: 4, ..FitConfig::default() };
        assert!(written(&other).contains(r#""accumulate":4"#));
        let text =
            r#"{"sampling": {"group-balanced": {"column": "sex"}}, "augment": {"shift": 3}}"#;
        let read: FitConfig = serde_json::from_str(text).unwrap();
        assert_eq!(read.sampling, Sampling::GroupBalanced { column: "sex".to_string() });
        assert_eq!(read.augment, Augment { shift: 3, mutation: 0.0 });
        assert_eq!(serde_json::from_str::<FitConfig>(&written(&read)).unwrap(), read);
    }

    #[test]
    fn every_mistake_is_reported() {
        let config = FitConfig {
            epochs: 0,
            accumulate: 0,
            learning_rate: LearningRate::Fixed(f32::NAN),
            optimizer: OptimizerChoice::Sgd { momentum: 1.0 },
            augment: Augment { shift: 0, mutation: 1.0 },
            ..FitConfig::default()
        };
        let settings: Vec<_> = config.mistakes().iter().map(|mistake| mistake.setting).collect();
        assert_eq!(settings, ["epochs", "accumulate", "learning-rate", "momentum", "mutation"]);
    }
}
