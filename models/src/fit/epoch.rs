//! One pass over the training records, and one over the validation records.

use std::ops::ControlFlow;

use super::batches;
use super::history::{Learnt, Progress, Validated};
use super::predict::predict;
use super::{Fit, FitError, Source};
use crate::dropout::DropoutKey;
use crate::head::{CrossEntropy, Targets};
use crate::optimizer::{Optimizer, clip_norm};
use crate::random;
use crate::weights::Weights;

/// What changes from step to step, beside the weights.
pub(super) struct State {
    pub(super) optimizer: Optimizer,
    pub(super) loss: CrossEntropy,
    pub(super) gradients: Vec<f32>,
    /// Steps taken and steps of the whole run.
    pub(super) step: u64,
    pub(super) steps: u64,
    pub(super) class_weights: Vec<f32>,
}

/// How a pass over the training records ended.
pub(super) enum Trained {
    Finished(Learnt),
    Stopped,
}

impl State {
    /// How much a record counts.
    fn weight(&self, source: &dyn Source, record: usize) -> f32 {
        self.class_weights[source.label(record) as usize] * source.weight(record)
    }
}

/// Takes one step a batch, in an order drawn from (seed, epoch).
pub(super) fn train(
    run: &Fit<'_>,
    state: &mut State,
    epoch: usize,
    source: &dyn Source,
    weights: &mut Weights,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Trained, FitError> {
    let config = run.config;
    let mut order: Vec<usize> = (0..source.len()).collect();
    let mut generator = random::generator(run.seed, &format!("order of epoch {epoch}"));
    random::shuffle(&mut order, &mut generator);
    let (mut sum, mut total, mut learning_rate) = (0.0, 0.0, config.learning_rate);
    let (mut norms, mut steps) = (0.0, 0_u64);
    let (mut labels, mut counts) = (Vec::new(), Vec::new());
    let finished = batches::each(source, &order, config.batch, |indices, batch| {
        labels.clear();
        labels.extend(indices.iter().map(|&record| source.label(record)));
        counts.clear();
        counts.extend(indices.iter().map(|&record| state.weight(source, record)));
        let targets = Targets { labels: &labels, weights: &counts };
        let factor = config.schedule.factor(state.step, state.steps);
        learning_rate = (f64::from(config.learning_rate) * factor) as f32;
        let key = DropoutKey { seed: run.seed, step: state.step };
        let loss = run.executor.loss_and_gradients(
            run.network,
            weights,
            &batch.input(),
            &targets,
            &state.loss,
            Some(key),
            &mut state.gradients,
        )?;
        let limit = if config.clip_norm > 0.0 { config.clip_norm } else { f32::INFINITY };
        let norm = clip_norm(&mut state.gradients, limit);
        state.step += 1;
        let step = state.step;
        if !(loss.is_finite() && norm.is_finite()) {
            let loss = if loss.is_finite() { norm } else { loss };
            return Err(FitError::Diverged { epoch, step, loss, learning_rate });
        }
        state.optimizer.step(weights, &state.gradients, learning_rate);
        sum += loss * targets.total_weight();
        total += targets.total_weight();
        norms += norm;
        steps += 1;
        let progress = Progress::Step { epoch, step, steps: state.steps, loss };
        Ok::<_, FitError>(observer(&progress).is_continue())
    })?;
    if !finished {
        return Ok(Trained::Stopped);
    }
    let loss = if total > 0.0 { sum / total } else { 0.0 };
    let gradient_norm = norms / steps.max(1) as f64;
    Ok(Trained::Finished(Learnt { loss, learning_rate, gradient_norm }))
}

/// Loss, accuracy and balanced accuracy of the validation records; `None` without any.
pub(super) fn validate(
    run: &Fit<'_>,
    state: &State,
    source: &dyn Source,
    weights: &Weights,
) -> Result<Option<Validated>, FitError> {
    if source.is_empty() {
        return Ok(None);
    }
    let classes = run.network.classes();
    let logits = predict(run.network, weights, source, run.config.batch, run.executor)?;
    let labels: Vec<u32> = (0..source.len()).map(|record| source.label(record)).collect();
    let counts: Vec<f32> = (0..source.len()).map(|record| state.weight(source, record)).collect();
    let targets = Targets { labels: &labels, weights: &counts };
    targets.check(labels.len(), classes)?;
    let loss = state.loss.loss(&logits, classes, &targets, None);
    let (mut right, mut all) = (vec![0_usize; classes], vec![0_usize; classes]);
    for (row, &label) in logits.chunks_exact(classes).zip(&labels) {
        all[label as usize] += 1;
        right[label as usize] += usize::from(most_probable(row) == label as usize);
    }
    let recalls: Vec<f64> = right
        .iter()
        .zip(&all)
        .filter(|&(_, &all)| all > 0)
        .map(|(&right, &all)| right as f64 / all as f64)
        .collect();
    let weight = targets.total_weight();
    Ok(Some(Validated {
        loss: if weight > 0.0 { loss / weight } else { 0.0 },
        accuracy: right.iter().sum::<usize>() as f64 / labels.len() as f64,
        balanced_accuracy: recalls.iter().sum::<f64>() / recalls.len() as f64,
    }))
}

/// The first class of the greatest logit.
fn most_probable(logits: &[f32]) -> usize {
    let greater =
        |best: usize, class: usize| if logits[class] > logits[best] { class } else { best };
    (0..logits.len()).fold(0, greater)
}
