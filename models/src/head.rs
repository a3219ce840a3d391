//! The output of a network: what its numbers mean, and the loss that trains them.

mod class_weights;
mod cross_entropy;

pub use class_weights::{ClassWeights, class_weights};
pub use cross_entropy::{CrossEntropy, TargetError, Targets};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the outputs of a network mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Head {
    /// One of K classes that exclude each other; the link function is the softmax.
    Categorical {
        /// Classes, K.
        classes: usize,
    },
}

impl Head {
    /// Numbers a record.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match *self {
            Self::Categorical { classes } => classes,
        }
    }

    /// Turns the outputs of a network (N, K) into probabilities, in place.
    pub fn link(&self, logits: &mut [f32]) {
        match *self {
            Self::Categorical { classes } => logits.chunks_mut(classes.max(1)).for_each(softmax),
        }
    }
}

/// Replaces the logits of one record by probabilities that sum to 1.
///
/// The greatest logit is subtracted first, so that no finite logit overflows.
pub fn softmax(logits: &mut [f32]) {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0_f64;
    for logit in logits.iter_mut() {
        let exponential = f64::from(*logit - greatest).exp();
        sum += exponential;
        *logit = exponential as f32;
    }
    for probability in logits {
        *probability = (f64::from(*probability) / sum) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_known_logits() {
        let mut logits = [0.0, 2.0_f32.ln(), 5.0_f32.ln(), 1000.0, -1000.0, 1000.0];
        Head::Categorical { classes: 3 }.link(&mut logits);
        for (found, expected) in logits.iter().zip([0.125, 0.25, 0.625, 0.5, 0.0, 0.5]) {
            assert!((found - expected).abs() < 1e-7, "{logits:?}");
        }
    }
}
