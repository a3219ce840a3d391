//! Weights that make rare classes count as much as common ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much the records of each class count in the loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassWeights {
    /// Each class counts the same in all: n / (K nₖ) a record.
    #[default]
    Balanced,
    /// Each record counts the same.
    None,
}

/// The weight of a record of each class, from the number of training records of each class, or from how
/// often an epoch draws each on average.
///
/// Balanced weights are those of scikit-learn's `compute_class_weight("balanced")` over the classes
/// that occur; a class without records gets 0.
#[must_use]
pub fn class_weights(choice: ClassWeights, counts: &[f64]) -> Vec<f32> {
    let records: f64 = counts.iter().sum();
    let classes = counts.iter().filter(|&&count| count > 0.0).count();
    counts
        .iter()
        .map(|&count| match choice {
            ClassWeights::None => 1.0,
            ClassWeights::Balanced if count <= 0.0 => 0.0,
            ClassWeights::Balanced => (records / (classes as f64 * count)) as f32,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_agree_with_scikit_learn() {
        // from sklearn.utils.class_weight import compute_class_weight
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0]*6 + [1]*3 + [2])
        let expected = [0.555_555_6, 1.111_111, 3.333_333];
        for (found, expected) in
            class_weights(ClassWeights::Balanced, &[6.0, 3.0, 1.0]).iter().zip(expected)
        {
            assert!((found - expected).abs() < 1e-6);
        }
        assert_eq!(class_weights(ClassWeights::Balanced, &[2.0, 0.0, 2.0]), [1.0, 0.0, 1.0]);
        assert_eq!(class_weights(ClassWeights::None, &[2.0, 0.0]), [1.0, 1.0]);
    }
}
