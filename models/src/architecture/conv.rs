//! A convolutional network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Convolution, Layer, Pool};

/// Blocks of convolution, activation, max-pool and dropout, then one value a filter over all
/// positions or all values side by side, then a linear layer.
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
    /// How the positions left become one, with the head `pool`.
    pub global_pool: Pool,
    /// What the output sees of the positions left.
    #[serde(skip_serializing_if = "ConvHead::is_pool")]
    pub head: ConvHead,
    /// Width of a dense layer in front of the output; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub hidden: usize,
}

/// What the output of a convolutional network sees of the positions that its blocks leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConvHead {
    /// One value a filter over all positions: whether a filter fired, not where.
    #[default]
    Pool,
    /// Every position's values side by side: where each filter fired, counted from the first position.
    /// For windows of one length around a site; the output has a weight for each position and filter.
    Positions,
}

impl ConvHead {
    #[allow(clippy::trivially_copy_pass_by_ref)] // As serde asks.
    fn is_pool(&self) -> bool {
        *self == Self::Pool
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde asks.
fn is_zero(number: &usize) -> bool {
    *number == 0
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
            head: ConvHead::Pool,
            hidden: 0,
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
    let mut length = input.length();
    for (block, (&filters, width)) in config.filters.iter().zip(widths).enumerate() {
        layers.push(Layer::Convolution(Convolution::same(filters, width)));
        layers.push(Layer::Activation(config.activation));
        if let Some(&width) = pools.get(block) {
            if width != 1 {
                layers.push(Layer::MaxPool { width });
                // The network refuses a width of 0.
                length = length.div_ceil(width.max(1));
            }
            layers.push(Layer::Dropout { rate: config.dropout });
        }
    }
    layers.push(match config.head {
        ConvHead::Pool => Layer::GlobalPool(config.global_pool),
        ConvHead::Positions => {
            check_positions(config, length)?;
            Layer::Flatten
        }
    });
    layers.push(Layer::Dropout { rate: config.dropout });
    if config.hidden > 0 {
        layers.push(Layer::Linear { outputs: config.hidden });
        layers.push(Layer::Activation(config.activation));
        layers.push(Layer::Dropout { rate: config.dropout });
    }
    layers.push(Layer::Linear { outputs: classes });
    Ok(layers)
}

/// Refuses settings that contradict a head which keeps positions, of which `length` are left.
fn check_positions(config: &Conv, length: usize) -> Result<(), BuildError> {
    let refuse = |setting, found: String, expected| {
        Err(BuildError::Setting { model: "conv", setting, found, expected })
    };
    if config.global_pool != Pool::default() {
        let found = "average".to_owned();
        return refuse("global-pool", found, "none beside `head: positions`, which pools nothing");
    }
    if length < 2 {
        let found = "positions, and the max-pools leave one position".to_owned();
        return refuse("head", found, "smaller pools, or `head: pool`");
    }
    Ok(())
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
