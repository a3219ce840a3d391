//! A multi-layer perceptron.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, check_rate, logistic};
use crate::input::InputShape;
use crate::layer::{Activation, Layer};

/// A multi-layer perceptron on all numbers of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Mlp {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Share of hidden values dropped while training.
    pub dropout: f32,
    /// Non-linearity after each hidden layer.
    pub activation: Activation,
}

impl Default for Mlp {
    fn default() -> Self {
        Self { hidden: vec![128], dropout: 0.2, activation: Activation::Relu }
    }
}

pub(super) fn layers(
    config: &Mlp,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    check_rate("mlp", config.dropout)?;
    let mut layers = logistic::flatten("mlp", input)?;
    for &outputs in &config.hidden {
        layers.push(Layer::Linear { outputs });
        layers.push(Layer::Activation(config.activation));
        layers.push(Layer::Dropout { rate: config.dropout });
    }
    layers.push(Layer::Linear { outputs: classes });
    Ok(layers)
}
