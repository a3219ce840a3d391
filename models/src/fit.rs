//! The training loop: epochs, early stopping, history.

mod activations;
mod augment;
mod batches;
mod config;
mod dead;
mod epoch;
mod history;
mod predict;
mod range_test;
mod sampling;
mod snapshot;
mod source;
mod step;
#[cfg(test)]
mod tests;
mod training;

pub use activations::Activations;
pub use augment::{Augment, Augmentation};
pub use config::{ConfigError, FitConfig};
pub use dead::{DeadUnits, dead_units};
pub use history::{Epoch, Progress};
pub use predict::predict;
pub use range_test::{RangeStep, RangeTest};
pub use sampling::Sampling;
pub use snapshot::{Snapshot, SnapshotError, Standing};
pub use source::{Source, SourceError};

use std::ops::ControlFlow;
use std::time::Instant;

use crate::executor::{Executor, ExecutorError};
use crate::head::{TargetError, class_weights};
use crate::network::Network;
use crate::optimizer::LearningRate;
use crate::weights::Weights;

/// What a training run is about: everything that stays the same over its epochs.
#[derive(Clone, Copy)]
pub struct Fit<'a> {
    /// The network to train.
    pub network: &'a Network,
    /// The settings.
    pub config: &'a FitConfig,
    /// What runs the network.
    pub executor: &'a Executor,
    /// Decides first weights, orders and dropout.
    pub seed: u64,
    /// What to go on from instead of new weights: a snapshot of the same run, which ends with the
    /// same weights as if it had never stopped.
    pub from: Option<&'a Snapshot>,
}

/// A trained network.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The weights after the best epoch.
    pub weights: Weights,
    /// The epoch they are from, counted from 1; 0 if none was finished.
    pub best_epoch: usize,
    /// One entry an epoch finished.
    pub history: Vec<Epoch>,
    /// How large the values of each layer were after each epoch; none without validation records.
    pub activations: Vec<Activations>,
    /// Why training ended.
    pub ending: Ending,
    /// What found the greatest learning rate; `None` where that is a number, or training was stopped before.
    pub range_test: Option<RangeTest>,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All epochs were run.
    Completed,
    /// The validation loss did not fall any more.
    Patience,
    /// The observer asked for it.
    Stopped,
}

/// A training run that failed.
#[derive(Debug, thiserror::Error)]
pub enum FitError {
    /// A setting is outside its range.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is nothing to learn from.
    #[error("no training records: give the training part records of at least two classes")]
    NoRecords,
    /// A label that is no class.
    #[error("training: {0}")]
    Targets(#[from] TargetError),
    /// A batch could not be encoded.
    #[error("a batch could not be encoded: {0}")]
    Source(SourceError),
    /// The network could not be run.
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    /// A snapshot of another run.
    #[error("training cannot go on from this snapshot: {0}")]
    Snapshot(#[from] SnapshotError),
    /// The range test found no rate.
    #[error(
        "the range test found no learning rate at which the loss falls: give learning-rate a number"
    )]
    NoRate,
    /// The loss is no number any more.
    #[error(
        "the loss became {loss} in epoch {epoch}, step {step}, at learning rate {learning_rate}: \
         lower learning-rate, or set clip-norm"
    )]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Step of the whole run, from 1.
        step: u64,
        /// The loss.
        loss: f64,
        /// Learning rate of the step.
        learning_rate: f32,
    },
}

