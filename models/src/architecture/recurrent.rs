//! A bidirectional recurrent network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Cell, Convolution, Layer, Pool};

/// Recurrent layers in both directions, behind a convolution and a max-pool that shorten their way (as
/// for DNA Quang & Xie 2016, doi:10.1093/nar/gkw226).
///
/// Tokens are embedded first. Steps follow each other: the cost grows with L / `pool`, and little of it
/// runs in parallel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Recurrent {
    /// How a state becomes the next.
    pub cell: Cell,
    /// Channels of the state of each direction.
    pub units: usize,
    /// Recurrent layers.
    pub layers: usize,
    /// Channels that a token becomes.
    pub embedding: usize,
    /// Filters of the convolution in front; 0 for none, and no max-pool.
    pub filters: usize,
    /// Positions that a filter spans.
    pub width: usize,
    /// Positions that the max-pool behind the convolution makes one; 1 for none.
    pub pool: usize,
    /// Share of values dropped after the convolution and each recurrent layer while training.
    pub dropout: f32,
    /// How the positions left become one.
    pub global_pool: Pool,
}

impl Default for Recurrent {
    fn default() -> Self {
        Self {
            cell: Cell::Gru,
            units: 64,
            layers: 1,
            embedding: 32,
            filters: 64,
            width: 15,
            pool: 4,
            dropout: 0.2,
            global_pool: Pool::Max,
        }
    }
}

/// The most recurrent layers.
const MOST_LAYERS: usize = 16;

pub(super) fn layers(
    config: &Recurrent,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let model = "recurrent";
    check_rate(model, config.dropout)?;
    if !(1..=MOST_LAYERS).contains(&config.layers) {
        let (setting, expected) = ("layers", "1 to 16");
        let found = config.layers.to_string();
        return Err(BuildError::Setting { model, setting, found, expected });
    }
    if input.length() < 2 {
        return Err(BuildError::Input {
            model,
            wants: "reads a sequence of more than one position",
            found: describe(input),
            fitting: "encode: kmer-tokens, one-hot or curve",
        });
    }
    let mut layers = Vec::new();
    if matches!(input, InputShape::Tokens { .. }) {
        layers.push(Layer::Embedding { width: config.embedding });
    }
    if config.filters > 0 {
        layers.push(Layer::Convolution(Convolution::same(config.filters, config.width)));
        layers.push(Layer::Activation(Activation::Relu));
        if config.pool != 1 {
            layers.push(Layer::MaxPool { width: config.pool });
        }
        layers.push(Layer::Dropout { rate: config.dropout });
    }
    for _ in 0..config.layers {
        layers.push(Layer::Recurrent { cell: config.cell, units: config.units });
        layers.push(Layer::Dropout { rate: config.dropout });
    }
    layers.extend([Layer::GlobalPool(config.global_pool), Layer::Linear { outputs: classes }]);
    Ok(layers)
}
