//! Logits of all records of a source.

use super::{FitError, Source, batches};
use crate::executor::Executor;
use crate::network::Network;
use crate::weights::Weights;

/// The logits (N, K) of every record, in order, `batch` records at a time.
pub fn predict(
    network: &Network,
    weights: &Weights,
    source: &dyn Source,
    batch: usize,
    executor: &Executor,
) -> Result<Vec<f32>, FitError> {
    let order: Vec<usize> = (0..source.len()).collect();
    let mut logits = Vec::with_capacity(source.len() * network.classes());
    batches::each(source, None, &order, batch, |_, batch, _| {
        logits.extend(executor.logits(network, weights, &batch.input())?);
        Ok::<_, FitError>(true)
    })?;
    Ok(logits)
}
