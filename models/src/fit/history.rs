//! What is known after each step and epoch.

use serde::{Deserialize, Serialize};

use super::Standing;

/// One epoch of a training run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Number, from 1.
    pub epoch: usize,
    /// Weighted mean loss of the steps, each before its change of the weights, with dropout.
    pub train_loss: f64,
    /// Weighted mean loss of the validation records after the epoch; `None` without any.
    pub validation_loss: Option<f64>,
    /// Share of validation records whose most probable class is right.
    pub validation_accuracy: Option<f64>,
    /// Mean over the classes that occur of the share of their validation records that is right.
    pub validation_balanced_accuracy: Option<f64>,
    /// Learning rate of the last step.
    pub learning_rate: f32,
    /// Mean over the steps of the Euclidean norm of the gradient, before it was clipped; `None` in what an
    /// earlier version left.
    #[serde(default)]
    pub gradient_norm: Option<f64>,
    /// Wall-clock time, validation included.
    pub seconds: f64,
}

/// What the observer of a training run is told.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A step of the range test was taken, before training.
    RangeTest {
        /// Steps of the range test so far.
        step: usize,
        /// Steps of the range test, at most.
        steps: usize,
    },
    /// A step was taken.
    Step {
        /// Epoch, from 1.
        epoch: usize,
        /// Steps of the whole run so far.
        step: u64,
        /// Steps of the whole run.
        steps: u64,
        /// Weighted mean loss of the step's batch.
        loss: f64,
    },
    /// An epoch was finished, and this is how the run stands.
    Epoch(&'a Epoch, Standing<'a>),
}

/// How a pass over the training records went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Learnt {
    pub(super) loss: f64,
    pub(super) learning_rate: f32,
    pub(super) gradient_norm: f64,
}

/// How a network does on the validation records.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Validated {
    pub(super) loss: f64,
    pub(super) accuracy: f64,
    pub(super) balanced_accuracy: f64,
}

impl Epoch {
    pub(super) fn new(
        epoch: usize,
        learnt: Learnt,
        validated: Option<Validated>,
        seconds: f64,
    ) -> Self {
        Self {
            epoch,
            train_loss: learnt.loss,
            validation_loss: validated.map(|validated| validated.loss),
            validation_accuracy: validated.map(|validated| validated.accuracy),
            validation_balanced_accuracy: validated.map(|validated| validated.balanced_accuracy),
            learning_rate: learnt.learning_rate,
            gradient_norm: Some(learnt.gradient_norm),
            seconds,
        }
    }
}
