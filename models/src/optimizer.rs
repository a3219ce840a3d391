//! Optimizers on flat buffers of weights and gradients.

mod adamw;
mod clip;
mod schedule;
mod sgd;

pub use adamw::AdamW;
pub use clip::clip_norm;
pub use schedule::Schedule;
pub use sgd::Sgd;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::network::Parameter;
use crate::weights::Weights;

/// The optimizer asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptimizerChoice {
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101).
    Adamw {},
    /// Stochastic gradient descent with momentum.
    Sgd {
        /// Share of the last step that is taken again, in [0, 1).
        momentum: f32,
    },
}

impl Default for OptimizerChoice {
    fn default() -> Self {
        Self::Adamw {}
    }
}

/// An optimizer with its state.
#[derive(Clone, Debug)]
pub enum Optimizer {
    /// Adam with decoupled weight decay.
    AdamW(AdamW),
    /// Stochastic gradient descent with momentum.
    Sgd(Sgd),
}

impl Optimizer {
    /// The optimizer asked for, before its first step.
    #[must_use]
    pub fn new(choice: OptimizerChoice, weight_decay: f32, weights: &Weights) -> Self {
        match choice {
            OptimizerChoice::Adamw {} => {
                Self::AdamW(AdamW::new(weights.len(), AdamW::BETAS, AdamW::EPSILON, weight_decay))
            }
            OptimizerChoice::Sgd { momentum } => {
                Self::Sgd(Sgd::new(weights.len(), momentum, weight_decay))
            }
        }
    }

    /// Changes the weights by one step. Weight decay applies to matrices, not to biases and norms.
    ///
    /// `gradients` are in the order of the weights; those beyond the shorter of the two are left out.
    pub fn step(&mut self, weights: &mut Weights, gradients: &[f32], learning_rate: f32) {
        let (parameters, ranges, values) = weights.parts_mut();
        let decays = parameters.iter().map(Parameter::decays);
        let decays = ranges.iter().cloned().zip(decays);
        match self {
            Self::AdamW(adamw) => adamw.step(values, gradients, decays, learning_rate),
            Self::Sgd(sgd) => sgd.step(values, gradients, decays, learning_rate),
        }
    }
}
