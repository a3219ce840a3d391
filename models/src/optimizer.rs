//! Optimizers on flat buffers of weights and gradients.

mod adam;
mod clip;
mod learning_rate;
mod schedule;
mod sgd;

pub use adam::{Adam, Decay};
pub use clip::clip_norm;
pub use learning_rate::LearningRate;
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
    /// Adam with weight decay as part of the gradient (Kingma & Ba 2015, arXiv:1412.6980).
    Adam {},
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

/// What an optimizer keeps from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    /// Steps counted.
    pub(crate) steps: i32,
    /// Running means, each of one number a weight.
    pub(crate) lists: Vec<Vec<f32>>,
}

/// An optimizer with its state.
#[derive(Clone, Debug)]
pub enum Optimizer {
    /// Adam, with either weight decay.
    Adam(Adam),
    /// Stochastic gradient descent with momentum.
    Sgd(Sgd),
}

impl Optimizer {
    /// The optimizer asked for, before its first step.
    #[must_use]
    pub fn new(choice: OptimizerChoice, weight_decay: f32, weights: &Weights) -> Self {
        let adam = |decay| {
            Self::Adam(Adam::new(weights.len(), decay, Adam::BETAS, Adam::EPSILON, weight_decay))
        };
        match choice {
            OptimizerChoice::Adamw {} => adam(Decay::Decoupled),
            OptimizerChoice::Adam {} => adam(Decay::Coupled),
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
            Self::Adam(adam) => adam.step(values, gradients, decays, learning_rate),
            Self::Sgd(sgd) => sgd.step(values, gradients, decays, learning_rate),
        }
    }

    /// What is kept from step to step.
    pub(crate) fn moments(&self) -> Moments {
        match self {
            Self::Adam(adam) => adam.moments(),
            Self::Sgd(sgd) => sgd.moments(),
        }
    }

    /// Takes up what was kept; `false` where it is of another optimizer or number of weights.
    pub(crate) fn restore(&mut self, moments: &Moments) -> bool {
        match self {
            Self::Adam(adam) => adam.restore(moments),
            Self::Sgd(sgd) => sgd.restore(moments),
        }
    }
}
