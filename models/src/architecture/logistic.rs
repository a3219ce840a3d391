//! Multinomial logistic regression.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BuildError, describe};
use crate::input::InputShape;
use crate::layer::Layer;

/// Multinomial logistic regression on all numbers of a record; it has no settings of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Logistic {}

pub(super) fn layers(
    _: Logistic,
    input: InputShape,
    classes: usize,
) -> Result<Vec<Layer>, BuildError> {
    let mut layers = flatten("logistic", input)?;
    layers.push(Layer::Linear { outputs: classes });
    Ok(layers)
}

/// The layers that lay a record's numbers side by side, for models that read one vector.
pub(super) fn flatten(model: &'static str, input: InputShape) -> Result<Vec<Layer>, BuildError> {
    match input {
        InputShape::Tokens { .. } => Err(BuildError::Input {
            model,
            wants: "reads numbers, not tokens",
            found: describe(input),
            fitting: "encode: kmer-counts or one-hot",
        }),
        InputShape::Dense { length: 1, .. } => Ok(Vec::new()),
        InputShape::Symbols { .. } | InputShape::Dense { .. } => Ok(vec![Layer::Flatten]),
    }
}
