//! The weights of a network by name: shapes and initial values.

use super::{Network, WEIGHTS_LIMIT};
use crate::input::InputShape;
use crate::layer::{Cell, Layer, Shape};

/// One weight of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Path of the layer and name of the weight: `layers.3.weight`.
    pub name: String,
    /// Sizes, outermost first. Maps are (inputs, outputs), convolutions (width, inputs, filters).
    pub shape: Vec<usize>,
    /// How the first values are drawn.
    pub initial: Initial,
}

/// The distribution of a weight's first values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// 1 for the forget gates of the long short-term memories of two directions, (2, 4, `units`), and 0
    /// for the other gates: cells remember until they learn to forget (Gers et al. 2000,
    /// doi:10.1162/089976600300015015).
    ForgetGates {
        /// Units of a direction.
        units: usize,
    },
    /// Uniform on [-bound, bound).
    Uniform {
        /// Half of the width of the interval.
        bound: f32,
    },
}

impl Initial {
    /// Kaiming uniform in front of a rectifier: bound √(6 / fan-in)
    /// (He et al. 2015, doi:10.1109/ICCV.2015.123).
    fn kaiming(fan_in: usize) -> Self {
        Self::Uniform { bound: (6.0 / fan_in as f64).sqrt() as f32 }
    }

    /// Xavier uniform: bound √(6 / (fan-in + fan-out)) (Glorot & Bengio 2010, AISTATS 9:249-256).
    fn xavier(fan_in: usize, fan_out: usize) -> Self {
        Self::Uniform { bound: (6.0 / (fan_in as f64 + fan_out as f64)).sqrt() as f32 }
    }

    /// Uniform of standard deviation 0.02, for embeddings.
    fn embedding() -> Self {
        Self::Uniform { bound: (0.02 * 3.0_f64.sqrt()) as f32 }
    }
}

impl Parameter {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no values; never so in a [`Network`].
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether weight decay applies: to matrices and filters, not to biases and norms.
    #[must_use]
    pub fn decays(&self) -> bool {
        self.shape.len() > 1
    }
}

/// All parameters of a network, in the order of its layers.
pub(super) fn parameters(network: &Network) -> Vec<Parameter> {
    let mut found = Vec::new();
    visit(network, &network.layers, network.input_shape(), "layers", &mut found);
    found
}

/// The number of weights, or `None` beyond [`WEIGHTS_LIMIT`].
pub(super) fn count(network: &Network) -> Option<usize> {
    parameters(network).iter().try_fold(0_usize, |sum, parameter| {
        let size = parameter.shape.iter().try_fold(1_usize, |size, &n| size.checked_mul(n))?;
        sum.checked_add(size).filter(|&sum| sum <= WEIGHTS_LIMIT)
    })
}

