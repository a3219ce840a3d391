//! A batch in a fixed number of shards, run in parallel and put together in a fixed order.
//!
//! The number of shards depends on the kind of device alone, each shard runs on one thread, and sums
//! go over the shards in order: the result is the same to the bit on any number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::ExecutorError;
use crate::head::Targets;
use crate::input::Input;
use crate::network::Network;

/// Shards of a batch on a CPU.
pub(crate) const CPU_SHARDS: usize = 8;

/// Gradients summed by one task.
const CHUNK: usize = 1 << 14;

/// A run of records of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shard<'a> {
    /// Index in the whole batch of the first record.
    pub(crate) first_record: usize,
    /// The records.
    pub(crate) input: Input<'a>,
    /// Their labels.
    pub(crate) targets: Targets<'a>,
}

/// Shards of a batch on this kind of device.
pub(super) fn count(cpu: bool) -> usize {
    if cpu { CPU_SHARDS } else { 1 }
}

/// Runs each shard forward; logits (N, K) in the order of the records.
pub(super) fn logits(
    count: usize,
    network: &Network,
    input: &Input<'_>,
    run: impl Fn(&Input<'_>) -> Result<Vec<f32>, ExecutorError> + Sync,
) -> Result<Vec<f32>, ExecutorError> {
    let parts = ranges(input.n, count)
        .into_par_iter()
        .map(|range| run(&input.slice(range)))
        .collect::<Result<Vec<_>, _>>()?;
    let mut logits = Vec::with_capacity(input.n * network.classes());
    for part in &parts {
        logits.extend_from_slice(part);
    }
    Ok(logits)
}

/// Runs each shard forward and backward; `run` returns the sum of the losses and writes the
/// gradients of that sum. Returns the weighted mean loss and writes its gradients.
pub(super) fn loss_and_gradients(
    count: usize,
    input: &Input<'_>,
    targets: &Targets<'_>,
    gradients: &mut [f32],
    run: impl Fn(&Shard<'_>, &mut [f32]) -> Result<f64, ExecutorError> + Sync,
) -> Result<f64, ExecutorError> {
    let total = targets.total_weight();
    if total <= 0.0 {
        gradients.fill(0.0);
        return Ok(0.0);
    }
    let parts = ranges(input.n, count)
        .into_par_iter()
        .map(|range| {
            let mut part = vec![0.0; gradients.len()];
            let shard = Shard {
                first_record: range.start,
                input: input.slice(range.clone()),
                targets: targets.slice(range),
            };
            run(&shard, &mut part).map(|loss| (loss, part))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let scale = (1.0 / total) as f32;
    gradients.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, sums)| {
        sums.fill(0.0);
        for (_, part) in &parts {
            for (sum, gradient) in sums.iter_mut().zip(&part[chunk * CHUNK..]) {
                *sum += gradient;
            }
        }
        for sum in sums.iter_mut() {
            *sum *= scale;
        }
    });
    Ok(parts.iter().map(|(loss, _)| loss).sum::<f64>() / total)
}

/// `n` records in at most `count` runs of nearly the same length, none empty.
fn ranges(n: usize, count: usize) -> Vec<Range<usize>> {
    (0..count).map(|shard| range(n, count, shard)).filter(|range| !range.is_empty()).collect()
}

/// The records of one of `count` shards of `n` records.
pub(crate) fn range(n: usize, count: usize, shard: usize) -> Range<usize> {
    shard * n / count..(shard + 1) * n / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_the_batch_once() {
        assert_eq!(ranges(10, 4), [0..2, 2..5, 5..7, 7..10]);
        assert_eq!(ranges(2, 4), [0..1, 1..2]);
        assert!(ranges(0, 4).is_empty());
    }
}
