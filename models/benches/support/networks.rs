//! The two reference networks.

use cistron_models::input::InputShape;
use cistron_models::layer::{Activation, Convolution, Layer, Pool};
use cistron_models::network::Network;

/// Classes of both networks.
pub const CLASSES: usize = 7;
/// Tokens that the transformer knows.
pub const VOCABULARY: usize = 4096;
const TOKENS: usize = 128;

/// The convolutional network.
pub fn cnn(length: usize, filters: usize, average: bool) -> Network {
    let pool =
        |width| if average { Layer::AveragePool { width } } else { Layer::MaxPool { width } };
    let convolution = |width| Layer::Convolution(Convolution::same(filters, width));
    let relu = Layer::Activation(Activation::Relu);
    let global = if average { Pool::Average } else { Pool::Max };
    let layers = vec![
        convolution(19),
        relu.clone(),
        pool(4),
        convolution(7),
        relu.clone(),
        pool(5),
        convolution(7),
        relu,
        Layer::GlobalPool(global),
        Layer::Linear { outputs: CLASSES },
    ];
    Network::new(InputShape::Symbols { length, symbols: 4, channels: 4 }, layers, CLASSES).unwrap()
}

/// The transformer.
pub fn transformer() -> Network {
    let width = 128;
    let mut layers = vec![Layer::Embedding { width }, Layer::Position];
    for _ in 0..2 {
        layers.push(Layer::Residual(vec![
            Layer::LayerNorm,
            Layer::Attention { heads: 4, rotary: false },
        ]));
        layers.push(Layer::Residual(vec![
            Layer::LayerNorm,
            Layer::Linear { outputs: 512 },
            Layer::Activation(Activation::Relu),
            Layer::Linear { outputs: width },
        ]));
    }
    layers.extend([
        Layer::LayerNorm,
        Layer::GlobalPool(Pool::Average),
        Layer::Linear { outputs: CLASSES },
    ]);
    let input = InputShape::Tokens { length: TOKENS, vocabulary: VOCABULARY };
    Network::new(input, layers, CLASSES).unwrap()
}