fn visit(
    network: &Network,
    layers: &[Layer],
    mut shape: Shape,
    path: &str,
    found: &mut Vec<Parameter>,
) {
    for (index, layer) in layers.iter().enumerate() {
        let Shape { length, channels } = shape;
        let rectified = matches!(layers.get(index + 1), Some(Layer::Activation(_)));
        let mut add = |name: &str, shape: &[usize], initial: Initial| {
            let name = format!("{path}.{index}.{name}");
            found.push(Parameter { name, shape: shape.to_vec(), initial });
        };
        let map = |inputs: usize, outputs: usize| {
            if rectified { Initial::kaiming(inputs) } else { Initial::xavier(inputs, outputs) }
        };
        match layer {
            Layer::Embedding { width } => {
                let vocabulary = match network.input {
                    InputShape::Tokens { vocabulary, .. } => vocabulary,
                    InputShape::Symbols { .. } | InputShape::Dense { .. } => 0,
                };
                add("weight", &[vocabulary, *width], Initial::embedding());
            }
            Layer::Position => add("weight", &[length, channels], Initial::embedding()),
            Layer::Convolution(convolution) => {
                let (width, filters) = (convolution.width, convolution.filters);
                let initial = map(width.saturating_mul(channels), width.saturating_mul(filters));
                add("weight", &[width, channels, filters], initial);
                add("bias", &[filters], Initial::Zeros);
            }
            Layer::Linear { outputs } => {
                add("weight", &[channels, *outputs], map(channels, *outputs));
                add("bias", &[*outputs], Initial::Zeros);
            }
            Layer::LayerNorm => {
                add("weight", &[channels], Initial::Ones);
                add("bias", &[channels], Initial::Zeros);
            }
            Layer::Attention { .. } => {
                let triple = channels.saturating_mul(3);
                let initial = Initial::xavier(channels, channels);
                add("query_key_value.weight", &[channels, triple], initial);
                add("query_key_value.bias", &[triple], Initial::Zeros);
                add("output.weight", &[channels, channels], initial);
                add("output.bias", &[channels], Initial::Zeros);
            }
            Layer::Recurrent { cell, units } => {
                let units = *units;
                let gates = cell.gates().saturating_mul(units);
                let both = gates.saturating_mul(2);
                let bias = match cell {
                    Cell::Gru => Initial::Zeros,
                    Cell::Lstm => Initial::ForgetGates { units },
                };
                add("input.weight", &[channels, both], Initial::xavier(channels, units));
                add("input.bias", &[both], bias);
                add("recurrent.weight", &[2, units, gates], Initial::xavier(units, units));
                if cell.has_reset() {
                    add("recurrent.bias", &[units.saturating_mul(2)], Initial::Zeros);
                }
            }
            Layer::Residual(inner) => {
                visit(network, inner, shape, &format!("{path}.{index}"), found);
            }
            Layer::Activation(_)
            | Layer::MaxPool { .. }
            | Layer::AveragePool { .. }
            | Layer::GlobalPool(_)
            | Layer::Dropout { .. }
            | Layer::Flatten => {}
        }
        // `Network::new` has applied every layer to the same shape.
        shape = layer.output_shape(shape).unwrap_or(shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Pool;
    use crate::weights::Weights;

    #[test]
    fn long_short_term_memories_begin_with_open_forget_gates() {
        let layers = vec![
            Layer::Recurrent { cell: Cell::Lstm, units: 2 },
            Layer::GlobalPool(Pool::Max),
            Layer::Linear { outputs: 3 },
        ];
        let input = InputShape::Dense { length: 5, channels: 3 };
        let network = Network::new(input, layers, 3).unwrap();
        let weights = Weights::initial(&network, 1);
        let [i, f, g, o] = [[0.0; 2], [1.0; 2], [0.0; 2], [0.0; 2]];
        let gates = [i, f, g, o, i, f, g, o].concat();
        assert_eq!(weights.get("layers.0.input.bias").unwrap(), gates);
        assert_eq!(weights.get("layers.0.recurrent.weight").unwrap().len(), 2 * 2 * 8);
        assert_eq!(weights.get("layers.0.recurrent.bias"), None);
    }

    #[test]
    fn names_and_shapes_of_a_small_transformer() {
        let layers = vec![
            Layer::Embedding { width: 4 },
            Layer::Position,
            Layer::Residual(vec![Layer::LayerNorm, Layer::Attention { heads: 2, rotary: false }]),
            Layer::GlobalPool(Pool::Average),
            Layer::Linear { outputs: 3 },
        ];
        let input = InputShape::Tokens { length: 5, vocabulary: 7 };
        let network = Network::new(input, layers, 3).unwrap();
        let found: Vec<_> =
            network.parameters().iter().map(|p| format!("{} {:?}", p.name, p.shape)).collect();
        assert_eq!(
            found,
            [
                "layers.0.weight [7, 4]",
                "layers.1.weight [5, 4]",
                "layers.2.0.weight [4]",
                "layers.2.0.bias [4]",
                "layers.2.1.query_key_value.weight [4, 12]",
                "layers.2.1.query_key_value.bias [12]",
                "layers.2.1.output.weight [4, 4]",
                "layers.2.1.output.bias [4]",
                "layers.4.weight [4, 3]",
                "layers.4.bias [3]",
            ]
        );
    }
}
