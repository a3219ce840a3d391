//! How the training of one model on one fold from one seed went.

use cistron_models::fit::{Activations, DeadUnits, RangeStep};

use crate::attribute::filters::Filters;
use crate::attribute::recurring::Recurring;

/// What one epoch measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Mean loss of the training records.
    pub train_loss: f64,
    /// Mean loss of the validation records; absent without any.
    pub validation_loss: Option<f64>,
    /// Balanced accuracy of the validation records; absent without any.
    pub validation_balanced_accuracy: Option<f64>,
    /// Mean norm of the gradient over the steps, before clipping; absent where it was not kept.
    pub gradient_norm: Option<f64>,
}

/// How the learning rate of a run was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRate {
    /// The rate.
    pub learning_rate: f32,
    /// Steps of the range test.
    pub steps: Vec<RangeStep>,
}

/// Epochs of one training run.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRun {
    /// Name of the model in the workflow.
    pub model: String,
    /// The fold, from 0.
    pub fold: usize,
    /// The seed.
    pub seed: u64,
    /// Number of the epoch whose weights were kept.
    pub best_epoch: Option<usize>,
    /// Epochs in order.
    pub epochs: Vec<Epoch>,
    /// The range test that found the learning rate; absent where that is a number.
    pub rate: Option<FoundRate>,
    /// Rectified units that are 0 for every validation record at the epoch kept, a layer each.
    pub dead: Vec<DeadUnits>,
    /// How large the values of each layer were after each epoch; absent of all but one run of a model.
    pub activations: Vec<Activations>,
    /// What the filters of its first layer look for; absent of models without, and of all but one run
    /// of a model.
    pub filters: Option<Filters>,
    /// Words that recur where it looks; absent of models that keep no position for each base, and of all
    /// but one run of a model.
    pub recurring: Option<Recurring>,
}
