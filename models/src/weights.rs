//! The weights of a network: named tensors in one flat buffer.

use std::ops::Range;

use crate::network::{Initial, Network, Parameter};
use crate::random;

/// Named weights, side by side in the order of [`Network::parameters`].
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    parameters: Vec<Parameter>,
    ranges: Vec<Range<usize>>,
    values: Vec<f32>,
}

impl Weights {
    /// All weights 0: the shape of a gradient.
    #[must_use]
    pub fn zeros(network: &Network) -> Self {
        let parameters = network.parameters();
        let mut end = 0;
        let ranges: Vec<_> = parameters
            .iter()
            .map(|parameter| {
                let start = end;
                end += parameter.len();
                start..end
            })
            .collect();
        Self { parameters, ranges, values: vec![0.0; end] }
    }

    /// Weights drawn as the network asks; each depends on the seed and its own name only.
    #[must_use]
    pub fn initial(network: &Network, seed: u64) -> Self {
        let mut weights = Self::zeros(network);
        for (parameter, range) in weights.parameters.iter().zip(&weights.ranges) {
            let values = &mut weights.values[range.clone()];
            match parameter.initial {
                Initial::Zeros => {}
                Initial::Ones => values.fill(1.0),
                Initial::ForgetGates { units } => {
                    for gates in values.chunks_mut(4 * units) {
                        gates[units..2 * units].fill(1.0);
                    }
                }
                Initial::Uniform { bound } => {
                    let mut generator = random::generator(seed, &parameter.name);
                    for value in values {
                        *value = bound * (2.0 * random::uniform(&mut generator) - 1.0);
                    }
                }
            }
        }
        weights
    }

    /// Every weight's description, in order.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Where each weight lies in the flat buffer, in order.
    #[must_use]
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Number of values of all weights.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no weights at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All values, one weight after the other.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }

    /// All values, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// Descriptions, places and values, these to be changed.
    pub(crate) fn parts_mut(&mut self) -> (&[Parameter], &[Range<usize>], &mut [f32]) {
        (&self.parameters, &self.ranges, &mut self.values)
    }

    /// The values of one weight.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[f32]> {
        let index = self.parameters.iter().position(|parameter| parameter.name == name)?;
        Some(&self.values[self.ranges[index].clone()])
    }

    /// Each weight with its values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Parameter, &[f32])> {
        self.parameters
            .iter()
            .zip(&self.ranges)
            .map(|(parameter, range)| (parameter, &self.values[range.clone()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InputShape;
    use crate::layer::{Activation, Layer};

    fn network(hidden: usize) -> Network {
        let layers = vec![
            Layer::Linear { outputs: hidden },
            Layer::Activation(Activation::Relu),
            Layer::Linear { outputs: 3 },
        ];
        Network::new(InputShape::Dense { length: 1, channels: 24 }, layers, 3).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_weights() {
        let network = network(100);
        assert_eq!(Weights::initial(&network, 7), Weights::initial(&network, 7));
        assert_ne!(Weights::initial(&network, 7), Weights::initial(&network, 8));
    }

    #[test]
    fn bounds_and_variance_are_those_of_kaiming_and_xavier() {
        let weights = Weights::initial(&network(100), 7);
        for (name, bound) in [
            ("layers.0.weight", (6.0_f64 / 24.0).sqrt()),
            ("layers.2.weight", (6.0_f64 / 103.0).sqrt()),
        ] {
            let values = weights.get(name).unwrap();
            let square = |&v: &f32| f64::from(v) * f64::from(v);
            let variance = values.iter().map(square).sum::<f64>() / values.len() as f64;
            assert!(values.iter().all(|&v| f64::from(v).abs() <= bound + 1e-7));
            assert!((variance / (bound * bound / 3.0) - 1.0).abs() < 0.15, "{name} {variance}");
        }
        assert!(weights.get("layers.0.bias").unwrap().iter().all(|&v| v == 0.0));
        assert_eq!(weights.get("layers.1.weight"), None);
    }
}
