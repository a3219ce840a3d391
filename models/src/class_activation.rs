//! Class activation maps: where the last convolution of a network sees a class.
//!
//! Grad-CAM (Selvaraju et al. 2017, doi:10.1109/ICCV.2017.74): each channel of the last convolution
//! counts as much as the logit of the class rises with it, averaged over the positions; what speaks
//! against the class is left out. Behind a global average pool and one linear map it is the class
//! activation map of Zhou et al. 2016 (arXiv:1512.04150) with its negative part cut off.

use crate::executor::{Executor, ExecutorError};
use crate::input::Input;
use crate::layer::{Convolution, Layer};
use crate::network::Network;
use crate::weights::Weights;

/// Where the last convolution of a network stands, and how its positions lie on the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassActivation {
    /// Layers up to it, with its non-linearity.
    layers: usize,
    /// Input positions between two of its positions.
    step: f64,
    /// Input position, from 0, that its first position is centred on.
    first: f64,
}

impl ClassActivation {
    /// That of a network; `None` of one without a convolution along positions.
    #[must_use]
    pub fn of(network: &Network) -> Option<Self> {
        let layers = network.layers();
        let last = layers.iter().rposition(convolves)?;
        let rectified = matches!(layers.get(last + 1), Some(Layer::Activation(_)));
        let count = last + 1 + usize::from(rectified);
        let (mut step, mut first) = (1.0, 0.0);
        for layer in &layers[..count] {
            // What a position is centred on, in positions of the layer's input.
            let (stride, centre) = match layer {
                Layer::Convolution(convolution) => {
                    let Convolution { stride, .. } = *convolution;
                    let middle = (convolution.span() - 1) as f64 / 2.0;
                    (stride, middle - convolution.left() as f64)
                }
                Layer::MaxPool { width } | Layer::AveragePool { width } => {
                    (*width, (*width as f64 - 1.0) / 2.0)
                }
                _ => (1, 0.0),
            };
            first += step * centre;
            step *= stride as f64;
        }
        Some(Self { layers: count, step, first })
    }

    /// The map of one class for each record of a batch of numbers, at the valid positions of the
    /// convolution (N, L'): 0 or more.
    ///
    /// # Errors
    ///
    /// As [`Executor::input_gradients`].
    pub fn maps(
        &self,
        network: &Network,
        weights: &Weights,
        executor: &Executor,
        input: &Input<'_>,
        classes: &[usize],
    ) -> Result<Vec<Vec<f32>>, ExecutorError> {
        let [reached, slopes] =
            executor.inner_gradients(network, weights, self.layers, input, classes)?;
        let channels = reached.channels.max(1);
        let mut maps = Vec::with_capacity(reached.lengths.len());
        let mut start = 0;
        for valid in &reached.lengths {
            let range = start..start + valid * channels;
            start = range.end;
            maps.push(map(&reached.values[range.clone()], &slopes.values[range], channels));
        }
        Ok(maps)
    }

    /// A map at `length` positions of the input: in proportion between the positions that those of the
    /// map are centred on, and as at the ends beyond them.
    #[must_use]
    pub fn upsample(&self, map: &[f32], length: usize) -> Vec<f32> {
        let Some(last) = map.len().checked_sub(1) else { return vec![0.0; length] };
        let at = |position: usize| {
            let at = ((position as f64 - self.first) / self.step).clamp(0.0, last as f64);
            let (low, part) = (at.floor() as usize, at.fract());
            let (low, high) = (f64::from(map[low]), f64::from(map[(low + 1).min(last)]));
            (low + part * (high - low)) as f32
        };
        (0..length).map(at).collect()
    }
}

/// Whether a layer looks at several positions by a convolution.
fn convolves(layer: &Layer) -> bool {
    match layer {
        Layer::Convolution(_) => true,
        Layer::Residual(inner) => inner.iter().any(convolves),
        _ => false,
    }
}

