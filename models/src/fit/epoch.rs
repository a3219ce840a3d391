//! One pass over the training records, and one over the validation records.

use std::ops::ControlFlow;

use super::history::{Learnt, Progress, Validated};
use super::predict::predict;
use super::step::{State, weight};
use super::training::Training;
use super::{Fit, FitError, Source};
use crate::head::{CrossEntropy, Targets};
use crate::weights::Weights;

/// How a pass over the training records ended.
pub(super) enum Trained {
    Finished(Learnt),
    Stopped,
}

/// Takes one step a batch, or one for several; `greatest` is the greatest learning rate.
pub(super) fn train(
    training: &Training<'_>,
    (state, weights): (&mut State, &mut Weights),
    epoch: usize,
    greatest: f32,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Trained, FitError> {
    let all = training.steps();
    let (mut sum, mut total, mut learning_rate) = (0.0, 0.0, greatest);
    let (mut norms, mut steps) = (0.0, 0_u64);
    let finished = training.each(epoch, |indices, batch, last| {
        let factor = training.run.config.schedule.factor(state.step, all);
        learning_rate = (f64::from(greatest) * factor) as f32;
        let batch = (indices, batch, last);
        let Some(taken) = state.take(training, batch, weights, learning_rate)? else {
            return Ok(true);
        };
        let step = state.step;
        if let Some(loss) = taken.runaway() {
            return Err(FitError::Diverged { epoch, step, loss, learning_rate });
        }
        sum += taken.loss * taken.weight;
        total += taken.weight;
        norms += taken.norm;
        steps += 1;
        let progress = Progress::Step { epoch, step, steps: all, loss: taken.loss };
        Ok::<_, FitError>(observer(&progress).is_continue())
    })?;
    if !finished {
        return Ok(Trained::Stopped);
    }
    let loss = if total > 0.0 { sum / total } else { 0.0 };
    let gradient_norm = norms / steps.max(1) as f64;
    Ok(Trained::Finished(Learnt { loss, learning_rate, gradient_norm }))
}

/// Loss, accuracy and balanced accuracy of the validation records, each of which counts what its class
/// does; `None` without any.
pub(super) fn validate(
    run: &Fit<'_>,
    (loss, class_weights): (&CrossEntropy, &[f32]),
    source: &dyn Source,
    weights: &Weights,
) -> Result<Option<Validated>, FitError> {
    if source.is_empty() {
        return Ok(None);
    }
    let classes = run.network.classes();
    let logits = predict(run.network, weights, source, run.config.batch, run.executor)?;
    let labels: Vec<u32> = (0..source.len()).map(|record| source.label(record)).collect();
    let counts: Vec<f32> =
        (0..source.len()).map(|record| weight(class_weights, source, record)).collect();
    let targets = Targets { labels: &labels, weights: &counts };
    targets.check(labels.len(), classes)?;
    let loss = loss.loss(&logits, classes, &targets, None);
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
    let total = targets.total_weight();
    Ok(Some(Validated {
        loss: if total > 0.0 { loss / total } else { 0.0 },
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
