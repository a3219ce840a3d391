//! A transformer encoder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, describe};
use crate::input::InputShape;
use crate::layer::{Activation, Layer, Pool};

/// A pre-norm transformer encoder (Vaswani et al. 2017, arXiv:1706.03762; Xiong et al. 2020,
/// arXiv:2002.04745) with learned or rotary positions and the mean over the valid positions.
///
/// Tokens are embedded; symbols and numbers go through a linear map to the width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Transformer {
    /// Layers, each of attention and a feed-forward network.
    pub layers: usize,
    /// Channels of the model.
    pub width: usize,
    /// Attention heads; divides the width.
    pub heads: usize,
    /// Channels inside the feed-forward network; four times the width where not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed_forward: Option<usize>,
    /// Share of values dropped after the embedding and each branch while training.
    pub dropout: f32,
    /// Non-linearity of the feed-forward network.
    pub activation: Activation,
    /// How the positions become one.
    pub global_pool: Pool,
    /// How the layers know the positions.
    #[serde(skip_serializing_if = "Positions::is_learned")]
    pub positions: Positions,
}

/// How a transformer knows the positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Positions {
    /// A learned vector for each position is added to the input: places count.
    #[default]
    Learned,
    /// Queries and keys are turned by angles that grow with the position (Su et al. 2021,
    /// arXiv:2104.09864): distances count. No weight depends on the position, so that any length does
    /// and no position is rarely learnt from. Heads must be of an even width.
    Rotary,
}

impl Positions {
    #[allow(clippy::trivially_copy_pass_by_ref)] // As serde asks.
    fn is_learned(&self) -> bool {
        *self == Self::Learned
    }
}

impl Default for Transformer {
    fn default() -> Self {
        Self {
            layers: 2,
            width: 64,
            heads: 4,
            feed_forward: None,
            dropout: 0.1,
            activation: Activation::Gelu,
            global_pool: Pool::Average,
            positions: Positions::Learned,
        }
    }
}

pub(super) fn layers(
    config: &Transformer,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let model = "transformer";
    let width = config.width;
    check_rate(model, config.dropout)?;
    if config.heads == 0 || !width.is_multiple_of(config.heads) {
        let (setting, expected) = ("heads", "a number that divides the width");
        let found = config.heads.to_string();
        return Err(BuildError::Setting { model, setting, found, expected });
    }
    let rotary = config.positions == Positions::Rotary;
    if rotary && !(width / config.heads).is_multiple_of(2) {
        let expected = "heads of an even width, which rotary positions turn in pairs";
        let found = format!("{} for a width of {width}", config.heads);
        return Err(BuildError::Setting { model, setting: "heads", found, expected });
    }
    let mut layers = match input {
        InputShape::Tokens { .. } => vec![Layer::Embedding { width }],
        InputShape::Dense { length: 0 | 1, .. } => {
            return Err(BuildError::Input {
                model,
                wants: "reads a sequence of more than one position",
                found: describe(input),
                fitting: "encode: kmer-tokens, one-hot or curve",
            });
        }
        InputShape::Symbols { .. } | InputShape::Dense { .. } => {
            vec![Layer::Linear { outputs: width }]
        }
    };
    if !rotary {
        layers.push(Layer::Position);
    }
    layers.push(Layer::Dropout { rate: config.dropout });
    let hidden = config.feed_forward.unwrap_or(width.saturating_mul(4));
    for _ in 0..config.layers {
        let attention = Layer::Attention { heads: config.heads, rotary };
        layers.extend(blocks(width, attention, hidden, config.activation, config.dropout));
    }
    layers.extend([
        Layer::LayerNorm,
        Layer::GlobalPool(config.global_pool),
        Layer::Linear { outputs: classes },
    ]);
    Ok(layers)
}

/// One layer of a transformer: attention, then a feed-forward network on each position, each beside
/// its input and behind a normalisation.
pub(super) fn blocks(
    width: usize,
    attention: Layer,
    hidden: usize,
    activation: Activation,
    rate: f32,
) -> [Layer; 2] {
    let dropout = || Layer::Dropout { rate };
    let attention = vec![Layer::LayerNorm, attention, dropout()];
    let feed_forward = vec![
        Layer::LayerNorm,
        Layer::Linear { outputs: hidden },
        Layer::Activation(activation),
        Layer::Linear { outputs: width },
        dropout(),
    ];
    [Layer::Residual(attention), Layer::Residual(feed_forward)]
}
