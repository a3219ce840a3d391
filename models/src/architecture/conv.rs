//! A convolutional network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Convolution, Layer, Pool};

/// Blocks of convolution, activation, max-pool and dropout, then one value a filter over all
/// positions, then a linear layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Conv {
    /// Filters of each block.
    pub filters: Vec<usize>,
    /// Positions that a filter spans.
    pub width: usize,
    /// The width of each block where they differ, instead of `width`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<usize>,
    /// Positions that a block's max-pool makes one; 1 for none. The last block has none: the global
    /// pool follows it.
    pub pool: usize,
    /// The pool of each block but the last where they differ, instead of `pool`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<usize>,
    /// Share of values dropped after each block while training.
    pub dropout: f32,
    /// Non-linearity after each convolution.
    pub activation: Activation,
    /// How the positions left become one.
    pub global_pool: Pool,
}

impl Default for Conv {
    fn default() -> Self {
        Self {
            filters: vec![64, 64],
            width: 12,
            widths: Vec::new(),
            pool: 4,
            pools: Vec::new(),
            dropout: 0.2,
            activation: Activation::Relu,
            global_pool: Pool::Max,
        }
    }
}

pub(super) fn layers(
    config: &Conv,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let model = "conv";
    check_rate(model, config.dropout)?;
    if config.filters.is_empty() {
        let (setting, expected) = ("filters", "at least one block");
        return Err(BuildError::Setting { model, setting, found: "[]".to_owned(), expected });
    }
    let blocks = config.filters.len();
    let widths =
        each(&config.widths, config.width, blocks, "widths", "one width a block, or none")?;
    let expected = "one pool a block but the last, or none";
    let pools = each(&config.pools, config.pool, blocks - 1, "pools", expected)?;
    if matches!(input, InputShape::Tokens { .. }) || input.length() < 2 {
        return Err(BuildError::Input {
            model,
            wants: "reads a sequence of more than one position",
            found: describe(input),
            fitting: "encode: one-hot or curve",
        });
    }
    let mut layers = Vec::new();
    for (block, (&filters, width)) in config.filters.iter().zip(widths).enumerate() {
        layers.push(Layer::Convolution(Convolution::same(filters, width)));
        layers.push(Layer::Activation(config.activation));
        if let Some(&width) = pools.get(block) {
            if width != 1 {
                layers.push(Layer::MaxPool { width });
            }
            layers.push(Layer::Dropout { rate: config.dropout });
        }
    }
    layers.push(Layer::GlobalPool(config.global_pool));
    layers.push(Layer::Dropout { rate: config.dropout });
    layers.push(Layer::Linear { outputs: classes });
    Ok(layers)
}

/// The setting of each of `count` blocks: a list of them, or the same for all.
fn each(
    list: &[usize],
    all: usize,
    count: usize,
    setting: &'static str,
    expected: &'static str,
) -> Result<Vec<usize>, BuildError> {
    match list.len() {
        0 => Ok(vec![all; count]),
        found if found == count => Ok(list.to_vec()),
        _ => Err(BuildError::Setting {
            model: "conv",
            setting,
            found: format!("{list:?}"),
            expected,
        }),
    }
}
