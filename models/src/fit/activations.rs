//! How large the values inside a network are after each epoch, on a few validation records.

use serde::{Deserialize, Serialize};

use super::{FitError, Source};
use crate::batch::Batch;
use crate::executor::{Executor, LayerValues};
use crate::network::Network;
use crate::weights::Weights;

/// Records that are looked at: one for so many training records, so that looking costs little beside
/// training, but within these bounds.
const TRAINED: usize = 400;
const LEAST: usize = 5;
const MOST: usize = 64;

/// Values of a layer that are looked at; of more, evenly spread positions with all their channels.
const VALUES: usize = 1 << 14;

/// The distribution of the values of one layer after one epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activations {
    /// Number of the epoch, from 1.
    pub epoch: usize,
    /// Path of the non-linearity in the list of layers, `layers.1`, or `logits`.
    pub layer: String,
    /// Values looked at: those of valid positions.
    pub values: usize,
    /// Share of them that are 0, as rectifiers make them.
    pub zero: f64,
    /// Of those that are not 0, 5 % lie below; 0 where all are.
    pub q05: f64,
    /// A quarter lies below.
    pub q25: f64,
    /// Half lies below.
    pub q50: f64,
    /// A quarter lies above.
    pub q75: f64,
    /// 5 % lie above.
    pub q95: f64,
}

/// The records that are looked at after every epoch, encoded.
pub(super) struct Sample {
    /// `None` where there are no records.
    batch: Option<Batch>,
}

impl Sample {
    /// Evenly spread validation records: the same in every epoch.
    pub(super) fn new(trained: usize, validation: &dyn Source) -> Result<Self, FitError> {
        let indices = chosen(trained, validation.len());
        if indices.is_empty() {
            return Ok(Self { batch: None });
        }
        let mut batch = validation.batch();
        validation.fill(&indices, &mut batch).map_err(FitError::Source)?;
        Ok(Self { batch: Some(batch) })
    }

    /// The distribution of every layer's values with these weights.
    pub(super) fn look(
        &self,
        epoch: usize,
        network: &Network,
        weights: &Weights,
        executor: &Executor,
    ) -> Result<Vec<Activations>, FitError> {
        let Some(batch) = &self.batch else { return Ok(Vec::new()) };
        let layers = executor.activations(network, weights, &batch.input())?;
        Ok(layers.into_iter().filter_map(|layer| summary(epoch, layer)).collect())
    }
}

/// Indices of the records that are looked at.
fn chosen(trained: usize, records: usize) -> Vec<usize> {
    let wanted = (trained / TRAINED).clamp(LEAST, MOST).min(records);
    (0..wanted).map(|i| i * records / wanted).collect()
}

/// `None` of a layer without a valid position.
fn summary(epoch: usize, layer: LayerValues) -> Option<Activations> {
    let step = layer.values.len().div_ceil(VALUES).max(1);
    let positions = layer.values.chunks(layer.channels.max(1)).step_by(step);
    let mut values: Vec<f32> = positions.flatten().copied().collect();
    if values.is_empty() {
        return None;
    }
    let all = values.len();
    values.retain(|value| *value != 0.0);
    values.sort_unstable_by(f32::total_cmp);
    let [q05, q25, q50, q75, q95] =
        [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| quantile(&values, share));
    Some(Activations {
        epoch,
        layer: layer.layer,
        values: all,
        zero: (all - values.len()) as f64 / all as f64,
        q05,
        q25,
        q50,
        q75,
        q95,
    })
}

/// A quantile of sorted values, 0 of none, between two of them in proportion (Hyndman & Fan 1996, type 7,
/// doi:10.1080/00031305.1996.10473566).
fn quantile(sorted: &[f32], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = share * last as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    let value = |at: usize| f64::from(sorted[at.min(last)]);
    value(low) + part * (value(low + 1) - value(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_numpy() {
        // numpy.quantile([-1, 2, 5, 7.5], [.05, .25, .5, .75, .95])
        let layer = LayerValues {
            layer: "layers.1".into(),
            channels: 3,
            lengths: vec![1, 1],
            values: vec![5.0, 0.0, -1.0, 7.5, 2.0, 0.0],
        };
        let found = summary(4, layer).unwrap();
        let quantiles = [found.q05, found.q25, found.q50, found.q75, found.q95];
        for (found, expected) in quantiles.iter().zip([-0.55, 1.25, 3.5, 5.625, 7.125]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!((found.epoch, found.layer.as_str(), found.values), (4, "layers.1", 6));
        assert!((found.zero - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn of_many_values_evenly_spread_positions_count() {
        let positions = 2 * VALUES;
        let values = (1..=positions).flat_map(|i| [i as f32, -1.0]).collect();
        let layer =
            LayerValues { layer: "l".into(), channels: 2, lengths: vec![positions], values };
        let found = summary(1, layer).unwrap();
        assert_eq!(found.values, VALUES);
        // Half of them are -1, the other half runs from 1 to the last position.
        assert_eq!((found.q05, found.q25), (-1.0, -1.0));
        let expected = 0.9 * positions as f64;
        assert!((found.q95 / expected - 1.0).abs() < 0.001, "{}", found.q95);
    }

    #[test]
    fn a_layer_without_a_position_says_nothing() {
        let of = |lengths, values| {
            summary(1, LayerValues { layer: "l".into(), channels: 2, lengths, values })
        };
        assert_eq!(of(vec![0], Vec::new()), None);
        // A layer of zeros says so.
        let dead = of(vec![1], vec![0.0, 0.0]).unwrap();
        assert_eq!((dead.zero, dead.q05, dead.q95), (1.0, 0.0, 0.0));
    }

    #[test]
    fn records_are_few_and_spread() {
        assert_eq!(chosen(50, 101), [0, 20, 40, 60, 80]);
        assert_eq!(chosen(4000, 3), [0, 1, 2]);
        assert_eq!(chosen(4000, 1000).len(), 10);
        assert_eq!(chosen(1_000_000, 1000).len(), MOST);
        assert!(chosen(100, 0).is_empty());
    }
}
