//! The metrics by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcomes, WeightedMetric};

/// A score of predictions against labels.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Share of items whose predicted class is their label.
    Accuracy,
    /// Mean recall over the classes present in the labels.
    BalancedAccuracy,
    /// Mean F1 over the classes present in labels or predictions.
    MacroF1,
    /// Matthews' correlation for K classes, `R_K` (Gorodkin 2004,
    /// doi:10.1016/j.compbiolchem.2004.09.006).
    Mcc,
    /// Area under the ROC curve: of class 1 for two classes, else the mean of one class against the
    /// rest over the classes that have both an example and a counter-example.
    Auroc,
    /// Mean negative logarithm of the probability given to the label.
    LogLoss,
    /// Mean squared distance of the probabilities from the label; halved for two classes.
    Brier,
}

impl Metric {
    /// Every metric, in the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::Accuracy,
        Self::BalancedAccuracy,
        Self::MacroF1,
        Self::Mcc,
        Self::Auroc,
        Self::LogLoss,
        Self::Brier,
    ];

    /// The name in tables and workflow files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced-accuracy",
            Self::MacroF1 => "macro-f1",
            Self::Mcc => "mcc",
            Self::Auroc => "auroc",
            Self::LogLoss => "log-loss",
            Self::Brier => "brier",
        }
    }

    /// Whether more is better.
    #[must_use]
    pub fn higher_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::Brier)
    }

    /// Whether predicted classes alone do not suffice.
    #[must_use]
    pub fn needs_probabilities(self) -> bool {
        matches!(self, Self::Auroc | Self::LogLoss | Self::Brier)
    }

    /// The score; `None` where it is undefined for these items or needs probabilities that are not
    /// there.
    #[must_use]
    pub fn compute(self, outcomes: &Outcomes<'_>) -> Option<f64> {
        WeightedMetric::new(self, outcomes)?.evaluate(&vec![1; outcomes.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_workflow_file() {
        for metric in Metric::ALL {
            let json = serde_json::to_string(&metric).unwrap();
            assert_eq!(json, format!("\"{}\"", metric.name()));
        }
    }

    #[test]
    fn classes_alone_have_no_probability_metric() {
        let outcomes = Outcomes::from_classes(&[0, 1], &[0, 1], 2).unwrap();
        for metric in Metric::ALL {
            assert_eq!(metric.compute(&outcomes).is_none(), metric.needs_probabilities());
        }
    }
}
