//! Gradients times input, at the sequence or along the way to it from no sequence at all.

use cistron_models::executor::Executor;
use cistron_models::input::{Input, InputValues};

use super::Attribution;
use super::dense::Dense;
use crate::model::{Learner, Model};
use cistron_data::error::Error;

/// Points of the way that are gone at a time.
const AT_ONCE: usize = 32;

/// Scores of a sequence; at the sequence itself where `steps` is `None`, else the mean of the
/// gradients in the middle of that many steps.
///
/// All channels 0 are no symbol: what N, X and padding are. They get no score.
pub(super) fn of(
    model: &Model,
    executor: &Executor,
    sequence: &[u8],
    class: usize,
    steps: Option<usize>,
) -> Result<Attribution, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::stage("attribute", error);
    let Learner::Network { network, weights } = &model.learner else {
        return Err(failed(&"a model without gradients"));
    };
    let Dense { values, length, lengths, channels } = Dense::encode(&model.card.encoder, sequence)?;

    // The ends of the way first, then the middles of its steps.
    let middles = steps.map_or(1, |steps| steps.max(1));
    let share = |step: usize| (step as f32 + 0.5) / middles as f32;
    let mut points = vec![0.0, 1.0];
    if steps.is_some() {
        points.extend((0..middles).map(share));
    }
    let mut logits = Vec::with_capacity(points.len());
    let mut slopes = vec![0.0_f64; values.len()];
    for (block, points) in points.chunks(AT_ONCE).enumerate() {
        let n = points.len();
        let scaled: Vec<f32> =
            points.iter().flat_map(|share| values.iter().map(move |v| v * share)).collect();
        let lengths = lengths.repeat(n);
        let input = Input {
            n,
            length,
            lengths: &lengths,
            values: InputValues::Dense { values: &scaled, channels },
        };
        let (found, gradients) = executor
            .input_gradients(network, weights, &input, &vec![class; n])
            .map_err(|error| failed(&error))?;
        logits.extend(found.chunks(model.card.classes.len()).map(|row| f64::from(row[class])));
        for (at, gradient) in gradients.chunks(values.len().max(1)).enumerate() {
            // Without steps the end counts, with steps all points but the ends.
            let point = block * AT_ONCE + at;
            if point == 1 && steps.is_none() || point > 1 {
                let sums = slopes.iter_mut().zip(gradient);
                sums.for_each(|(sum, slope)| *sum += f64::from(*slope) / middles as f64);
            }
        }
    }
    let mut scores = vec![0.0; sequence.len()];
    let positions = values.chunks(channels).zip(slopes.chunks(channels));
    for (score, (values, slopes)) in scores.iter_mut().zip(positions) {
        *score =
            values.iter().zip(slopes).map(|(v, slope)| f64::from(*v) * slope).sum::<f64>() as f32;
    }
    let added = logits[1] - logits[0];
    let missing = (added - scores.iter().map(|s| f64::from(*s)).sum::<f64>()).abs();
    // Of nothing added nothing can be missing but rounding.
    let incomplete = steps.map(|_| missing / added.abs().max(1e-3));
    Ok(Attribution { class, scores, replaced: Vec::new(), incomplete })
}
