//! One step: the gradient of its batches, and what the optimizer makes of it.

use super::training::Training;
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
    /// Batches seen: dropout is drawn anew for each.
    pub(super) batches: u64,
    /// Mean gradient of one batch.
    gradients: Vec<f32>,
    gathered: Gathered,
    labels: Vec<u32>,
    counts: Vec<f32>,
}

/// The batches of a step that was not taken yet.
#[derive(Debug, Default)]
struct Gathered {
    batches: usize,
    /// Sums over records, each times what it counts; no gradients where a step has one batch.
    gradients: Vec<f32>,
    loss: f64,
    weight: f64,
}

impl Gathered {
    fn add(&mut self, loss: f64, weight: f64, gradients: &[f32]) {
        self.batches += 1;
        self.loss += loss * weight;
        self.weight += weight;
        self.gradients.resize(gradients.len(), 0.0);
        let sums = self.gradients.iter_mut().zip(gradients);
        sums.for_each(|(sum, gradient)| *sum += weight as f32 * gradient);
    }

    /// Writes the mean gradient, returns loss and weight, and begins anew.
    fn finish(&mut self, gradients: &mut [f32]) -> (f64, f64) {
        let weight = self.weight;
        let share = if weight > 0.0 { 1.0 / weight } else { 0.0 };
        for (gradient, sum) in gradients.iter_mut().zip(&mut self.gradients) {
            *gradient = *sum * share as f32;
            *sum = 0.0;
        }
        let loss = self.loss * share;
        (self.batches, self.loss, self.weight) = (0, 0.0, 0.0);
        (loss, weight)
    }
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

/// How much a record counts.
pub(super) fn weight(class_weights: &[f32], source: &dyn Source, record: usize) -> f32 {
    class_weights[source.label(record) as usize] * source.weight(record)
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
            batches: 0,
            gradients: vec![0.0; weights.len()],
            gathered: Gathered::default(),
            labels: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Takes up a batch, whose records are `indices`, and takes the step with the last of its batches: the
    /// mean over all their records, each by what it counts.
    ///
    /// `None` where the step waits for more batches; `last` says that none follows in this pass. Weights
    /// stay as they are where loss or gradient is no finite number.
    pub(super) fn take(
        &mut self,
        training: &Training<'_>,
        (indices, batch, last): (&[usize], &Batch, bool),
        weights: &mut Weights,
        learning_rate: f32,
    ) -> Result<Option<Taken>, FitError> {
        let &Training { run, source, .. } = training;
        self.counts.clear();
        let weight_of = |&record: &usize| weight(&self.class_weights, source, record);
        self.counts.extend(indices.iter().map(weight_of));
        self.labels.clear();
        self.labels.extend(indices.iter().map(|&record| source.label(record)));
        let targets = Targets { labels: &self.labels, weights: &self.counts };
        let mut loss = run.executor.loss_and_gradients(
            run.network,
            weights,
            &batch.input(),
            &targets,
            &self.loss,
            Some(DropoutKey { seed: run.seed, step: self.batches }),
            &mut self.gradients,
        )?;
        let mut weight = targets.total_weight();
        self.batches += 1;
        if run.config.accumulate > 1 {
            self.gathered.add(loss, weight, &self.gradients);
            if self.gathered.batches < run.config.accumulate && !last {
                return Ok(None);
            }
            (loss, weight) = self.gathered.finish(&mut self.gradients);
        }
        let limit = if run.config.clip_norm > 0.0 { run.config.clip_norm } else { f32::INFINITY };
        let norm = clip_norm(&mut self.gradients, limit);
        let taken = Taken { loss, weight, norm };
        self.step += 1;
        if taken.runaway().is_none() {
            self.optimizer.step(weights, &self.gradients, learning_rate);
        }
        Ok(Some(taken))
    }
}
