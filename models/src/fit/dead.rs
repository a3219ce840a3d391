//! Units that never speak: rectifiers that are 0 for every record.

use serde::{Deserialize, Serialize};

use super::{FitError, Source, batches};
use crate::executor::Executor;
use crate::layer::{Activation, Layer, Pool};
use crate::network::Network;
use crate::weights::Weights;

/// The rectified units of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadUnits {
    /// Path of the rectifier in the list of layers: `layers.1`, or `layers.3.2` inside a residual branch.
    pub layer: String,
    /// Units, one a channel.
    pub units: usize,
    /// Units that are 0 at every position of every record: no gradient reaches their weights.
    pub dead: usize,
}

/// Counts the dead units of each rectifier; none where there are no records, or nothing is rectified.
///
/// Each rectifier costs a pass over the records through the layers up to it.
pub fn dead_units(
    network: &Network,
    weights: &Weights,
    source: &dyn Source,
    batch: usize,
    executor: &Executor,
) -> Result<Vec<DeadUnits>, FitError> {
    if source.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads = Vec::new();
    collect(network.layers(), &[], "layers", &mut heads);
    let order: Vec<usize> = (0..source.len()).collect();
    let mut found = Vec::new();
    for (layer, mut layers) in heads {
        layers.push(Layer::GlobalPool(Pool::Max));
        let Some(head) = of_layers(network, layers) else { continue };
        let mut own = Weights::zeros(&head);
        // Weights lie in the order of the layers: those of the first layers come first.
        let values = own.as_mut_slice();
        values.copy_from_slice(&weights.as_slice()[..values.len()]);
        let mut alive = vec![false; head.classes()];
        batches::each(source, None, &order, batch, |_, batch, _| {
            let greatest = executor.logits(&head, &own, &batch.input())?; // (N, units)
            for row in greatest.chunks(alive.len()) {
                alive.iter_mut().zip(row).for_each(|(alive, value)| *alive |= *value > 0.0);
            }
            Ok::<_, FitError>(true)
        })?;
        let dead = alive.iter().filter(|alive| !**alive).count();
        found.push(DeadUnits { layer, units: alive.len(), dead });
    }
    Ok(found)
}

/// The path of every rectifier, and the layers up to it with it; within a residual branch, the branch
/// stands for itself.
fn collect(layers: &[Layer], before: &[Layer], path: &str, heads: &mut Vec<(String, Vec<Layer>)>) {
    for (index, layer) in layers.iter().enumerate() {
        let path = format!("{path}.{index}");
        let reached = || [before, &layers[..index]].concat();
        match layer {
            Layer::Activation(Activation::Relu) => {
                heads.push((path, [&reached()[..], std::slice::from_ref(layer)].concat()));
            }
            Layer::Residual(inner) => collect(inner, &reached(), &path, heads),
            _ => {}
        }
    }
}

/// A network of the same input that returns one number a channel of its last layer; `None` where that
/// has but one.
fn of_layers(network: &Network, layers: Vec<Layer>) -> Option<Network> {
    let shape =
        layers.iter().try_fold(network.input_shape(), |shape, layer| layer.output_shape(shape));
    Network::new(network.input(), layers, shape.ok()?.channels).ok()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::batch::{Batch, RecordValues};
    use crate::fit::SourceError;
    use crate::input::InputShape;

    /// Records of two numbers.
    struct Pairs(Vec<[f32; 2]>);

    impl Source for Pairs {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn batch(&self) -> Batch {
            Batch::dense(1, 2)
        }

        fn fill(&self, indices: &[usize], batch: &mut Batch) -> Result<(), SourceError> {
            batch.reset(indices.len());
            for (slot, record) in indices.iter().enumerate() {
                if let Some((valid, RecordValues::Dense(values))) = batch.record(slot) {
                    *valid = 1;
                    values.copy_from_slice(&self.0[*record]);
                }
            }
            Ok(())
        }

        fn label(&self, _: usize) -> u32 {
            0
        }
    }

    #[test]
    fn dead_units_by_hand() {
        let relu = Layer::Activation(Activation::Relu);
        let layers = vec![
            Layer::Linear { outputs: 3 },
            relu.clone(),
            Layer::Residual(vec![Layer::Linear { outputs: 3 }, relu]),
            Layer::Linear { outputs: 2 },
        ];
        let input = InputShape::Dense { length: 1, channels: 2 };
        let network = Network::new(input, layers, 2).unwrap();
        let mut weights = Weights::zeros(&network);
        let values = weights.as_mut_slice();
        // Units a, -a and b of the first layer; b less 5, 0 and 0 of the branch.
        values[..9].copy_from_slice(&[1.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        values[9 + 6] = 1.0;
        values[9 + 9] = -5.0;
        let count = |records: Vec<[f32; 2]>| {
            let executor = Executor::on(Device::Cpu);
            let found = dead_units(&network, &weights, &Pairs(records), 2, &executor).unwrap();
            found.into_iter().map(|f| (f.layer, f.units, f.dead)).collect::<Vec<_>>()
        };
        let of = |first, branch| {
            vec![("layers.1".to_string(), 3, first), ("layers.2.1".to_string(), 3, branch)]
        };
        // a > 0: -a is dead; b is 4 at most, so that the branch is silent.
        assert_eq!(count(vec![[1.0, 4.0], [2.0, -1.0], [0.5, 0.0]]), of(1, 3));
        // b of 6 in the last record wakes one unit of the branch.
        assert_eq!(count(vec![[1.0, 4.0], [-2.0, -1.0], [0.5, 6.0]]), of(0, 2));
        assert!(count(Vec::new()).is_empty());
    }
}