/// Channels weighed by their mean slope and added, where the sum is positive: (L', C) to (L').
fn map(values: &[f32], slopes: &[f32], channels: usize) -> Vec<f32> {
    let positions = (values.len() / channels).max(1) as f64;
    let mut weights = vec![0.0_f64; channels];
    for row in slopes.chunks_exact(channels) {
        weights.iter_mut().zip(row).for_each(|(sum, slope)| *sum += f64::from(*slope) / positions);
    }
    let sum = |row: &[f32]| row.iter().zip(&weights).map(|(v, w)| f64::from(*v) * w).sum::<f64>();
    values.chunks_exact(channels).map(|row| sum(row).max(0.0) as f32).collect()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::architecture::{self, Architecture, Conv, Logistic, Residual, Transformer};
    use crate::input::{InputShape, InputValues};
    use crate::layer::{Activation, Padding, Pool};

    const DENSE: InputShape = InputShape::Dense { length: 24, channels: 4 };

    #[test]
    fn maps_are_weighed_channels() {
        // Mean slopes 1 and -0.5: 1 - 1, 3 - 0.5 and 0 - 2, of which the last is cut off.
        let values = [1.0, 2.0, 3.0, 1.0, 0.0, 4.0];
        let slopes = [3.0, -1.5, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(map(&values, &slopes, 2), [0.0, 2.5, 0.0]);
        assert!(map(&[], &[], 2).is_empty());
    }

    #[test]
    fn behind_an_average_pool_the_map_is_that_of_the_linear_map() {
        let layers = vec![
            Layer::Convolution(Convolution::same(3, 1)),
            Layer::Activation(Activation::Relu),
            Layer::GlobalPool(Pool::Average),
            Layer::Linear { outputs: 2 },
        ];
        let input = InputShape::Dense { length: 5, channels: 2 };
        let network = Network::new(input, layers, 2).unwrap();
        let mut weights = Weights::zeros(&network);
        // Channels a, b and a + b; class 1 weighs them 2, -1 and 0.5.
        weights.as_mut_slice()[..6].copy_from_slice(&[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        weights.as_mut_slice()[9..15].copy_from_slice(&[0.0, 2.0, 0.0, -1.0, 0.0, 0.5]);
        let values = [1.0, 0.0, 0.0, 1.0, 2.0, 1.0, -1.0, 0.0, 9.0, 9.0];
        let batch = Input {
            n: 1,
            length: 5,
            lengths: &[4],
            values: InputValues::Dense { values: &values, channels: 2 },
        };
        let executor = Executor::on(Device::Cpu);
        let found = ClassActivation::of(&network).unwrap();
        let maps = found.maps(&network, &weights, &executor, &batch, &[1]).unwrap();
        // (2 a - b + (a + b) / 2) / 4 of what is positive; beyond the valid length there is no map.
        let expected = [0.625, 0.0, 1.125, 0.0];
        assert_eq!(maps.len(), 1);
        assert_eq!(maps[0].len(), 4);
        for (found, expected) in maps[0].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{:?}", maps[0]);
        }
    }

    #[test]
    fn positions_lie_where_their_windows_are_centred() {
        let of = |layers: Vec<Layer>| {
            let tail = [Layer::GlobalPool(Pool::Max), Layer::Linear { outputs: 2 }];
            let network = Network::new(DENSE, [layers, tail.to_vec()].concat(), 2).unwrap();
            ClassActivation::of(&network).unwrap()
        };
        let convolution = |width, stride, padding| {
            Layer::Convolution(Convolution { stride, padding, ..Convolution::same(3, width) })
        };
        // Taps at -1, 0, 1 and 2 are centred on 0.5.
        let even = of(vec![convolution(4, 1, Padding::Same)]);
        assert_eq!((even.layers, even.step, even.first), (1, 1.0, 0.5));
        let valid = of(vec![convolution(5, 2, Padding::Valid)]);
        assert_eq!((valid.step, valid.first), (2.0, 2.0));
        // Windows 0..4 and 4..8 of the pool, each seen by the middle tap.
        let relu = || Layer::Activation(Activation::Relu);
        let pooled = of(vec![
            convolution(3, 1, Padding::Same),
            relu(),
            Layer::MaxPool { width: 4 },
            convolution(3, 1, Padding::Same),
            relu(),
        ]);
        assert_eq!((pooled.layers, pooled.step, pooled.first), (5, 4.0, 1.5));
        let map = pooled.upsample(&[0.0, 4.0, 2.0], 12);
        // Centres 1.5, 5.5 and 9.5.
        let expected = [0.0, 0.0, 0.5, 1.5, 2.5, 3.5, 3.75, 3.25, 2.75, 2.25, 2.0, 2.0];
        assert_eq!(map, expected);
        assert_eq!(pooled.upsample(&[], 3), [0.0; 3]);
    }

    #[test]
    fn networks_without_a_convolution_have_none() {
        let build = |architecture: Architecture| {
            let network = architecture::build(&architecture, DENSE, 3).unwrap();
            ClassActivation::of(&network).is_some()
        };
        assert!(build(Architecture::Conv(Conv::default())));
        assert!(build(Architecture::Residual(Residual::default())));
        assert!(!build(Architecture::Logistic(Logistic {})));
        assert!(!build(Architecture::Transformer(Transformer::default())));
    }
}
