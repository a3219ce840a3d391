//! Class activation maps of a sequence.

use cistron_models::class_activation::ClassActivation;
use cistron_models::executor::Executor;
use cistron_models::input::{Input, InputValues};

use super::Attribution;
use super::dense::Dense;
use crate::model::{Learner, Model};
use cistron_data::error::Error;

/// Whether a model has a convolution to look at.
pub(super) fn fits(model: &Model) -> bool {
    match &model.learner {
        Learner::Network { network, .. } => ClassActivation::of(network).is_some(),
        Learner::Sequences(_) => false,
    }
}

/// Scores of a sequence: the map of the class at its symbols, 0 for those that stand for any letter.
pub(super) fn of(
    model: &Model,
    executor: &Executor,
    sequence: &[u8],
    class: usize,
) -> Result<Attribution, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::stage("attribute", error);
    let Learner::Network { network, weights } = &model.learner else {
        return Err(failed(&"a model without layers"));
    };
    let Some(found) = ClassActivation::of(network) else {
        return Err(failed(&"a model without a convolution"));
    };
    let Dense { values, length, lengths, channels } = Dense::encode(&model.card.encoder, sequence)?;
    let input = Input {
        n: 1,
        length,
        lengths: &lengths,
        values: InputValues::Dense { values: &values, channels },
    };
    let maps = found.maps(network, weights, executor, &input, &[class]);
    let map = maps.map_err(|error| failed(&error))?.into_iter().next().unwrap_or_default();
    let read = lengths.first().map_or(0, |length| *length as usize);
    let mut scores = vec![0.0; sequence.len()];
    let positions = found.upsample(&map, read).into_iter().zip(values.chunks(channels));
    for (score, (value, symbol)) in scores.iter_mut().zip(positions) {
        // All channels 0 are no symbol.
        if symbol.iter().any(|channel| *channel != 0.0) {
            *score = value;
        }
    }
    Ok(Attribution { class, scores, replaced: Vec::new(), incomplete: None })
}
