//! Networks: fitted to encoded records an epoch at a time, with the best epoch chosen on validation.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use cistron_models::architecture;
use cistron_models::calibration::Temperature;
use cistron_models::executor::Executor;
use cistron_models::fit::{self, Fit, Progress, Snapshot, Source, fit};
use indicatif::ProgressBar;

use super::units::units;
use super::{Learnt, Shard, conformal, failed};
use crate::encode::{self, Encoded, Records, input_shape};
use crate::model::{self, Learner};
use cistron_data::artefact;
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_data::interrupt;
use cistron_split::{Part, Splits};

/// Least time between two checkpoints: epochs may take milliseconds, and what is lost then is little.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// Trains a network on the training records of a fold.
pub(super) fn learn(
    shard: &Shard<'_>,
    dataset: &Dataset,
    splits: &Splits,
    executor: &Executor,
    bar: &ProgressBar,
) -> Result<Learnt, Error> {
    let records = splits.records(shard.fold, Part::Train);
    let held = splits.records(shard.fold, Part::Validation);
    let encoder = encode::fit(shard.encoder, dataset, &records).map_err(|error| failed(&error))?;
    let source = |records: &[usize], both_strands| {
        Encoded::of(&encoder, shard.longer, both_strands, dataset, records)
            .map_err(|error| failed(&error))
    };
    let strands = shard.reverse_complement;
    let mut learnt = source(&records, strands.learns_both())?;
    if let Some(units) = units(&shard.config.sampling, dataset, splits)? {
        learnt = learnt.in_units(&units);
    }
    let validation = source(&held, strands.asks_both())?;
    let shape = input_shape(learnt.shape());
    let network = architecture::build(shard.architecture, shape, dataset.classes.len())
        .map_err(|error| failed(&error))?;

    // One that cannot be read is made again: it is older than the program, or the disk was full.
    let snapshot = std::fs::read(shard.checkpoint).ok().and_then(|b| Snapshot::load(&b).ok());
    let resumed = snapshot.as_ref().map_or(0, Snapshot::epochs);
    bar.inc(resumed as u64);
    let from = snapshot.as_ref();
    let run = Fit { network: &network, config: shard.config, executor, seed: shard.seed, from };
    let mut unwritten = None;
    let mut written = Instant::now();
    let mut observer = |progress: &Progress<'_>| {
        if let Progress::RangeTest { step, steps } = progress {
            bar.set_message(format!("range test of the learning rate, step {step} of {steps}"));
        }
        if let Progress::Epoch(epoch, standing) = progress {
            if written.elapsed() >= CHECKPOINT_EVERY || interrupt::requested() {
                let bytes = standing.save().map_err(|error| failed(&error));
                if let Err(error) = bytes.and_then(|b| artefact::write(shard.checkpoint, &b)) {
                    unwritten = Some(error);
                    return ControlFlow::Break(());
                }
                written = Instant::now();
            }
            let loss = epoch.validation_loss.unwrap_or(epoch.train_loss);
            bar.set_message(format!("loss {:.3} validation {loss:.3}", epoch.train_loss));
            bar.inc(1);
        }
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let fitted = fit(&run, &learnt, &validation, &mut observer).map_err(|error| failed(&error))?;
    if let Some(error) = unwritten {
        return Err(error);
    }
    interrupt::check()?;

    let logits = fit::predict(&network, &fitted.weights, &validation, model::BATCH, executor)
        .map_err(|error| failed(&error))?;
    let labels: Vec<usize> = (0..validation.len()).map(|i| validation.label(i) as usize).collect();
    // Without validation records there is nothing to calibrate on: the logits stay as they are.
    let temperature =
        Temperature::fit(&logits, &labels, network.classes()).unwrap_or_default().value();
    let both = strands.asks_both();
    let (_, parts) = Records::of(dataset, &held).parts(&encoder, shard.longer, both);
    let probabilities = model::calibrated(logits, &parts, network.classes(), temperature);
    let conformal = conformal(dataset, &held, &probabilities);

    let dead = fit::dead_units(&network, &fitted.weights, &validation, model::BATCH, executor)
        .map_err(|error| failed(&error))?;
    let truncated = |source: &Encoded<'_>| source.truncated().map_err(|error| failed(&error));
    let truncated = truncated(&learnt)? + truncated(&validation)?;
    Ok(Learnt {
        encoder,
        learner: Learner::Network { network, weights: fitted.weights },
        temperature,
        unseen: probabilities,
        conformal,
        records: records.len(),
        validation: held.len(),
        truncated,
        best_epoch: fitted.best_epoch,
        history: fitted.history,
        range_test: fitted.range_test,
        cost: None,
        activations: fitted.activations,
        dead,
        resumed,
    })
}
