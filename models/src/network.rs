//! A network: an input shape, a list of layers and the number of classes, checked as a whole.

mod parameter;

pub use parameter::{Initial, Parameter};

use crate::input::InputShape;
use crate::layer::{Layer, LayerError, Shape};

/// A list of layers that is known to fit together: (N, L, C) to logits (N, K).
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    input: InputShape,
    layers: Vec<Layer>,
    classes: usize,
}

/// The greatest number of weights of a network.
pub const WEIGHTS_LIMIT: usize = 1 << 30;

/// A list of layers that is no network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// A layer cannot take what the layer before it returns.
    #[error("layer {index} ({layer:?}) after {shape:?}: {source}")]
    Layer {
        /// Index in the list, from 0.
        index: usize,
        /// The layer.
        layer: Box<Layer>,
        /// What it would have to take.
        shape: Shape,
        /// What is wrong.
        source: LayerError,
    },
    /// An input without positions, channels, symbols or tokens.
    #[error("an empty input: {input:?}")]
    EmptyInput {
        /// The input shape given.
        input: InputShape,
    },
    /// Tokens that meet no embedding.
    #[error("a network on tokens begins with an embedding")]
    NoEmbedding,
    /// The last layer does not return one logit a class.
    #[error(
        "the last layer returns {shape:?}, expected one position of {classes} channels, one a class"
    )]
    Output {
        /// What the last layer returns.
        shape: Shape,
        /// Classes asked for.
        classes: usize,
    },
    /// Fewer than two classes.
    #[error("{classes} classes, expected at least 2")]
    Classes {
        /// Classes asked for.
        classes: usize,
    },
    /// More weights than can be trained here.
    #[error("the network has more than {WEIGHTS_LIMIT} weights: make it or its input smaller")]
    TooLarge,
}

impl Network {
    /// Checks that the layers fit the input, each other and the number of classes.
    pub fn new(
        input: InputShape,
        layers: Vec<Layer>,
        classes: usize,
    ) -> Result<Self, NetworkError> {
        if classes < 2 {
            return Err(NetworkError::Classes { classes });
        }
        let codes = match input {
            InputShape::Symbols { symbols, .. } => symbols,
            InputShape::Tokens { vocabulary, .. } => vocabulary,
            InputShape::Dense { .. } => 1,
        };
        if codes == 0 || input.length() == 0 || input.channels() == 0 {
            return Err(NetworkError::EmptyInput { input });
        }
        let tokens = matches!(input, InputShape::Tokens { .. });
        if tokens && !matches!(layers.first(), Some(Layer::Embedding { .. })) {
            return Err(NetworkError::NoEmbedding);
        }
        let network = Self { input, layers, classes };
        let mut shape = network.input_shape();
        for (index, layer) in network.layers.iter().enumerate() {
            let misplaced = matches!(layer, Layer::Embedding { .. }) && (index > 0 || !tokens);
            let after =
                if misplaced { Err(LayerError::Embedding) } else { layer.output_shape(shape) };
            shape = after.map_err(|source| NetworkError::Layer {
                index,
                layer: Box::new(layer.clone()),
                shape,
                source,
            })?;
        }
        if shape != (Shape { length: 1, channels: classes }) {
            return Err(NetworkError::Output { shape, classes });
        }
        parameter::count(&network).ok_or(NetworkError::TooLarge)?;
        Ok(network)
    }

    /// What a record of the input looks like.
    #[must_use]
    pub fn input(&self) -> InputShape {
        self.input
    }

    /// The layers, first to last.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Classes, K: the width of the output.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The shape that the first layer takes.
    #[must_use]
    pub fn input_shape(&self) -> Shape {
        Shape { length: self.input.length(), channels: self.input.channels() }
    }

    /// The shape after each layer of the list.
    #[must_use]
    pub fn shapes(&self) -> Vec<Shape> {
        let mut shape = self.input_shape();
        self.layers
            .iter()
            .map(|layer| {
                // `new` has applied every layer to the same shape.
                shape = layer.output_shape(shape).unwrap_or(shape);
                shape
            })
            .collect()
    }

    /// Every weight: name, shape and initial values, in the order of the layers.
    ///
    /// Names are the path of the layer in the list and the weight's own name: `layers.3.weight`, or
    /// `layers.3.1.weight` inside a residual branch.
    #[must_use]
    pub fn parameters(&self) -> Vec<Parameter> {
        parameter::parameters(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Convolution, Pool};

    const INPUT: InputShape = InputShape::Symbols { length: 10, symbols: 5, channels: 4 };

    #[test]
    fn shapes_follow_the_layers() {
        let layers = vec![
            Layer::Convolution(Convolution::same(6, 3)),
            Layer::MaxPool { width: 4 },
            Layer::GlobalPool(Pool::Max),
            Layer::Linear { outputs: 3 },
        ];
        let network = Network::new(INPUT, layers, 3).unwrap();
        let shapes: Vec<_> = network.shapes().iter().map(|s| (s.length, s.channels)).collect();
        assert_eq!(shapes, [(10, 6), (3, 6), (1, 6), (1, 3)]);
    }

    #[test]
    fn lists_that_do_not_fit_are_errors() {
        let error = Network::new(INPUT, vec![Layer::Linear { outputs: 3 }], 3);
        assert!(matches!(error, Err(NetworkError::Output { .. })));
        let error = Network::new(INPUT, vec![Layer::Embedding { width: 3 }], 3);
        assert!(matches!(error, Err(NetworkError::Layer { index: 0, .. })));
        let tokens = InputShape::Tokens { length: 4, vocabulary: 8 };
        assert_eq!(Network::new(tokens, vec![Layer::Flatten], 3), Err(NetworkError::NoEmbedding));
        let huge = vec![Layer::Flatten, Layer::Linear { outputs: usize::MAX }];
        assert_eq!(Network::new(INPUT, huge, usize::MAX), Err(NetworkError::TooLarge));
        assert_eq!(Network::new(INPUT, vec![], 1), Err(NetworkError::Classes { classes: 1 }));
    }
}
