//! A dilated residual convolutional network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Convolution, Layer, Pool};

/// A wide convolution and a max-pool, then residual blocks whose convolutions reach twice as far from
/// block to block (Yu & Koltun 2016, arXiv:1511.07122; for DNA Kelley et al. 2018,
/// doi:10.1101/gr.227819.117), so that few weights see far apart positions together.
///
/// Block b normalises, convolves with dilation 2ᵇ, and maps each position back to its input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Residual {
    /// Filters of the first convolution and of every block.
    pub filters: usize,
    /// Positions that a filter of the first convolution spans.
    pub stem_width: usize,
    /// Positions that the max-pool after the first convolution makes one; 1 for none.
    pub pool: usize,
    /// Residual blocks.
    pub blocks: usize,
    /// Taps of a filter of the blocks.
    pub width: usize,
    /// Share of values dropped at the end of each block while training.
    pub dropout: f32,
    /// Non-linearity after each convolution.
    pub activation: Activation,
    /// How the positions left become one.
    pub global_pool: Pool,
}

impl Default for Residual {
    fn default() -> Self {
        Self {
            filters: 64,
            stem_width: 15,
            pool: 4,
            blocks: 4,
            width: 3,
            dropout: 0.2,
            activation: Activation::Relu,
            global_pool: Pool::Max,
        }
    }
}

/// The most blocks: the dilation of the last fits a convolution's span.
const MOST_BLOCKS: usize = 20;

pub(super) fn layers(
    config: &Residual,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let model = "residual";
    check_rate(model, config.dropout)?;
    if config.blocks > MOST_BLOCKS {
        let (setting, expected) = ("blocks", "at most 20");
        let found = config.blocks.to_string();
        return Err(BuildError::Setting { model, setting, found, expected });
    }
    if matches!(input, InputShape::Tokens { .. }) || input.length() < 2 {
        return Err(BuildError::Input {
            model,
            wants: "reads a sequence of more than one position",
            found: describe(input),
            fitting: "encode: one-hot or curve",
        });
    }
    let activation = || Layer::Activation(config.activation);
    let mut layers = vec![
        Layer::Convolution(Convolution::same(config.filters, config.stem_width)),
        activation(),
    ];
    if config.pool != 1 {
        layers.push(Layer::MaxPool { width: config.pool });
    }
    for block in 0..config.blocks {
        let dilation = 1 << block;
        let convolution =
            Convolution { dilation, ..Convolution::same(config.filters, config.width) };
        layers.push(Layer::Residual(vec![
            Layer::LayerNorm,
            Layer::Convolution(convolution),
            activation(),
            Layer::Linear { outputs: config.filters },
            Layer::Dropout { rate: config.dropout },
        ]));
    }
    layers.extend([
        Layer::LayerNorm,
        Layer::GlobalPool(config.global_pool),
        Layer::Linear { outputs: classes },
    ]);
    Ok(layers)
}