/// Trains a network from new weights and keeps those of the epoch with the lowest validation loss,
/// the first of equals.
///
/// Without validation records there is no early stop and the last epoch is kept. The observer is
/// called after every step and every epoch; when it breaks, training ends with [`Ending::Stopped`].
/// The same arguments give the same weights to the bit on any number of threads.
pub fn fit(
    run: &Fit<'_>,
    train: &dyn Source,
    validation: &dyn Source,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Fitted, FitError> {
    let Fit { network, config, .. } = *run;
    if let Some(mistake) = config.mistakes().into_iter().next() {
        return Err(mistake.into());
    }
    if train.is_empty() {
        return Err(FitError::NoRecords);
    }
    let counts = batches::class_counts(train, network.classes())?;
    batches::class_counts(validation, network.classes())?;
    let training = training::Training::new(run, train);
    // Training weighs the classes as they are drawn, validation as they are: what chooses the epoch is
    // the same whatever is drawn.
    let drawn = training.sampler.class_counts(train, network.classes());
    let counts: Vec<f64> = counts.into_iter().map(|count| count as f64).collect();
    let held_weights = class_weights(config.class_weights, &counts);
    let class_weights = class_weights(config.class_weights, &drawn);
    let mut weights = Weights::initial(network, run.seed);
    let mut state = step::State::new(run, &weights, class_weights);
    let mut fitted = Fitted {
        weights: weights.clone(),
        best_epoch: 0,
        history: Vec::new(),
        activations: Vec::new(),
        ending: Ending::Completed,
        range_test: None,
    };
    let sample = activations::Sample::new(train.len(), validation)?;
    let mut lowest = None;
    if let Some(from) = run.from {
        from.restore(&mut weights, &mut state.optimizer, &mut fitted)?;
        (state.step, lowest) = (from.progress.step, from.progress.lowest);
        state.batches = training.batches() as u64 * from.epochs() as u64;
    }
    let Some(learning_rate) = greatest_rate(&training, &state, &mut fitted, observer)? else {
        fitted.ending = Ending::Stopped;
        return Ok(fitted);
    };
    while fitted.history.len() < config.epochs {
        let number = fitted.history.len() + 1;
        if config.patience > 0 && number > config.patience + fitted.best_epoch {
            fitted.ending = Ending::Patience;
            break;
        }
        let start = Instant::now();
        let changing = (&mut state, &mut weights);
        let trained = epoch::train(&training, changing, number, learning_rate, observer)?;
        let epoch::Trained::Finished(learnt) = trained else {
            fitted.ending = Ending::Stopped;
            break;
        };
        let judge = (&state.loss, held_weights.as_slice());
        let validated = epoch::validate(run, judge, validation, &weights)?;
        let seen = sample.look(number, network, &weights, run.executor)?;
        fitted.activations.extend(seen);
        let seconds = start.elapsed().as_secs_f64();
        let epoch = Epoch::new(number, learnt, validated, seconds);
        let better = match epoch.validation_loss {
            Some(loss) => loss < lowest.unwrap_or(f64::INFINITY),
            None => true,
        };
        if better {
            lowest = epoch.validation_loss;
            fitted.best_epoch = number;
            fitted.weights.as_mut_slice().copy_from_slice(weights.as_slice());
        }
        fitted.history.push(epoch);
        let standing = Standing {
            weights: &weights,
            optimizer: &state.optimizer,
            step: state.step,
            lowest,
            fitted: &fitted,
        };
        if observer(&Progress::Epoch(&epoch, standing)).is_break() {
            fitted.ending = Ending::Stopped;
            break;
        }
    }
    Ok(fitted)
}

/// The greatest learning rate: as it is set, as the test before an interruption found it, or as a test
/// finds it now; `None` where the observer ended the test.
fn greatest_rate(
    training: &training::Training<'_>,
    state: &step::State,
    fitted: &mut Fitted,
    observer: &mut dyn FnMut(&Progress<'_>) -> ControlFlow<()>,
) -> Result<Option<f32>, FitError> {
    if let LearningRate::Fixed(rate) = training.run.config.learning_rate {
        return Ok(Some(rate));
    }
    if fitted.range_test.is_none() {
        fitted.range_test = range_test::range_test(training, &state.class_weights, observer)?;
    }
    Ok(fitted.range_test.as_ref().map(|test| test.learning_rate))
}
