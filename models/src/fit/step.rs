//! One step: the gradient of a batch, and what the optimizer makes of it.

use super::{Fit, FitError, Source};
use crate::batch::Batch;
use crate::dropout::DropoutKey;
use crate::head::{CrossEntropy, Targets};
use crate::optimizer::{Optimizer, clip_norm};
use crate::weights::Weights;

/// What changes from step to step, beside the weights.
pub(super) struct State {
    pub(super) optimizer: Optimizer,
    pub(super) loss: CrossEntropy,
    pub(super) class_weights: Vec<f32>,
    /// Steps taken.
    pub(super) step: u64,
    gradients: Vec<f32>,
    labels: Vec<u32>,
    counts: Vec<f32>,
}

/// What a step measured before it changed the weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Weighted mean loss of the records.
    pub(super) loss: f64,
    /// What the records count, all together.
    pub(super) weight: f64,
    /// Euclidean norm of the gradient, before it was clipped.
    pub(super) norm: f64,
}

impl Taken {
    /// The first of loss and norm that is no finite number.
    pub(super) fn runaway(&self) -> Option<f64> {
        [self.loss, self.norm].into_iter().find(|value| !value.is_finite())
    }
}

impl State {
    /// The state before the first step.
    pub(super) fn new(run: &Fit<'_>, weights: &Weights, class_weights: Vec<f32>) -> Self {
        let config = run.config;
        Self {
            optimizer: Optimizer::new(config.optimizer, config.weight_decay, weights),
            loss: CrossEntropy {
                label_smoothing: config.label_smoothing,
                focal_gamma: config.focal_gamma,
            },
            class_weights,
            step: 0,
            gradients: vec![0.0; weights.len()],
            labels: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// How much a record counts.
    pub(super) fn weight(&self, source: &dyn Source, record: usize) -> f32 {
        self.class_weights[source.label(record) as usize] * source.weight(record)
    }

    /// Takes a step on a batch, whose records are `indices`; weights stay as they are where loss or
    /// gradient is no finite number.
    pub(super) fn take(
        &mut self,
        run: &Fit<'_>,
        source: &dyn Source,
        (indices, batch): (&[usize], &Batch),
        weights: &mut Weights,
        learning_rate: f32,
    ) -> Result<Taken, FitError> {
        let mut counts = std::mem::take(&mut self.counts);
        counts.clear();
        counts.extend(indices.iter().map(|&record| self.weight(source, record)));
        self.counts = counts;
        self.labels.clear();
        self.labels.extend(indices.iter().map(|&record| source.label(record)));
        let targets = Targets { labels: &self.labels, weights: &self.counts };
        let loss = run.executor.loss_and_gradients(
            run.network,
            weights,
            &batch.input(),
            &targets,
            &self.loss,
            Some(DropoutKey { seed: run.seed, step: self.step }),
            &mut self.gradients,
        )?;
        let limit = if run.config.clip_norm > 0.0 { run.config.clip_norm } else { f32::INFINITY };
        let norm = clip_norm(&mut self.gradients, limit);
        let taken = Taken { loss, weight: targets.total_weight(), norm };
        self.step += 1;
        if taken.runaway().is_none() {
            self.optimizer.step(weights, &self.gradients, learning_rate);
        }
        Ok(taken)
    }
}
