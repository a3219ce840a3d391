//! Convolution, then attention.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::transformer::blocks;
use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Convolution, Layer, Pool};

/// A convolution finds motifs, a max-pool makes stretches of them, and transformer layers relate the
/// stretches to each other (as for DNA Avsec et al. 2021, doi:10.1038/s41592-021-01252-x).
///
/// Attention costs the square of the stretches, L / `pool`, and not of the positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Hybrid {
    /// Filters of the convolution, and channels of the layers behind it.
    pub filters: usize,
    /// Positions that a filter spans.
    pub width: usize,
    /// Positions that the max-pool makes one stretch.
    pub pool: usize,
    /// Layers of attention and a feed-forward network.
    pub layers: usize,
    /// Attention heads; divides the filters.
    pub heads: usize,
    /// Share of values dropped after the pool and each branch while training.
    pub dropout: f32,
    /// Non-linearity after the convolution and within the feed-forward networks.
    pub activation: Activation,
    /// How the stretches become one.
    pub global_pool: Pool,
}

impl Default for Hybrid {
    fn default() -> Self {
        Self {
            filters: 64,
            width: 15,
            pool: 8,
            layers: 1,
            heads: 4,
            dropout: 0.1,
            activation: Activation::Gelu,
            global_pool: Pool::Max,
        }
    }
}

pub(super) fn layers(
    config: &Hybrid,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let model = "hybrid";
    check_rate(model, config.dropout)?;
    if config.heads == 0 || !config.filters.is_multiple_of(config.heads) {
        let (setting, expected) = ("heads", "a number that divides the filters");
        let found = config.heads.to_string();
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
    let mut layers = vec![
        Layer::Convolution(Convolution::same(config.filters, config.width)),
        Layer::Activation(config.activation),
        Layer::MaxPool { width: config.pool },
        Layer::Position,
        Layer::Dropout { rate: config.dropout },
    ];
    let hidden = config.filters.saturating_mul(4);
    for _ in 0..config.layers {
        let dropout = config.dropout;
        let attention = Layer::Attention { heads: config.heads, rotary: false };
        layers.extend(blocks(config.filters, attention, hidden, config.activation, dropout));
    }
    layers.extend([
        Layer::LayerNorm,
        Layer::GlobalPool(config.global_pool),
        Layer::Linear { outputs: classes },
    ]);
    Ok(layers)
}
