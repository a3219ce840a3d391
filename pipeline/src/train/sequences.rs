//! Models of whole sequences: fitted to training and validation records alike, since inner folds of
//! whole clusters do what validation records are for.

use std::ops::ControlFlow;

use cistron_models::sequence::{Labelled, SequenceError, SequenceModel};
use indicatif::ProgressBar;

use super::{Learnt, Shard, conformal, failed};
use crate::model::{self, Learner};
use cistron_data::dataset::Dataset;
use cistron_data::error::Error;
use cistron_data::interrupt;
use cistron_models::baseline::Molecule;
use cistron_split::{Part, Splits};

/// Fits a model to the development records of a fold.
pub(super) fn learn(
    shard: &Shard<'_>,
    dataset: &Dataset,
    splits: &Splits,
    bar: &ProgressBar,
) -> Result<Learnt, Error> {
    let records = splits.development(shard.fold);
    let labelled = Labelled {
        sequences: records.iter().map(|i| dataset.sequence(*i)).collect(),
        labels: records.iter().map(|i| dataset.labels[*i].unwrap_or(0) as usize).collect(),
        clusters: records.iter().map(|i| splits.clusters[*i] as usize).collect(),
        classes: dataset.classes.len(),
        molecule: Molecule::of(dataset.alphabet),
        both_strands: shard.reverse_complement.learns_both(),
        seed: shard.seed,
    };
    let mut observer = |done: usize, steps: usize| {
        bar.set_length(steps as u64);
        bar.set_position(done as u64);
        if interrupt::requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let fitted = match SequenceModel::fit(shard.architecture, &labelled, &mut observer) {
        Err(SequenceError::Stopped) => {
            interrupt::check()?;
            return Err(failed(&SequenceError::Stopped));
        }
        fitted => fitted.map_err(|error| failed(&error))?,
    };
    let temperature = fitted.temperature.value();
    let one = vec![1; records.len()];
    let probabilities =
        model::calibrated(fitted.held_out, &one, dataset.classes.len(), temperature);
    // Of those, the validation records: the ones that networks answer for, too.
    let unseen = records
        .iter()
        .zip(probabilities.chunks(dataset.classes.len()))
        .filter(|(record, _)| splits.folds[shard.fold][**record] == Part::Validation)
        .flat_map(|(_, row)| row.to_vec())
        .collect();
    Ok(Learnt {
        encoder: shard.encoder.clone(),
        learner: Learner::Sequences(fitted.model),
        temperature,
        unseen,
        conformal: conformal(dataset, &records, &probabilities),
        records: records.len(),
        validation: 0,
        truncated: 0,
        best_epoch: 0,
        history: Vec::new(),
        range_test: None,
        cost: fitted.cost,
        dead: Vec::new(),
        activations: Vec::new(),
        resumed: 0,
    })
}
