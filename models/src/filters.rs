//! What the filters of a first convolution over symbols respond to.

use crate::input::InputShape;
use crate::layer::{Convolution, Layer};
use crate::network::Network;
use crate::weights::Weights;

/// The filters of a network that begins with a convolution over symbols, ready to slide along codes.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstFilters {
    convolution: Convolution,
    /// Codes known, S.
    symbols: usize,
    /// What a code under a tap adds to each filter, (width, S, filters).
    taps: Vec<f32>,
    /// (filters)
    bias: Vec<f32>,
}

impl FirstFilters {
    /// The filters of the first layer; `None` where it is no convolution over symbols, or where `table`
    /// (S, C), which expands the symbols, is not of the size that the network was built for.
    #[must_use]
    pub fn of(network: &Network, weights: &Weights, table: &[f32]) -> Option<Self> {
        let InputShape::Symbols { symbols, channels, .. } = network.input() else { return None };
        let Some(Layer::Convolution(convolution)) = network.layers().first() else { return None };
        if table.len() != symbols * channels {
            return None;
        }
        let filters = convolution.filters;
        let weight = weights.get("layers.0.weight")?; // (width, C, filters)
        let bias = weights.get("layers.0.bias")?.to_vec();
        let mut taps = vec![0.0; convolution.width * symbols * filters];
        let rows = taps.chunks_mut(symbols * filters).zip(weight.chunks(channels * filters));
        for (of_codes, of_channels) in rows {
            for (sums, shares) in of_codes.chunks_mut(filters).zip(table.chunks(channels)) {
                for (share, added) in shares.iter().zip(of_channels.chunks(filters)) {
                    sums.iter_mut().zip(added).for_each(|(sum, weight)| *sum += share * weight);
                }
            }
        }
        Some(Self { convolution: *convolution, symbols, taps, bias })
    }

    /// The convolution.
    #[must_use]
    pub fn convolution(&self) -> Convolution {
        self.convolution
    }

    /// First position of every window that lies within a sequence of `length` symbols, in order; the
    /// convolution pads, so that it has further windows at the ends.
    pub fn starts(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let Convolution { stride, .. } = self.convolution;
        let (left, span) = (self.convolution.left(), self.convolution.span());
        let first = left.next_multiple_of(stride) - left;
        (first..).step_by(stride).take_while(move |start| start + span <= length)
    }

    /// Response of every filter (filters) to the window that begins at `start`: the convolution's
    /// output, before the activation. A window beyond the codes gives the bias.
    pub fn respond(&self, codes: &[u8], start: usize, responses: &mut Vec<f32>) {
        let Convolution { filters, dilation, .. } = self.convolution;
        responses.clear();
        responses.extend_from_slice(&self.bias);
        let under = codes.get(start..).unwrap_or_default().iter().step_by(dilation);
        for (tap, code) in self.taps.chunks(self.symbols * filters).zip(under) {
            let added = tap.chunks(filters).nth(usize::from(*code)).unwrap_or_default();
            responses.iter_mut().zip(added).for_each(|(sum, value)| *sum += value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Cpu;
    use crate::executor::Executor;
    use crate::input::{Input, InputValues};
    use crate::layer::{Padding, Pool};

    /// Padding, then one code a channel.
    const TABLE: [f32; 12] = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];

    fn network(convolution: Convolution) -> (Network, Weights) {
        let input = InputShape::Symbols { length: 9, symbols: 4, channels: 3 };
        let layers = vec![
            Layer::Convolution(convolution),
            Layer::GlobalPool(Pool::Max),
            Layer::Linear { outputs: convolution.filters },
        ];
        let network = Network::new(input, layers, convolution.filters).unwrap();
        let mut weights = Weights::initial(&network, 5);
        // The last layer hands the greatest response of each filter through.
        let filters = convolution.filters;
        let identity = weights.len() - filters * filters - filters;
        let values = &mut weights.as_mut_slice()[identity..];
        values.fill(0.0);
        (0..filters).for_each(|filter| values[filter * (filters + 1)] = 1.0);
        (network, weights)
    }

    #[test]
    fn the_greatest_responses_are_those_of_the_executor() {
        let codes = [1, 3, 2, 2, 1, 3, 3, 1, 2];
        for (stride, dilation) in [(1, 1), (2, 1), (1, 2), (2, 3)] {
            let padding = Padding::Valid;
            let convolution = Convolution { filters: 5, width: 3, stride, dilation, padding };
            let (network, weights) = network(convolution);
            let values = InputValues::Symbols { codes: &codes, table: &TABLE, channels: 3 };
            let input = Input { n: 1, length: 9, lengths: &[9], values };
            let executor = Executor::Cpu(Cpu::default());
            let expected = executor.logits(&network, &weights, &input).unwrap();
            let filters = FirstFilters::of(&network, &weights, &TABLE).unwrap();
            let mut found = [f32::NEG_INFINITY; 5];
            let mut responses = Vec::new();
            for start in filters.starts(codes.len()) {
                filters.respond(&codes, start, &mut responses);
                found.iter_mut().zip(&responses).for_each(|(most, value)| *most = most.max(*value));
            }
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-5, "{stride} {dilation}: {found} {expected}");
            }
        }
    }

    #[test]
    fn windows_lie_within_the_sequence() {
        let starts = |stride, width, padding, length| {
            let convolution = Convolution { filters: 2, width, stride, dilation: 1, padding };
            let (network, weights) = network(convolution);
            let filters = FirstFilters::of(&network, &weights, &TABLE).unwrap();
            filters.starts(length).collect::<Vec<_>>()
        };
        assert_eq!(starts(1, 4, Padding::Same, 6), [0, 1, 2]);
        // Windows begin at -1, 1, 3, 5: the first sticks out.
        assert_eq!(starts(2, 4, Padding::Same, 9), [1, 3, 5]);
        assert_eq!(starts(2, 3, Padding::Valid, 8), [0, 2, 4]);
        assert_eq!(starts(1, 4, Padding::Same, 3), [0; 0]);
    }

    #[test]
    fn other_first_layers_have_no_filters() {
        let (with_filters, weights) = network(Convolution::same(2, 3));
        assert_eq!(FirstFilters::of(&with_filters, &weights, &TABLE[3..]), None);
        let input = InputShape::Dense { length: 1, channels: 3 };
        let network = Network::new(input, vec![Layer::Linear { outputs: 2 }], 2).unwrap();
        assert_eq!(FirstFilters::of(&network, &Weights::zeros(&network), &TABLE), None);
    }
}
